"""Plays visitors that answer every question, over a folder of pictures, and reports what an interaction costs.

`python benchmarks/space/study.py FOLDER [--model MODEL] [--answers N] [--output times.json]`
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gradio as gr

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "space"))

import commands
from guiding_painter import GuidingPainterPipeline
from machine import settle
from rooms import PaintRoom
from texts import en
from uploads import check_picture
from visits import Visits

SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".tif", ".tiff", ".bmp"}
SCRIPT = ("paint", "paint", "skip", "paint", "undo", "redo", "accept")  # over and over, until nothing is left to ask


def play(visits: Visits, room: PaintRoom, path: Path, answers: int) -> dict[str, Any]:
    """One session, without a person's time: every command as the page does it, with the pictures that it shows.

    Returns the record of the session, the seconds until the first question, and what the visit takes in memory when
    it is put away.
    """
    began = time.perf_counter()
    data = path.read_bytes()
    name = visits.start(data, check_picture(data))
    with visits.using(name) as visit:
        commands.begin(visit)
        room.shown(visit, en, "choose")
        first = time.perf_counter() - began
        seconds = []
        for number in range(answers):
            if commands.asked(visit) is None:
                break
            began = time.perf_counter()
            action = SCRIPT[number % len(SCRIPT)]
            if action == "paint":
                commands.apply_color(visit, commands.COMMON[number % len(commands.COMMON)])
            elif action == "accept":
                commands.apply_color(visit, commands.swatches(visit)["suggestion"])
            else:
                {"skip": commands.skip_region, "undo": commands.undo, "redo": commands.redo}[action](visit)
            room.shown(visit, en, "choose")
            seconds.append(round(time.perf_counter() - began, 4))
        visit.saved = visit.painting.to_dict()
        record = visit.record.to_dict()
    return {
        "picture": path.name,
        "first_question_seconds": round(first, 3),
        "step_seconds": seconds,
        "kept_bytes": visit.kept_bytes,
        "record": record,
    }


@contextmanager
def paint_room() -> Iterator[PaintRoom]:
    """The room of the page where one paints, in English; the pictures that it shows go with it at the end."""
    with tempfile.TemporaryDirectory() as folder:
        with gr.Blocks():
            room = PaintRoom.build(en)
        room.asked.GRADIO_CACHE = room.picture.GRADIO_CACHE = folder
        yield room


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="pictures to color")
    parser.add_argument("--model", help="folder or hub id of a fine-tuned model; the bundled one by default")
    parser.add_argument("--answers", type=int, default=20, help="commands in a session, at most")
    parser.add_argument("--output", type=Path, help="a .json file for the sessions, step by step")
    args = parser.parse_args()
    paths = sorted(path for path in args.folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if not paths:
        parser.error(f"{args.folder} has no pictures: name a folder of PNG, JPEG, WebP, GIF, TIFF or BMP files.")
    try:
        painter = GuidingPainterPipeline.from_pretrained(args.model)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    settle(painter)
    visits = Visits(painter)
    with paint_room() as room:
        sessions = [play(visits, room, path, args.answers) for path in paths]
    seconds = [value for session in sessions for value in session["step_seconds"]]
    firsts = [session["first_question_seconds"] for session in sessions]
    print(f"{len(sessions)} sessions, {len(seconds)} interactions")
    print(f"seconds until the first question: median {statistics.median(firsts):.2f}, max {max(firsts):.2f}")
    print(f"seconds an interaction: p50 {percentile(seconds, 0.5):.3f}, p95 {percentile(seconds, 0.95):.3f}")
    print(f"bytes of a visit that is put away: max {max(session['kept_bytes'] for session in sessions):,}")
    if args.output:
        args.output.write_text(json.dumps(sessions, indent=1))


if __name__ == "__main__":
    main()
