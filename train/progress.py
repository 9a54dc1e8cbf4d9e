"""How a training is doing: the bar, the curves in the tracker, and the measurements in between."""

import json

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.utils import broadcast, gather_object
from torch.optim.swa_utils import AveragedModel
from torch.utils.data import Subset
from tqdm.auto import tqdm

from arguments import name_of
from checkpoints import painter_of
from guiding_painter import GuidingPainterPipeline
from guiding_painter.files import save_png
from measures.answers import measure, number_of_questions
from measures.results import HINT_COUNTS, NRI_THRESHOLDS, summarize
from measures.sheets import progress_sheet
from pictures.pairs import SketchColorPairs, collate
from report_files import write_report
from settings import Settings
from throughput import Throughput

PICTURES_OF_A_SHEET = 4
REPORT_FILE = "validation.json"  # the last validation, in the form of evaluate.py's JSON


class Progress:
    """Losses, learning rate, images per second of each device, how much that uses of it, and the remaining time.

    And the pictures that could not be used.

    `curves` are of the last validation: index of each measured picture -> PSNR in dB after 0..N_c answers.

    Args:
        step: updates done already.
    """

    def __init__(self, accelerator: Accelerator, step: int, settings: Settings):
        self.accelerator, self.settings = accelerator, settings
        self.curves: dict[int, list[float]] = {}
        self.losses: list[dict[str, torch.Tensor]] = []
        self.skipped: set[str] = set()
        # Of a training that was interrupted, the tracker forgets what came after the checkpoint.
        accelerator.init_trackers("guiding-painter", init_kwargs={"tensorboard": {"purge_step": step + 1}})
        precision, pictures = accelerator.mixed_precision, settings.train_batch_size
        self.throughput = Throughput(accelerator.device, precision, pictures, settings.compile)
        self.rate = 0.0  # pictures a second on each device
        self.bar = tqdm(total=settings.max_train_steps, initial=step, disable=not accelerator.is_main_process)

    def add(self, losses: dict[str, torch.Tensor], skipped: list[str]) -> None:
        """What one forward gave."""
        self.losses.append(losses)
        self.skipped.update(skipped)

    def log(self, step: int, learning_rate: float) -> None:
        """After an update: means over what was added since the last one, and over all processes."""
        names = list(self.losses[0])
        values = torch.stack([torch.stack([losses[name].float() for name in names]) for losses in self.losses]).mean(0)
        losses = dict(zip(names, self.accelerator.reduce(values, "mean").tolist(), strict=True))
        self.losses.clear()
        self.bar.update()
        devices = self.accelerator.num_processes
        self.rate = (self.bar.format_dict["rate"] or 0.0) * self.settings.batch_size / devices
        speed = {"images_per_second": self.rate * devices, "images_per_second_per_device": self.rate}
        speed["share_of_peak"] = self.throughput.share(self.rate)
        shown = {name: f"{value:.3f}" for name, value in losses.items()}
        per_device = f"{self.rate:.1f}" + (f" x {devices}" if devices > 1 else "")
        shown |= {"lr": f"{learning_rate:.1e}", "images/s": per_device}
        self.bar.set_postfix(shown | {"of peak": f"{speed['share_of_peak']:.0%}"})
        values = {f"loss/{name}": value for name, value in losses.items()} | speed
        self.accelerator.log(values | {"learning_rate": learning_rate}, step=step)

    def validate(self, ema: AveragedModel, held_back: SketchColorPairs, step: int) -> None:
        """Measures the averaged networks, and writes what comes out and a sheet that shows it.

        Every process measures pictures of its own, each picture once.
        """
        accelerator, recipe = self.accelerator, self.settings.recipe
        for buffer in ema.module.buffers():
            broadcast(buffer)  # norm statistics are each process's own; those of the first one are saved
        painter = painter_of(ema)
        share = list(range(accelerator.process_index, len(held_back), accelerator.num_processes))
        counts = tuple(range(number_of_questions(painter) + 1))
        results = measure(painter, Subset(held_back, share), recipe.ink_aware, counts)
        if results["skipped"]:
            share = [i for i in share if not held_back[i]["skipped"]]
        psnrs, regions, indices = (gather_object(values) for values in (results["psnr"], results["regions"], share))
        self.skipped.update(results["skipped"])
        self.curves = dict(zip(indices, psnrs, strict=True))
        if accelerator.is_main_process:
            row = summarize(psnrs, counts, NRI_THRESHOLDS, recipe.stop_prob)
            asked = round(sum(regions) / len(regions), 2)
            save_report(row, len(psnrs), asked, self.settings)
            report = {"step": step, "pictures": len(psnrs), **row}
            report["psnr"] = {k: value for k, value in report["psnr"].items() if k in HINT_COUNTS}
            report["regions_asked"] = asked
            tqdm.write(json.dumps(report))
            log_validation(accelerator, report)
            draw_sheet(accelerator, painter, held_back, step, self.settings)
        accelerator.wait_for_everyone()

    def close(self) -> None:
        """Ends the bar and the trackers; says how fast it was at last, and lists the pictures that were skipped."""
        self.bar.close()
        if self.rate and self.accelerator.is_main_process:
            print(self.throughput.sentence(self.rate, self.accelerator.num_processes))
        skipped = sorted(set(gather_object(sorted(self.skipped))))
        if skipped and self.accelerator.is_main_process:
            print(f"{len(skipped)} pictures were skipped:", *skipped, sep="\n  ")
        self.accelerator.end_training()


def save_report(row: dict, pictures: int, regions_asked: float, settings: Settings) -> None:
    """output_dir/validation.json, what the model card is filled from.

    Args:
        row: of `summarize`, of so many pictures.
        regions_asked: their mean number.
    """
    recipe = settings.recipe
    one = {"split": "validation", "pictures": pictures, "rows": {"model": row}, "regions": {"asked": regions_asked}}
    report = {
        "command": settings.command,
        "settings": {
            "resolution": settings.resolution, "stop_prob": recipe.stop_prob, "ink_aware": recipe.ink_aware,
            "grayscale": settings.is_grayscale,
        },
        "sets": {name_of(settings.data): one},
    }  # fmt: skip
    write_report(report, settings.output_dir / REPORT_FILE)


def log_validation(accelerator: Accelerator, report: dict) -> None:
    """Into the trackers, by the names of their curves."""
    values = {f"psnr/{k}_hints": value for k, value in report["psnr"].items()}
    values |= {f"nri/{threshold:g}_dB": value for threshold, value in report["nri"].items()}
    values |= {f"validation/{name}": report[name] for name in ("expected_psnr", "regions_asked")}
    accelerator.log(values, step=report["step"])


def draw_sheet(
    accelerator: Accelerator,
    painter: GuidingPainterPipeline,
    held_back: SketchColorPairs,
    step: int,
    settings: Settings,
) -> None:
    """output_dir/sheets/STEP.png of the first held-back pictures, also for the trackers that show pictures."""
    batch = collate([held_back[i] for i in range(min(PICTURES_OF_A_SHEET, len(held_back)))])
    if "sketch" not in batch:
        return
    sheet = progress_sheet(painter, batch, settings.recipe.ink_aware)
    folder = settings.output_dir / "sheets"
    folder.mkdir(exist_ok=True)
    save_png(sheet, folder / f"step-{step:06}.png")
    for tracker in accelerator.trackers:
        if hasattr(tracker, "log_images"):
            options = {"dataformats": "NHWC"} if tracker.name == "tensorboard" else {}
            tracker.log_images({"validation": np.asarray(sheet)[None]}, step=step, **options)
