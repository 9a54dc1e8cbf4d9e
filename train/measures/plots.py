"""The curves of an evaluation: PSNR over the number of hints, and the importance of every hint (Fig. 5)."""

from pathlib import Path

from matplotlib.figure import Figure

PANEL = (6.0, 4.0)  # inches


def plot_curves(sets: dict[str, dict], path: Path) -> None:
    """One line of panels for every set of pictures, as a .png or .svg.

    Args:
        sets: name -> report of a `Comparison`. Those with "importance" get a second panel.
        path: of the file.
    """
    columns = 1 + any("importance" in report for report in sets.values())
    figure = Figure(figsize=(PANEL[0] * columns, PANEL[1] * len(sets)), layout="constrained")
    grid = figure.subplots(len(sets), columns, squeeze=False)
    for (name, report), panels in zip(sets.items(), grid, strict=True):
        for row, summary in report["rows"].items():
            panels[0].plot(list(summary["psnr"]), list(summary["psnr"].values()), label=row.replace("_", " "))
        panels[0].set(title=f"{name}: {report['pictures']} pictures", xlabel="hints", ylabel="PSNR in dB")
        panels[0].legend()
        if "importance" in report:
            regions = range(1, len(report["importance"]) + 1)
            panels[1].plot(regions, report["importance"], marker=".")
            panels[1].set(title=f"{name}: each region alone", xlabel="region", ylabel="PSNR in dB")
        for panel in panels:
            panel.grid(alpha=0.3)
    figure.savefig(path, dpi=150)
