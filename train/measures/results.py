"""From PSNR curves to the numbers that are reported, and to the lines that tell of them."""

import itertools

import torch

from guiding_painter.metrics import expected_psnr, nri

HINT_COUNTS = (0, 1, 3, 5, 10, 30)
NRI_THRESHOLDS = (14.0, 16.0, 18.0)  # dB


def summarize(
    psnrs: list[list[float]], counts: tuple[int, ...], thresholds: tuple[float, ...] = (), stop_prob: float = 0.125
) -> dict:
    """Means over pictures as plain JSON values. Expected PSNR and NRI only where the counts are all of 0..N_c.

    Raises ValueError where there is no picture.
    """
    if not psnrs:
        raise ValueError("Not one picture could be measured: give pictures that can be opened.")
    curves = torch.tensor(psnrs, dtype=torch.float64)
    report: dict = {"psnr": {k: round(v, 3) for k, v in zip(counts, curves.mean(0).tolist(), strict=True)}}
    if counts == tuple(range(len(counts))):
        report["expected_psnr"] = round(expected_psnr(curves, stop_prob).mean().item(), 3)
        report["nri"] = {threshold: round(nri(curves, threshold).mean().item(), 2) for threshold in thresholds}
    return report


def differences(rows: dict[str, dict]) -> dict[str, dict]:
    """How the row "model" of `summarize` stands beside every other one.

    Returns:
        row name -> "expected_psnr": dB above it; "nri_ratio": threshold -> NRI as a share of its NRI, None where that
        is 0; "ahead_at": the numbers of hints after which the model has the higher mean PSNR.
    """
    model = rows["model"]
    return {
        name: {
            "expected_psnr": round(model["expected_psnr"] - row["expected_psnr"], 3),
            "nri_ratio": {t: round(model["nri"][t] / n, 3) if n else None for t, n in row["nri"].items()},
            "ahead_at": [k for k, value in row["psnr"].items() if model["psnr"][k] > value],
        }
        for name, row in rows.items()
        if name != "model"
    }


def table(rows: dict[str, dict]) -> str:
    """One line a row: PSNR after some numbers of hints, expected PSNR, NRI, the Fréchet distance where measured."""
    model = rows["model"]
    counts = [k for k in HINT_COUNTS if k in model["psnr"]]
    distances = further_metrics(model)
    header = [f"{k} hints" for k in counts] + ["expected"] + [f"NRI {threshold:g}" for threshold in model["nri"]]
    lines = [" " * 21 + "".join(f"{name:>10}" for name in header) + "".join(f"  {key:>8}" for key in distances)]
    for name, row in rows.items():
        values = [*(row["psnr"][k] for k in counts), row["expected_psnr"], *row["nri"].values()]
        line = f"{name.replace('_', ' '):21}" + "".join(f"{value:10.2f}" for value in values)
        lines.append(line + "".join(f"  {row[key]:{max(len(key), 8)}.2f}" for key in distances))
    return "\n".join(lines)


def further_metrics(row: dict) -> list[str]:
    """What is measured of a row where that is asked for: the Fréchet distance, by its name."""
    return [key for key in row if key not in ("psnr", "expected_psnr", "nri")]


def sentences(report: dict) -> str:
    """`differences`, and the statistics of the regions, in words."""
    lines = []
    for name, difference in report["differences"].items():
        ratios = ", ".join(
            f"{'-' if ratio is None else format(ratio, '.2f')} ({threshold:g} dB)"
            for threshold, ratio in difference["nri_ratio"].items()
        )
        lines.append(
            f"model beside {name.replace('_', ' ')}: {difference['expected_psnr']:+.2f} dB expected, "
            f"{ratios or '-'} of its NRI, ahead at {runs(difference['ahead_at']) or 'no number of'} hints"
        )
    regions = report["regions"]
    lines.append(
        f"regions: {regions['asked']:.1f} asked for, {regions['channels_used']} channels used in all, "
        f"{regions['parts_per_region']:.2f} connected parts each, {regions['speck_share']:.2%} of the pixels in specks"
    )
    return "\n".join(lines)


def runs(numbers: list[int]) -> str:
    """Ascending whole numbers, shortened: 1, 2, 3, 5 -> "1-3, 5"."""
    groups = itertools.groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
    parts = [[number for _, number in group] for _, group in groups]
    return ", ".join(str(part[0]) if len(part) == 1 else f"{part[0]}-{part[-1]}" for part in parts)
