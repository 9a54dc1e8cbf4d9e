"""Cells as tensors: what of a picture lies in each of them, where it is, and how it touches the others.

`cells` is (B, H, W) int64, numbered from the largest, of any size. Numbers from `count` on have no token: they are left
out of everything here.
"""

import torch
import torch.nn.functional as F

GEOMETRY = 13  # numbers of `geometry`
PAIR = 10  # numbers of `pair_features`


def membership(cells: torch.Tensor, count: int, grid: tuple[int, int]) -> torch.Tensor:
    """How many pixels of every cell lie in every square of a grid (h, w): (B, K, h, w) float32."""
    batch, height, width = cells.shape
    rows = torch.arange(height, device=cells.device) * grid[0] // height
    columns = torch.arange(width, device=cells.device) * grid[1] // width
    squares = (rows[:, None] * grid[1] + columns).expand(batch, -1, -1)
    owner = cells.clamp(max=count) + (count + 1) * torch.arange(batch, device=cells.device)[:, None, None]
    index = (owner * (grid[0] * grid[1]) + squares).flatten()
    counts = torch.zeros(batch * (count + 1) * grid[0] * grid[1], device=cells.device)
    counts.index_add_(0, index, counts.new_ones(1).expand(len(index)))
    return counts.view(batch, count + 1, *grid)[:, :count]


def pool(maps: list[torch.Tensor], members: torch.Tensor) -> torch.Tensor:
    """Mean over every cell of feature maps of several strides, side by side: (B, K, sum of channels).

    Args:
        maps: each (B, C, H / stride, W / stride).
        members: (B, K, h, w) from `membership`, on the grid of stride 4.
    """
    pooled = []
    for features in maps:
        grid = features.shape[-2:]
        if grid[0] > members.shape[2]:
            features, grid = F.adaptive_avg_pool2d(features, members.shape[-2:]), members.shape[-2:]
        shares = members if grid == members.shape[-2:] else F.adaptive_avg_pool2d(members, grid)
        shares = shares.flatten(2)
        shares = shares / shares.sum(2, keepdim=True).clamp(min=1e-6)
        pooled.append(torch.bmm(shares.to(features.dtype), features.flatten(2).transpose(1, 2)))
    return torch.cat(pooled, dim=2)


