"""`guiding-painter`: which regions the model asks for, and coloring by their answers, from a terminal."""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFont

from .colors import parse_color
from .files import save_png

if TYPE_CHECKING:
    from .painting import Answers, Painting

EXAMPLES = """\
examples:
  guiding-painter regions drawing.png -o guide.png
      number the regions in the order the model asks for them, and list its own suggestions
  guiding-painter paint drawing.png --colors "#e07a5f,#3d405b,skip,#81b29a" -o colored.png
      answer regions 1, 2 and 4 and leave all others to the model
  guiding-painter paint drawing.png --colors auto -o colored.psd
      accept every suggestion, and keep a layer for each region to go on with in a paint program
  guiding-painter paint photo.jpg --extract-lines --colors auto --model user/my-comic -o colored.png
      make line art of a colored picture first, and color it with another model
  guiding-painter demo
      color in the browser
"""
ROOT = Path(__file__).resolve().parents[1]  # of a checkout; an installed package has no space folder there
# Okabe and Ito's colors, which stay apart for color-blind people
OVERLAY = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code: 0, or 2 with one sentence on stderr for what the user can mend."""
    args = parse_args(argv)
    try:
        return args.command(args)
    except (OSError, ValueError) as error:
        print(f"guiding-painter: {error}", file=sys.stderr)
        return 2


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="guiding-painter",
        description="Color line drawings by answering the model's questions: it cuts a drawing into regions\n"
        "that want one color each, and asks for them in the order of how much each answer helps.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    model = argparse.ArgumentParser(add_help=False)
    model.add_argument("--model", help="checkpoint folder or hub id such as user/my-comic (default: the bundled model)")
    drawing = argparse.ArgumentParser(add_help=False, parents=[model])
    drawing.add_argument("drawing", type=Path, help="PNG, JPEG, WebP, GIF, TIFF or BMP")
    drawing.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="FILE",
        help="the file to write: .png; paint also .psd or .ora, in layers",
    )
    drawing.add_argument(
        "--long-side",
        type=int,
        default=512,
        metavar="PIXELS",
        help="size at which the model looks at the drawing; the output has the drawing's own (default: %(default)s)",
    )
    drawing.add_argument("--extract-lines", action="store_true", help="make line art of a colored picture first")

    regions = commands.add_parser(
        "regions",
        parents=[drawing],
        help="number the first regions on the drawing",
        description="Writes the drawing with its first regions tinted and numbered in the order the model asks for "
        "them, and lists how much of the drawing each takes and the color the model suggests.",
    )
    regions.add_argument("--count", type=int, default=8, help="how many regions to show (default: %(default)s)")
    regions.set_defaults(command=regions_command)

    paint = commands.add_parser(
        "paint",
        parents=[drawing],
        help="color the drawing",
        description="Colors the drawing by your answers to its regions, in the order that `regions` shows.",
    )
    paint.add_argument(
        "--colors",
        required=True,
        help="answers in order, as in '#e07a5f,skip,#3d405b' (with the quotes), where skip leaves a region to the "
        "model; or auto, which accepts its suggestion for every region in turn",
    )
    paint.add_argument(
        "--mode",
        choices=("flat", "painted"),
        default="flat",
        help="every region in one flat color, or with the model's shading (default: %(default)s)",
    )
    paint.add_argument("--no-lines", action="store_true", help="leave the drawing's lines out of a .png")
    paint.add_argument("--transparent", action="store_true", help="leave regions without an answer out of a .png")
    paint.set_defaults(command=paint_command)

    demo = commands.add_parser(
        "demo",
        parents=[model],
        help="color in the browser",
        description="Starts the Space of a checkout of this project on this machine and prints its address.",
    )
    demo.set_defaults(command=demo_command)
    return parser.parse_args(argv)


def regions_command(args: argparse.Namespace) -> int:
    if args.count < 1:
        raise ValueError(f"--count is {args.count}: show at least 1 region.")
    painting = _open(args)
    save_png(guide_image(painting, args.count), args.output, painting.drawing.info.get("dpi"))
    shown = painting.regions[: args.count]
    for number, region in enumerate(shown, 1):
        print(f"{number:3}  {region.suggested_color}  {region.area:6.1%} of the drawing")
    print(f"{args.output} shows {len(shown)} of {len(painting.regions)} regions.")
    return 0


def paint_command(args: argparse.Namespace) -> int:
    answers: Answers = "auto"
    if args.colors != "auto":
        words = [word.strip() for word in args.colors.split(",")]
        answers = [None if word == "skip" else parse_color(word) for word in words]
    painting = _open(args, (".png", ".psd", ".ora"))
    painting.paint_all(answers)
    painting.save(args.output, args.mode, not args.no_lines, args.transparent)
    answered = sum(region.color is not None for region in painting.regions)
    print(f"{args.output} has your color in {answered} of {len(painting.regions)} regions.")
    if len(answers) > len(painting.regions) and answers != "auto":
        print(f"{len(answers) - len(painting.regions)} colors were left over.")
    return 0


def demo_command(args: argparse.Namespace) -> int:
    app = ROOT / "space" / "app.py"
    if not app.is_file():
        raise OSError("demo runs from a checkout of the project, which has the space folder: run `make demo` there.")
    if find_spec("gradio") is None:
        raise OSError("demo needs Gradio, which is not installed: run `make demo`, or `pip install gradio` first.")
    return subprocess.call([sys.executable, str(app), *(["--model", args.model] if args.model else [])])


def guide_image(painting: "Painting", count: int) -> Image.Image:
    """The drawing, RGB at its own size, with its first regions tinted and numbered from 1 in the order asked."""
    height, width = painting.region_map.shape
    colors = np.full((256, 3), 255, np.uint8)
    shown = painting.regions[:count]
    for rank, region in enumerate(shown):
        colors[region.index] = (2 * np.array(ImageColor.getrgb(OVERLAY[rank % len(OVERLAY)])) + 255) // 3
    tints = Image.fromarray(colors[painting.region_map])
    guide = ImageChops.multiply(tints, painting.drawing.convert("RGB"))

    draw = ImageDraw.Draw(guide)
    size = max(12, min(height, width) // 20)
    font = ImageFont.load_default(size)
    for number, region in enumerate(shown, 1):
        draw.text(region.center, str(number), "black", font, "mm", stroke_width=size // 6, stroke_fill="white")
    return guide


def _open(args: argparse.Namespace, suffixes: Sequence[str] = (".png",)) -> "Painting":
    # Everything that a typing error can spoil comes before the seconds that importing torch and diffusers takes.
    if args.output.suffix.lower() not in suffixes:
        raise ValueError(f"{args.output} does not end in {' or '.join(suffixes)}: name such a file.")
    if args.output.exists() and args.drawing.exists() and args.output.samefile(args.drawing):
        raise ValueError(f"{args.output} is the drawing itself: name another file to write.")
    from .pipeline import GuidingPainterPipeline

    painter = GuidingPainterPipeline.from_pretrained(args.model)
    return painter.open(args.drawing, args.long_side, args.extract_lines)
