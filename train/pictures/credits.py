"""Whom to thank for the illustrations, and under which licence: what travels with the set and with a model's card."""

import csv
from collections.abc import Iterable
from pathlib import Path

SOURCES_DIR = Path(__file__).parent / "illustrations"
PAGE = "docs/illustrations.md"

TABLE = """\
| folder | pictures | what | licence | source |
|---|---|---|---|---|
| `african_storybook/` | 1,622 | children's books: people, animals, villages | CC BY, story by story \
| African Storybook (africanstorybook.org), illustrators below, from \
[asp-imagebank](https://github.com/global-asp/asp-imagebank) |
| `book_dash/` | 336 | modern picture books | CC BY 4.0 | Book Dash (bookdash.org), \
from [bookdash-books](https://github.com/bookdash/bookdash-books) |
| `gutenberg/` | 2,375 | Potter, Crane, Greenaway, Denslow, Brooke, Oz and others | public domain in the USA \
| Project Gutenberg, from the repositories of [GITenberg](https://github.com/GITenberg) |
| `gutenberg_paintings/` | 204 | travel paintings | public domain in the USA | as above |
"""


def attribution() -> str:
    """ATTRIBUTION.md of the set: sources, licences, illustrators, and what was changed."""
    names = {name.strip() for story in _table("african_storybook") for name in story["illustrators"].split(",")}
    return (
        "# Attribution\n\n"
        f"{TABLE}\nChanges: scaled down and encoded anew; in training also drawn over as lines, cut, mirrored and "
        "shifted in color.\n\n"
        f"Illustrators of the African Storybook: {', '.join(sorted(names - {''}))}.\n\n"
        f"Every story, book and title: {PAGE} of Guiding Painter.\n"
    )


def page() -> str:
    """docs/illustrations.md: the attribution with every story, book and title."""
    stories = [
        f"{story['title']} ({story['illustrators']}; {story['licence']})" for story in _table("african_storybook")
    ]
    with (SOURCES_DIR / "sources.tsv").open(encoding="utf-8") as file:
        paths = [line.split("\t")[2] for line in file if "/book_dash/" in line.split("\t")[0]]
    books = {path.split("/en/")[0].split("/")[-1].replace("-", " ") for path in paths}
    titles = [f"[{one['title']}](https://www.gutenberg.org/ebooks/{one['ebook']})" for one in _table("gutenberg")]
    head, _ = attribution().rsplit("\n\n", 1)
    return "\n\n".join(
        [
            head.replace("# Attribution", "# Illustrations in natural colors", 1),
            "`python train/pictures/build_illustrations.py --output_dir illustrations` builds the set: 4,161 pictures "
            "to train on and 376 for validation, divided by story and book. `train/pictures/illustrations/sources.tsv` "
            "names repository, path and git object id of every original. The pictures themselves are no part of "
            "Guiding Painter.",
            "## Stories of the African Storybook\n\n" + _listed(stories),
            "## Books of Book Dash\n\n" + _listed(books),
            "## Titles of Project Gutenberg\n\n" + _listed(titles),
        ]
    ) + "\n"  # fmt: skip


def _listed(names: Iterable[str]) -> str:
    return "\n".join(f"- {name}" for name in sorted(names, key=str.casefold))


def _table(name: str) -> list[dict[str, str]]:
    with (SOURCES_DIR / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