def geometry(cells: torch.Tensor, ink: torch.Tensor, members: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Place, spread, size and shape of cells, (B, K, GEOMETRY) float32, and their shares of the picture, (B, K).

    Center (x, y in [-1, 1]), spread and slant (in quarters of the mean side), logarithms of area and of roughness
    (perimeter over root of area), share of ink, of each edge of the picture, and the picture's shape.

    Args:
        ink: (B, h, w) in [0, 1], on the grid of `members` (B, K, h, w).
    """
    batch, count, rows, columns = members.shape
    y, x = (torch.linspace(-1 + 1 / n, 1 - 1 / n, n, device=members.device) for n in (rows, columns))
    x, y = (values.expand(batch, -1, -1) for values in torch.meshgrid(x, y, indexing="xy"))
    values = torch.stack([torch.ones_like(x), x, y, x * x, y * y, x * y, ink.float()], dim=3).flatten(1, 2)
    sums = torch.bmm(members.flatten(2), values)  # (B, K, 7)
    area, means = sums[..., 0], sums[..., 1:] / sums[..., :1].clamp(min=1)
    center, squares, product, share_of_ink = means.split([2, 2, 1, 1], dim=2)
    aspect = cells.shape[2] / cells.shape[1]
    stretch = torch.tensor([aspect**0.5, aspect**-0.5], device=members.device)
    spread = (squares - center.square()).clamp(min=0).sqrt() * stretch
    slant = product - center.prod(2, keepdim=True)
    edges = [_histogram(edge, count) for edge in (cells[:, 0], cells[:, -1], cells[:, :, 0], cells[:, :, -1])]
    edges = torch.stack(edges, dim=2)
    size = area / cells[0].numel()
    shape = torch.full_like(size, torch.tensor(aspect).log().item())[..., None]
    size_logarithm = (size + 1e-5).log()[..., None] / 5
    roughness = _perimeter(cells, count, edges).div((size + 1e-5).sqrt()).log1p()[..., None]
    return torch.cat([center, 2 * spread, 4 * slant, size_logarithm, roughness, share_of_ink, edges, shape], 2), size


def _histogram(cells: torch.Tensor, count: int) -> torch.Tensor:
    """Share of each cell in (B, N) pixels: (B, K)."""
    shares = torch.zeros(len(cells), count + 1, device=cells.device)
    cells = cells.clamp(max=count)
    return shares.scatter_add_(1, cells, torch.ones_like(cells, dtype=torch.float32))[:, :count] / cells.shape[1]


def _perimeter(cells: torch.Tensor, count: int, edges: torch.Tensor) -> torch.Tensor:
    """Length of every cell's outline in mean sides of the picture, its part on the picture's edge included: (B, K)."""
    changes = torch.zeros(len(cells), count + 1, device=cells.device)
    for a, b in ((cells[:, 1:], cells[:, :-1]), (cells[:, :, 1:], cells[:, :, :-1])):
        batch, row, column = (a != b).nonzero(as_tuple=True)
        for side in (a, b):
            numbers = side[batch, row, column].clamp(max=count)
            changes.view(-1).index_add_(0, batch * (count + 1) + numbers, torch.ones_like(numbers, dtype=torch.float32))
    return changes[:, :count] / (cells[0].numel() ** 0.5) + edges.sum(2)


def contacts(cells: torch.Tensor, ink: torch.Tensor, count: int) -> torch.Tensor:
    """How cells touch: for every pair length of contact, ink along it and length without ink: (B, K, K, 3), symmetric.

    Lengths are in mean sides of the picture; the part without ink is the opening between the two.

    Args:
        ink: (B, H, W) in [0, 1], of the size of `cells`.
    """
    batch, height, width = cells.shape
    sums = torch.zeros(batch * (count + 1) ** 2, 3, device=cells.device)
    for axis in (1, 2):
        length = cells.shape[axis]
        a, b = cells.narrow(axis, 1, length - 1), cells.narrow(axis, 0, length - 1)
        dark = torch.maximum(ink.narrow(axis, 1, length - 1), ink.narrow(axis, 0, length - 1))
        where = (a != b).nonzero(as_tuple=True)
        first, second, dark = a[where].clamp(max=count), b[where].clamp(max=count), dark[where].float()
        index = (where[0] * (count + 1) + first) * (count + 1) + second
        sums.index_add_(0, index, torch.stack([torch.ones_like(dark), dark, (dark < 0.3).float()], dim=1))
    sums = sums.view(batch, count + 1, count + 1, 3)[:, :count, :count]
    return (sums + sums.transpose(1, 2)) / (height * width) ** 0.5


def pair_features(geometry: torch.Tensor, contacts: torch.Tensor) -> torch.Tensor:
    """What an attention between two cells may go by: (B, K, K, PAIR).

    Where the other is, how far, how much larger, of which form; how much of my outline touches it and of its outline
    me, how dark the line between is, and how wide the opening.
    """
    difference = geometry[:, None] - geometry[:, :, None]  # the other's minus mine
    place, form = difference[..., :2], difference[..., 2:4]
    apart = (place.square().sum(-1, keepdim=True) + 1e-6).sqrt()
    length, dark, opening = contacts.split(1, dim=3)
    mine = length / length.sum(2, keepdim=True).clamp(min=1e-4)
    others = mine.transpose(1, 2)
    line = dark / length.clamp(min=1e-4)
    larger = difference[..., 5:6]
    return torch.cat([place, apart, larger, form, mine, others, line, (30 * opening).log1p()], dim=3)
