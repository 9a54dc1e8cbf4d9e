"""The drawings that training pictures are composed from: openly licensed figures, emoji and clip art as RGBA PNG.

A sprite is one drawing on a transparent ground, `SPRITE_SIZE` px wide, in `SPRITES/<source>/<name>.png`.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

SPRITE_SIZE = 384
# Repeats of one emoji in other skin tones and hours, and characters rather than drawings.
LEFT_OUT = re.compile(r"flag|skin-tone|tone\d|(light|medium|dark)(-skin)?$|keycap|clock|thirty|digit|^.{1,2}$")
CLIPART_FOLDERS = ("animals", "buildings", "containers", "education", "electronics", "food", "office", "people",
                   "plants", "recreation", "science", "tools", "transportation")  # fmt: skip
FIGURES_DIR = Path(__file__).parent / "figures"


@dataclass(frozen=True)
class SpriteSource:
    """One source of sprites; `share` is its part of all that are placed, `lined` says that it draws dark outlines."""

    package: str
    share: float
    lined: bool
    licence: str
    author: str
    link: str
    seeds: int = 0

    @property
    def name(self) -> str:
        return self.package.rsplit("/", 1)[-1]


SOURCES = (
    SpriteSource("@dicebear/adventurer", 0.04, True, "CC BY 4.0", "Lisa Wischofsky",
           "https://www.figma.com/community/file/1184595184137881796", 900),
    SpriteSource("@dicebear/micah", 0.03, True, "CC BY 4.0", "Micah Lanier",
           "https://www.figma.com/community/file/829741575478342595", 800),
    SpriteSource("@dicebear/open-peeps", 0.03, True, "CC0 1.0", "Pablo Stanley", "https://www.openpeeps.com/", 900),
    SpriteSource("@dicebear/lorelei", 0.01, True, "CC0 1.0", "Lisa Wischofsky",
           "https://www.figma.com/community/file/1198749693280469639", 600),
    SpriteSource("@dicebear/toon-head", 0.02, False, "CC BY 4.0", "Johan Melin",
           "https://www.figma.com/community/file/1589627891082866389", 300),
    SpriteSource("@dicebear/big-ears", 0.02, False, "CC BY 4.0", "The Visual Team",
           "https://www.figma.com/community/file/986078800058673824", 300),
    SpriteSource("@dicebear/big-smile", 0.02, False, "CC BY 4.0", "Ashley Seo",
           "https://www.figma.com/community/file/881358461963645496", 300),
    SpriteSource("@dicebear/personas", 0.02, False, "CC BY 4.0", "Draftbit", "https://personas.draftbit.com/", 300),
    SpriteSource("@dicebear/miniavs", 0.02, False, "CC BY 4.0", "Webpixels",
           "https://www.figma.com/community/file/923211396597067458", 300),
    SpriteSource("@iconify-json/streamline-emojis", 0.10, True, "CC BY 4.0", "Streamline",
           "https://github.com/webalys-hq/streamline-vectors"),
    SpriteSource("@iconify-json/streamline-ultimate-color", 0.04, True, "CC BY 4.0", "Streamline",
           "https://github.com/webalys-hq/streamline-vectors"),
    SpriteSource("@iconify-json/fluent-emoji-flat", 0.09, False, "MIT", "Microsoft Corporation",
           "https://github.com/microsoft/fluentui-emoji"),
    SpriteSource("@iconify-json/fluent-emoji", 0.05, False, "MIT", "Microsoft Corporation",
           "https://github.com/microsoft/fluentui-emoji"),
    SpriteSource("@iconify-json/fxemoji", 0.05, False, "Apache 2.0", "Mozilla", "https://github.com/mozilla/fxemoji"),
    SpriteSource("@iconify-json/noto", 0.09, False, "Apache 2.0", "Google Inc", "https://github.com/googlefonts/noto-emoji"),
    SpriteSource("@iconify-json/noto-v1", 0.07, False, "Apache 2.0", "Google Inc",
           "https://github.com/googlefonts/noto-emoji"),
    SpriteSource("@iconify-json/twemoji", 0.09, False, "CC BY 4.0", "Twitter, Inc and other contributors",
           "https://github.com/jdecked/twemoji"),
    SpriteSource("@iconify-json/emojione", 0.07, False, "CC BY 4.0", "Emoji One", "https://github.com/EmojiTwo/emojitwo"),
    SpriteSource("openclipart-png", 0.18, True, "public domain (CC0 1.0)", "contributors of the Open Clip Art Library",
           "https://packages.debian.org/openclipart-png"),
)  # fmt: skip


def split_of(sprite: Path) -> str:
    """Split that a sprite belongs to, by a hash of source and name: a drawing is never seen in two splits."""
    # Genders and numbered versions of one emoji are nearly the same drawing: they go together.
    stem = re.sub(r"^(man|men|woman|women|person|people)-|-\d$", "", sprite.stem)
    digest = hashlib.md5(f"{sprite.parent.name}/{stem}".encode()).digest()[0]
    return "test" if digest < 20 else "validation" if digest < 40 else "train"


def open_sprite(path: Path) -> Image.Image:
    """A drawing as RGBA, without its empty margin."""
    with Image.open(path) as file:
        sprite = file.convert("RGBA")
    return sprite.crop(sprite.getbbox() or (0, 0, *sprite.size))


def save_picture(picture: Image.Image, path: Path) -> None:
    """Write beside and rename: a picture that exists is complete."""
    part = path.with_suffix(".part")
    picture.save(part, "PNG", compress_level=1)
    os.replace(part, path)


def install_packages(package_dir: Path) -> None:
    """Install the pinned npm packages into `package_dir`; npm checks every download against the lock file's hashes.

    Raises:
        OSError: npm is missing or fails.
    """
    lock, installed = package_dir / "package-lock.json", package_dir / "node_modules" / ".package-lock.json"
    if installed.exists() and lock.read_bytes() == (FIGURES_DIR / "package-lock.json").read_bytes():
        return
    package_dir.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "render.mjs"):
        shutil.copy(FIGURES_DIR / name, package_dir / name)
    if shutil.which("npm") is None or shutil.which("node") is None:
        raise OSError("node and npm were not found: install Node.js 18 or newer to render the drawings.")
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, check=False, cwd=package_dir, capture_output=True, text=True)
    if done.returncode:
        raise OSError(f"{' '.join(command)} failed in {package_dir}: {done.stderr.strip()[-300:]}")


def list_jobs(source: SpriteSource, package_dir: Path, sprites_dir: Path) -> list[dict]:
    """Render jobs (see figures/render.mjs) of one npm source, without symbols and LEFT_OUT."""
    folder = sprites_dir / source.name
    if source.seeds:
        seeds = [hashlib.md5(f"{source.name} {i}".encode()).hexdigest()[:8] for i in range(source.seeds)]
        return [
            {"path": str(folder / f"{seed}.png"), "size": SPRITE_SIZE, "style": source.name, "seed": seed}
            for seed in seeds
        ]
    package = package_dir / "node_modules" / source.package
    icons = json.loads((package / "icons.json").read_text())
    categories = json.loads((package / "metadata.json").read_text()).get("categories", {})
    flags = {name for category in ("Flags", "Symbols", "ArrowsDiagrams") for name in categories.get(category, [])}
    jobs = []
    for name, icon in sorted(icons["icons"].items()):
        if name in flags or LEFT_OUT.search(name):
            continue
        width, height = (icon.get(side, icons.get(side, 16)) for side in ("width", "height"))
        box = f"{icon.get('left', 0)} {icon.get('top', 0)} {width} {height}"
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{icon["body"]}</svg>'
        jobs.append({"path": str(folder / f"{name}.png"), "size": SPRITE_SIZE, "svg": svg})
    return jobs


def render(jobs: list[dict], command: list[str], progress: tqdm) -> list[dict]:
    """Run `command JOBS.json` until every job is done and return the jobs that ended the process.

    The command prints the index of each job before it starts it: after a crash the last index names the drawing that
    caused it, and a new process goes on behind it. Jobs whose file exists are skipped.

    Raises:
        OSError: the command fails before it starts a drawing.
    """
    jobs = [job for job in jobs if not Path(job["path"]).exists()]
    for folder in {Path(job["path"]).parent for job in jobs}:
        folder.mkdir(parents=True, exist_ok=True)
    broken = []
    while jobs:
        job_file = Path(jobs[0]["path"]).with_suffix(".jobs.json")
        job_file.write_text(json.dumps(jobs))
        begun = -1
        with subprocess.Popen(
            [*command, str(job_file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            for line in process.stdout:
                begun = int(line)
                progress.update()
            message = process.stderr.read()
        job_file.unlink()
        if process.returncode == 0:
            break
        if begun < 0:
            raise OSError(f"{' '.join(command)} ended with code {process.returncode}: {message.strip()[-300:]}")
        broken.append(jobs[begun])
        jobs = jobs[begun + 1 :]
    return broken


def render_sprites(sprites_dir: Path, num_workers: int) -> list[dict]:
    """Render all npm sources into `sprites_dir` and return the jobs that could not be rendered."""
    package_dir = sprites_dir / "packages"
    install_packages(package_dir)
    sources = [source for source in SOURCES if source.package.startswith("@")]
    jobs = [job for source in sources for job in list_jobs(source, package_dir, sprites_dir)]
    jobs = [job for job in jobs if not Path(job["path"]).exists()]
    command = ["node", str(package_dir / "render.mjs")]
    with tqdm(total=len(jobs), desc="render sprites") as progress, ThreadPoolExecutor(num_workers) as pool:
        chunks = [jobs[i::num_workers] for i in range(num_workers)]
        results = list(pool.map(lambda chunk: render(chunk, command, progress), chunks))
    return [job for broken in results for job in broken]


def import_clipart(clipart_dir: Path, sprites_dir: Path) -> None:
    """Copy the drawings among the PNG files of `clipart_dir` to `sprites_dir`, at most `SPRITE_SIZE` px."""
    folder = sprites_dir / "openclipart-png"
    folder.mkdir(parents=True, exist_ok=True)
    paths = sorted(path for part in CLIPART_FOLDERS for path in (clipart_dir / part).rglob("*.png"))
    for path in tqdm(paths, desc="read clip art"):
        name = "-".join(path.relative_to(clipart_dir).with_suffix("").parts)
        target = folder / f"{re.sub(r'[^a-zA-Z0-9]+', '-', name).lower()}.png"
        if target.exists() or "flag" in str(path).lower():
            continue
        try:
            picture = Image.open(path).convert("RGBA")
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
            continue
        if min(picture.size) < 64 or max(picture.size) > 6000:
            continue
        picture.thumbnail((SPRITE_SIZE, SPRITE_SIZE), Image.LANCZOS)
        if is_colored_drawing(picture):
            save_picture(picture, target)


def is_colored_drawing(picture: Image.Image) -> bool:
    """True for a drawing of a few flat colors on a transparent ground: no photo, no silhouette, no empty frame."""
    pixels = np.asarray(picture).reshape(-1, 4)
    opaque = pixels[pixels[:, 3] > 200, :3].astype(np.int16)
    cover = len(opaque) / len(pixels)
    if not 0.15 < cover < 0.9:
        return False
    colorful = np.mean(np.ptp(opaque, axis=1) > 40)
    bins = np.bincount((opaque[:, 0] >> 5) << 6 | (opaque[:, 1] >> 5) << 3 | opaque[:, 2] >> 5, minlength=512)
    shares = np.sort(bins / len(opaque))[::-1]
    dark = np.mean(opaque.max(axis=1) < 70)
    return bool(colorful > 0.25 and shares[:8].sum() > 0.75 and shares[0] < 0.85 and 0.03 < dark < 0.5)
