"""Plays sessions of the user study, without people: to test it, and to see what the server's part of the times is.

`python benchmarks/space/play_study.py DRAWINGS RECORDS [--sessions N] [--answers N] [--model M] [--point_model FOLDER]`

Its records say that they are played, and experiments/table2.py leaves them out unless it is told to show them as such.
"""

import argparse
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "space"))

from guiding_painter import GuidingPainterPipeline
from study_sessions import WAYS, Session, Study
from study_ways import load_point_network


def play(study: Study, answers: int) -> Session:
    """One session from its start to its end: random places and colors, scores in the middle."""
    session = study.start()
    rng = random.Random(session.seed)
    while session.stage != "convenience":
        for number in range(answers):
            if session.way.asks:
                if session.way.regions <= number:
                    break
            else:
                session.choose(tuple(rng.randrange(side) for side in session.way.size))
            session.paint(tuple(rng.randrange(256) for _ in range(3)))
        session.done()
        study.rate(session, 3)
    study.finish(session, dict.fromkeys(WAYS, 3))
    return session


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("drawings", type=Path)
    parser.add_argument("records", type=Path)
    parser.add_argument("--sessions", type=int, default=2)
    parser.add_argument("--answers", type=int, default=5, help="for each picture, at most")
    parser.add_argument("--model", help="folder or hub id of a fine-tuned model; the bundled one by default")
    parser.add_argument("--point_model", type=Path, help="as of space/app.py")
    args = parser.parse_args(argv)
    try:
        painter = GuidingPainterPipeline.from_pretrained(args.model)
        points = load_point_network(args.point_model) if args.point_model else None
        names = args.model, args.point_model
        study = Study(painter, points, args.drawings, args.records, names, played=True)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    for _ in range(args.sessions):
        play(study, args.answers)
    print(f"{args.sessions} played sessions of {sum(map(len, study.sets.values()))} drawings are in {args.records}.")


if __name__ == "__main__":
    main()
