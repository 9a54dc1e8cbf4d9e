"""Table 1 in words and numbers: the lines of the table, and how ours stands beside RTUG, beside the paper's."""

from experiments.methods import OURS

TITLES = {
    "cic": "CIC",
    "pix2pix": "Pix2Pix",
    "alacgan": "AlacGAN",
    "rtug": "RTUG",
    "guiding_painter": "GuidingPainter, as published",
    "guiding_painter_remedied": "GuidingPainter, remedied",
    "lite": "ours, networks over cells",
    "bucket_fill": "bucket fill, true mean of the rest",
    "bucket_fill_on_white": "bucket fill on white",
}
# Of the paper's three sets, Yumi's Cells, Tag2pix and CelebA: ours above RTUG in dB, and NRI as a share of RTUG's.
PAPER_MARGINS = {"expected_psnr": (0.78, 1.19, 1.08), "nri_ratio": (0.80, 0.77, 0.60)}


def margins(rows: dict[str, dict]) -> dict[str, dict]:
    """How our rows stand beside RTUG: dB of PSNR above it, threshold -> NRI as a share of its, None where that is 0."""
    if "rtug" not in rows:
        return {}
    rtug, found = rows["rtug"]["with_hints"], {}
    for name in (name for name in OURS if name in rows):
        ours = rows[name]["with_hints"]
        found[name] = {
            "expected_psnr": round(ours["expected_psnr"] - rtug["expected_psnr"], 3),
            "without_hints": round(rows[name]["without_hints"]["psnr"] - rows["rtug"]["without_hints"]["psnr"], 3),
            "nri_ratio": {t: round(n / rtug["nri"][t], 3) if rtug["nri"][t] else None for t, n in ours["nri"].items()},
        }
    return found


def markdown(report: dict) -> str:
    """A table for every set of pictures, with the margins below it."""
    parts = [f"`{report['command']}`"]
    for name, one in report["sets"].items():
        parts += [f"**{name}**, {most(one['rows'])} pictures", lines_of(one["rows"])]
        parts += [sentence(key, value) for key, value in report["margins"][name].items()]
    return "\n\n".join(parts) + "\n"


def most(rows: dict[str, dict]) -> int:
    """Pictures that a row was measured on: the same ones for all, but for some that one of them cannot use."""
    return max((row["pictures"] for row in rows.values()), default=0)


def lines_of(rows: dict[str, dict]) -> str:
    """Without hints in the upper half and with hints in the lower one, as in the paper."""
    rows = {name: rows[name] for name in TITLES if name in rows}
    interactive = [row["with_hints"] for row in rows.values() if "with_hints" in row]
    thresholds = list(interactive[0]["nri"]) if interactive else []
    distances = [key for key in next(iter(rows.values()))["without_hints"] if key != "psnr"]
    header = ["", "hints", "PSNR", *(key.replace("_", " ") for key in distances), *(f"NRI {t}" for t in thresholds)]
    lines = [header, ["---"] * len(header)]
    for name, row in rows.items():
        bare = row["without_hints"]
        lines.append(
            [TITLES[name], "no", *numbers(bare["psnr"], *(bare[key] for key in distances)), *"-" * len(thresholds)]
        )
    for name, row in rows.items():
        if "with_hints" in row:
            hinted = row["with_hints"]
            values = (hinted["expected_psnr"], *(hinted[key] for key in distances), *hinted["nri"].values())
            lines.append([TITLES[name], "yes", *numbers(*values)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def numbers(*values: float) -> list[str]:
    return [f"{value:.2f}" for value in values]


def sentence(name: str, margin: dict) -> str:
    """How a row stands beside RTUG, and the paper's figures."""
    ratios = ", ".join(f"{'-' if n is None else format(n, '.2f')} at {t} dB" for t, n in margin["nri_ratio"].items())
    papers = " / ".join(f"{value:.2f}" for value in PAPER_MARGINS["expected_psnr"])
    shares = " / ".join(f"{value:.2f}" for value in PAPER_MARGINS["nri_ratio"])
    return (
        f"{TITLES[name]} beside RTUG: {margin['expected_psnr']:+.2f} dB with hints, "
        f"{margin['without_hints']:+.2f} dB without, NRI at {ratios} of its (paper: {papers} dB, NRI at {shares})."
    )
