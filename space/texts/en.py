"""English."""

PATH, LANGUAGE = "", "English"
TITLE = "Guiding Painter"
INTRO = "Give it a line drawing. It asks for colors, the most helpful answer first, and paints the picture as you go."

# Start
UPLOAD_LABEL = "Your drawing"
DROP_HERE, OR_CHOOSE = (
    "Drop a drawing here",
    "or click to choose one, or paste it: a picture, PDF, PSD, … or a saved file",
)
CAMERA, TAKE_PHOTO = "Take a photo", "Take it"
EXAMPLES_LABEL = "or try one of these"
EXAMPLE_NAMES = {
    "comic-panel.png": "Comic panel", "portrait.png": "Character", "dog.png": "Animal", "garden.png": "Scene",
    "pencil.jpg": "Pencil scan", "page.png": "Full page", "cats.png": "Clip art", "ladybug.png": "Colored picture",
}  # fmt: skip
RESUME_LAST = "Continue where you left off"
HELP_TITLE = "How it works"
HELP = """
1. Choose a drawing with dark lines on light paper; a scan will do, or a photo of paper on a table.
2. One part of it lights up: take a suggested color with one click, or press Enter.
3. Or pick any color and click the picture where you want it; drag to color several parts at once.
4. Undo, redo, skip what you don't care about, or let the model finish the rest.
5. When you like it, press **Finish**: download the picture, its layers for a paint program, or a film of it growing.
"""
OFFER = (
    "### This picture has colors already.\n"
    "Shall its lines be taken out, so that you can color it anew? Move the handle to compare."
)
OFFER_LABEL = "The picture, and its lines"
TAKE_LINES = "Take its lines"
USE_AS_IT_IS = "Use it as it is"

# Ask
PANEL = "Panel {number} of {count}."
QUESTION = "What color is the lit part? It is {area} of the drawing."
ANSWERED = "Another color for the lit part? It is {area} of the drawing, and {color} now."
SKIPPED = "A color for the lit part after all? It is {area} of the drawing, and was skipped."
ALL_ASKED = "Every part has its color. Finish, or pick a color and click a part to change it."
UNDER_ONE = "under 1%"
BLANK = "No lines that close anything off were found in this drawing: draw borders, or loosen the gaps."
NOTES = {  # what was done to the file, by the key of a note
    "page": "This is page {page} of the {pages} in this file.",
    "line_layer": "Of the layers in this file only the line art is used.",
    "animation": "Of this animation the first picture is used.",
    "outside_svg": "Pictures and scripts that are not in the SVG itself were left out.",
    "sheet": "The sheet of paper was cut out of the photo and straightened.",
    "ruling": "The lines that the paper is printed with were left out.",
    "holds_painting": "A painting was saved in this file; it begins anew here.",
    "resumed": "This painting goes on where it was saved.",
    "left_out": "Areas are found in another way than when this was saved: {count} changes were left out.",
}
BY_PANEL, PAGE_MAP, MAP_PANEL = "Panel by panel", "Map of the page", "Panel {number}: {percent}% colored"
CORNERS, CORNERS_HELP = (
    "The paper's corners…",
    "Drag each corner onto one of the paper, or move it with the arrow keys.",
)
CORNER_NAMES = ("Top left corner", "Top right corner", "Bottom right corner", "Bottom left corner")
USE_CORNERS, WHOLE_PHOTO, CANCEL = "Use these corners", "Use the whole photo", "Cancel"
COLORS_LOST = "Colors that found no place in it anymore: {count}."
BOARD = "The drawing in its present colors, with the part in question striped and outlined"
PROGRESS, PROGRESS_LABEL = "{percent}% answered", "How much of the picture has an answer"
ZOOM_IN, ZOOM_OUT, FIT, BEFORE = "Zoom in", "Zoom out", "Fit the whole picture", "Hold to see the drawing before (B)"
COLOR_LABEL = "Color"
HEX_LABEL = "Color as text, such as #e07a5f"
APPLY = "Color the lit part"
SUGGESTION = "For the lit part"
COMMON = "Common colors"
PALETTE = "In this picture"
OWN_PALETTE = "Your palette"
RECENT = "Recent"
CHOOSE_PALETTE = "Palette or picture…"
SKIP, UNDO, REDO, PUT_DOWN = "Skip", "Undo", "Redo", "Put color down"
GUESSES = "Show all guesses"
SIMILAR = "All parts like this ({count})"
PROPOSALS, PROPOSAL = "Start from one of these, or go on below", "Coloring {number}"
GAP, GAP_TIGHT, GAP_LOOSE = "Gaps", "tight", "loose"
GAP_HELP = "How wide openings in lines may be to be closed: left, only tight ones, right, loose ones too"
FINISH_AUTO, STOP = "Let the model finish", "Stop"
FINISH = "Finish"
START_OVER = "Another drawing"
STRIP_LABEL = "The way here: go back to any step"
STRIP_START = "The beginning"
STRIP_FRAME = "After step {number}"
TOOL_LABEL = "What a click on the picture does"
TOOLS = {
    "paint": ("Paint", "Click a part to be asked about it, or pick a color first and click where you want it."),
    "split": ("Split", "Click a region whose parts want different colors: the part you click becomes its own."),
    "border": ("Draw a border", "Draw a line where one is missing: what it closes off becomes a part of its own."),
    "erase": ("Open a border", "Draw across a line: the areas on both sides become one."),
    "merge": ("Join", "Click a region to make it one with the lit part."),
    "move": ("Move", "Click an area inside lines: it goes to the lit part."),
}
HINT_HELD = "Click or drag on the picture to color it {color}. Esc puts the color down."
DRAW_A_LINE = "Draw a line with the pointer held down."
HELP_PAINT = """
A part lights up: click a suggested color, or press Enter to take the first.
Or pick any color, and click or drag on the picture where you want it.
Zoom with the wheel, two fingers or the buttons; drag to move; double-click to see all of it.
If a part is cut wrongly: Split, Draw a border, Open a border, Join or Move. Everything can be undone.
Drop a palette file or a picture on the page to get its colors.
"""
KEYS = {
    "Enter": "color the lit part", "S": "skip it", "← →": "the part before, the next", "Ctrl+Z": "undo",
    "Ctrl+Shift+Z": "redo", "B": "hold: the drawing before", "+ − 0": "zoom in, out, fit",
    "Space": "hold and drag: move the picture", "Esc": "put the color down",
}  # fmt: skip
CLOSE = "Close"
COLORS = {
    "black": "black", "white": "white", "gray": "gray", "red": "red", "orange": "orange", "yellow": "yellow",
    "lime": "yellow-green", "green": "green", "turquoise": "turquoise", "sky": "sky blue", "blue": "blue",
    "purple": "purple", "pink": "pink", "brown": "brown", "olive": "olive", "beige": "beige", "cream": "cream",
}  # fmt: skip
SHADES = {"light": "light {color}", "dark": "dark {color}", "grayish": "grayish {color}"}

