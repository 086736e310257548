"""A server of the tests' own: the real command in a process of its own, on a free port."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Server:
    """A running server: where it is, and what it has logged."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.url = ""
        self.log: list[dict[str, object]] = []
        self.other: list[str] = []
        self._ready = threading.Event()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            try:
                event = json.loads(line)
            except ValueError:
                self.other.append(line)
                continue
            self.log.append(event)
            if event["event"] == "listening":
                self.url = str(event["address"]).rstrip("/")
            if event["event"] == "ready":
                self._ready.set()
        self._ready.set()

    def wait(self, seconds: float = 60) -> None:
        """Wait until it answers."""
        assert self._ready.wait(seconds), "the server did not start in time"
        assert self.url, f"the server ended: {''.join(self.other)}"


@contextlib.contextmanager
def serving(*options: str, code: str = "", python: str = sys.executable) -> Iterator[Server]:
    """Start ``twitchkg serve`` with some options, or a program that serves, and stop it."""
    command = ["-c", code] if code else ["-m", "twitchkg", "serve", "--port", "0", "--log", "json"]
    process = subprocess.Popen([python, *command, *options], stderr=subprocess.PIPE, text=True)
    server = Server(process)
    try:
        server.wait()
        yield server
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        finally:
            server.reader.join(10)
            assert process.stderr is not None
            process.stderr.close()
