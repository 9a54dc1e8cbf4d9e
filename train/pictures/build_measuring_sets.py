"""Build the sets of pictures that guesses are measured on, which no training has: emoji/, clipart/ and comic/.

    python train/pictures/build_measuring_sets.py --output_dir sets --clipart_dir openclipart/png --comic_dir comic

Emoji are OpenMoji's (CC BY-SA 4.0), with their own line drawings beside them as `a.lines.png`; clip art are those
drawings of `--clipart_dir` that `build_dataset.py` keeps for its test split; comic tiles are cut from the pages in
`--comic_dir`/validation. Needs Node.js 18+ with npm. Run again, it gives the same pictures.
"""

import argparse
import json
import re
import sys
from pathlib import Path

from PIL import Image
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # train/, from which its rooms are imported

from arguments import OneSentenceParser, errors_in_one_sentence, positive_int
from pictures.build_dataset import CLIPART, tiles_of_page
from pictures.folders import spread
from pictures.sprites import import_clipart, install_packages, open_sprite, render, save_picture, split_of

EMOJI_SIDE, MARGIN = 512, 12
EMOJI_GROUPS = ("smileys-emotion", "people-body", "animals-nature", "food-drink", "travel-places", "activities",
                "objects")  # fmt: skip
TILES, EVERY = 16, 4  # every fourth of the tiles that build_dataset.py cuts from a page
PAPER = '<rect width="100%" height="100%" fill="#ffffff"/>'


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    with errors_in_one_sentence():
        build_emoji(args.output_dir / "emoji", args.output_dir / "sprites" / "packages", args.limit)
        if args.clipart_dir:
            build_clipart(args.output_dir / "clipart", args.clipart_dir, args.output_dir / "sprites", args.limit)
        if args.comic_dir:
            cut_pages(args.output_dir / "comic", args.comic_dir / "validation")


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = OneSentenceParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output_dir", type=Path, required=True)
    parser.add_argument("--clipart_dir", type=Path, help="folder with the clip art's animals/, people/, ...")
    parser.add_argument("--comic_dir", type=Path, help="folder with comic pages in validation/")
    parser.add_argument("--limit", type=positive_int, default=48, help="emoji and clip art, evenly spread")
    args = parser.parse_args(argv)
    for folder in (args.clipart_dir, args.comic_dir and args.comic_dir / "validation"):
        if folder and not folder.is_dir():
            parser.error(f"{folder} is not a folder: give an existing one or leave the option out.")
    return args


def build_emoji(folder: Path, package_dir: Path, limit: int) -> None:
    """OpenMoji's pictures and line drawings on white paper; no flags, symbols and repeats in other skin tones.

    Raises:
        OSError: npm is missing or fails, or a picture cannot be rendered.
    """
    install_packages(package_dir)
    package = package_dir / "node_modules" / "openmoji"
    listed = json.loads((package / "data" / "openmoji.json").read_text())
    codes = [one["hexcode"] for one in listed if one["group"] in EMOJI_GROUPS and not one["skintone"]]
    jobs = []
    for code in (codes[place] for place in spread(len(codes), limit)):
        for kind, ending in (("color", ".png"), ("black", ".lines.png")):
            svg = (package / kind / "svg" / f"{code}.svg").read_text()
            svg = re.sub(r"<svg[^>]*>", lambda opening: opening[0] + PAPER, svg, count=1)
            jobs.append({"path": str(folder / f"{code}{ending}"), "size": EMOJI_SIDE, "svg": svg})
    with tqdm(total=len(jobs), desc="render emoji") as progress:
        broken = render(jobs, ["node", str(package_dir / "render.mjs")], progress)
    if broken:
        raise OSError(f"{broken[0]['path']} could not be rendered: choose another --limit.")


def build_clipart(folder: Path, clipart_dir: Path, sprites_dir: Path, limit: int) -> None:
    """Clip art of the test split, on white paper with a margin."""
    import_clipart(clipart_dir, sprites_dir)
    paths = [path for path in sorted((sprites_dir / CLIPART).glob("*.png")) if split_of(path) == "test"]
    folder.mkdir(parents=True, exist_ok=True)
    for path in (paths[place] for place in spread(len(paths), limit)):
        sprite = open_sprite(path)
        picture = Image.new("RGB", (sprite.width + 2 * MARGIN, sprite.height + 2 * MARGIN), "white")
        picture.paste(sprite, (MARGIN, MARGIN), sprite)
        save_picture(picture, folder / path.name)


def cut_pages(folder: Path, pages: Path) -> None:
    """A few tiles of every page."""
    folder.mkdir(parents=True, exist_ok=True)
    for page in tqdm(sorted(path for path in pages.glob("*") if path.is_file()), desc="cut comic pages"):
        for number, tile in list(enumerate(tiles_of_page(page, TILES, 0)))[::EVERY]:
            save_picture(tile, folder / f"{page.stem}_{number:02d}.png")


if __name__ == "__main__":
    main()
