"""Training pictures of any data set that `datasets` can load, from the hub or this disk, whole or as a stream."""

import io
import math
import os
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import count, islice
from pathlib import Path

import datasets
import fsspec
import numpy as np
from huggingface_hub.errors import HFValidationError

from arguments import first_line
from pictures.folders import divide
from pictures.pairs import Example

HELD_BACK = 200  # pictures at the front of a stream that has no validation split: not trained on but measured
SHUFFLE_BUFFER = 500  # pictures of a stream, still as files, of which the next one is drawn
PICTURE_TYPES = {"string", "large_string", "binary", "large_binary"}  # paths, or the bytes of files


class DatasetPictures(Sequence):
    """The pictures of a data set, one `Example` each, read when it is asked for and not decoded.

    Args:
        dataset: with the columns "image" and perhaps "sketch", as files or their bytes.
        name: of the data set, for messages.
    """

    def __init__(self, dataset: datasets.Dataset, name: str):
        self.dataset, self.name = dataset, name

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: int) -> Example:
        return example_of(self.dataset[int(index)], f"picture {index} of {self.name}")


class Stream:
    """The pictures of a streamed data set in a shuffled order without end: number n is the same one whenever asked for.

    Numbers are dealt out to lanes, each with files of its own: who asks for the numbers of some lanes reads their files
    alone. To reach number n, its lane is read from the beginning; numbers that grow are quick. Nothing is decoded.

    Args:
        dataset: with the columns "image" and perhaps "sketch", as files or their bytes.
        name: of the data set, for messages.
        seed: of the order, which is another one in every round.
        lanes: a divisor of the number of files.
    """

    def __init__(self, dataset: datasets.IterableDataset, name: str, seed: int, lanes: int = 1):
        self.dataset, self.name, self.seed, self.lanes = dataset, name, seed, lanes
        self._opened: dict[int, Lane] = {}

    def __getitem__(self, n: int) -> Example:
        place, number = divmod(n, self.lanes)
        if number not in self._opened:
            part = self.dataset.shard(self.lanes, number) if self.lanes > 1 else self.dataset
            buffer = math.ceil(SHUFFLE_BUFFER / self.lanes)
            self._opened[number] = Lane(part, self.name, (self.seed, number), buffer)
        return self._opened[number][place]


class Lane:
    """A part of a stream, by its own numbers.

    Args:
        dataset, name: as of `Stream`.
        seed: of the order, whole numbers.
        buffer: pictures, still as files, of which the next one is drawn.
    """

    RECENT = 32  # of which numbers may be asked for again without beginning anew

    def __init__(self, dataset: datasets.IterableDataset, name: str, seed: tuple[int, ...], buffer: int):
        self._dataset, self._name, self._seed, self._buffer = dataset, name, seed, buffer
        self.rewind()

    def rewind(self) -> None:
        """To the beginning. A new process does so first, as open files are shared with the process it comes from."""
        self._process, self._next = os.getpid(), 0
        self._recent: deque[Example] = deque(maxlen=self.RECENT)
        self._examples = self._rounds()

    def _rounds(self) -> Iterator[Example]:
        for round_ in count():
            # Not `set_epoch`: the epoch of a data set is shared by all workers, which are in rounds of their own. One
            # file after the other: several at once are read by threads, which end each round with a pause of 5 seconds.
            order = np.random.default_rng((*self._seed, round_))
            dataset = self._dataset.shuffle(generator=order, buffer_size=self._buffer, max_buffer_input_shards=1)
            is_empty = True
            for row in rows(dataset, self._name):
                is_empty = False
                yield example_of(row, f"a picture of {self._name}")
            if is_empty:
                raise ValueError(f"{self._name} has no pictures to train on: give more, or leave --streaming out.")

    def __getitem__(self, n: int) -> Example:
        if self._process != os.getpid() or n < self._next - len(self._recent):
            self.rewind()
        while self._next <= n:
            self._recent.append(next(self._examples))
            self._next += 1
        return self._recent[n - self._next]


def rows(dataset: datasets.IterableDataset, name: str) -> Iterator[dict]:
    """The rows of a stream. Raises OSError in one sentence where it breaks off."""
    try:
        # Iterated plainly, a data set would be divided among the workers of a DataLoader; by batches it is not.
        for batch in dataset.iter(batch_size=1):
            yield {column: values[0] for column, values in batch.items()}
    except Exception as error:  # every kind of file and network has errors of its own
        raise OSError(f"{name} cannot be read to its end ({first_line(error)}): check files and network.") from error


def example_of(row: dict, name: str) -> Example:
    """A row of a data set. Where it has no path, files are named `name` in messages."""
    return Example(*(_file(row[column], name) for column in ("image", "sketch") if column in row))


