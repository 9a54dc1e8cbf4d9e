"""The model card: the README.md of a checkpoint, filled from measurements and from what training.json tells."""

import hashlib
import io
import re
from pathlib import Path

from huggingface_hub import EvalResult, ModelCard, ModelCardData
from PIL import Image

from checkpoints import BUNDLED_WEIGHTS, NEW_NETWORKS
from data import SketchColorPairs, collate
from guiding_painter import GuidingPainterPipeline
from guiding_painter.files import replace_file
from results import HINT_COUNTS, runs
from sheets import SHOWN_COUNTS, example_sheet

CARD_FILE = "README.md"
EXAMPLE_FILES = {"good": "good.webp", "bad": "bad.webp"}  # beside the card, which shows them
EXAMPLE_BYTES = 150_000  # of each at most, as they travel with the repository and the checkpoint
EXAMPLES_OF_A_SET = 3  # good ones, and as many bad ones
JUDGED_AFTER = 5  # answers
TEMPLATE = Path(__file__).parents[1] / "model_card" / "template.md"
MARK = "\n<!-- Filled by a program, {digest}: a card that was changed by hand since then is never replaced. -->\n"
RIVALS = {
    "point_hints": "the same colorizer, trained and answered with colored points at random places",
    "bucket_fill": "bucket fill of line-bounded cells, largest first, the rest in its true common color",
    "bucket_fill_on_white": "bucket fill of line-bounded cells, largest first, on white paper",
}


def fill_card(
    name: str,
    model_id: str | None,
    report: dict,
    recipe: dict,
    license: str,
    attribution: str = "",
    credit: str = "",
) -> str:
    """The whole text of a card.

    Args:
        name: of the model.
        model_id: what `from_pretrained` opens it with; None for the bundled weights.
        report: JSON of train/evaluate.py, or validation.json of a training, perhaps with "examples" from
            `draw_examples`.
        recipe: training.json of the checkpoint.
        license: as the hub writes it, "other" where nobody has chosen one.
        attribution: Markdown about training data that is not in the recipe.
        credit: Markdown that tells whose pictures the examples are.
    """
    stages = recipe.get("training", [])
    first = next(iter(report["sets"].values()))
    results = eval_results(report)
    card_data = ModelCardData(
        license=license,
        library_name="guiding-painter",
        pipeline_tag="image-to-image",
        tags=["colorization", "line-art", "sketch", "comics", "interactive"],
        datasets=sorted({slug(stage["data"]) for stage in stages}) or None,
        metrics=list(dict.fromkeys(result.metric_type for result in results)),
        model_name=name,
        eval_results=results,
    )
    card = ModelCard.from_template(
        card_data,
        template_path=str(TEMPLATE),
        name=name,
        model_id=f'"{model_id}"' if model_id else "",
        max_hints=max(int(k) for k in first["rows"]["model"]["psnr"]),
        **{key: report["settings"][key] for key in ("resolution", "ink_aware", "stop_prob")},
        command=report["command"],
        results="\n\n".join(results_table(key, one) for key, one in report["sets"].items()),
        strengths="\n".join(list_strengths(report)),
        weaknesses="\n".join(list_weaknesses(report)),
        good=show_examples(report, "good", credit),
        bad=show_examples(report, "bad", credit),
        data=describe_data(stages, attribution),
        recipe=describe_recipe(recipe),
        license=license,
    )
    text = re.sub(r"\n{3,}", "\n\n", str(card)).rstrip() + "\n"
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
    return min(JUDGED_AFTER, painter.segmentation.config.max_hints)


def write_small(image: Image.Image, path: Path) -> None:
    """As WebP of at most `EXAMPLE_BYTES`, in the best quality of a few that keeps to it, or else in the lowest."""
    for quality in (90, 75, 60, 45, 30):
        data = io.BytesIO()
        image.save(data, "WEBP", quality=quality, method=6)
        if data.tell() <= EXAMPLE_BYTES:
            break
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, data.getvalue())


def eval_results(report: dict) -> list[EvalResult]:
    """The model's own numbers, for the model-index."""
    results = []
    for name, one in report["sets"].items():
        row = one["rows"]["model"]
        values = [
            ("psnr", f"PSNR in dB after {k} answer{'s' if k != '1' else ''}", row["psnr"][k]) for k in shown_counts(row)
        ]
        values += [("psnr", "expected PSNR in dB", row["expected_psnr"])]
        values += [("nri", f"answers needed for {float(t):g} dB (NRI)", value) for t, value in row["nri"].items()]
        values += [(key, key.replace("_", " "), row[key]) for key in further_metrics(row)]
        results += [
            EvalResult(
                task_type="image-to-image",
                task_name="Sketch colorization",
                dataset_type=slug(name),
                dataset_name=name,
                dataset_split=one["split"],
                metric_type=kind,
                metric_name=metric,
                metric_value=value,
            )
            for kind, metric, value in values
        ]
    return results


