"""Pages of panels, with and without frames."""

from PIL import Image, ImageDraw

FRAMES = [(20, 20, 380, 180), (20, 200, 190, 380), (210, 200, 380, 290), (210, 310, 380, 380), (20, 400, 380, 580)]
FRAMELESS = (20, 220, 380, 380)  # the panel of `draw_open_page` that has no frame


def draw_page(frames: list[tuple[int, int, int, int]] = FRAMES, line: int = 3) -> Image.Image:
    page = Image.new("L", (400, 600), 255)
    draw = ImageDraw.Draw(page)
    for left, top, right, bottom in frames:
        draw.rectangle((left, top, right - 1, bottom - 1), outline=0, width=line)
        x, y = (left + right) // 2, (top + bottom) // 2
        draw.ellipse((x - 30, y - 25, x + 30, y + 25), outline=0, width=3)
        draw.line((left, bottom - 15, right - 1, bottom - 25), fill=0, width=2)
    return page


def draw_figures() -> Image.Image:
    """Six balls in white space: no panels."""
    page = Image.new("L", (400, 600), 255)
    draw = ImageDraw.Draw(page)
    for top in (20, 230, 440):
        draw.ellipse((40, top, 170, top + 130), outline=0, width=3)
        draw.ellipse((230, top, 360, top + 130), outline=0, width=3)
    return page


def draw_open_page() -> Image.Image:
    """Three panels one below the other, the middle one without a frame: only its strokes tell where it ends."""
    page = draw_page([(20, 20, 380, 180), (20, 420, 380, 580)])
    draw = ImageDraw.Draw(page)
    draw.ellipse((20, 240, 120, 340), outline=0, width=3)
    draw.line((200, 220, 230, 300, 300, 220), fill=0, width=3)
    draw.line((379, 260, 379, 290, 330, 379, 250, 379), fill=0, width=3)
    return page
