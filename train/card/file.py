"""The file of a model card, which is written anew as long as nobody has put words of their own into it."""

import hashlib
import re
from pathlib import Path

from guiding_painter.files import replace_file

CARD_FILE = "README.md"  # of a checkpoint
MARK = "\n<!-- Filled by a program, {digest}: a card that was changed by hand since then is never replaced. -->\n"


def marked(text: str) -> str:
    """A card with the mark by which `changed_by_hand` knows it again."""
    return text + MARK.format(digest=digest(text))


def write_card(path: Path, text: str) -> bool:
    """Writes a card, unless one that was changed by hand is there; whether it did."""
    if path.exists() and changed_by_hand(path.read_text(encoding="utf-8")):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, text.encode())
    return True


def changed_by_hand(text: str) -> bool:
    """Whether a card is not, to the letter, one that `fill_card` made."""
    text = text.replace("\r\n", "\n")
    start = text.rfind(MARK[:20])
    return start < 0 or text[start:] != MARK.format(digest=digest(text[:start]))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def slug(text: str) -> str:
    """A name as the hub and Markdown links take it; a hub id stays as it is."""
    return re.sub(r"[^\w./-]+", "-", text).strip("-./") or "pictures"
