"""`guiding-painter`: which regions the model asks for, and coloring by their answers, from a terminal."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFont

from .batch import paint_pages, plan_outputs
from .colors import parse_color
from .files import save_png
from .palettes import SUFFIXES, write_palette
from .sources import Sources

if TYPE_CHECKING:
    from .painting import Painting
    from .pipeline import GuidingPainterPipeline

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
  guiding-painter paint page1.png --panels --colors "#e07a5f,#3d405b" -o page1.ora --save-answers first.json
      answer for every panel by itself, and keep the answers
  guiding-painter paint pages/*.png --answers first.json --palette my.gpl --out flats --format ora
      color a folder: what looks like a region of the first page as it, all else from a palette
  guiding-painter demo
      color in the browser
"""
FORMATS = "PNG, JPEG, WebP, GIF, TIFF or BMP"
LAYERED = (".png", ".psd", ".ora")
ROOT = Path(__file__).resolve().parents[1]  # of a checkout; an installed package has no space folder there
# Okabe and Ito's colors, which stay apart for color-blind people
OVERLAY = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code.

    0; 1 where some of several pages could not be painted; 2 with one sentence on stderr for what the user can mend; as
    is usual, 130 after Ctrl-C, and 141 where what is printed is no longer read (`| head`).
    """
    args = parse_args(argv)
    try:
        code = args.command(args)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        print("guiding-painter: stopped; every file written so far is whole.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains when it flushes at exit
        return 141
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
    looking = argparse.ArgumentParser(add_help=False, parents=[model])
    looking.add_argument(
        "--long-side",
        type=int,
        default=512,
        metavar="PIXELS",
        help="size at which the model looks at the drawing; the output has the drawing's own (default: %(default)s)",
    )
    looking.add_argument("--extract-lines", action="store_true", help="make line art of a colored picture first")
    looking.add_argument(
        "--panels", action="store_true", help="find the panels of a page and give each of them its own regions"
    )

    regions = commands.add_parser(
        "regions",
        parents=[looking],
        help="number the first regions on the drawing",
        description="Writes the drawing with its first regions tinted and numbered in the order the model asks for "
        "them, and lists how much of the drawing each takes and the color the model suggests.",
    )
    regions.add_argument("drawing", type=Path, help=FORMATS)
    regions.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="the .png file to write")
    regions.add_argument("--count", type=int, default=8, help="how many regions to show (default: %(default)s)")
    regions.set_defaults(command=regions_command)

    paint = commands.add_parser(
        "paint",
        parents=[looking],
        help="color a drawing, or many",
        description="Colors drawings by your answers to their regions, in the order that `regions` shows. Of --colors, "
        "--answers and --palette, each answers what the one before has left open.",
    )
    paint.add_argument("drawings", type=Path, nargs="+", metavar="drawing", help=FORMATS)
    where = paint.add_mutually_exclusive_group(required=True)
    where.add_argument("-o", "--output", type=Path, metavar="FILE", help="write .png, or in layers .psd or .ora")
    where.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        help="write each drawing to a file of its name there; what is there already is left, so that the same command "
        "goes on where it was stopped",
    )
    paint.add_argument("--format", choices=("png", "psd", "ora"), help="of the files in --out (default: png)")
    paint.add_argument("--overwrite", action="store_true", help="paint what is in --out already once more")
    paint.add_argument(
        "--colors",
        help="answers in order, as in '#e07a5f,skip,#3d405b' (with the quotes), where skip leaves a region to the "
        "model; or auto, which accepts its suggestion for every region in turn",
    )
    paint.add_argument(
        "--answers",
        type=Path,
        metavar="FILE",
        help="answers that --save-answers has kept of another page: regions that look like one there get its color",
    )
    paint.add_argument(
        "--palette",
        type=Path,
        metavar="FILE",
        help="a .gpl or .json palette, or a picture to take the colors from: every region, in turn, gets the one "
        "nearest to the model's suggestion that came least often so far",
    )
    paint.add_argument(
        "--palette-size",
        type=int,
        default=12,
        metavar="COLORS",
        help="how many colors to take from a picture (default: %(default)s)",
    )
    paint.add_argument(
        "--save-palette", type=Path, metavar="FILE", help="keep the colors of the answers, .gpl or .json"
    )
    paint.add_argument("--save-answers", type=Path, metavar="FILE", help="keep the answers for --answers, .json")
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
    args = parser.parse_args(argv)
    if args.command is paint_command:
        _check_usage(paint, args)
    return args


def regions_command(args: argparse.Namespace) -> int:
    if args.count < 1:
        raise ValueError(f"--count is {args.count}: show at least 1 region.")
    _check_output(args.output, args.drawing, (".png",))
    painting = _open(_load(args), args.drawing, args)
    save_png(guide_image(painting, args.count), args.output, painting.drawing.info.get("dpi"))
    shown = painting.regions[: args.count]
    for number, region in enumerate(shown, 1):
        print(f"{number:3}  {region.suggested_color}  {region.area:6.1%} of the drawing")
    print(f"{args.output} shows {len(shown)} of {len(painting.regions)} regions.")
    return 0


def paint_command(args: argparse.Namespace) -> int:
    sources = Sources.read(args.colors, args.answers, args.palette, args.palette_size)
    if args.out:
        return _paint_folder(args, sources)
    (drawing,) = args.drawings
    _check_output(args.output, drawing, LAYERED)
    for path, suffixes in ((args.save_palette, SUFFIXES), (args.save_answers, (".json",))):
        if path:
            _check_output(path, drawing, suffixes)
    painter = _load(args)
    painting = _open(painter, drawing, args)
    sources.paint(painter, painting)
    painting.save(args.output, args.mode, not args.no_lines, args.transparent)
    colors = [color for region in painting.regions if (color := region.color)]
    if args.save_palette:
        write_palette([parse_color(color) for color in dict.fromkeys(colors)], args.save_palette)
    if args.save_answers:
        from .transfer import save_answers

        save_answers(painter, painting, args.save_answers)
    print(f"{args.output} has your color in {len(colors)} of {len(painting.regions)} regions.")
    if sources.colors != "auto" and len(sources.colors) > len(painting.regions):
        print(f"{len(sources.colors) - len(painting.regions)} colors were left over.")
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


def _check_usage(parser: argparse.ArgumentParser, args: argparse.Namespace) -> None:
    if args.colors is None and not args.answers and not args.palette:
        parser.error("say where the colors come from: --colors, --answers or --palette")
    if args.colors == "auto" and args.palette:
        parser.error("--colors auto and --palette both answer every region: choose one of them")
    if args.output and len(args.drawings) > 1:
        parser.error(f"-o names one file for {len(args.drawings)} drawings: name a folder with --out")
    if args.output and (args.format or args.overwrite):
        parser.error("--format and --overwrite go with --out: the ending of the file after -o says its format")
    if args.out and (args.save_palette or args.save_answers):
        parser.error("--save-palette and --save-answers keep the answers of one drawing: they go with -o")


def _check_output(output: Path, drawing: Path, suffixes: Sequence[str]) -> None:
    # Everything that a typing error can spoil comes before the seconds that importing torch and diffusers takes.
    if output.suffix.lower() not in suffixes:
        raise ValueError(f"{output} does not end in {' or '.join(suffixes)}: name such a file.")
    if output.exists() and drawing.exists() and output.samefile(drawing):
        raise ValueError(f"{output} is the drawing itself: name another file to write.")


def _load(args: argparse.Namespace) -> "GuidingPainterPipeline":
    from .pipeline import GuidingPainterPipeline

    return GuidingPainterPipeline.from_pretrained(args.model)


def _open(painter: "GuidingPainterPipeline", drawing: Path, args: argparse.Namespace) -> "Painting":
    if args.panels:
        from .panels import open_panels

        return open_panels(painter, drawing, args.long_side, args.extract_lines)
    return painter.open(drawing, args.long_side, args.extract_lines)


def _paint_folder(args: argparse.Namespace, sources: Sources) -> int:
    planned = plan_outputs(args.drawings, args.out, f".{args.format or 'png'}")
    try:
        args.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OSError(f"The folder {args.out} cannot be made ({error.strerror}): choose another place.") from error
    left = {drawing: target for drawing, target in planned.items() if args.overwrite or not target.exists()}
    failures = {}
    if left:
        painter = _load(args)

        def paint(drawing: Path, target: Path) -> None:
            painting = _open(painter, drawing, args)
            sources.paint(painter, painting)
            painting.save(target, args.mode, not args.no_lines, args.transparent)

        failures = paint_pages(left, paint)
    print(f"{len(left) - len(failures)} of {len(planned)} pages were painted to {args.out}.")
    if len(left) < len(planned):
        print(f"{len(planned) - len(left)} were there already (--overwrite paints them once more).")
    if not failures:
        return 0
    print(f"guiding-painter: {len(failures)} of {len(left)} pages could not be painted:", file=sys.stderr)
    for drawing, sentence in failures.items():
        print(f"  {sentence}" if str(drawing) in sentence else f"  {drawing}: {sentence}", file=sys.stderr)
    return 1
