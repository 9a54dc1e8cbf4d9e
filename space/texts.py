"""Every word that the Space shows, so that a translation is one file."""

TITLE = "Guiding Painter"
INTRO = "Give it a line drawing. It asks for colors, the most helpful answer first, and paints the picture as you go."

UPLOAD_LABEL = "Your drawing"
UPLOAD_PLACEHOLDER = "# Drop a drawing here\nor click to choose one, or paste it"
EXAMPLES_LABEL = "or try one of these"

QUESTION = (
    "### What color is the lit part?\n"
    "Region {number} of {total}, {area} of the drawing. The color shown is the model's suggestion."
)
FINISHED = "### Every region has had its turn.\nDownload the picture, or undo to change an answer."
ASKED_LABEL = "The drawing"
ASKED_ALT = "The drawing with the region in question lit and striped, the rest dimmed"
PICTURE_LABEL = "The picture so far"
PICTURE_ALT = "The colored picture after the answers so far"
COLOR_LABEL = "Color"
APPLY = "Apply"
SKIP = "Skip"
UNDO = "Undo"
DOWNLOAD = "Download PNG"
START_OVER = "Another drawing"

NO_DRAWING = "There is no drawing yet: choose one or try an example."
EXPIRED = "This painting is no longer here, it was put away after an hour without an answer: open the drawing again."
NO_EXAMPLE = "There is no example {index}: choose one from 0 to {last}."
ALL_ANSWERED = "Every region has had its turn: undo an answer to change it."
NOTHING_TO_UNDO = "There is no answer to undo yet."
NO_COLOR = "{color} is no color: give one such as #e07a5f, rgb(224, 122, 95) or hsl(13, 67%, 63%)."