def _file(entry: dict | None, name: str) -> Path | io.BytesIO | fsspec.core.OpenFile:
    entry = entry or {}
    path, content = entry.get("path"), entry.get("bytes")
    if content is None and path:
        return fsspec.open(path) if "://" in path else Path(path)  # what is in an archive or on the hub is not read yet
    file = io.BytesIO(content or b"")
    # The checksum tells pictures of a shuffled stream apart, whose numbers change from round to round.
    file.name = path or f"{name} (CRC-32 {zlib.crc32(content or b''):08x})"
    return file


def load_dataset_pictures(
    name: str,
    config: str | None = None,
    image_column: str = "image",
    sketch_column: str | None = None,
) -> tuple[DatasetPictures, DatasetPictures]:
    """Training and validation pictures of a data set: one on the hub, or a local folder or file.

    Locally it may be any kind that `datasets` reads, among them pictures, parquet files and webdataset tars.
    Without a validation split, the train split is divided 81:9:10, the same way every time.

    Raises:
        OSError: no such data set, or one that cannot be read.
        ValueError: it has no such column or no train split, or too few pictures to be divided.
    """
    splits = _load(name, config, streaming=False)
    train = _with_columns(splits["train"], name, image_column, sketch_column)
    if "validation" in splits:
        validation = _with_columns(splits["validation"], name, image_column, sketch_column)
    else:
        train, validation = (train.select(divide(len(train), split, name)) for split in ("train", "validation"))
    return DatasetPictures(train, name), DatasetPictures(validation, name)


def stream_dataset_pictures(
    name: str,
    config: str | None = None,
    image_column: str = "image",
    sketch_column: str | None = None,
    *,
    seed: int,
    max_validation: int,
    batch_size: int = 1,
) -> tuple[Stream, list[Example]]:
    """As `load_dataset_pictures`, but read while it is trained on and never stored.

    Without a validation split, the first HELD_BACK pictures are for validation and not trained on.

    Args:
        seed: of the order in training.
        max_validation: at most so many validation pictures; they are kept in memory, as files.
        batch_size: pictures of one update, of all processes together. Where it divides the number of training files,
            every process reads files of its own; which picture is number n does not depend on how many there are.
    """
    splits = _load(name, config, streaming=True)
    train = _with_columns(splits["train"], name, image_column, sketch_column)
    if "validation" in splits:
        validation = _with_columns(splits["validation"], name, image_column, sketch_column)
        lanes = math.gcd(train.num_shards, batch_size)
    else:
        train, validation, lanes = train.skip(HELD_BACK), train.take(HELD_BACK), 1
    held_back = enumerate(islice(rows(validation, name), max_validation))
    return Stream(train, name, seed, lanes), [example_of(row, f"picture {i} of {name}") for i, row in held_back]


def _load(name: str, config: str | None, streaming: bool) -> dict:
    """The splits of a data set."""
    path = Path(name)
    try:
        if path.is_file():
            splits = datasets.load_dataset(str(path.parent), data_files=path.name, streaming=streaming)
        else:
            splits = datasets.load_dataset(name, config, streaming=streaming)
    except datasets.exceptions.DataFilesNotFoundError:
        raise FileNotFoundError(f"{name} holds no pictures, parquet files or tars: put some into it.") from None
    except (ConnectionError, FileNotFoundError, HFValidationError) as error:
        if path.exists():
            raise OSError(f"{name} cannot be read ({first_line(error)}): check its files.") from error
        raise FileNotFoundError(
            f"{name!r} is neither a folder or file nor a data set within reach on the hub: check name and connection."
        ) from error
    except Exception as error:  # a damaged file raises nearly anything
        cause = error.__cause__ or error
        raise OSError(f"{name} cannot be loaded as a data set ({first_line(cause)}): check its files.") from error
    if "train" not in splits:
        raise ValueError(f"{name} has the splits {', '.join(splits)} but not train: name its pictures train.")
    return splits


def _with_columns(dataset, name: str, image_column: str, sketch_column: str | None):
    """The two columns alone, named "image" and "sketch", not decoded."""
    columns = dataset.column_names or list(next(iter(dataset), {}))
    wanted = {image_column: "image"} | ({sketch_column: "sketch"} if sketch_column else {})
    for flag, column in zip(("image", "sketch"), wanted, strict=False):
        if column not in columns:
            raise ValueError(f"{name} has no column {column!r}: give --{flag}_column one of {', '.join(columns)}.")
    dataset = dataset.select_columns(list(wanted))
    for column in wanted:
        feature = (dataset.features or {}).get(column, datasets.Image())
        if not isinstance(feature, datasets.Image) and getattr(feature, "dtype", None) not in PICTURE_TYPES:
            raise ValueError(f"The column {column!r} of {name} holds no pictures: name one of {', '.join(columns)}.")
        dataset = dataset.cast_column(column, datasets.Image(decode=False))
    return dataset.rename_columns({old: new for old, new in wanted.items() if old != new})
