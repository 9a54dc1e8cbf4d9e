"""Table 2 of the paper, the user study: TPI, QS and CS of any number of records, with 95 % confidence intervals.

    python experiments/table2.py study_records --output_dir table2

Records are what `space/app.py --study` writes; folders of them are looked through. Each person counts once: their mean
is taken first, and the intervals are Student's t over persons. Per picture set and way:

TPI  seconds from the picture's first sight to its last answer, divided by the answers: skips, undos and clicked places
     take time and are no answers. The server's part of it is in the JSON.
QS   quality of the picture, 1 to 5.
CS   convenience of the way, 1 to 5, once at the end.

"difference" is questions minus points, per person, with the interval of that. Sessions that were not finished are left
out, and those that nobody took part in, which `--played` shows instead, under that name.
"""

import argparse
import json
import math
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import t

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "train"))

from arguments import OneSentenceParser, errors_in_one_sentence
from checkpoints import make_output_dir
from guiding_painter.files import replace_file
from report_files import write_report

FORMAT, VERSION = "guiding-painter study", 1
WAYS = ("points", "questions")


def main(argv: list[str] | None = None) -> None:
    parser = OneSentenceParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=Path, nargs="+", help="JSON files, or folders of them")
    parser.add_argument("--output_dir", type=Path, help="folder for table2.json and table2.md")
    parser.add_argument("--played", action="store_true", help="show the sessions that nobody took part in instead")
    args = parser.parse_args(argv)
    with errors_in_one_sentence():
        if args.output_dir:
            make_output_dir(args.output_dir)
        records = read_records(args.records)
        chosen, left_out = choose(records, args.played)
        results = {"sessions": len(chosen), "played": args.played, **left_out, **table(chosen)}
        text = markdown(results)
        print(text)
        if args.output_dir:
            write_report(results, args.output_dir / "table2.json")
            replace_file(args.output_dir / "table2.md", (text + "\n").encode())


def read_records(paths: list[Path]) -> list[dict[str, Any]]:
    """The records. Raises OSError or ValueError for a file that is none."""
    if missing := [str(path) for path in paths if not path.exists()]:
        raise FileNotFoundError(f"There is no {' or '.join(missing)}: name what space/app.py --study wrote.")
    files = [file for path in paths for file in (sorted(path.glob("*.json")) if path.is_dir() else [path])]
    if not files:
        raise FileNotFoundError(f"{', '.join(map(str, paths))} has no records: name what space/app.py --study wrote.")
    records = []
    for file in files:
        try:
            record = json.loads(file.read_text(encoding="utf-8"))
        except ValueError:
            record = None
        if not is_record(record):
            raise ValueError(f"{file} is no record of a user study: name what space/app.py --study wrote.")
        records.append(record)
    return records


def is_record(record: Any) -> bool:
    """Whether it is one, and, of a session that is finished, holds all that the table is made of."""
    try:
        known = (record["format"], record["version"]) == (FORMAT, VERSION) and isinstance(record["played"], bool)
        if known and record["finished"]:
            table([record])
    except (AttributeError, KeyError, TypeError, ValueError, ZeroDivisionError):
        return False
    return known


def choose(records: list[dict], played: bool) -> tuple[list[dict], dict[str, int]]:
    """The records to show, and how many were left out. Raises ValueError where none is left, or they do not belong."""
    kind = [record for record in records if record["played"] == played]
    finished = [record for record in kind if record["finished"]]
    if not finished:
        what = "played session" if played else "session of a person"
        other = "leave --played out" if played else "add --played to see played ones"
        raise ValueError(f"None of the {len(records)} records is of a finished {what}: give more, or {other}.")
    models = {(record["model"], record["points"]) for record in finished}
    if len(models) > 1:
        names = "; ".join(f"{model} and {points}" for model, points in sorted(models))
        raise ValueError(f"These records are of different models ({names}): give those of one pair at a time.")
    return finished, {"left_out_unfinished": len(kind) - len(finished), "left_out_kind": len(records) - len(kind)}


