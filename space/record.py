"""What a user study counts (the paper's Sec. 4.4): time per interaction, interactions, skips and undos."""

import time
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Record:
    """Kept with one painting, on the server only as long as that; handed out as JSON.

    Args:
        size: (width, height) of the drawing.
        regions: how many the model asks for; None where a person chooses points instead.
        commands: one dict a command: its kind, the region, the color, the point where one was chosen, the seconds that
            the person took since the last result was there, and those that the server took to answer. In the JSON they
            are "steps", undo included.
    """

    size: tuple[int, int]
    regions: int | None
    commands: list[dict[str, Any]] = field(default_factory=list)
    answered_at: float = field(default_factory=time.monotonic)  # when the last result was there

    def add(
        self,
        kind: str,
        began: float,
        region: int | None = None,
        color: str | None = None,
        point: tuple[int, int] | None = None,
    ) -> None:
        """Adds a command that a request began at `began` (`time.monotonic`) and that is done now."""
        now = time.monotonic()
        command = {
            "kind": kind,
            "region": region,
            "color": color,
            "person_seconds": round(max(0.0, began - self.answered_at), 3),
            "server_seconds": round(now - began, 3),
        }
        self.commands.append(command | ({"point": list(point)} if point else {}))
        self.answered_at = now

    def to_dict(self) -> dict[str, Any]:
        """JSON-plain."""
        kinds = [command["kind"] for command in self.commands]
        answered = [command for command in self.commands if command["kind"] == "paint"]
        seconds = sum(command["person_seconds"] + command["server_seconds"] for command in answered)
        return {
            "format": "guiding-painter record",
            "drawing_size": list(self.size),
            "regions": self.regions,
            "interactions": kinds.count("paint"),
            "skips": kinds.count("skip"),
            "undos": kinds.count("undo"),
            "seconds_per_interaction": round(seconds / len(answered), 3) if answered else None,
            "steps": self.commands,
        }
