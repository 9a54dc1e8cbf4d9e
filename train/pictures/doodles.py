"""Things as anyone draws them, in the colors they have: a house, a fir, a snowman, a fish, a face, a garden.

Emoji and clip art show few of them, each in one shape, and what people bring to be colored is often as plain as these.
Every thing is drawn around its foot point, about 300 units high, see pen.py.
"""

import numpy as np
from PIL import Image

from pictures.pen import Color, Pen
from pictures.skin import draw_tone

WHITE = (255, 255, 255)
GREENS = [(45, 120, 60), (60, 140, 70), (35, 100, 55), (70, 150, 80)]
LEAVES = [(90, 160, 70), (110, 175, 80), (70, 140, 60), (130, 185, 80), (215, 130, 50)]
BROWNS = [(125, 80, 45), (140, 95, 60), (100, 70, 50)]
WALLS = [(250, 235, 200), (255, 255, 255), (230, 190, 150), (200, 110, 80), (245, 225, 170), (220, 225, 230)]
ROOFS = [(180, 60, 45), (150, 70, 50), (120, 80, 60), (200, 85, 60), (110, 110, 120)]
HAIR = [(60, 40, 30), (35, 28, 25), (110, 70, 40), (160, 105, 60), (225, 185, 105), (190, 80, 40), (150, 150, 150)]
CLOTHES = [(200, 50, 50), (60, 100, 180), (90, 160, 90), (240, 200, 80), (150, 90, 160), (245, 160, 180), (70, 70, 90)]
FISH = [(240, 130, 50), (95, 160, 210), (120, 175, 190), (230, 90, 70), (150, 165, 180), (90, 170, 130)]
PETALS = [(235, 70, 80), (245, 150, 180), (255, 255, 255), (150, 110, 190), (245, 205, 70), (110, 140, 215)]
FURS = {
    "cat": [(240, 160, 80), (120, 115, 115), (70, 65, 65), (245, 240, 232), (190, 140, 95)],
    "bear": [(140, 95, 60), (110, 75, 50), (170, 120, 80), (240, 240, 238)],
    "rabbit": [(250, 248, 245), (190, 170, 150), (150, 145, 145)],
    "pig": [(250, 185, 190), (245, 170, 175)],
}
FRUIT = {"apple": [(210, 45, 45), (150, 185, 70)], "orange": [(245, 145, 40)], "lemon": [(250, 225, 80)],
         "plum": [(110, 60, 120)]}  # fmt: skip