# Finish
DONE = "### Here is your picture."
SLIDER_LABEL = "Before and after"
MODE_LABEL = "Color"
MODES = {"flat": "flat", "painted": "painted"}
LINES = "with lines"
TRANSPARENT = "see-through where there is no answer (PNG)"
DOWNLOADS = {
    "png": "Picture (PNG)", "psd": "Layers (PSD)", "ora": "Layers (ORA)", "palette": "Palette (GPL)",
    "resume": "To go on later", "film": "Film (WebP)", "record": "Times of my answers (JSON)",
}  # fmt: skip
GO_ON = "Go on coloring"

# What can go wrong, and what to do
NO_DRAWING = "There is no drawing yet: choose one or try an example."
NO_PICTURE = (
    "This file cannot be opened as a picture: give a whole "
    "PNG, JPEG, WebP, GIF, TIFF, BMP, HEIC, AVIF, JPEG XL, PSD, ORA, KRA, PDF or SVG."
)
TOO_HEAVY = "This file has more than {megabytes} MB: save it smaller."
TOO_LARGE = (
    "This file has more than {megapixels} megapixels, or more layers or shapes than can be opened here: "
    "scale it down, or save it as PNG."
)
NO_PAGE = "There is no page {page} in this file: choose one from 1 to {last}."
TOO_SMALL = "This picture has {width}x{height} pixels: give one of at least {least} pixels a side."
TOO_LONG = "This picture is {width}x{height} pixels, too long and narrow to color: cut it into pieces."
NO_SAVED = (
    "This is no file saved here to go on later: choose one that ends in .zip, or a .psd or .ora from here, "
    "or start from a drawing."
)
NOT_ARRIVED = "The file did not arrive here. Check the connection, and try once more."
NO_CAMERA = "There is no camera, or the browser may not use it: choose a file."
BUSY = "Many people are painting at the moment. Nothing is lost: try again in a few seconds."
EXPIRED = "This painting is no longer here, it was put away after an hour without an answer: open the drawing again."
NO_EXAMPLE = "There is no example {index}: choose one from 0 to {last}."
NO_REGION = "There is no region {region} in this painting: choose one of {known}."
OUTSIDE = "That point lies outside the drawing: choose one inside it."
ALL_ANSWERED = "Every region has had its turn: choose one to change its color."
NOTHING_TO_UNDO = "There is nothing to undo yet."
NOTHING_TO_REDO = "There is nothing to redo."
NOT_YES_OR_NO = "{what} is {value}: give true or false."
NO_STEP = "There is no step {step}: choose one from 0 to {last}."
NO_COLOR = "{color} is no color: give one such as #e07a5f, rgb(224, 122, 95) or hsl(13, 67%, 63%)."
NO_ROOM = "The server has no room for files at the moment. Nothing is lost: try again in a few minutes."
NO_KIND = "{kind} is no kind of file made here: choose one of {known}."
NO_MODE = "{mode} is no way to color: choose flat or painted."
NO_UNANSWERED = "{unanswered} is not what becomes of parts without an answer: choose guess or paper."
NO_SPLIT = "This region is in one piece, there is nothing to split: draw a border through it."
NO_CUT = "This cut parts nothing: click two places on the border of one region, on opposite sides of it."
NO_BORDER = "This border closes nothing off: draw it from one line to another, or in a ring."
NO_ERASE = "There is no border on this line: draw across one, from one part into the other."
NO_MERGE = "This is the lit part itself: click the region that it should become one with."
NO_MOVE = "This area is in the lit part already: click one that is not lit."
NO_PROPOSAL = "That coloring is no longer offered: go on from what you see."
NO_PANEL = "That panel is not there: choose one on the map of the page."
MANY_PANELS = "This page has more than {most} panels, too many to ask about one by one: color it as one."
NO_CORNERS = "That is no sheet of paper: put the four corners apart from each other, each on one of the paper's."
PALETTE_FIRST = "This looks like a palette: open a drawing first, then drop the palette on it."
NO_PALETTE = "This file holds no colors: give a palette (.gpl, .ase, .aco, .hex, .json, …) or any picture."
LONG_STROKE = "This line has more than {most} points: draw a shorter one."
TOO_MANY_STEPS = "This painting has {most} steps, as many as can be kept: finish it, or undo some."
LOST = "The server did not hear that. Check the connection; what you see now is what it has."

