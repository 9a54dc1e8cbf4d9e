"""Starts the Space as a hub does: from its folder alone, with nothing installed but what that asks for.

`python benchmarks/space/fresh_start.py FOLDER` puts the Space together in FOLDER/space, makes a new virtual environment
in FOLDER/venv with its requirements and the gradio of its `sdk_version`, starts it there, and opens an example. It
downloads about a gigabyte.
"""

import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 600  # that it may take to start on a busy machine
CLIENT = """
import sys
from gradio_client import Client

asked = Client(sys.argv[1], verbose=False).predict(1, api_name="/open_example")
print(len(asked["regions"]), "regions, the first wants", asked["suggested_color"])
"""


def install(folder: Path) -> Path:
    """The interpreter of a new virtual environment in which the Space of `folder`/space may start."""
    space, environment = folder / "space", folder / "venv"
    subprocess.run([sys.executable, ROOT / "space" / "deploy.py", "--dry_run", space], check=True)
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    version = re.search(r"^sdk_version: (\S+)$", (space / "README.md").read_text(), re.MULTILINE)[1]
    wanted = ["-c", ROOT / "constraints.txt", "-r", space / "requirements.txt", f"gradio=={version}"]
    subprocess.run([python, "-m", "pip", "install", "-q", *wanted], check=True)
    return python


def wait_for(url: str, server: subprocess.Popen) -> None:
    """Returns when the page is there. Raises SystemExit where the server ends before."""
    for _ in range(START_SECONDS):
        if server.poll() is not None:
            raise SystemExit(f"The Space ended with {server.returncode} before it served a page.")
        try:
            with urllib.request.urlopen(url, timeout=10):
                return
        except OSError:
            time.sleep(1)
    raise SystemExit(f"The Space served no page within {START_SECONDS} seconds.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="new or empty")
    folder = parser.parse_args().folder.resolve()
    began = time.perf_counter()
    python = install(folder)
    print(f"installed in {time.perf_counter() - began:.0f} s")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    known = {name: os.environ[name] for name in ("HOME", "PATH", "OMP_NUM_THREADS") if name in os.environ}
    began = time.perf_counter()
    server = subprocess.Popen([python, "app.py", "--port", str(port)], cwd=folder / "space", env=known)
    try:
        wait_for(url := f"http://127.0.0.1:{port}/", server)
        print(f"serves its page after {time.perf_counter() - began:.0f} s")
        subprocess.run([python, "-c", CLIENT, url], check=True, env=known, cwd=folder)
    finally:
        server.terminate()
        server.wait(30)
    shutil.rmtree(folder / "venv")


if __name__ == "__main__":
    main()