def shown_counts(row: dict) -> list[str]:
    return [str(k) for k in HINT_COUNTS if str(k) in row["psnr"]]


def further_metrics(row: dict) -> list[str]:
    return [key for key in row if key not in ("psnr", "expected_psnr", "nri")]


def results_table(name: str, one: dict) -> str:
    """One set of pictures: a row for the model and for everything that it was compared with."""
    model = one["rows"]["model"]
    counts, further = shown_counts(model), further_metrics(model)
    header = [f"{name} ({one['split']}, {one['pictures']} pictures)", *counts, "expected"]
    header += [f"NRI {float(t):g} dB" for t in model["nri"]] + [key.replace("_", " ") for key in further]
    lines = [header, ["---"] * len(header)]
    for key, row in one["rows"].items():
        values = [*(row["psnr"][k] for k in counts), row["expected_psnr"], *row["nri"].values()]
        values += [row[key] for key in further]
        label = "**this model**" if key == "model" else key.replace("_", " ")
        lines.append([label, *(f"{value:.2f}" for value in values)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def list_strengths(report: dict) -> list[str]:
    return compare_with_rivals(report, ahead=True)


def list_weaknesses(report: dict) -> list[str]:
    """Where it is behind, and what its regions are like."""
    lines = compare_with_rivals(report, ahead=False)
    for name, one in report["sets"].items():
        regions = one["regions"]
        if "parts_per_region" in regions:
            lines.append(
                f"- On {name}, a region lies in {regions['parts_per_region']:.1f} separate parts on average, and "
                f"{100 * regions['speck_share']:.1f} % of a picture in specks (parts below 0.05 % of it)."
            )
    return lines


def compare_with_rivals(report: dict, ahead: bool) -> list[str]:
    """A line for every rival and set on which the expected PSNR is higher, or else is not."""
    lines = []
    for name, one in report["sets"].items():
        for rival, difference in one.get("differences", {}).items():
            gain = difference["expected_psnr"]
            if (gain > 0) == ahead:
                at = runs([int(k) for k in difference["ahead_at"]]) or "no number of"
                lines.append(
                    f"- On {name}, {gain:+.2f} dB of expected PSNR beside {RIVALS.get(rival, rival)}; "
                    f"ahead after {at} answers."
                )
    return lines


def show_examples(report: dict, kind: str, credit: str) -> str:
    """The picture of the "good" or "bad" examples, and what it shows; nothing where the report has none."""
    if kind not in report.get("examples", {}):
        return ""
    one, most = report["examples"][kind], {"good": "highest", "bad": "lowest"}[kind]
    psnrs = "; ".join(f"{name}: {', '.join(f'{v:.1f}' for v in values)}" for name, values in one["psnr"].items())
    counts = ", ".join(map(str, SHOWN_COUNTS[:-1])) + f" and {SHOWN_COUNTS[-1]}"
    return (
        f"![Examples of what it is {kind} at]({EXAMPLE_FILES[kind]})\n\n"
        f"The held-back pictures with the {most} PSNR after {one['answers']} answers (in dB, {psnrs}). From the left: "
        f"the drawing, the first {SHOWN_COUNTS[-1]} regions that the model asks about, what it paints after {counts} "
        f"answers, and the colored original. {credit}"
    ).rstrip()


def describe_data(stages: list[dict], attribution: str) -> str:
    """What was trained on, and whom to thank for it: models and pictures once each, however often they were used."""
    parts = [attribution] if attribution else []
    if models := dict.fromkeys(stage["start"] for n, stage in enumerate(stages) if is_foreign(stage["start"], n)):
        parts.append(f"It goes on from {' and '.join(models)}, whose attributions apply to this model, too.")
    for stage in stages:
        parts.append(f"**{stage['data']}**: {stage['pictures'] or 'streamed'} pictures.")
        if stage.get("attribution"):
            parts.append(re.sub(r"(?m)^#+ ", "#### ", stage["attribution"].strip()))
    return "\n\n".join(dict.fromkeys(parts)) or "Not recorded."


def is_foreign(start: str, number: int) -> bool:
    """Whether the start of a training, the how manieth of several, may owe to more than the trainings before it do."""
    return start == BUNDLED_WEIGHTS or "/" in start or (number == 0 and not start.startswith(NEW_NETWORKS))


def describe_recipe(recipe: dict) -> str:
    """Every training that led here, and the losses of the last one."""
    columns = ("start", "data", "updates", "batch_size", "resolution", "learning_rate", "precision")
    lines = []
    if stages := recipe.get("training", []):
        rows = [[name.replace("_", " ") for name in columns], ["---"] * len(columns)]
        rows += [[str(stage[name]) for name in columns] for stage in stages]
        lines += [f"| {' | '.join(row)} |" for row in rows] + [""]
    losses = [f"`{name}` {value}" for name, value in recipe.items() if name != "training"]
    return "\n".join([*lines, "Losses and hints of the last training (`training.json`): " + ", ".join(losses) + "."])
