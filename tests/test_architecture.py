"""The rooms of the package: who may import whom, and how large a room gets (docs/architecture.md)."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "guiding_painter"
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
# A room may import those to its left, and what is in the same room.
ROOMS = (
    ("notes", "colors", "configurations", "formats", "drawings"),
    ("hints", "losses", "metrics"),
    (
        "unet",
        "segmentation",
        "colorization",
        "cell_networks",
        "discriminator",
        "weight_files",
        "checkpoint",
        "inference",
        "hub",
    ),
    ("files",),
    ("painting",),
    ("pixel_model", "cell_model", "pipeline", "palette_files", "palettes", "transfer"),
    ("terminal", "__main__", "__init__"),
)
PLACES = {name: place for place, names in enumerate(ROOMS) for name in names}
MAX_FUNCTION, MAX_FILE = 40, 300  # lines


def imported(module: str) -> set[str]:
    """The modules of the package that one imports, anywhere in it and for types only, too."""
    path, found = MODULES[module], set()
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    package = [] if module == "__init__" else package
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            assert not any(alias.name.startswith("guiding_painter") for alias in node.names), (
                f"{path}: import relatively"
            )
        if isinstance(node, ast.ImportFrom):
            assert not (node.module or "").startswith("guiding_painter"), f"{path}: import relatively"
            if node.level:
                base = [*package[: len(package) - node.level + 1], *(node.module or "").split(".")]
                name = ".".join(filter(None, base))
                found |= {
                    inner if (inner := f"{name}.{alias.name}".strip(".")) in MODULES else name for alias in node.names
                }
    return found


@pytest.mark.parametrize("module", MODULES)
def test_a_room_imports_only_what_is_left_of_it(module: str) -> None:
    place = PLACES[module.split(".")[0]]
    wrong = {name for name in imported(module) if PLACES[name.split(".")[0]] > place}
    assert not wrong, f"{module} imports {wrong}, see docs/architecture.md"


def test_no_module_imports_another_in_a_circle() -> None:
    order = TopologicalSorter({module: imported(module) for module in MODULES}).static_order()
    assert set(order) == MODULES.keys()  # a circle raises CycleError, which names it


def test_imports_are_found() -> None:
    assert {"colors", "painting.region", "painting.partition", "drawings", "files"} <= imported("painting.painting")
    assert "painting" in imported("transfer")  # for types only
    assert "pipeline" in imported("terminal.command")  # in a function, and for types
    assert "palettes" in imported("terminal.command")


@pytest.mark.parametrize("module", MODULES)
def test_rooms_are_small(module: str) -> None:
    text = MODULES[module].read_text()
    assert len(text.splitlines()) <= MAX_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno + 1 <= MAX_FUNCTION, node.name
