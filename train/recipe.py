"""What networks are trained for, and the weights that a training starts from, which were trained for something, too."""

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from arguments import flag, fraction, positive_float, weight
from guiding_painter import CellSegmentationNetwork
from guiding_painter.checkpoint import FILES, find_checkpoint, read_json
from guiding_painter.configurations import CONFIGURATIONS
from guiding_painter.losses import LAMBDAS

# The recipe is written beside the weights, so that a fine-tuning goes on with the same.
RECIPE_FILE = "training.json"
# A training goes on with D, too, which coloring a drawing has no use for.
TRAINING_FILES = [*FILES, RECIPE_FILE, *(file.replace("segmentation", "discriminator") for file in FILES[1:3])]
NEW_NETWORKS, BUNDLED_WEIGHTS = "new networks", "the bundled weights of guiding_painter"


@dataclass(frozen=True)
class Recipe:
    """What networks are trained for: the losses of Eq. 14, G and tau. These defaults are the paper's."""

    lambda_rec: float = flag(LAMBDAS["rec"], "of the reconstruction loss", weight)
    lambda_adv: float = flag(LAMBDAS["adv"], "of the adversarial loss", weight)
    lambda_tv: float = flag(LAMBDAS["tv"], "of the total variance loss", weight)
    lambda_smth: float = flag(LAMBDAS["smth"], "of the smoothness loss", weight)
    lambda_mse: float = flag(
        0.0,
        "of the mean squared error (ours), which PSNR measures and whose best guess is a mean, not a median",
        weight,
    )
    lambda_prefix: float = flag(0.0, "of the expected prefix loss (ours)", weight)
    lambda_color: float = flag(0.0, "of the color of every cell, over cells (ours): which color of the palette", weight)
    lambda_mean: float = flag(0.0, "of the mean color to expect of every cell, over cells (ours)", weight)
    lambda_doubt: float = flag(0.0, "of how far off that mean may be, over cells (ours): doubt is asked for", weight)
    lambda_alike: float = flag(0.0, "of which cells share a color, over cells (ours)", weight)
    gan_loss: str = flag("lsgan", "of Eq. 13", choices=("lsgan", "log"))
    stop_prob: float = flag(0.125, "p of G", fraction)
    final_tau: float = flag(0.1, "temperature at the end; 1 at first", positive_float)
    ink_aware: bool = flag(
        False, "leave ink out of mean colors, variance and smoothness (ours)", action=argparse.BooleanOptionalAction
    )

    @property
    def weights(self) -> dict[str, float]:
        """The lambdas of Eq. 14 by the names of their losses."""
        return {
            name.removeprefix("lambda_"): value for name, value in asdict(self).items() if name.startswith("lambda_")
        }


PAPER_RECIPE = Recipe()
# The painted picture is of weights of its own, which these share with nothing else.
CELLS_RECIPE = Recipe(
    lambda_rec=1.0, lambda_adv=0.01, lambda_tv=0.0, lambda_smth=0.0,
    lambda_color=1.0, lambda_mean=4.0, lambda_doubt=0.3, lambda_alike=0.5, ink_aware=True,
)  # fmt: skip


@dataclass(frozen=True)
class Start:
    """The weights that a training starts from.

    Args:
        folder: of their checkpoint; None for new networks.
        over_cells: whether they are networks over cells, or of pixels as in the paper.
        recipe: what they were trained for; of new networks, what suits them.
        max_hints: their N_c; None for new networks, which may have any, and over cells.
        input: what they color, see --input; None for new networks.
        training: the trainings that led to them, see `preparation.stages`.
    """

    folder: Path | None = None
    over_cells: bool = False
    recipe: Recipe = PAPER_RECIPE
    max_hints: int | None = None
    input: str | None = None
    training: tuple[dict, ...] = ()


def write_recipe(folder: Path, recipe: Recipe, training: tuple[dict, ...]) -> None:
    """Beside weights, see `RECIPE_FILE`.

    Args:
        training: the trainings that led to them, see `preparation.stages`.
    """
    values = asdict(recipe) | {"training": training}
    (folder / RECIPE_FILE).write_text(json.dumps(values, indent=2) + "\n")


def find_start(name: str | None, model_config: str) -> Start:
    """The weights of --pretrained_model_name_or_path, here or from the hub, and what is written beside them.

    Raises OSError where there are none, ValueError for a file with values of the wrong kind.
    """
    if name == "none":
        over_cells = CONFIGURATIONS[model_config]["over_cells"]
        return Start(over_cells=over_cells, recipe=CELLS_RECIPE if over_cells else PAPER_RECIPE)
    folder = find_checkpoint(name, TRAINING_FILES)
    config = read_json(folder / "segmentation" / "config.json")
    over_cells = config.get("_class_name") == CellSegmentationNetwork.__name__
    values = asdict(CELLS_RECIPE if over_cells else PAPER_RECIPE)
    written = read_json(folder / RECIPE_FILE) if (folder / RECIPE_FILE).is_file() else {}
    for key, default in values.items():
        values[key] = written.get(key, default)
        if type(values[key]) is not type(default):
            raise ValueError(f"{folder / RECIPE_FILE} has {values[key]!r} for {key}: write it like {default!r}.")
    training = tuple(written.get("training", []))
    kind = config.get("input_kind", "sketch")
    return Start(folder, over_cells, Recipe(**values), config.get("max_hints"), kind, training)
