"""What all scripts share at the terminal: mistakes in one sentence, numbers with bounds, flags, names of folders."""

import argparse
import contextlib
import shlex
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import field, fields
from pathlib import Path
from typing import Any

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"


class OneSentenceParser(argparse.ArgumentParser):
    """A wrong argument ends the program with one sentence instead of a page of usage."""

    def error(self, message: str) -> None:
        self.exit(2, f"{self.prog}: {message}\n")


@contextlib.contextmanager
def errors_in_one_sentence(
    kinds: tuple[type[Exception], ...] = (OSError, ValueError, FloatingPointError),
) -> Iterator[None]:
    """A user's mistake ends the program with its sentence and exit code 2, without a traceback.

    So does a training that cannot go on, a FloatingPointError of `finite.LeftOut`.
    """
    try:
        yield
    except kinds as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


def first_line(error: BaseException) -> str:
    """What an error says, to be put into a sentence of our own; its kind where it says nothing."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(". ")


def number(kind: type, what: str, fits: Callable[[float], bool]) -> Callable[[str], float]:
    """A type for argparse that says in words what it wants."""

    def parse(text: str) -> float:
        with contextlib.suppress(ValueError):
            if fits(value := kind(text)):
                return value
        raise argparse.ArgumentTypeError(f"{text!r} is not {what}")

    return parse


positive_int = number(int, "a whole number above 0", lambda value: value > 0)
count = number(int, "a whole number, 0 or more", lambda value: value >= 0)
channels = number(int, "a whole number from 1 to 256", lambda value: 1 <= value <= 256)  # saved region maps are 8-bit
positive_float = number(float, "a number above 0", lambda value: 0 < value < float("inf"))
weight = number(float, "a number, 0 or more", lambda value: 0 <= value < float("inf"))
fraction = number(float, "a number between 0 and 1", lambda value: 0 < value < 1)


def flag(default: Any, help: str, kind: Any = None, **options: Any) -> Any:
    """A field that is a flag, too; `kind` is the type for argparse."""
    return field(default=default, metadata={"help": help} | ({"type": kind} if kind else {}) | options)


def add_flags(group: argparse._ActionsContainer, settings: type) -> None:
    """Adds every field of a dataclass of `flag`s."""
    for one in fields(settings):
        group.add_argument(f"--{one.name}", default=one.default, **one.metadata)


def check_set_names(parser: argparse.ArgumentParser, folders: list[str]) -> None:
    """Sets of pictures are told apart by the names of their folders; two that are alike end the program."""
    names = [folder_name(folder) for folder in folders]
    if len(set(names)) < len(names):
        parser.error(f"two folders of --data_dir have the same name ({', '.join(names)}): rename one of them.")


def version() -> str:
    """Of Guiding Painter, as the repository has it, whatever is installed."""
    return tomllib.loads(PYPROJECT.read_text())["project"]["version"]


def folder_name(folder: str | Path) -> str:
    """What a set of pictures or a model is called: the name of its folder."""
    return Path(folder).resolve().name


def name_of(path_or_hub_id: str) -> str:
    """A hub id as it is, and of a path the last part alone."""
    return folder_name(path_or_hub_id) if Path(path_or_hub_id).exists() else path_or_hub_id


def without_folders(argument: str) -> str:
    """An argument as others may read it: of an absolute path, which means nothing elsewhere, the last part alone."""
    flag, equals, value = argument.rpartition("=")
    return flag + equals + Path(value).name if Path(value).is_absolute() else argument


def command_line(program: list[str], argv: list[str]) -> str:
    """A command as others may read it, see `without_folders`."""
    return shlex.join([*program, *map(without_folders, argv)])
