"""People in natural skin: emoji draw everybody in one gold, and a model that learns from them paints faces yellow."""

import re
from pathlib import Path

import numpy as np
from PIL import Image

# Skin from light to dark, RGB in 0..255.
TONES = np.array(
    [(255, 224, 196), (247, 206, 176), (241, 194, 158), (232, 180, 140), (220, 165, 120), (205, 145, 100),
     (186, 124, 82), (160, 102, 64), (130, 82, 52), (102, 64, 42), (84, 54, 38)], np.float32
)  # fmt: skip
# The sets that draw skin in gold, and whom and what of theirs is in it, by words of the names.
GOLD_SETS = (
    "emojione",
    "fluent-emoji",
    "fluent-emoji-flat",
    "fxemoji",
    "noto",
    "noto-v1",
    "streamline-emojis",
    "twemoji",
)
PEOPLE = re.compile(
    r"(^|-)(adult|angel|artist|astronaut|baby|backhand|beard(ed)?|biceps|biking|blonde?|bowing|boys?|bride|cartwheeling|"
    r"child|children|clap(ping)?|climbing|cook|couple|dancer|dancing|detective|ear|elf|facepalming|fairy|family|farmer|"
    r"fencing|fingers?|firefighter|fist|foot|genie|gesturing|girls?|golfing|groom|guard|haircut|handball|hands?|"
    r"handshake|headscarf|judge|juggling|kiss|leg|lifting|lotus|mage|man|massage|mechanic|men|mermaid|merman|"
    r"merperson|muscle|mx|nail|nose|officer|older|palms|people|person|pilot|pinched|pinching|police|pray|pregnant|"
    r"prince|princess|raised|raising|rowing|running|santa|scientist|selfie|shrugging|singer|skullcap|snowboarder|"
    r"student|superhero|supervillain|surfing|swimming|teacher|technologist|thumbs?|tipping|turban|tuxedo|vampire|"
    r"veil|victory|vulcan|walking|woman|women|worker|wrestl(ers|ing))(-|$)|sign-of-the-horns|call-me|pointing-(up|down)"
)
HUE_WIDTH = 11  # degrees around a drawing's main gold that are its skin; blond hair mostly lies beyond


def is_person(sprite: Path) -> bool:
    """Whether a drawing, `<set>/<name>.png`, is an emoji of people or of their hands."""
    return sprite.parent.name in GOLD_SETS and PEOPLE.search(sprite.stem) is not None


def gold_share(sprite: Image.Image) -> float:
    """The share of gold in what is colored of an RGBA drawing, neither white nor ink, in 0..1."""
    pixels = np.asarray(sprite)
    color = pixels[..., :3]
    colored = (pixels[..., 3] > 128) & (color.min(-1) <= 235) & (color.max(-1) >= 70)
    return float((is_gold(color) & colored).sum() / max(colored.sum(), 1))


def with_natural_skin(sprite: Image.Image, rng: np.random.Generator) -> Image.Image:
    """An RGBA drawing whose main gold, in all its shades, has become a skin tone drawn at random; the rest stays."""
    pixels = np.asarray(sprite).copy()
    gold = is_gold(pixels[..., :3]) & (pixels[..., 3] > 100)
    if not gold.any():
        return sprite
    colors = pixels[gold][:, :3].astype(np.float32)
    bins = colors.astype(np.int32) >> 3
    keys, counts = np.unique(bins[:, 0] << 10 | bins[:, 1] << 5 | bins[:, 2], return_counts=True)
    main = colors[(bins[:, 0] << 10 | bins[:, 1] << 5 | bins[:, 2]) == keys[counts.argmax()]].mean(0)
    skin = np.abs(_hue(colors) - _hue(main)) < HUE_WIDTH
    shade = colors[skin] / main
    light = shade.mean(1, keepdims=True) ** 0.8  # so dark a skin's shadows keep their color
    colors[skin] = np.clip(draw_tone(rng) * (0.7 * light + 0.3 * np.clip(shade, 0.5, 1.25)), 0, 255)
    pixels[gold, :3] = np.rint(colors)
    return Image.fromarray(pixels)


def draw_tone(rng: np.random.Generator) -> np.ndarray:
    """A skin tone anywhere between light and dark, (3,) in 0..255."""
    place = rng.uniform(0, len(TONES) - 1)
    tone = TONES[int(place)] + place % 1 * (TONES[int(place) + 1] - TONES[int(place)])
    return np.clip(tone * rng.normal(1, 0.03) + rng.normal(0, 4, 3), 0, 255)


def is_gold(colors: np.ndarray) -> np.ndarray:
    """Which colors (..., 3), uint8, are of the gold family of emoji: bool (...)."""
    colors = colors.astype(np.float32)
    most, least = colors.max(-1), colors.min(-1)
    saturated = most - least > 0.42 * most
    return (colors[..., 0] == most) & (most > 175) & saturated & (_hue(colors) > 33) & (_hue(colors) < 58)


def _hue(colors: np.ndarray) -> np.ndarray:
    """Degrees, of colors (..., 3) whose red is largest and whose blue is least."""
    return 60 * (colors[..., 1] - colors[..., 2]) / np.maximum(colors[..., 0] - colors[..., 2], 1)
