"""What can be said to `guiding-painter`: its commands, their options, and what of them goes together."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

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
FORMATS = "PNG, JPEG, WebP, GIF, TIFF, BMP, AVIF, HEIC, JPEG XL, PSD, ORA, KRA, PDF or SVG"


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """What was asked for; `command` is "regions", "paint" or "demo". Exits with code 2 where it makes no sense."""
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
    looking = _looking(model)
    _add_regions(commands.add_parser("regions", parents=[looking], help="number the first regions on the drawing"))
    paint = commands.add_parser(
        "paint",
        parents=[looking],
        help="color a drawing, or many",
        description="Colors drawings by your answers to their regions, in the order that `regions` shows. Of --colors, "
        "--answers and --palette, each answers what the one before has left open.",
    )
    _add_outputs(paint)
    _add_sources(paint)
    _add_kept(paint)
    commands.add_parser(
        "demo",
        parents=[model],
        help="color in the browser",
        description="Starts the Space of a checkout of this project on this machine and prints its address.",
    ).set_defaults(command="demo")
    args = _parse(parser, argv)
    if args.command == "paint":
        _check_usage(paint, args)
    return args


def _looking(model: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """What says how the model looks at a drawing."""
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
    looking.add_argument(
        "--gap",
        choices=("tight", "normal", "loose"),
        default="normal",
        help="how wide openings in lines may be to be closed (default: %(default)s)",
    )
    looking.add_argument(
        "--underdrawing",
        choices=("auto", "keep", "drop"),
        default="auto",
        help="pale colored lines under the ink: drop them, keep them, or drop those of one hue; what paper is ruled "
        "with is dropped unless kept (default: %(default)s)",
    )
    _add_pages(looking)
    return looking


def _add_pages(looking: argparse.ArgumentParser) -> None:
    looking.add_argument(
        "--page",
        type=_page,
        default="auto",
        metavar="auto|none|CORNERS",
        help="the sheet of paper in a photo: looked for, or not, or its four corners in pixels, as in "
        "'120,80 1400,95 1490,1900 60,1880' (default: %(default)s)",
    )
    looking.add_argument(
        "--page-number",
        type=int,
        metavar="NUMBER",
        help="the page of a PDF or TIFF, from 1 (default: the first; with --out, all)",
    )


def _add_regions(regions: argparse.ArgumentParser) -> None:
    regions.description = (
        "Writes the drawing with its first regions tinted and numbered in the order the model asks for them, and lists "
        "how much of the drawing each takes and the color the model suggests."
    )
    regions.add_argument("drawing", type=Path, help=FORMATS)
    regions.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="the .png file to write")
    regions.add_argument("--count", type=int, default=8, help="how many regions to show (default: %(default)s)")
    regions.set_defaults(command="regions")


def _add_outputs(paint: argparse.ArgumentParser) -> None:
    paint.set_defaults(command="paint")
    paint.add_argument("drawings", type=Path, nargs="+", metavar="drawing", help=FORMATS)
    where = paint.add_mutually_exclusive_group(required=True)
    where.add_argument("-o", "--output", type=Path, metavar="FILE", help="write .png, or in layers .psd or .ora")
    where.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        help="write each drawing to a file of its name there; what is there already is left, so that the same command "
        "goes on where it was stopped, and several at once share the work",
    )
    paint.add_argument("--format", choices=("png", "psd", "ora"), help="of the files in --out (default: png)")
    paint.add_argument("--overwrite", action="store_true", help="paint what is in --out already once more")
    paint.add_argument(
        "--report", type=Path, metavar="FILE", help="write what was done for each page, .json: outcome, notes, error"
    )


def _add_sources(paint: argparse.ArgumentParser) -> None:
    paint.add_argument(
        "--colors",
        help="answers in order, as in '#e07a5f,skip,#3d405b' (with the quotes), where skip leaves a region to the "
        "model; or auto, which accepts its suggestions for all of them",
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
        help="a palette, .gpl, .aco, .ase, .json, .hex, .txt or .pal, or a picture to take the colors from: every "
        "region, in turn, gets the one nearest to the model's suggestion that came least often so far",
    )
    paint.add_argument(
        "--palette-size",
        type=int,
        default=12,
        metavar="COLORS",
        help="how many colors to take from a picture (default: %(default)s)",
    )


def _add_kept(paint: argparse.ArgumentParser) -> None:
    paint.add_argument(
        "--save-palette", type=Path, metavar="FILE", help="keep the colors of the answers, .gpl, .json or .ase"
    )
    paint.add_argument("--save-answers", type=Path, metavar="FILE", help="keep the answers for --answers, .json")
    paint.add_argument(
        "--mode",
        choices=("flat", "painted"),
        default="flat",
        help="every region in one flat color, or with the model's shading (default: %(default)s)",
    )
    paint.add_argument(
        "--unanswered",
        choices=("guess", "paper"),
        default="guess",
        help="regions without an answer: in the model's guess, or white where it is not sure (default: %(default)s)",
    )
    paint.add_argument("--no-lines", action="store_true", help="leave the drawing's lines out of a .png")
    paint.add_argument("--transparent", action="store_true", help="leave regions without an answer out of a .png")


def _parse(parser: argparse.ArgumentParser, argv: Sequence[str] | None) -> argparse.Namespace:
    words = sys.argv[1:] if argv is None else list(argv)
    own = words[: words.index("--")] if "--" in words else words
    if dashed := next((word for word in own if word[:1] == "-" and Path(word).is_file()), None):
        parser.error(f"{dashed} looks like an option: put -- before names that begin with a dash, or write ./{dashed}")
    return parser.parse_args(words)


def _page(text: str) -> str | list[tuple[float, float]]:
    from ..drawings import read_page  # which loads all that a drawing takes; help is there at once without

    try:
        return read_page(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is neither auto, none nor four corners x,y") from None


def _check_usage(parser: argparse.ArgumentParser, args: argparse.Namespace) -> None:
    if args.colors is None and not args.answers and not args.palette:
        parser.error("say where the colors come from: --colors, --answers or --palette")
    if args.output and len(args.drawings) > 1:
        parser.error(f"-o names one file for {len(args.drawings)} drawings: name a folder with --out")
    if args.output and args.overwrite:
        parser.error("--overwrite goes with --out: the file after -o is always written anew")
    if args.output and args.format:
        if not args.output.suffix:
            args.output = args.output.with_suffix(f".{args.format}")
        elif args.output.suffix.lower() != f".{args.format}":
            parser.error(f"--format says {args.format} and {args.output} ends otherwise: leave one of them out")
    if args.out and (args.save_palette or args.save_answers):
        parser.error("--save-palette and --save-answers keep the answers of one drawing: they go with -o")
