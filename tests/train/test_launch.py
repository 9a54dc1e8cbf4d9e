"""The launch file for several machines: who starts what where, on a Slurm that is played."""

import os
import subprocess
from pathlib import Path

import pytest
from accelerate.commands.config.config_args import load_config_from_file

LAUNCH = Path(__file__).parents[2] / "train" / "launch"
SRUN = """#!/usr/bin/env bash
while [[ $1 == --* ]]; do shift; done
for node in 0 1; do SLURM_NODEID=$node "$@"; done
"""


@pytest.fixture
def cluster(tmp_path):
    """srun on two machines, one after the other; accelerate says with what it was started."""
    scripts = {
        "srun": SRUN,
        # A moment between the names: who reads only the first has closed the pipe by then.
        "scontrol": "#!/usr/bin/env bash\necho gpu07; sleep 0.2; echo gpu08\n",
        "accelerate": "#!/usr/bin/env bash\nprintf '%s|' \"$@\"; echo\n",
    }
    for name, text in scripts.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    return {
        "PATH": f"{tmp_path}:{os.environ['PATH']}", "SLURM_NNODES": "2", "SLURM_JOB_NODELIST": "gpu[07-08]",
        "SLURM_JOB_ID": "123456", "SLURM_GPUS_ON_NODE": "4", "SLURM_SUBMIT_DIR": str(LAUNCH.parents[1]),
    }  # fmt: skip


def test_every_machine_starts_its_part_with_one_address_and_all_flags(cluster):
    command = ["bash", str(LAUNCH / "multi_node.slurm"), "--train_data_dir", "my comic", "--output_dir", "out"]
    printed = subprocess.run(command, env=cluster, check=True, capture_output=True, text=True).stdout
    starts = [line.split("|")[:-1] for line in printed.splitlines()]
    assert len(starts) == 2
    for rank, words in enumerate(starts):
        flags = dict(zip(words[1:13:2], words[2:14:2], strict=True))
        assert flags == {
            "--config_file": "train/launch/multi_node.yaml", "--num_machines": "2", "--num_processes": "8",
            "--machine_rank": str(rank), "--main_process_ip": "gpu07", "--main_process_port": "23456",
        }  # fmt: skip
        assert words[13] == "train/train_guiding_painter.py"
        assert words[14:] == ["--resume_from_checkpoint", "latest", *command[2:]]


def test_the_configuration_is_one_that_accelerate_takes():
    config = load_config_from_file(str(LAUNCH / "multi_node.yaml"))
    assert (config.distributed_type, config.num_processes, config.num_machines) == ("MULTI_GPU", 8, 2)
