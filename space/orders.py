"""What the picture on the page may ask for: each order by its name, with what came with it checked.

A new one is a function here, in `ORDERS`, and a button or a gesture in the folder `canvas`.
"""

from collections.abc import Callable
from typing import Any

import asking
import commands
import reopening
import repairs
from texts import Said, Trouble
from uploads import uploaded
from visits import Visit

MOST_ORDERS = 200  # of one message
Order = dict[str, Any]


def carry_out(visit: Visit, orders: object) -> list[Said]:
    """Does what was ordered, in order. Returns what there is to say of it.

    Raises Trouble for what cannot be done; what came before it stands.
    """
    if not isinstance(orders, list) or len(orders) > MOST_ORDERS:
        raise Trouble("LOST")
    said = []
    for order in orders:
        if not isinstance(order, dict) or order.get("do") not in list(ORDERS):
            raise Trouble("LOST")
        said.append(ORDERS[order["do"]](visit, order))
    return [words for words in said if words]


def _paint(visit: Visit, order: Order) -> None:
    commands.paint_regions(visit, order.get("regions"), order.get("color"), order.get("similar") is True)


def _model(visit: Visit, order: Order) -> None:
    commands.finish(visit, seconds=0.3, goes_on=not order.get("begin"))


def _palette(visit: Visit, order: Order) -> None:
    commands.take_palette(visit, uploaded(order.get("file")))


ORDERS: dict[str, Callable[[Visit, Order], Said | None]] = {
    "look": lambda visit, order: None,
    "paint": _paint,
    "choose": lambda visit, order: asking.choose_index(visit, order.get("region")),
    "take": lambda visit, order: commands.take(visit, order.get("number")),
    "skip": lambda visit, order: commands.skip_region(visit),
    "undo": lambda visit, order: commands.undo(visit),
    "redo": lambda visit, order: commands.redo(visit),
    "go_to": lambda visit, order: commands.go_to(visit, order.get("step")),
    "model": _model,
    "split": lambda visit, order: repairs.split(visit, order.get("point")),
    "merge": lambda visit, order: repairs.merge(visit, order.get("point")),
    "move": lambda visit, order: repairs.move_cell(visit, order.get("point")),
    "border": lambda visit, order: repairs.draw_border(visit, order.get("stroke")),
    "erase": lambda visit, order: repairs.erase_border(visit, order.get("stroke")),
    "recut": lambda visit, order: repairs.recut(visit, order.get("gap")),
    "palette": _palette,
    "panel": lambda visit, order: asking.choose_panel(visit, order.get("number")),
    "by_panel": lambda visit, order: reopening.by_panel(visit, order.get("on")),
    "corners": lambda visit, order: reopening.set_corners(visit, order.get("corners")),
}
