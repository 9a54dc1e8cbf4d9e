"""Plays visitors that answer every question, over a folder of pictures, and reports what an interaction costs.

`python benchmarks/space/study.py FOLDER [--model MODEL] [--answers N] [--output times.json]`
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "space"))

import asking
import commands
from canvas_state import canvas_state, opening_of
from guiding_painter import GuidingPainterPipeline
from machine import settle
from study_sessions import SUFFIXES
from texts import en
from uploads import check_picture
from visits import Visits, is_page

SCRIPT = ("paint", "paint", "skip", "paint", "undo", "redo", "accept")  # over and over, until nothing is left to ask


def play(visits: Visits, folder: str, path: Path, answers: int) -> dict[str, Any]:
    """One session, without a person's time: every command as the page does it, with what the page is told then.

    Returns the record of the session, the seconds until the first question, and what the visit takes in memory when
    it is put away.
    """
    began, cpu = time.perf_counter(), time.process_time()
    data = path.read_bytes()
    picture = check_picture(data)
    name = visits.start(data, picture, panels=is_page(picture))
    with visits.using(name) as visit:
        commands.begin(visit)
        canvas_state(visit, en, folder)
        first, cpu = time.perf_counter() - began, time.process_time() - cpu
        seconds = []
        for number in range(answers):
            if asking.asked(visit) is None:
                break
            began = time.perf_counter()
            action = SCRIPT[number % len(SCRIPT)]
            if action == "paint":
                commands.apply_color(visit, commands.COMMON[number % len(commands.COMMON)])
            elif action == "accept":
                commands.apply_color(visit, asking.asked(visit).suggested_color)
            else:
                {"skip": commands.skip_region, "undo": commands.undo, "redo": commands.redo}[action](visit)
            known = {"opening": opening_of(visit), "map": visit.version_of_map(), "strip": None}
            canvas_state(visit, en, folder, known)
            seconds.append(round(time.perf_counter() - began, 4))
        visit.saved = visit.painting.to_dict()
        record = visit.record.to_dict()
    return {
        "picture": path.name,
        "first_question_seconds": round(first, 3),
        "first_question_cpu_seconds": round(cpu, 3),
        "step_seconds": seconds,
        "kept_bytes": visit.kept_bytes,
        "record": record,
    }


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
    with tempfile.TemporaryDirectory() as folder:  # of the pictures for the page
        sessions = [play(visits, folder, path, args.answers) for path in paths]
    seconds = [value for session in sessions for value in session["step_seconds"]]
    firsts = [session["first_question_seconds"] for session in sessions]
    print(f"{len(sessions)} sessions, {len(seconds)} interactions")
    print(f"seconds until the first question: median {statistics.median(firsts):.2f}, max {max(firsts):.2f}")
    cpu = [session["first_question_cpu_seconds"] for session in sessions]
    print(f"of a core: median {statistics.median(cpu):.2f}, max {max(cpu):.2f}")
    print(f"seconds an interaction: p50 {percentile(seconds, 0.5):.3f}, p95 {percentile(seconds, 0.95):.3f}")
    print(f"bytes of a visit that is put away: max {max(session['kept_bytes'] for session in sessions):,}")
    if args.output:
        args.output.write_text(json.dumps(sessions, indent=1))


if __name__ == "__main__":
    main()
