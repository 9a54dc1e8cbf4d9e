"""Everything done to a painting, in order, to be undone and redone: the one owner of its cells and layout."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from ..drawings import PreparedDrawing
from .actions import Action, Answer
from .layouts import Layout, Piece, with_numbers
from .packing import Stretches

Value = TypeVar("Value")


@dataclass(frozen=True)
class State:
    """A painting as it is at one moment. Whatever follows from it is known by a version, see `Latest`.

    Args:
        cells: (H, W) int32, read-only.
        layout: of these cells.
        version: rises with every change, undo and redo included.
        regions_version: the one at which it changed last which pixels make which region.
        cells_version: the one at which the cells changed last.
    """

    cells: np.ndarray
    layout: Layout
    version: int = 0
    regions_version: int = 0
    cells_version: int = 0


class Latest(Generic[Value]):
    """A value that follows from a state, kept until another version of it is asked for; several threads may ask."""

    def __init__(self):
        self._kept: tuple[object, Value] | None = None  # replaced as a whole, so that no thread sees half of it

    def of(self, version: object, make: Callable[[], Value]) -> Value:
        """The value of a version: the kept one, or what `make` gives."""
        kept = self._kept
        if kept is None or version != kept[0]:
            self._kept = kept = (version, make())
        return kept[1]


class Step(NamedTuple):
    """What was done, what came of it, and the cells that it made; of all cells anew, those before and after it.

    A page of these is large: what the prepared drawing does not hold anyway is kept as stretches.
    """

    action: Action
    layout: Layout
    pieces: Sequence[Piece]
    cells: tuple[np.ndarray | Stretches, np.ndarray | Stretches] | None


class History:
    """The state of a painting and how it came about; only this changes it, to a new value.

    Args:
        prepared: the drawing.
        cells: (H, W) int32 to begin with.
        layout: of these.
    """

    def __init__(self, prepared: PreparedDrawing, cells: np.ndarray, layout: Layout):
        cells.flags.writeable = False
        self.state = State(cells, layout)
        self.steps: list[Step] = []  # undone ones too
        self.position = 0  # how many of them count
        self._prepared = prepared
        self._first = layout

    def repeat(self, actions: Sequence[Action], position: int, lenient: bool) -> list[Action]:
        """Does saved actions once more, and undoes those from `position` on. Returns those that are left out.

        A region of the model that the lines leave no place for is not asked for, and an answer saved for it is let go.

        Args:
            lenient: leave out what cannot be done any more; otherwise it raises ValueError.
        """
        gone, left_out, kept = self._first.channels.keys() - set(self._first.order), [], 0
        for number, action in enumerate(actions):
            if isinstance(action, Answer) and action.region in gone:
                continue
            try:
                self.do(action)
            except ValueError:
                if not lenient:
                    raise
                left_out.append(action)
            else:
                kept += number < position
        while self.position > kept:
            self.undo()
        return left_out

    def do(self, action: Action) -> Layout:
        """The layout that comes of it. Raises ValueError, and changes nothing, for what cannot be done."""
        change = action.change(self.state.layout, self.state.cells, self._prepared)
        cells = None if change.cells is None else tuple(map(self._kept, (self.state.cells, change.cells)))
        step = Step(action, change.layout, change.pieces, cells)
        self.steps[self.position :] = [step]
        self.redo()
        return step.layout

    def undo(self) -> Step | None:
        """Takes the last step back. Returns it, None where there is none."""
        if self.position == 0:
            return None
        self.position -= 1
        step = self.steps[self.position]
        before = self.steps[self.position - 1].layout if self.position else self._first
        self._become(before, self._cells_of(step, 0, [piece.origin for piece in step.pieces]))
        return step

    def redo(self) -> Step | None:
        """Brings back what was undone last. Returns it, None where nothing was undone since the last change."""
        if self.position == len(self.steps):
            return None
        step = self.steps[self.position]
        self.position += 1
        self._become(step.layout, self._cells_of(step, 1, [piece.cell for piece in step.pieces]))
        return step

    def _kept(self, cells: np.ndarray) -> np.ndarray | Stretches:
        return cells if self._prepared.holds(cells) else Stretches.of(cells)

    def _cells_of(self, step: Step, side: int, numbers: Sequence[int]) -> np.ndarray:
        """(H, W) int32, the cells before a step, side 0, or after it, 1, where its pieces have these numbers."""
        if step.cells:
            kept = step.cells[side]
            return kept.labels if isinstance(kept, Stretches) else kept
        return with_numbers(self.state.cells, step.pieces, numbers) if step.pieces else self.state.cells

    def _become(self, layout: Layout, cells: np.ndarray) -> None:
        before, version = self.state, self.state.version + 1
        new_cells = cells is not before.cells
        same_owners = not new_cells and np.array_equal(layout.owners, before.layout.owners)
        cells.flags.writeable = False
        self.state = State(
            cells,
            layout,
            version,
            before.regions_version if same_owners else version,
            version if new_cells else before.cells_version,
        )
