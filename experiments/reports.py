"""The results of an experiment on disk: begun, and gone on with after a stop."""

import json
from pathlib import Path

from arguments import first_line
from checkpoints import make_output_dir
from guiding_painter.checkpoint import read_json

RESULTS_FILE = "results.json"


def report_so_far(output_dir: Path, settings: dict, new: dict) -> dict:
    """What `RESULTS_FILE` of the folder holds, or "settings" with what is in `new` where there is none yet.

    Args:
        output_dir: made if it is new.
        settings: what the results depend on, as JSON values.

    Raises OSError for a folder that cannot be used, ValueError for broken results or those of other settings.
    """
    make_output_dir(output_dir)
    file = output_dir / RESULTS_FILE
    if not file.is_file():
        return {"settings": settings, **new}
    try:
        report = read_json(file)
    except ValueError as error:
        raise ValueError(f"{first_line(error)}: remove it to begin anew, or name another --output_dir.") from error
    if report.get("settings") != json.loads(json.dumps(settings)):
        raise ValueError(f"{file} is of other settings: name another --output_dir, or give those again.")
    return report
