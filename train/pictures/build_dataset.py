"""Build the open training set: colored pictures composed from openly licensed drawings, in train/, validation/, test/.

    python train/pictures/build_dataset.py --output_dir open_pictures

Needs Node.js 18+ with npm. Pictures are a function of `--seed` and their number; an interrupted run goes on where it
stopped. `--clipart_dir` adds public domain clip art: the folder share/openclipart/png of Debian's openclipart-png 0.18.
`--shards N` also packs them to be read as a stream, into OUTPUT_DIR-shards, see shards.py.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from functools import partial
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # train/, from which its rooms are imported

from arguments import OneSentenceParser, count, errors_in_one_sentence, positive_int
from pictures.compose import KINDS, SIZES, compose
from pictures.folders import SPLITS as SHARES
from pictures.shards import write_shards
from pictures.skin import gold_share, is_person
from pictures.sprites import SOURCES, import_clipart, open_sprite, render_sprites, save_picture, split_of

CLIPART = "openclipart-png"
# Smileys and other things of gold, at least a quarter of what is colored in them: so many of them are used.
GOLD, GOLD_KEPT = 0.25, 0.12
SPLITS = tuple(SHARES)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    with errors_in_one_sentence():
        build(args)


def build(args: argparse.Namespace) -> None:
    """Everything that was asked for. Raises OSError or ValueError for folders and settings that cannot be used."""
    check_settings(args.output_dir, args.seed)
    sprites_dir = args.sprites_dir or args.output_dir.with_name(args.output_dir.name + "-sprites")
    broken = render_sprites(sprites_dir, args.num_workers)
    if args.clipart_dir:
        import_clipart(args.clipart_dir, sprites_dir)
    sprites = list_sprites(sprites_dir)
    write_attribution(args.output_dir, sprites, args.comic_dir)
    jobs = plan(sprites, {split: getattr(args, f"num_{split}") for split in SPLITS}, args.seed)
    compose_all(jobs, sprites, args.seed, args.output_dir, args.num_workers)
    if args.comic_dir:
        cut_comic(args.comic_dir, args.output_dir, args.tiles_per_page, args.seed)
    if args.contact_sheet:
        write_contact_sheets(args.output_dir, sprites_dir)
    if args.shards:
        write_shards(
            args.output_dir, args.output_dir.with_name(args.output_dir.name + "-shards"), args.shards, args.seed
        )
    for job in broken:
        print(f"could not be rendered and was left out: {job['path']}")


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = OneSentenceParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output_dir", type=Path, required=True)
    parser.add_argument("--sprites_dir", type=Path, help="rendered drawings (default: OUTPUT_DIR-sprites)")
    parser.add_argument("--num_train", type=count, default=12000)
    parser.add_argument("--num_validation", type=count, default=300)
    parser.add_argument("--num_test", type=count, default=300, help="a third as many of clip art alone come on top")
    parser.add_argument("--seed", type=count, default=0)
    parser.add_argument("--num_workers", type=positive_int, default=2)
    parser.add_argument("--clipart_dir", type=Path, help="folder with the clip art's animals/, people/, ...")
    parser.add_argument("--comic_dir", type=Path, help="folder with comic pages in train/ and validation/")
    parser.add_argument("--tiles_per_page", type=count, default=16)
    parser.add_argument("--contact_sheet", action="store_true", help="also write one sheet per source and kind")
    parser.add_argument("--shards", type=positive_int, help="how many shards of the training pictures to write as well")
    args = parser.parse_args(argv)
    for folder in (args.clipart_dir, args.comic_dir):
        if folder and not folder.is_dir():
            parser.error(f"{folder} is not a folder: give an existing one or leave the option out.")
    return args


def check_settings(output_dir: Path, seed: int) -> None:
    """Refuse to go on in a folder that was begun with another seed: it would mix two sets.

    Raises:
        ValueError: the folder's settings.json names another seed.
    """
    for split in SPLITS:
        (output_dir / split).mkdir(parents=True, exist_ok=True)
    settings = output_dir / "settings.json"
    if settings.exists() and (found := json.loads(settings.read_text())["seed"]) != seed:
        raise ValueError(f"{output_dir} was begun with --seed {found}, not {seed}: give that seed or another folder.")
    settings.write_text(json.dumps({"seed": seed}))


def list_sprites(sprites_dir: Path) -> dict[str, dict[str, list[Path]]]:
    """Rendered sprites by split and source, sorted by name."""
    sprites = {split: {source.name: [] for source in SOURCES} for split in SPLITS}
    for source in SOURCES:
        for path in sorted((sprites_dir / source.name).glob("*.png")):
            sprites[split_of(path)][source.name].append(path)
    return sprites


def plan(sprites: dict, counts: dict[str, int], seed: int) -> list[tuple[str, int, str, bool]]:
    """(split, index, kind, clip art only) of every picture; kinds are mixed, so any first part has all of them."""
    jobs = []
    for split in SPLITS:
        clipart = counts[split] // 3 if split == "test" and sprites[split][CLIPART] else 0
        for index in range(counts[split] + clipart):
            of_clipart = index >= counts[split]
            kinds = [kind for kind in KINDS if kind != "doodle" or not of_clipart]
            shares = np.array([KINDS[kind] for kind in kinds])
            kind = picture_rng(seed, split, index).choice(kinds, p=shares / shares.sum())
            jobs.append((split, index, str(kind), of_clipart))
    return jobs


def picture_rng(seed: int, split: str, index: int) -> np.random.Generator:
    return np.random.default_rng((seed, SPLITS.index(split), index))


def compose_all(jobs: list[tuple], sprites: dict, seed: int, output_dir: Path, num_workers: int) -> None:
    """Compose the pictures of `jobs` that do not exist yet."""
    jobs = [job for job in jobs if not picture_path(output_dir, *job).exists()]
    work = partial(compose_one, sprites=sprites, seed=seed, output_dir=output_dir)
    with Pool(num_workers) as pool:
        for _ in tqdm(pool.imap_unordered(work, jobs, chunksize=8), total=len(jobs), desc="compose pictures"):
            pass


def picture_path(output_dir: Path, split: str, index: int, kind: str, clipart: bool) -> Path:
    return output_dir / split / f"{'clipart_' if clipart else ''}{kind}_{index:06d}.png"


def compose_one(job: tuple[str, int, str, bool], sprites: dict, seed: int, output_dir: Path) -> None:
    split, index, kind, clipart = job
    rng = picture_rng(seed, split, index)
    rng.random()  # the first number chose the kind
    pick = partial(pick_sprite, by_source=sprites[split], clipart=clipart)
    save_picture(compose(kind, pick, rng), picture_path(output_dir, *job))


def pick_sprite(
    rng: np.random.Generator, by_source: dict[str, list[Path]], clipart: bool
) -> tuple[Path, Image.Image, bool]:
    """A random sprite, sources weighted by their share, gold things rare.

    Returns:
        its path, the drawing as `open_sprite` gives it, and whether it has outlines.
    """
    sources = [s for s in SOURCES if by_source[s.name] and (not clipart or s.name == CLIPART)]
    shares = np.array([source.share for source in sources])
    while True:
        source = sources[rng.choice(len(sources), p=shares / shares.sum())]
        path = by_source[source.name][rng.integers(len(by_source[source.name]))]
        sprite = open_sprite(path)
        if rng.uniform() < GOLD_KEPT or is_person(path) or gold_share(sprite) < GOLD:
            return path, sprite, source.lined


def cut_comic(comic_dir: Path, output_dir: Path, tiles_per_page: int, seed: int) -> None:
    """Random tiles of the pages in `comic_dir`/train and /validation, at two thirds to full scale."""
    pages = [(split, p) for split in SPLITS[:2] for p in sorted((comic_dir / split).glob("*")) if p.is_file()]
    for split, page in tqdm(pages, desc="cut comic pages"):
        for tile, picture in enumerate(tiles_of_page(page, tiles_per_page, seed)):
            path = output_dir / split / f"comic_{page.stem}_{tile:02d}.png"
            if not path.exists():
                save_picture(picture, path)


def tiles_of_page(page: Path, count: int, seed: int) -> Iterator[Image.Image]:
    """The tiles of one page, the same whichever other pages there are."""
    with Image.open(page) as file:
        picture = file.convert("RGB")
    name = int.from_bytes(hashlib.md5(page.name.encode()).digest()[:4])
    return cut_tiles(picture, count, np.random.default_rng((seed, name)))


def cut_tiles(page: Image.Image, count: int, rng: np.random.Generator) -> Iterator[Image.Image]:
    """Up to `count` tiles of `page` with sides in SIZES; one of nearly even brightness is drawn again (10 tries)."""
    for _ in range(count):
        for _ in range(10):
            width, height = (int(side) for side in rng.choice(SIZES, 2))
            scale = min(rng.choice([1.0, 1.25, 1.5]), page.width / width, page.height / height)
            box_width, box_height = int(width * scale), int(height * scale)
            if min(box_width, box_height) < 64:
                return
            left, top = (int(rng.integers(0, free + 1)) for free in (page.width - box_width, page.height - box_height))
            box = (left, top, left + box_width, top + box_height)
            picture = page.resize((width, height), Image.LANCZOS, box=box)
            if np.asarray(picture.convert("L")).std() > 25:
                yield picture
                break


def write_attribution(output_dir: Path, sprites: dict, comic_dir: Path | None) -> None:
    """ATTRIBUTION.md: author, licence and link of every source that has sprites, as the licences ask for."""
    lines = [
        "# Attribution",
        "",
        "Composed by train/pictures/build_dataset.py from the drawings below, which were recolored, scaled, "
        "rotated and cut.",
        "",
        "| source | author | licence | link |",
        "|---|---|---|---|",
    ]
    used = [s for s in SOURCES if any(sprites[split][s.name] for split in SPLITS)]
    lines += [f"| {s.package} | {s.author} | {s.licence} | {s.link} |" for s in used]
    if comic_dir:
        lines += ["", f"comic_*: tiles of the pages of --comic_dir ({comic_dir.name}), under their own licence:", ""]
        readme = comic_dir / "README.md"
        lines += [readme.read_text() if readme.exists() else "see where the pages come from."]
    (output_dir / "ATTRIBUTION.md").write_text("\n".join(lines) + "\n")


def write_contact_sheets(output_dir: Path, sprites_dir: Path) -> None:
    """SPRITES/contact_sheets/*.png: the first pictures of every kind and 48 drawings of every source."""
    sheets = sprites_dir / "contact_sheets"  # not in `output_dir`, where loaders would take them for training pictures
    sheets.mkdir(exist_ok=True)
    for split in SPLITS:
        kinds = sorted({path.name.rsplit("_", 1)[0].split("_E")[0] for path in (output_dir / split).glob("*.png")})
        for kind in kinds:
            sheet(sorted((output_dir / split).glob(f"{kind}_*.png"))[:48]).save(sheets / f"{split}-{kind}.png")
    for source in SOURCES:
        paths = sorted((sprites_dir / source.name).glob("*.png"))
        if paths:
            sheet(paths[:: max(1, len(paths) // 48)][:48]).save(sheets / f"source-{source.name}.png")


def sheet(paths: list[Path], columns: int = 8, side: int = 160) -> Image.Image:
    rows = -(-len(paths) // columns)
    picture = Image.new("RGB", (columns * side, rows * side), (205, 215, 205))
    for i, path in enumerate(paths):
        with Image.open(path) as file:
            cell = file.convert("RGBA")
        cell.thumbnail((side - 6, side - 6))
        picture.paste(cell, (i % columns * side + 3, i // columns * side + 3), cell)
    return picture


if __name__ == "__main__":
    main()
