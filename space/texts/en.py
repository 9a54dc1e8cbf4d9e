"""English."""

PATH, LANGUAGE = "", "English"
TITLE = "Guiding Painter"
INTRO = "Give it a line drawing. It asks for colors, the most helpful answer first, and paints the picture as you go."

# Start
UPLOAD_LABEL = "Your drawing"
UPLOAD_PLACEHOLDER = "# Drop a drawing here\nor click to choose one, paste it, or take a photo"
EXAMPLES_LABEL = "or try one of these"
EXAMPLE_NAMES = {
    "comic-panel.png": "Comic panel", "portrait.png": "Character", "dog.png": "Animal", "garden.png": "Scene",
    "pencil.jpg": "Pencil scan", "page.png": "Full page", "cats.png": "Clip art", "ladybug.png": "Colored picture",
}  # fmt: skip
RESUME_FILE = "Open a PDF, PSD, … or a saved file"
RESUME_LAST = "Continue where you left off"
HELP_TITLE = "How it works"
HELP = """
1. Choose a drawing with dark lines on light paper; a scan will do, or a photo of paper on a table.
2. One part of it lights up: say its color, with one click on a color, or press Enter to accept the suggestion.
3. **Skip** what you don't care about. Undo, redo, or click a picture in the strip below to go back there.
4. Click any other part of the drawing to color that one instead, also one that you have answered before.
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
QUESTION = "### What color is the lit part?\nRegion {number} of about {total}, {area} of the drawing."
ANSWERED = (
    "### Another color for the lit part?\nRegion {number} of about {total}, {area} of the drawing, is {color} now."
)
SKIPPED = (
    "### A color for the lit part after all?\nRegion {number} of about {total}, {area} of the drawing, was skipped."
)
ALL_ASKED = "### Every region has had its turn.\nFinish, or click a part of the drawing to change its color."
UNDER_ONE = "under 1%"
ASKED_LABEL = "The drawing"
ASKED_ALT = "The drawing with the region in question lit, striped and outlined, the rest dimmed"
PICTURE_LABEL = "The picture so far"
PICTURE_ALT = "The colored picture after the answers so far"
COLOR_LABEL = "Color"
HEX_LABEL = "Color as text, such as #e07a5f"
APPLY = "Use this color"
SUGGESTION = "Suggestion"
COMMON = "Common"
PALETTE = "This picture"
RECENT = "Recent"
SKIP, BACK, UNDO, REDO = "Skip", "Back", "Undo", "Redo"
FINISH_AUTO = "Let the model finish"
FINISH = "Finish"
START_OVER = "Another drawing"
STRIP_LABEL = "The way here: click a picture to go back to it"
STRIP_START = "The beginning"
STRIP_FRAME = "After step {number}"
TOOL_LABEL = "A click on the drawing"
TOOLS = {
    "choose": ("chooses", "Click a part of the drawing to color it next."),
    "split": ("splits", "Click a region whose parts want different colors: the part under the click becomes its own."),
    "cut": ("cuts", "Click two places on the border of a region, one after the other: it is cut between them."),
    "merge": ("merges", "Click a region to make it one with the lit region."),
    "move": ("moves", "Click an area inside lines: it moves to the lit region."),
}
CUT_END = "Now click the other end of the cut."

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
FIRST_FRAME = "Of this animation the first picture is used."
FIRST_PAGE = "Of the {pages} pages in this file the first is used."
NO_SAVED = (
    "This is no file saved here to go on later: choose one that ends in .zip, or a .psd or .ora from here, "
    "or start from a drawing."
)
EXPIRED = "This painting is no longer here, it was put away after an hour without an answer: open the drawing again."
NO_EXAMPLE = "There is no example {index}: choose one from 0 to {last}."
NO_REGION = "There is no region {region} in this painting: choose one of {known}."
OUTSIDE = "That point lies outside the drawing: choose one inside it."
ALL_ANSWERED = "Every region has had its turn: choose one to change its color."
NOTHING_TO_UNDO = "There is nothing to undo yet."
NOTHING_TO_REDO = "There is nothing to redo."
NOTHING_BEFORE = "This is the first region: there is none before it."
NO_STEP = "There is no step {step}: choose one from 0 to {last}."
NO_COLOR = "{color} is no color: give one such as #e07a5f, rgb(224, 122, 95) or hsl(13, 67%, 63%)."
NO_KIND = "{kind} is no kind of file made here: choose one of {known}."
NO_MODE = "{mode} is no way to color: choose flat or painted."
NO_SPLIT = "This region is in one piece, there is nothing to split: to cut it in two, click with “cuts”."
NO_CUT = "This cut parts nothing: click two places on the border of one region, on opposite sides of it."
NO_MERGE = "This is the lit region itself: click the region that it should become one with."
NO_MOVE = "This area is in the lit region already: click one that is not lit."
