"""Trainings spread over processes, and over forwards of an update, come to what one comes to."""

import json
from pathlib import Path

import pytest
import torch
from accelerate import debug_launcher
from tiny_trainings import flags, losses
from training_pictures import forget_accelerator

import progress
import train_guiding_painter
from measures.answers import measure
from pictures.folders import load_pictures
from pictures.pairs import TrainingPairs
from train_guiding_painter import main
from updates import train_step

pytestmark = pytest.mark.usefixtures("fresh_accelerator")


def assert_same_losses(first: Path, second: Path, steps: int) -> None:
    expected, found = losses(first), losses(second)
    assert expected.keys() == found.keys()
    for name, curve in expected.items():
        assert list(curve) == list(range(1, steps + 1))
        assert found[name] == pytest.approx(curve, rel=2e-3), name


@pytest.mark.parametrize("kind", ["cells", "plain"])
def test_accumulated_gradients_are_those_of_the_larger_batch(kind, tiny_comic, tiny_models, tmp_path):
    changes = {"max_train_steps": 4, "max_grad_norm": 0.05}
    changes |= {"lambda_prefix": 10, "lambda_tv": 1} if kind == "plain" else {}
    main(flags(tiny_comic, tiny_models[kind], tmp_path / "one", **changes))
    forget_accelerator()
    parts = {"train_batch_size": 2, "gradient_accumulation_steps": 2}
    main(flags(tiny_comic, tiny_models[kind], tmp_path / "two", **parts, **changes))
    assert_same_losses(tmp_path / "one", tmp_path / "two", 4)


@pytest.mark.parametrize("kind", ["cells", "plain"])
def test_two_processes_train_and_measure_as_one(kind, tiny_comic, tiny_models, tmp_path, capfd):
    changes = {"max_train_steps": 4}
    main(flags(tiny_comic, tiny_models[kind], tmp_path / "one", **changes))
    forget_accelerator()
    debug_launcher(main, args=(flags(tiny_comic, tiny_models[kind], tmp_path / "two", train_batch_size=2, **changes),))
    assert_same_losses(tmp_path / "one", tmp_path / "two", 4)
    one, two = (json.loads(line) for line in capfd.readouterr().out.splitlines() if line.startswith("{"))
    assert one["pictures"] == two["pictures"] == 3  # not 4: no picture is measured twice
    assert two["psnr"] == pytest.approx(one["psnr"], abs=0.02)
    assert len(list((tmp_path / "two" / "checkpoint-4").glob("random_states_*"))) == 2


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("cells", {"train": "segmentation"}),
        ("cells", {"train": "colorization"}),
        ("plain", {"train": "colorization", "lambda_adv": 0}),
        ("cells", {"lambda_doubt": 0, "lambda_alike": 0, "lambda_rec": 0, "lambda_adv": 0}),
        ("cells", {"lambda_color": 0, "lambda_mean": 0, "encoder_rate": 0}),
    ],
)
def test_two_processes_train_a_part_as_one_does(kind, changes, tiny_comic, tiny_models, tmp_path):
    changes = {"max_train_steps": 3, "max_validation_pictures": 2, **changes}
    main(flags(tiny_comic, tiny_models[kind], tmp_path / "one", **changes))
    forget_accelerator()
    debug_launcher(main, args=(flags(tiny_comic, tiny_models[kind], tmp_path / "two", train_batch_size=2, **changes),))
    assert_same_losses(tmp_path / "one", tmp_path / "two", 3)


def test_processes_have_pictures_of_their_own(tiny_comic, tiny_models, tmp_path):
    def recorded_main(argv: list[str]) -> None:
        def recorded_step(batch, networks, optimizers, accelerator, *rest):
            with open(tmp_path / f"seeds{accelerator.process_index}", "a") as file:
                print(*batch["seed"].tolist(), file=file)
            return train_step(batch, networks, optimizers, accelerator, *rest)

        def recorded_measure(painter, share, *rest):
            rank = torch.distributed.get_rank()
            (tmp_path / f"measured{rank}").write_text(" ".join(map(str, share.indices)))
            statistics = [value.float() for network in painter.components.values() for value in network.buffers()]
            torch.save(torch.cat([value.flatten() for value in statistics]), tmp_path / f"statistics{rank}")
            return measure(painter, share, *rest)

        train_guiding_painter.train_step, progress.measure = recorded_step, recorded_measure  # in this process only
        main(argv)

    debug_launcher(recorded_main, args=(flags(tiny_comic, tiny_models["paper"], tmp_path / "out", train_batch_size=2),))
    first, second = ([int(word) for word in (tmp_path / f"seeds{rank}").read_text().split()] for rank in (0, 1))
    stream = TrainingPairs(load_pictures(tiny_comic, "train"), 32, seed=0)
    assert len(first) == len(second) == 6
    assert sorted(first + second) == sorted(stream[n]["seed"] for n in range(12))  # each sample once
    measured = [(tmp_path / f"measured{rank}").read_text().split() for rank in (0, 1)]
    assert measured == [["0", "2"], ["1"]]
    statistics = [torch.load(tmp_path / f"statistics{rank}", weights_only=True) for rank in (0, 1)]
    assert len(statistics[0]) > 100
    assert torch.equal(*statistics)  # all measure the networks that are saved
