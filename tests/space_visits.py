"""A visitor's painting without a browser or a server: what the tests of what the Space does with one share."""

import io
import json
import zipfile

import pytest
from conftest import file_bytes

import asking
import commands
from uploads import unpack_painting
from visits import Visits


@pytest.fixture
def visits(painter) -> Visits:
    return Visits(painter)


@pytest.fixture
def opened(visits, drawing) -> str:
    """The name of a visit with the drawing open."""
    name = visits.start(file_bytes(drawing), drawing)
    with visits.using(name) as visit:
        commands.begin(visit)
    return name


@pytest.fixture
def own_visit(visits, opened):
    with visits.using(opened) as visit:
        yield visit


def answer_all(visit) -> None:
    while asking.asked(visit) is not None:
        commands.apply_color(visit, "#2266cc")


def pack(original: bytes, state: object, visit: object = None) -> bytes:
    """A saved painting as `pack_painting` would write it, whatever is in it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("drawing", original)
        archive.writestr("painting.json", json.dumps(state))
        if visit is not None:
            archive.writestr("visit.json", json.dumps(visit))
    return file.getvalue()


def unpack_and_resume(visits, data: bytes) -> str:
    saved = unpack_painting(data)
    return visits.resume(saved.original, saved.state, saved.stem)
