"""Fill the model card of a checkpoint from measurements.

    python train/measures/evaluate.py --data_dir open_pictures --output results.json
    python model_card/fill_card.py --results results.json --data_dir open_pictures

writes README.md, and good.webp and bad.webp with the best and the worst pictures of every --data_dir, into model_card/
for the bundled weights, and into the checkpoint's own folder for others.
"""

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "train"))

from arguments import OneSentenceParser, errors_in_one_sentence, folder_name  # noqa: E402
from card.examples import draw_examples, judged_after  # noqa: E402
from card.file import CARD_FILE, write_card  # noqa: E402
from card.numbers import markdown_table  # noqa: E402
from card.text import fill_card  # noqa: E402
from guiding_painter import GuidingPainterPipeline  # noqa: E402
from guiding_painter.checkpoint import find_checkpoint, read_json  # noqa: E402
from measures.answers import measure, pairs_for  # noqa: E402
from pictures.folders import load_pictures  # noqa: E402
from pictures.sprites import SOURCES  # noqa: E402
from recipe import RECIPE_FILE  # noqa: E402

COMIC = (
    '"Pepper&Carrot by David Revoy, licensed under Creative Commons Attribution 4.0", <https://www.peppercarrot.com>: '
    "comic pages, re-encoded and cut into tiles."
)
CREDIT = (
    "The comic pages are from Pepper&Carrot by David Revoy, [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/), "
    "cut and colored anew; the other pictures are composed of the drawings listed under Training data."
)


def attribute_open_pictures() -> str:
    """The sources of the pictures that the bundled weights were trained on, as Markdown."""
    rows = [[f"[{source.name}]({source.link})", source.author, source.licence] for source in SOURCES]
    table = markdown_table(["drawings", "author", "licence"], rows)
    return (
        "Illustrations in natural colors of the African Storybook (CC BY), Book Dash (CC BY 4.0) and Project Gutenberg "
        "(public domain in the USA), which `docs/illustrations.md` of Guiding Painter names one by one. Pictures that "
        "`train/pictures/build_dataset.py` composed of the drawings below, which were scaled, rotated and cut, and "
        "some of them recolored; many thanks to their authors."
        f"\n\n{table}\n\n{COMIC}"
    )


def add_examples(report: dict, folder: Path, data_dirs: list[str], checkpoint: Path) -> None:
    """Measures pictures of `report` again and draws the good and the bad ones into `folder`.

    Raises ValueError for pictures that the report does not tell of.
    """
    painter = GuidingPainterPipeline.from_pretrained(checkpoint)
    settings, sets = report["settings"], {}
    for data_dir in data_dirs:
        name = folder_name(data_dir)
        if name not in report["sets"]:
            raise ValueError(f"The results are about {', '.join(report['sets'])}, not {name}: measure it, too.")
        one = report["sets"][name]
        pictures = pairs_for(painter, load_pictures(data_dir, one["split"]), settings["resolution"])
        results = measure(painter, pictures, settings["ink_aware"], (judged_after(painter),))
        if len(results["psnr"]) != one["pictures"]:
            raise ValueError(
                f"{data_dir} has {len(results['psnr'])} pictures, not {one['pictures']}: measure it again."
            )
        usable = [i for i in range(len(pictures)) if not (results["skipped"] and pictures[i]["skipped"])]
        sets[name] = pictures, {i: score for i, (score,) in zip(usable, results["psnr"], strict=True)}
    report["examples"] = draw_examples(painter, sets, settings["ink_aware"], folder)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = OneSentenceParser(description=__doc__.split("\n\n")[0], allow_abbrev=False)
    parser.add_argument("--results", type=Path, required=True, help="JSON file of train/measures/evaluate.py")
    parser.add_argument("--pretrained_model_name_or_path", help="the folder measured; the bundled weights if left out")
    parser.add_argument("--data_dir", nargs="*", default=[], help="the folders measured, to draw pictures of")
    parser.add_argument("--output_dir", type=Path, help="folder to write into")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    with errors_in_one_sentence():
        report = read_json(args.results)
        if not {"command", "settings", "sets"} <= report.keys():
            raise ValueError(f"{args.results} is not from train/measures/evaluate.py: give the file of its --output.")
        checkpoint = find_checkpoint(args.pretrained_model_name_or_path)
        bundled = args.pretrained_model_name_or_path is None
        folder = args.output_dir or (HERE if bundled else checkpoint)
        if args.data_dir:
            add_examples(report, folder, args.data_dir, checkpoint)
        name = "guiding-painter" if bundled else folder_name(checkpoint)
        text = fill_card(
            name,
            model_id=None if bundled else name,
            report=report,
            recipe=read_json(checkpoint / RECIPE_FILE),
            license="apache-2.0" if bundled else "other",
            attribution=attribute_open_pictures() if bundled else "",
            credit=CREDIT if bundled else "",
        )
        if not write_card(folder / CARD_FILE, text):
            raise ValueError(f"{folder / CARD_FILE} was changed by hand: move it away to have a new one.")


if __name__ == "__main__":
    main()
