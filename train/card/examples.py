"""The pictures on a model card: what a model is good at, and what it is bad at."""

import io
from pathlib import Path

from PIL import Image

from guiding_painter import GuidingPainterPipeline
from guiding_painter.files import replace_file
from measures.answers import number_of_questions
from measures.sheets import example_sheet
from pictures.pairs import SketchColorPairs, collate

EXAMPLE_FILES = {"good": "good.webp", "bad": "bad.webp"}  # beside the card, which shows them
EXAMPLE_BYTES = 150_000  # of each at most, as they travel with the repository and the checkpoint
EXAMPLES_OF_A_SET = 3  # good ones, and as many bad ones
JUDGED_AFTER = 5  # answers


def draw_examples(
    painter: GuidingPainterPipeline,
    sets: dict[str, tuple[SketchColorPairs, dict[int, float]]],
    ink_aware: bool,
    folder: Path,
) -> dict[str, dict]:
    """Writes good.webp and bad.webp, the held-back pictures of highest and of lowest PSNR, into the folder of the card.

    Args:
        sets: name -> pictures, and index of each measured one -> PSNR in dB after `judged_after` answers.
        ink_aware: whether answers leave out ink, see `answers.Answers`.

    Returns:
        "good" and "bad" -> "answers", and "psnr" in dB of what is shown of each set.
    """
    examples = {}
    for kind, is_good in (("good", True), ("bad", False)):
        pairs, psnrs = [], {}
        for name, (pictures, scores) in sets.items():
            count = min(EXAMPLES_OF_A_SET, (len(scores) + 1) // 2)
            chosen = sorted(scores, key=scores.get, reverse=is_good)[:count]
            pairs += [pictures[i] for i in chosen]
            psnrs[name] = [round(scores[i], 2) for i in chosen]
        write_small(example_sheet(painter, collate(pairs), ink_aware), folder / EXAMPLE_FILES[kind])
        examples[kind] = {"answers": judged_after(painter), "psnr": psnrs}
    return examples


def judged_after(painter: GuidingPainterPipeline) -> int:
    """The number of answers by whose PSNR examples are chosen."""
    return min(JUDGED_AFTER, number_of_questions(painter))


def write_small(image: Image.Image, path: Path) -> None:
    """As WebP of at most `EXAMPLE_BYTES`, in the best quality of a few that keeps to it, or else in the lowest."""
    for quality in (90, 75, 60, 45, 30):
        data = io.BytesIO()
        image.save(data, "WEBP", quality=quality, method=6)
        if data.tell() <= EXAMPLE_BYTES:
            break
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, data.getvalue())
