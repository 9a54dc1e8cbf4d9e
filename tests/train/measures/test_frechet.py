"""The Fréchet distance, by hand and by the features that are there."""

import importlib.util

import pytest
import torch
from measured_pictures import MeanGray

from measures.frechet import INCEPTION_FILE, EfficientNetLite0, FrechetDistance, load_distance


def gray(*levels: int) -> torch.Tensor:
    return torch.tensor(levels)[:, None, None, None].expand(-1, 3, 4, 4) / 127.5 - 1


def test_frechet_distance_by_hand():
    distance = FrechetDistance(MeanGray())
    distance.update(gray(100, 120), real=True)  # mean 110, variance 200 (of two drawings: their number less one)
    for levels, weight in (((20, 50), 0.5), ((40, 50), 0.25), ((60, 90), 0.25)):
        distance.update(gray(*levels), real=False, weight=weight)
    # drawing 1: 20 half, 40 and 60 a quarter of the time; drawing 2: 50 and 90; together mean 47.5
    variance = 0.5 * (27.5**2 + 2.5**2) + 0.25 * (7.5**2 + 2.5**2 + 12.5**2 + 42.5**2)
    expected = (110 - 47.5) ** 2 + (200**0.5 - variance**0.5) ** 2
    assert distance.compute().item() == pytest.approx(expected, rel=1e-6)


def test_frechet_distance_is_0_between_the_same_pictures_and_weights_are_whole_pictures():
    distance = FrechetDistance(MeanGray())
    distance.update(gray(7, 200), real=True)
    for _ in range(10):  # 0.2 added up ten times is a little less than 2
        distance.update(gray(7, 200), real=False, weight=0.1)
    assert distance.compute().item() == pytest.approx(0, abs=1e-3)


def test_features_are_those_of_a_trained_network():
    torch.manual_seed(0)
    features = EfficientNetLite0()
    smooth = torch.nn.functional.interpolate(torch.rand(2, 3, 4, 4), (256, 256), mode="bilinear") * 255
    found = features(smooth.byte())
    assert found.shape == (2, 1280)
    assert torch.equal(found, features(smooth.byte()))  # not in training mode
    # The classifier on top was trained for the same features: it is sure of more than chance.
    assert features.network._fc(found).softmax(1).max(1).values.min() > 0.02


def test_a_distance_is_called_fid_only_with_inception(tmp_path, monkeypatch):
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    weights = tmp_path / INCEPTION_FILE
    weights.parent.mkdir()
    for _ in range(2):  # without its weights, and with weights that nothing can read
        name, new_distance = load_distance("cpu")
        assert name == "frechet_efficientnet_lite0"
        assert isinstance(new_distance().inception, EfficientNetLite0)
        weights.touch()
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