def draw_doodle(size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """One thing on white, or a small garden: an RGB picture of `size` (width, height)."""
    pen = Pen(size, rng)
    thing = THINGS[rng.choice(len(THINGS), p=SHARES)]
    pen.move(size[0] * rng.uniform(0.4, 0.6), size[1] * rng.uniform(0.92, 0.98), rng.uniform(0.7, 1))
    thing(pen, rng)
    return pen.finished()


def garden(pen: Pen, rng: np.random.Generator) -> None:
    width, height = pen.size
    horizon = height * rng.uniform(0.55, 0.8)
    sky = pen.pick([(175, 218, 245), (200, 230, 248), (255, 255, 255), (150, 205, 240)], 5)
    pen.ground(horizon, sky, pen.pick([(120, 180, 80), (145, 195, 95), (100, 165, 75)]))
    if rng.random() < 0.6:
        pen.move(width * rng.uniform(0.1, 0.9), height * rng.uniform(0.1, 0.25))
        pen.oval((0, 0), (28, 28), pen.pick((252, 215, 80)))
    for _ in range(rng.integers(0, 3)):
        pen.move(width * rng.uniform(0.1, 0.9), height * rng.uniform(0.1, 0.3))
        pen.area([(-40, 12), (-32, -8), (-8, -18), (18, -16), (38, -4), (40, 12)], WHITE)
    for i in rng.permutation(5)[: rng.integers(1, 4)]:
        pen.move(width * rng.uniform(0.15, 0.85), horizon + rng.uniform(0.03, 0.15) * height, rng.uniform(0.35, 0.65))
        (house, tree, fir, child, flower)[i](pen, rng)


def house(pen: Pen, rng: np.random.Generator) -> None:
    half, height, roof = rng.uniform(75, 110), rng.uniform(85, 125), rng.uniform(55, 95)
    if rng.random() < 0.6:
        chimney = [(0.45 * half, -height), (0.45 * half, -height - roof), (0.7 * half, -height - roof)]
        pen.area([*chimney, (0.7 * half, -height)], pen.pick(ROOFS))
    pen.area([(-half, 0), (-half, -height), (half, -height), (half, 0)], pen.pick(WALLS))
    eaves = half + rng.uniform(0, 22)
    pen.area([(-eaves, -height), (0, -height - roof), (eaves, -height)], pen.pick(ROOFS))
    door = rng.uniform(-0.15, 0.15) * half
    pen.area([(door - 16, 0), (door - 16, -48), (door + 16, -48), (door + 16, 0)], pen.pick([*BROWNS, (165, 60, 45)]))
    pen.dot(door + 10, -22, 2.2)
    glass = pen.pick([(185, 220, 240), (205, 230, 245), (160, 205, 235)])
    for x in (-0.65 * half, 0.65 * half):
        y = -0.62 * height
        pen.area([(x - 15, y - 15), (x + 15, y - 15), (x + 15, y + 15), (x - 15, y + 15)], glass)
        pen.line([(x, y - 15), (x, y + 15)])
        pen.line([(x - 15, y), (x + 15, y)])


def fir(pen: Pen, rng: np.random.Generator) -> None:
    layers, height, half = int(rng.integers(2, 5)), rng.uniform(180, 240), rng.uniform(60, 95)
    green = pen.pick(GREENS)
    pen.area([(-11, 0), (-11, -36), (11, -36), (11, 0)], pen.pick(BROWNS))
    for i in range(layers):
        base, width = -32 - 0.8 * i * height / layers, half * (1 - 0.66 * i / layers)
        pen.area([(-width, base), (0, base - 1.2 * height / layers), (width, base)], green)


def tree(pen: Pen, rng: np.random.Generator) -> None:
    pen.area([(-15, 0), (-11, -120), (11, -120), (15, 0)], pen.pick(BROWNS))
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    waves = rng.uniform(65, 90) * (1 + rng.uniform(0, 0.12) * np.sin(rng.integers(3, 8) * angles))
    pen.area(np.stack([waves * np.cos(angles), 0.9 * waves * np.sin(angles) - 175], 1), pen.pick(LEAVES))
    if rng.random() < 0.3:
        red = pen.pick([(210, 45, 45), (235, 130, 40)])
        for x, y in rng.uniform(-45, 45, (int(rng.integers(3, 8)), 2)):
            pen.oval((x, y - 175), (8, 8), red)


def snowman(pen: Pen, rng: np.random.Generator) -> None:
    below, middle, head = rng.uniform(60, 75), rng.uniform(45, 55), rng.uniform(32, 40)
    snow = pen.pick([(253, 253, 255), (240, 246, 252)], 2)
    waist, neck = -2 * below + 0.38 * below, -2 * below - 0.9 * middle
    for side in (-1, 1):
        pen.line([(0.8 * side * middle, waist - 20), (side * (middle + 50), waist - rng.uniform(20, 60))])
    for y, radius in ((-below, below), (waist - 0.4 * middle, middle), (neck - 0.3 * head, head)):
        pen.oval((0, y), (radius, radius), snow)
    for y in (-15, 5, 25):
        pen.dot(0, waist - 0.4 * middle + y, 4)
    face = neck - 0.3 * head
    for side in (-1, 1):
        pen.dot(0.36 * side * head, face - 0.2 * head, 3.6)
    pen.area([(0, face), (head, face + 8), (0, face + 11)], pen.pick((240, 130, 40)))
    if rng.random() < 0.75:
        hat, brim = pen.pick([(45, 45, 50), (180, 45, 50), (60, 90, 160), (90, 60, 45)]), face - 0.78 * head
        pen.area([(-0.7 * head, brim), (-0.6 * head, brim - 40), (0.6 * head, brim - 40), (0.7 * head, brim)], hat)
        pen.area([(-1.1 * head, brim), (-1.1 * head, brim - 9), (1.1 * head, brim - 9), (1.1 * head, brim)], hat)
    if rng.random() < 0.65:
        scarf, y = pen.pick(CLOTHES), neck + 0.5 * head
        pen.area([(-28, y), (28, y), (30, y + 16), (-30, y + 16)], scarf)
        pen.area([(10, y + 14), (24, y + 14), (27, y + 60), (13, y + 60)], scarf)


def fish(pen: Pen, rng: np.random.Generator) -> None:
    long, high, y = rng.uniform(80, 105), rng.uniform(42, 68), -140
    body, fin = pen.pick(FISH), pen.pick(FISH)
    tail = [(0.8 * long, y), (1.45 * long, y - 0.85 * high), (1.28 * long, y), (1.45 * long, y + 0.85 * high)]
    pen.area(tail, fin)
    pen.area([(-10, y - 0.8 * high), (15, y - 1.5 * high), (50, y - 0.6 * high)], fin)
    pen.oval((0, y), (long, high), body)
    if rng.random() < 0.5:
        pen.line([(-0.5 * long, y - 0.8 * high), (-0.38 * long, y), (-0.5 * long, y + 0.8 * high)])
    if rng.random() < 0.4:
        stripe = pen.pick([WHITE, (250, 200, 80), (60, 60, 70)])
        for x in (-0.05 * long, 0.35 * long):
            half = 0.86 * high
            pen.area([(x, y - half), (x + 14, y - half), (x + 14, y + half), (x, y + half)], stripe)
    pen.oval((-0.62 * long, y - 0.25 * high), (11, 11), WHITE)
    pen.dot(-0.64 * long, y - 0.25 * high, 5)


def flower(pen: Pen, rng: np.random.Generator) -> None:
    height, green = rng.uniform(120, 190), pen.pick(LEAVES[:4])
    pen.area([(-4, 0), (-4, -height), (4, -height), (4, 0)], green)
    for side in (-1, 1):
        pen.oval((30 * side, -rng.uniform(30, 70)), (30, 12), green, turn=-0.5 * side)
    count, radius, color = int(rng.integers(5, 10)), rng.uniform(30, 44), pen.pick(PETALS)
    for angle in np.linspace(0, 2 * np.pi, count, endpoint=False):
        center = (radius * np.cos(angle), radius * np.sin(angle) - height)
        pen.oval(center, (0.75 * radius, (0.12 + 2.3 / count) * radius), color, turn=angle)
    pen.oval((0, -height), (0.55 * radius, 0.55 * radius), pen.pick([(250, 205, 70), (240, 170, 50), (130, 85, 50)]))


def fruit(pen: Pen, rng: np.random.Generator) -> None:
    kind = rng.choice([*FRUIT, "carrot", "mushroom"])
    leaf = pen.pick(LEAVES[:4])
    if kind == "carrot":
        for turn in (-0.4, 0, 0.4):
            pen.oval((60 * np.sin(turn), -230), (14, 48), leaf, turn=turn)
        pen.area([(-48, -205), (48, -205), (10, 0), (-10, 0)], pen.pick((240, 130, 45)))
    elif kind == "mushroom":
        pen.area([(-32, -125), (32, -125), (42, 0), (-42, 0)], pen.pick((250, 240, 220)))
        angles = np.linspace(np.pi, 2 * np.pi, 20)
        cap = np.stack([115 * np.cos(angles), 105 * np.sin(angles) - 120], 1)
        pen.area(cap, pen.pick([(210, 50, 45), (160, 110, 70)]))
        for x, y in ((-50, -160), (10, -190), (55, -150)):
            pen.oval((x, y), (13, 11), WHITE)
    else:
        radius = rng.uniform(75, 95)
        pen.line([(0, -1.8 * radius), (8, -2.3 * radius)])
        pen.oval((0, -radius), (radius, rng.uniform(0.88, 1) * radius), pen.pick(FRUIT[kind]))
        pen.oval((0.4 * radius, -2.05 * radius), (0.38 * radius, 0.17 * radius), leaf, turn=-0.4)


def animal(pen: Pen, rng: np.random.Generator) -> None:
    """The head of a cat, a bear, a rabbit or a pig."""
    kind, radius = str(rng.choice(list(FURS))), rng.uniform(75, 90)
    fur, inner, y = pen.pick(FURS[kind]), pen.pick([(250, 190, 190), (245, 205, 195)]), -1.05 * radius
    for side in (-1, 1):
        if kind == "rabbit":
            pen.oval((0.42 * side * radius, y - 1.3 * radius), (0.22 * radius, 0.68 * radius), fur, turn=0.12 * side)
            pen.oval((0.42 * side * radius, y - 1.3 * radius), (0.1 * radius, 0.48 * radius), inner, turn=0.12 * side)
        elif kind == "bear":
            pen.oval((0.75 * side * radius, y - 0.78 * radius), (0.3 * radius, 0.3 * radius), fur)
            pen.oval((0.75 * side * radius, y - 0.78 * radius), (0.16 * radius, 0.16 * radius), inner)
        else:
            ear = np.array([(0.95, -0.3), (0.85, -1.25), (0.2, -0.85)]) * (side * radius, radius)
            pen.area(ear + (0, y), fur)
    pen.oval((0, y), (1.05 * radius, 0.92 * radius), fur)
    for side in (-1, 1):
        pen.dot(0.4 * side * radius, y - 0.13 * radius, 0.08 * radius)
    if kind == "pig":
        pen.oval((0, y + 0.25 * radius), (0.36 * radius, 0.26 * radius), pen.pick((240, 150, 160)))
        for side in (-1, 1):
            pen.dot(0.13 * side * radius, y + 0.25 * radius, 0.06 * radius)
        return
    nose = np.array([(-0.13, 0.12), (0.13, 0.12), (0, 0.27)]) * radius + (0, y)
    pen.area(nose, pen.pick([(60, 50, 50), (235, 150, 155)]))
    pen.line([(0, y + 0.27 * radius), (0, y + 0.45 * radius)])
    for side in (-1, 1) if kind == "cat" else ():
        for lift in (-0.05, 0.1):
            start, end = (0.55 * side, 0.25 + lift), (1.25 * side, 0.2 + 2 * lift)
            pen.line(np.array([start, end]) * radius + (0, y))


def portrait(pen: Pen, rng: np.random.Generator) -> None:
    """Head and shoulders."""
    radius, skin = rng.uniform(80, 100), pen.pick(tuple(draw_tone(rng)), 4)
    y = -2.3 * radius
    shoulders = [(-1.2, 0), (-1.05, -0.85), (-0.4, -1.1), (0.4, -1.1), (1.05, -0.85), (1.2, 0)]
    pen.area(np.array(shoulders) * radius, pen.pick(CLOTHES))
    pen.area(np.array([(-0.28, -1.05), (-0.26, -1.6), (0.26, -1.6), (0.28, -1.05)]) * radius, skin)
    head(pen, rng, y, radius, skin)


def child(pen: Pen, rng: np.random.Generator) -> None:
    """From head to foot, in trousers or a dress."""
    skin, shirt, shoe = pen.pick(tuple(draw_tone(rng)), 4), pen.pick(CLOTHES), pen.pick([*BROWNS, (60, 60, 65)])
    dressed = rng.random() < 0.4
    trousers = skin if dressed else pen.pick([(60, 90, 150), (70, 70, 80), (120, 90, 60), (90, 120, 90)])
    for side in (-1, 1):
        x, angle = 16 * side, rng.uniform(0.2, 1.2)
        pen.area([(x - 10, -75), (x + 10, -75), (x + 10, -8), (x - 10, -8)], trousers)
        pen.oval((x + 6 * side, -5), (18, 10), shoe)
        hand = np.array([side * (28 + 75 * np.sin(angle)), -150 + 75 * np.cos(angle)])
        pen.area([(22 * side, -158), hand + (6 * side, -8), hand + (-4 * side, 8), (22 * side, -132)], shirt)
        pen.oval(hand, (10, 10), skin)
    bottom = 60 if dressed else 31
    pen.area([(-26, -165), (26, -165), (bottom, -66), (-bottom, -66)], shirt)
    head(pen, rng, -208, rng.uniform(38, 50), skin)


def head(pen: Pen, rng: np.random.Generator, y: float, radius: float, skin: Color) -> None:
    """A face with hair, its middle at height y."""

    def at(points) -> np.ndarray:
        return np.asarray(points) * radius + (0, y)

    hair, wide = pen.pick(HAIR), rng.uniform(0.84, 0.97)
    arc = np.linspace(np.pi, 2 * np.pi, 12)
    if rng.random() < 0.5:  # long hair, behind the face
        length = rng.uniform(0.4, 1.3)
        crown = np.stack([1.18 * np.cos(arc), 1.15 * np.sin(arc)], 1)
        pen.area(at([*crown, (1.1, length), (-1.1, length)]), hair)
    for side in (-1, 1):
        pen.oval(at((wide * side, 0.05)), (0.16 * radius, 0.22 * radius), skin)
    pen.oval(at((0, 0)), (wide * radius, radius), skin)
    fringe = np.linspace(0.95, -0.95, int(rng.integers(4, 8)))
    crown = np.stack([1.06 * wide * np.cos(arc), 1.06 * np.sin(arc)], 1)
    lower = np.stack([wide * fringe, -0.4 + rng.uniform(-0.2, 0.2) * np.abs(fringe)], 1)
    pen.area(at([*crown, *lower]), hair)
    white_eyes, brows = rng.random(2) < 0.5
    for side in (-1, 1):
        if white_eyes:
            pen.oval(at((0.36 * side, 0)), (0.13 * radius, 0.16 * radius), WHITE)
        pen.dot(*at((0.36 * side, 0)), 0.07 * radius)
        if brows:
            pen.line(at([(0.22 * side, -0.24), (0.5 * side, -0.27)]))
    pen.line(at([(0, 0.1), (-0.08, 0.3), (0.05, 0.32)]))
    smile = np.linspace(0.15, np.pi - 0.15, 12)
    pen.line(at(np.stack([0.36 * np.cos(smile), 0.46 + 0.18 * np.sin(smile)], 1)))


THINGS = (house, fir, tree, snowman, fish, flower, fruit, animal, portrait, child, garden)
SHARES = np.array([1.2, 1.2, 1.0, 1.2, 1.4, 1.0, 1.2, 1.6, 2.2, 1.6, 1.8])
SHARES /= SHARES.sum()
