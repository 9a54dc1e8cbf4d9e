"""What a clone and a wheel promise: complete, light to import, pinned, and speaking of no particular machine."""

import ast
import importlib
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from email.parser import Parser
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pictures.sprites import SOURCES

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
PACKAGE_FILES = sorted((ROOT / "guiding_painter").rglob("*.py"))
# Only the test, demo and training environments have these.
FOREIGN = ("gradio", "accelerate", "datasets")
# What torch itself pins where it is a CUDA build.
CUDA_BUILD = ("cuda-", "nvidia-", "triton")
MAX_WEIGHT_BYTES = 25_000_000
PLACES = re.compile(
    r"(?<![\w.-])/(home|root|tmp|opt|work|mnt|Users)/\w"
    r"|[A-Z]:\\Users"
    r"|pypi\.org|pythonhosted\.org|registry\.npmjs|npmjs\.org|deb\.debian\.org|download\.pytorch\.org"
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    """The wheel of this tree, built beside it by the setuptools that is installed (no network)."""
    folder = tmp_path_factory.mktemp("wheel")
    tree = folder / "tree"
    shutil.copytree(ROOT / "guiding_painter", tree / "guiding_painter", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    build = "import sys, setuptools.build_meta as backend; backend.build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, folder], cwd=tree, check=True, capture_output=True)
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def tracked_texts() -> dict[str, str]:
    """Path -> text of every file that is, or is about to be, under version control."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    texts = {}
    for name in filter(None, listing.split("\0")):
        path = ROOT / name
        data = path.read_bytes() if path.is_file() else b""
        if b"\0" not in data:
            texts[name] = data.decode("utf-8", errors="replace")
    return texts


def pins() -> dict[str, Requirement]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    requirements = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


def test_wheel_carries_the_package_with_the_bundled_weights(wheel):
    names = set(wheel.namelist())
    files = [path for path in (ROOT / "guiding_painter").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert {path.relative_to(ROOT).as_posix() for path in files} <= names
    weights = {name.removeprefix("guiding_painter/weights/") for name in names if "/weights/" in name}
    assert "model_index.json" in weights
    for network in ("segmentation", "colorization"):
        assert {f"{network}/config.json", f"{network}/diffusion_pytorch_model.safetensors"} <= weights
    assert {Path(name).suffix for name in weights} == {".json", ".safetensors"}
    assert sum(wheel.getinfo(f"guiding_painter/weights/{name}").file_size for name in weights) < MAX_WEIGHT_BYTES
    assert not [name for name in names if not name.startswith(("guiding_painter/", "guiding_painter-"))]


def test_wheel_carries_version_licence_and_entry_point(wheel):
    info = f"guiding_painter-{PROJECT['version']}.dist-info"
    headers = Parser().parsestr(wheel.read(f"{info}/METADATA").decode())
    assert (headers["Name"], headers["Version"]) == ("guiding-painter", PROJECT["version"])
    assert headers["License-Expression"] == "Apache-2.0"
    assert b"TERMS AND CONDITIONS" in wheel.read(f"{info}/licenses/LICENSE")
    assert b"guiding-painter = guiding_painter.terminal.command:main" in wheel.read(f"{info}/entry_points.txt")


def test_version_is_written_once():
    for path in PACKAGE_FILES:
        assert not re.search(r"""version\w*\s*=\s*["']\d""", path.read_text(), re.IGNORECASE), path


def test_entry_point_resolves():
    module, function = PROJECT["scripts"]["guiding-painter"].split(":")
    assert callable(getattr(importlib.import_module(module), function))


def test_package_imports_without_the_extras():
    modules = ", ".join(".".join(path.relative_to(ROOT).with_suffix("").parts) for path in PACKAGE_FILES)
    # None in sys.modules is how Python marks a module as not to be had.
    code = f"import sys; sys.modules.update(dict.fromkeys({FOREIGN}))\nimport {modules}"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("path", PACKAGE_FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_module_names_no_extra(path):
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            imported.add(node.module.split(".")[0])
    assert imported.isdisjoint(FOREIGN)


def test_every_dependency_is_pinned_at_a_version_that_is_asked_for():
    for requirement in map(Requirement, PROJECT["dependencies"] + sum(EXTRAS.values(), [])):
        if requirement.name != "guiding-painter":
            (pin,) = pins()[canonicalize_name(requirement.name)].specifier
            assert pin.operator == "=="
            assert requirement.specifier.contains(pin.version), requirement


def test_every_installed_dependency_of_a_dependency_is_pinned():
    pinned = pins()
    waiting = [Requirement(text) for text in PROJECT["dependencies"] + sum(EXTRAS.values(), [])]
    seen = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name.startswith(CUDA_BUILD) or name == "guiding-painter" or (name, frozenset(requirement.extras)) in seen:
            continue
        seen.add((name, frozenset(requirement.extras)))
        assert name in pinned, f"{name} is missing from constraints.txt"
        for text in metadata.requires(name) or []:
            needed = Requirement(text)
            extras = requirement.extras or {""}
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(needed)


def test_pins_fit_any_machine():
    for name, requirement in pins().items():
        (pin,) = requirement.specifier
        assert pin.operator == "==", name
        assert "+" not in pin.version, f"{name}: a local build is not to be had elsewhere"
        assert requirement.url is None, name


def test_no_file_names_a_machine_or_a_registry():
    found = [f"{name}: {match[0]}" for name, text in tracked_texts().items() for match in PLACES.finditer(text)]
    assert not found


def test_readme_names_only_what_exists():
    readme = (ROOT / "README.md").read_text()
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"\bmake (\w+)", " ".join(re.findall(r"```.*?```|`[^`]+`", readme, re.DOTALL))))
    assert {"demo", "test"} <= named <= targets
    scripts = set(re.findall(r"\b(?:train|experiments|space|model_card)/[\w/]+\.py\b", readme))
    assert scripts
    links = {link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", readme) if "://" not in link}
    assert not [name for name in scripts | links if not (ROOT / name).exists()]


def test_credits_name_every_source_of_training_pictures():
    rows = [line for line in (ROOT / "docs" / "credits.md").read_text().splitlines() if line.startswith("|")]
    for source in SOURCES:
        (row,) = [row for row in rows if f"({source.link})" in row]
        assert source.author in row
        assert source.licence.split(" (")[0] in row
