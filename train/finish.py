"""The end of a training: examples and the model card beside the checkpoint, and all of it on the hub if asked for."""

from accelerate import Accelerator

from arguments import folder_name, name_of
from card.examples import draw_examples, judged_after
from card.file import CARD_FILE, write_card
from card.text import fill_card
from guiding_painter import GuidingPainterPipeline
from guiding_painter.checkpoint import read_json
from hub import upload
from pictures.pairs import SketchColorPairs
from progress import REPORT_FILE
from recipe import RECIPE_FILE
from report_files import write_report
from settings import Settings


def finish(
    accelerator: Accelerator,
    painter: GuidingPainterPipeline,
    held_back: SketchColorPairs,
    curves: dict[int, list[float]],
    repository: str | None,
    settings: Settings,
) -> None:
    """Draws examples and fills the card from the last validation, and uploads all, if to a repository.

    Args:
        curves: of that validation, see `Progress`.

    Raises OSError where something cannot be written or the upload fails; the sentence says how to upload by hand.
    """
    if not accelerator.is_main_process:
        return
    folder = settings.output_dir
    report, recipe = read_json(folder / REPORT_FILE), read_json(folder / RECIPE_FILE)
    scores = {i: curve[judged_after(painter)] for i, curve in curves.items()}
    sets = {name_of(settings.data): (held_back, scores)}
    report["examples"] = draw_examples(painter, sets, settings.recipe.ink_aware, folder)
    write_report(report, folder / REPORT_FILE)
    name = repository or folder_name(folder)
    if not write_card(folder / CARD_FILE, fill_card(name.split("/")[-1], name, report, recipe, license="other")):
        print(f"{folder / CARD_FILE} was changed by hand and stays as it is; the new numbers are in {REPORT_FILE}.")
    if repository:
        upload(folder, repository)
