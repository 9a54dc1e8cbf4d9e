"""Reports of what was measured, on disk."""

import json
from pathlib import Path

from guiding_painter.files import replace_file


def write_report(report: dict, file: Path) -> None:
    """As JSON; what was there before is whole until it is replaced."""
    replace_file(file, (json.dumps(report, indent=2) + "\n").encode())
