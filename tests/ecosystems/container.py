"""Run the commands of the container file without a container engine, as a user without rights.

``python3 tests/ecosystems/container.py`` copies what the file copies into a temporary folder,
builds the wheels, installs them into an environment of their own, starts the server as the file
does but on loopback, and waits until the file's health check succeeds. Started by root, all this is
done by the user ``nobody``. It needs PyPI, and npm for the scripts of the pages. What it cannot try
is the base image, its Debian packages and a root folder that is read-only.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
NOBODY = 65534
LINES = [
    line
    for line in (ROOT / "Containerfile").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


class Sandbox:
    """A folder that stands for the image, and the user without rights."""

    def __init__(self, folder: Path) -> None:
        self.source, self.wheels = folder / "src", folder / "wheels"
        self.run, self.programs = folder / "run", folder / "venv" / "bin"
        self.root = os.geteuid() == 0
        for made in (self.source, self.wheels, self.run):
            made.mkdir()
        for line in LINES:
            if line.startswith("COPY ") and "--from" not in line:
                self._copy(*line.split()[1:])
        if self.root:
            for path in [folder, *folder.rglob("*")]:
                os.chown(path, NOBODY, NOBODY)
        kept = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        self.environment = {
            "HOME": str(self.run),
            "TMPDIR": str(self.run),
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            **kept,
        }

    def _copy(self, *names: str) -> None:
        *copied, to = names
        for path in copied:
            place = self.source / path if to == "./" else self.source / to
            if (ROOT / path).is_dir():
                shutil.copytree(ROOT / path, place)
            else:
                shutil.copy(ROOT / path, place)

    def start(self, *command: str, cwd: Path) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            cwd=cwd,
            env=self.environment,
            user=NOBODY if self.root else None,
            group=NOBODY if self.root else None,
            extra_groups=[] if self.root else None,
        )

    def do(self, *command: str) -> int:
        return self.start(*command, cwd=self.source).wait(900)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def build(box: Sandbox) -> None:
    """Both stages up to the last command."""
    for python in ("python3", "/usr/bin/python3"):
        try:
            if box.do(python, "-m", "venv", str(box.programs.parent)) == 0:
                break
        except PermissionError:  # a Python in the folder of another user
            continue
    else:
        sys.exit("There is no Python that the user may run and that can make environments.")
    for line in LINES:
        if line.startswith("RUN ") and "apt-get" not in line:
            command = line.removeprefix("RUN ").replace("/wheels", str(box.wheels))
            print(line, flush=True)
            if box.do("sh", "-c", command) != 0:
                sys.exit(f"This failed: {line}")
        elif line.startswith("ENV "):
            for pair in line.split()[1:]:
                key, _, value = pair.partition("=")
                box.environment[key] = re.sub("^/tmp", str(box.run), value)


def serve(box: Sandbox) -> None:
    """The last command, the health check, and the end."""
    port = str(free_port())
    (last,) = [line.removeprefix("CMD ") for line in LINES if line.startswith("CMD ")]
    command = [{"0.0.0.0": "127.0.0.1", "8000": port}.get(a, a) for a in json.loads(last)]
    (watch,) = [line.partition(" CMD ")[2] for line in LINES if line.startswith("HEALTHCHECK")]
    health = [part.replace(":8000", f":{port}") for part in json.loads(watch)]
    server = box.start(str(box.programs / command[0]), *command[1:], cwd=box.run)
    try:
        end = time.monotonic() + 60
        while box.do(str(box.programs / health[0]), *health[1:]) != 0:
            if server.poll() is not None or time.monotonic() > end:
                sys.exit("The server ended, or its health check did not succeed in a minute.")
            time.sleep(1)
    finally:
        server.terminate()
        code = server.wait(30)
    if code not in (0, -signal.SIGTERM):
        sys.exit(f"The server ended with {code} when it was told to stop.")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="twitchkg-container-") as folder:
        box = Sandbox(Path(folder))
        build(box)
        serve(box)
        user = "nobody" if box.root else "this user"
        print(f"The commands of the container file work as {user}.")


if __name__ == "__main__":
    main()
