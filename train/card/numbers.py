"""The measurements on a model card: those that the hub lists, and a table of all."""

from huggingface_hub import EvalResult

from card.file import slug
from measures.results import HINT_COUNTS, further_metrics


def is_grayscale(report: dict) -> bool:
    """Whether gray pictures were measured; reports from before there were two kinds say nothing and are of drawings."""
    return report["settings"].get("grayscale", False)


def eval_results(report: dict) -> list[EvalResult]:
    """The model's own numbers, for the model-index."""
    results, task = [], "Grayscale colorization" if is_grayscale(report) else "Sketch colorization"
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
                task_name=task,
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


def results_table(name: str, one: dict) -> str:
    """One set of pictures: a row for the model and for everything that it was compared with."""
    model = one["rows"]["model"]
    counts, further = shown_counts(model), further_metrics(model)
    header = [f"{name} ({one['split']}, {one['pictures']} pictures)", *counts, "expected"]
    header += [f"NRI {float(t):g} dB" for t in model["nri"]] + [key.replace("_", " ") for key in further]
    lines = []
    for key, row in one["rows"].items():
        values = [*(row["psnr"][k] for k in counts), row["expected_psnr"], *row["nri"].values()]
        values += [row[key] for key in further]
        label = "**this model**" if key == "model" else key.replace("_", " ")
        lines.append([label, *(f"{value:.2f}" for value in values)])
    return markdown_table(header, lines)


def markdown_table(header: list[str], rows: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, ["---"] * len(header), *rows))