# The user study
STUDY_INTRO = """
You will color some drawings, each of them twice: once the program asks you for the color of one part after another,
and once you click the places yourself. Color them as you like; stop when you are content. After each picture you are
asked how good it is, and at the end how convenient the two ways were.

Your answers and the seconds between them are written down, and nothing about you.
"""
STUDY_BEGIN, STUDY_NEXT, STUDY_FINISH, STUDY_AGAIN = "Begin", "Next", "Finish", "For the next person"
STUDY_PLACE = "Picture {number} of {count}"
STUDY_ASK_PART = "### What color is the lit part?"
STUDY_ASK_POINT = "### Click a place in the drawing on the left."
STUDY_ASK_COLOR = "### What color is the place you clicked?"
STUDY_ALL_ASKED = "### Every part has had its turn. Is the picture done?"
STUDY_DRAWING, STUDY_PICTURE = "The drawing", "The picture so far"
STUDY_APPLY, STUDY_DONE = "Use this color", "The picture is done"
STUDY_QUALITY = "How good is this picture? 1 is bad, 5 is very good."
STUDY_CONVENIENCE = {
    "questions": "How convenient was it to be asked for colors? 1 is not at all, 5 is very.",
    "points": "How convenient was it to click the places yourself? 1 is not at all, 5 is very.",
}
STUDY_THANKS = "### That was all. Thank you!"
STUDY_NO_POINTS = "This time the program chooses the place: choose a color for the lit part."
STUDY_NO_POINT = "Click a place in the drawing first."
STUDY_NO_SKIP = "There is no question to skip: click a place in the drawing."
STUDY_NO_SCORE = "Choose a number from 1 to 5 first."
STUDY_NOTHING_DONE = "Nothing is colored yet: give at least one color."
STUDY_NOT_OPENED = "{drawing} cannot be opened on the server: tell whoever runs the study, then press again."
STUDY_NOT_WRITTEN = "Your answer cannot be saved on the server: tell whoever runs the study, then press again."
STUDY_GONE = "This session is no longer here: load the page anew to begin another."
