"""The text of a model card, filled from measurements and from what training.json tells."""

import re
from pathlib import Path

from huggingface_hub import ModelCard, ModelCardData

from card.examples import EXAMPLE_FILES
from card.file import marked, slug
from card.numbers import eval_results, is_grayscale, markdown_table, results_table
from measures.results import runs
from measures.sheets import SHOWN_COUNTS
from recipe import BUNDLED_WEIGHTS, NEW_NETWORKS

TEMPLATE = Path(__file__).parents[2] / "model_card" / "template.md"
RIVALS = {
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
        report: JSON of train/measures/evaluate.py, or validation.json of a training, perhaps with "examples" from
            `draw_examples`.
        recipe: training.json of the checkpoint.
        license: as the hub writes it, "other" where nobody has chosen one.
        attribution: Markdown about training data that is not in the recipe.
        credit: Markdown that tells whose pictures the examples are.
    """
    card = ModelCard.from_template(
        card_data(name, report, recipe, license),
        template_path=str(TEMPLATE),
        name=name,
        model_id=f'"{model_id}"' if model_id else "",
        max_hints=max(int(k) for one in report["sets"].values() for k in one["rows"]["model"]["psnr"]),
        **{key: report["settings"][key] for key in ("resolution", "ink_aware", "stop_prob")},
        command=report["command"],
        results="\n\n".join(results_table(key, one) for key, one in report["sets"].items()),
        strengths="\n".join(list_strengths(report)),
        weaknesses="\n".join(list_weaknesses(report)),
        good=show_examples(report, "good", credit),
        bad=show_examples(report, "bad", credit),
        grayscale=is_grayscale(report),
        data=describe_data(recipe.get("training", []), attribution),
        recipe=describe_recipe(recipe),
        license=license,
    )
    return marked(re.sub(r"\n{3,}", "\n\n", str(card)).rstrip() + "\n")


def card_data(name: str, report: dict, recipe: dict, license: str) -> ModelCardData:
    """What the hub reads: the YAML of a card."""
    results = eval_results(report)
    kinds = ["grayscale"] if is_grayscale(report) else ["line-art", "sketch", "comics"]
    return ModelCardData(
        license=license,
        library_name="guiding-painter",
        pipeline_tag="image-to-image",
        tags=["colorization", *kinds, "interactive"],
        datasets=sorted({slug(stage["data"]) for stage in recipe.get("training", [])}) or None,
        metrics=list(dict.fromkeys(result.metric_type for result in results)),
        model_name=name,
        eval_results=results,
    )


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
    shown = "gray picture" if is_grayscale(report) else "drawing"
    counts = ", ".join(map(str, SHOWN_COUNTS[:-1])) + f" and {SHOWN_COUNTS[-1]}"
    return (
        f"![Examples of what it is {kind} at]({EXAMPLE_FILES[kind]})\n\n"
        f"The held-back pictures with the {most} PSNR after {one['answers']} answers (in dB, {psnrs}). From the left: "
        f"the {shown}, the first {SHOWN_COUNTS[-1]} regions that the model asks about, what it paints after {counts} "
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
        header = [name.replace("_", " ") for name in columns]
        lines += [markdown_table(header, [[str(stage[name]) for name in columns] for stage in stages]), ""]
    losses = [f"`{name}` {value}" for name, value in recipe.items() if name != "training"]
    return "\n".join([*lines, "Losses and hints of the last training (`training.json`): " + ", ".join(losses) + "."])
