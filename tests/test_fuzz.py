"""Every kept input of the fuzzer, and small changes of each, put to what reads foreign bytes."""

from __future__ import annotations

import pathlib
import random

import pytest
from fuzz import targets

INPUTS = [
    (name, path) for name in targets.TARGETS for path in sorted((targets.CORPUS / name).iterdir())
]
CHANGES = 6
"""How many changes of each input are tried."""


def test_every_target_has_inputs() -> None:
    assert {name for name, _ in INPUTS} == set(targets.TARGETS)


@pytest.mark.parametrize(
    ("name", "path"), INPUTS, ids=[f"{name}-{path.name}" for name, path in INPUTS]
)
def test_kept_inputs_find_nothing(name: str, path: pathlib.Path) -> None:
    data = path.read_bytes()
    chance = random.Random(path.name)
    targets.TARGETS[name](data)
    for _ in range(CHANGES):
        targets.TARGETS[name](changed(data, chance))


def changed(data: bytes, chance: random.Random) -> bytes:
    """The input with a few bytes altered, removed, repeated or put in from elsewhere."""
    made = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(made) + 1)
        end = min(len(made), start + chance.randint(0, 8))
        kind = chance.randrange(4)
        if kind == 0:
            made[start:end] = bytes(chance.randrange(256) for _ in range(end - start))
        elif kind == 1:
            del made[start:end]
        elif kind == 2:
            made[start:start] = made[start:end]
        else:
            made[start:end] = chance.choice(
                [b"\xff", b"\xc2\x85", b"\r", b"<", b'"', b"\t", b"9" * 30]
            )
    return bytes(made)
