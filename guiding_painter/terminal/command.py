"""`guiding-painter`: which regions the model asks for, and coloring by their answers, from a terminal."""

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..colors import parse_color
from ..files import SUFFIXES, replace_file, save_png
from ..palettes import MAX_COLORS, write_palette
from ..palettes import SUFFIXES as PALETTE_SUFFIXES
from .answer_sources import Sources
from .arguments import parse_args
from .batch import Outcome, PageTask, paint_pages, plan_pages
from .claims import folder_time

if TYPE_CHECKING:
    from ..painting import Painting
    from ..pipeline import GuidingPainterPipeline

ROOT = Path(__file__).resolve().parents[2]  # of a checkout; an installed package has no space folder there


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code.

    0; 1 where some of several pages could not be painted; 2 with one sentence on stderr for what the user can mend; as
    is usual, 130 after Ctrl-C, and 141 where what is printed is no longer read (`| head`).
    """
    try:
        try:
            args = parse_args(argv)
            return COMMANDS[args.command](args)
        finally:
            sys.stdout.flush()  # of --help too, after which argparse raises SystemExit
    except KeyboardInterrupt:
        print("guiding-painter: stopped; every file written so far is whole.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains when it flushes at exit
        return 141
    except (OSError, ValueError) as error:
        print(f"guiding-painter: {error}", file=sys.stderr)
        return 2


def regions_command(args: argparse.Namespace) -> int:
    if args.count < 1:
        raise ValueError(f"--count is {args.count}: show at least 1 region.")
    _check_output(args.output, args.drawing, (".png",))
    painting = _open(_load(args), args.drawing, args)
    from ..painting import numbered_map

    shown = painting.regions[: args.count]
    picture = numbered_map(painting.drawing, painting.region_map, [region.index for region in shown])
    save_png(picture, args.output, painting.drawing.info.get("dpi"))
    for number, region in enumerate(shown, 1):
        share = f"{region.area:.1%}" if region.area >= 0.001 else "< 0.1%"
        print(f"{number:3}  {region.suggested_color}  {share:>6} of the drawing")
    print(f"{args.output} shows {len(shown)} of {len(painting.regions)} regions.")
    return 0


def paint_command(args: argparse.Namespace) -> int:
    if not 1 <= args.palette_size <= MAX_COLORS:
        raise ValueError(f"--palette-size is {args.palette_size}: choose 1 to {MAX_COLORS} colors.")
    sources = Sources.read(args.colors, args.answers, args.palette, args.palette_size)
    if args.report:
        _check_output(args.report, args.drawings[0], (".json",))
    if args.out:
        return _paint_folder(args, sources)
    (drawing,) = args.drawings
    _check_outputs(args, drawing)
    start = time.monotonic()
    painter = _load(args)
    painting = _open(painter, drawing, args)
    for note in painting.notes:
        print(note)
    asked = [region for region in painting.regions if region.index not in painting.answers]  # gutters are not
    sources.paint(painter, painting)
    painting.save(args.output, args.mode, not args.no_lines, args.transparent, args.unanswered)
    colors = [color for region in asked if (color := region.color)]
    if args.save_palette:
        write_palette([parse_color(color) for color in dict.fromkeys(colors)], args.save_palette)
    if args.save_answers:
        from ..transfer import save_answers

        save_answers(painter, painting, args.save_answers)
    if args.report:
        page = PageTask(drawing, args.output, args.page_number or 1)
        write_report([Outcome(page, "painted", time.monotonic() - start, details=_details(painting))], args.report)
    print(f"{args.output} has your color in {len(colors)} of {len(asked)} regions.")
    if sources.colors != "auto" and (left := len(sources.colors) - len(asked)) > 0:
        print(f"{left} colors were left over." if left > 1 else "1 color was left over.")
    return 0


def demo_command(args: argparse.Namespace) -> int:
    app = ROOT / "space" / "app.py"
    if not app.is_file():
        raise OSError("demo runs from a checkout of the project, which has the space folder: run `make demo` there.")
    if find_spec("gradio") is None:
        raise OSError("demo needs Gradio, which is not installed: run `make demo`, or `pip install gradio` first.")
    return subprocess.call([sys.executable, str(app), *(["--model", args.model] if args.model else [])])


def _check_outputs(args: argparse.Namespace, drawing: Path) -> None:
    _check_output(args.output, drawing, SUFFIXES)
    for path, suffixes in ((args.save_palette, PALETTE_SUFFIXES), (args.save_answers, (".json",))):
        if path:
            _check_output(path, drawing, suffixes)
    if args.save_palette and args.save_answers and args.save_palette.resolve() == args.save_answers.resolve():
        raise ValueError(f"The palette and the answers would both be written to {args.save_answers}: name two files.")


def _check_output(output: Path, drawing: Path, suffixes: Sequence[str]) -> None:
    # Everything that a typing error can spoil comes before the seconds that importing torch and diffusers takes.
    if output.suffix.lower() not in suffixes:
        raise ValueError(f"{output} does not end in {' or '.join(suffixes)}: name such a file.")
    if output.exists() and drawing.exists() and output.samefile(drawing):
        raise ValueError(f"{output} is the drawing itself: name another file to write.")
    folder = output.parent
    if not folder.is_dir():
        raise OSError(f"{output} cannot be written (there is no folder {folder}): make it first, or choose another.")
    if not os.access(output if output.exists() else folder, os.W_OK):
        raise OSError(f"{output} cannot be written (Permission denied): choose another place.")


def write_report(outcomes: Sequence[Outcome], path: Path) -> None:
    """Writes what became of every page, .json: a list of the dicts that `Outcome.to_dict` gives."""
    replace_file(path, (json.dumps([outcome.to_dict() for outcome in outcomes], indent=1) + "\n").encode())


def _load(args: argparse.Namespace) -> "GuidingPainterPipeline":
    from ..pipeline import GuidingPainterPipeline

    return GuidingPainterPipeline.from_pretrained(args.model)


def _open(
    painter: "GuidingPainterPipeline", drawing: Path, args: argparse.Namespace, page_number: int | None = None
) -> "Painting":
    return painter.open(
        drawing,
        args.long_side,
        args.extract_lines,
        args.panels,
        args.gap,
        args.underdrawing,
        args.page,
        page_number or args.page_number or 1,
    )


def _paint_folder(args: argparse.Namespace, sources: Sources) -> int:
    from ..drawings import count_pages

    try:
        args.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OSError(f"The folder {args.out} cannot be made ({error.strerror}): choose another place.") from error
    pages = plan_pages(args.drawings, args.out, f".{args.format or 'png'}", count_pages, args.page_number)
    folder_time(args.out)  # which fails where nothing can be written
    painter = _load(args) if args.overwrite or not all(page.target.exists() for page in pages) else None

    def paint(page: PageTask) -> dict[str, Any]:
        painting = _open(painter, page.drawing, args, page.page_number)
        sources.paint(painter, painting)
        painting.save(page.target, args.mode, not args.no_lines, args.transparent, args.unanswered)
        return _details(painting)

    outcomes = paint_pages(pages, paint, args.overwrite)
    if args.report:
        write_report(outcomes, args.report)
    return _tell(outcomes, args.out)


def _details(painting: "Painting") -> dict[str, Any]:
    answered = sum(region.color is not None for region in painting.regions)
    return {"regions": len(painting.regions), "answered": answered, "notes": list(painting.notes)}


def _tell(outcomes: Sequence[Outcome], folder: Path) -> int:
    count = Counter(outcome.outcome for outcome in outcomes)
    print(f"{count['painted']} of {len(outcomes)} pages were painted to {folder}.")
    if count["there already"]:
        print(f"{count['there already']} were there already (--overwrite paints them once more).")
    if count["painted by another process"]:
        print(f"{count['painted by another process']} were painted by other processes.")
    failures = [outcome for outcome in outcomes if outcome.error]
    if not failures:
        return 0
    print(
        f"guiding-painter: {len(failures)} of {len(outcomes) - count['there already']} pages could not be painted:",
        file=sys.stderr,
    )
    for failure in failures:
        named = str(failure.page.drawing) in failure.error
        print(f"  {failure.error}" if named else f"  {failure.page}: {failure.error}", file=sys.stderr)
    return 1


COMMANDS = {"regions": regions_command, "paint": paint_command, "demo": demo_command}

if __name__ == "__main__":
    sys.exit(main())