def table(records: list[dict]) -> dict[str, Any]:
    """What the table shows, as `estimate` gives it: by set and way TPI and QS, by way CS, and the differences."""
    of_sets: dict[str, dict[str, list[dict[str, float]]]] = defaultdict(lambda: {way: [] for way in WAYS})
    convenience = {way: [{"cs": float(record["convenience"][way])} for record in records] for way in WAYS}
    for record in records:
        for name in sorted({picture["set"] for picture in record["pictures"]}):
            for way in WAYS:
                own = [one for one in record["pictures"] if (one["set"], one["way"]) == (name, way)]
                of_sets[name][way].append(means(own))
    first = records[0]
    return {
        "model": first["model"],
        "points": first["points"],
        "sets": {name: compared(ways) for name, ways in sorted(of_sets.items())},
        "total": compared(convenience),
    }


def means(pictures: list[dict]) -> dict[str, float]:
    """Of one person, one set and one way."""
    answers, seconds, server = 0, 0.0, 0.0
    for picture in pictures:
        steps = picture["steps"]
        last = max(place for place, step in enumerate(steps) if step["kind"] == "paint")
        answers += sum(step["kind"] == "paint" for step in steps)
        seconds += sum(step["person_seconds"] + step["server_seconds"] for step in steps[: last + 1])
        server += sum(step["server_seconds"] for step in steps[: last + 1])
    return {
        "tpi": seconds / answers,
        "tpi_server": server / answers,
        "qs": float(np.mean([picture["quality"] for picture in pictures])),
        "answers_per_picture": answers / len(pictures),
        "seconds_per_picture": seconds / len(pictures),
    }


def compared(ways: dict[str, list[dict[str, float]]]) -> dict[str, dict[str, dict[str, float | None]]]:
    """`estimate` by way and measure, and of the differences, person by person."""
    names = list(ways[WAYS[0]][0])
    values = {way: {name: np.array([person[name] for person in ways[way]]) for name in names} for way in WAYS}
    values["difference"] = {name: values["questions"][name] - values["points"][name] for name in names}
    return {way: {name: estimate(of_persons) for name, of_persons in own.items()} for way, own in values.items()}


def estimate(values: np.ndarray) -> dict[str, float | None]:
    """The mean over persons, and half the width of its 95 % confidence interval; None with one person."""
    count = len(values)
    half = float(t.ppf(0.975, count - 1) * values.std(ddof=1) / math.sqrt(count)) if count > 1 else None
    return {"mean": round(float(values.mean()), 3), "half_width": half and round(half, 3)}


def markdown(results: dict[str, Any]) -> str:
    """The table as in the paper, with a row for the differences, below a line that says whose sessions these are."""
    count = results["sessions"]
    kinds = ("person", "persons"), ("played session, in which nobody took part", "played sessions, without people")
    heading = f"{count} {kinds[results['played']][count > 1]}"
    left_out = f"{results['left_out_unfinished']} unfinished and {results['left_out_kind']} of the other kind left out"
    names = list(results["sets"])
    lines = [
        f"{heading} ({left_out}); questions by: {results['model']}; points to: {results['points']}",
        "",
        "| | " + " | ".join(f"{name}: TPI (s) / QS" for name in names) + " | CS |",
        "|---" * (len(names) + 2) + "|",
    ]
    for way in (*WAYS, "difference"):
        cells = [" / ".join(written(results["sets"][name][way][key]) for key in ("tpi", "qs")) for name in names]
        lines.append(f"| {way} | " + " | ".join([*cells, written(results["total"][way]["cs"])]) + " |")
    return "\n".join(lines)


def written(value: dict[str, float | None]) -> str:
    """A mean with half the width of its interval, where there is one."""
    half = value["half_width"]
    return f"{value['mean']:.2f}" + ("" if half is None else f" ± {half:.2f}")


if __name__ == "__main__":
    main()
