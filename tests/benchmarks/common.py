"""What the parts of the benchmark share: measuring in turns, and tables of ratios."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

PYTHON = sys.executable


class Cost(NamedTuple):
    """Seconds on the clock, seconds of the processors, and peak memory in MiB."""

    wall: float
    cpu: float
    memory: float
    ended: bool = True
    """Whether it was let run to its end."""


class Line(NamedTuple):
    """How one thing compares with the first of its table."""

    name: str
    wall: tuple[float, float, float]
    """Median, least and largest of the rounds' ratios of time on the clock."""
    cpu: float | None
    """Ratio of the medians of processor time."""
    memory: float | None
    """Peak memory in MiB, the largest of the rounds."""


class Table(NamedTuple):
    """One table of the report; its first line is what the others are compared with."""

    title: str
    lines: list[Line]


# A child counts the memory of the process that started it until it is on its own; so a bare
# interpreter starts it, and measures. Modules keep their bytecode, as an installed package does:
# where the environment forbids that, every start would compile them anew.
_START = """
import os, signal, sys, time
null = os.open(os.devnull, os.O_RDWR)
actions = [(os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
start = time.perf_counter()
child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ, file_actions=actions)
signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
signal.alarm(int(sys.argv[1]))
_, status, usage = os.wait4(child, 0)
taken = time.perf_counter() - start
print(os.waitstatus_to_exitcode(status), taken, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
"""


PATIENCE = 900
"""Seconds after which a command is given up."""


def process(command: list[str], patience: int = PATIENCE) -> Cost:
    """What a command costs as a whole process; up to when it was given up, if it was.

    :raises RuntimeError: if it fails.
    """
    starter = [PYTHON, "-I", "-S", "-c", _START, str(patience), *command]
    done = subprocess.run(starter, capture_output=True, text=True, check=True)
    code, wall, cpu, memory = done.stdout.split()
    ended = code == "0"
    if not ended and not (code == "-9" and float(wall) >= patience):
        raise RuntimeError(f"exit code {code}: {' '.join(command)[:300]}")
    return Cost(float(wall), float(cpu), int(memory) / 1024, ended)


def processes(
    title: str, commands: Mapping[str, list[str]], rounds: int, once: Iterable[str] = ()
) -> Table:
    """Commands that take turns; the round that fills the caches is not counted.

    :param once: names of commands so slow that they run once only; one that was given up is not
        run again either.
    """
    known: dict[str, Cost] = {}
    costs = []
    for number in range(rounds + 1):
        found = {}
        for name, line in commands.items():
            print(f"  {title}: {name}, round {number} of {rounds}", file=sys.stderr)
            found[name] = known.get(name) or process(line)
            if name in once or not found[name].ended:
                known[name] = found[name]
        costs.append(found)
    return compared(title, costs[1:])


def calls(title: str, jobs: Mapping[str, Callable[[], object]], rounds: int) -> Table:
    """Calls within this process that take turns."""

    def cost(job: Callable[[], object]) -> Cost:
        wall, cpu = time.perf_counter(), time.process_time()
        job()
        return Cost(time.perf_counter() - wall, time.process_time() - cpu, 0)

    costs = [{name: cost(job) for name, job in jobs.items()} for _ in range(rounds + 1)]
    return compared(title, costs[1:])


def averaged(title: str, lines: list[Line]) -> Table:
    """The lines under the geometric mean and the median of theirs, with the least and largest."""
    medians = [line.wall[0] for line in lines]
    middle = {
        "geometric mean": statistics.geometric_mean(medians),
        "median": statistics.median(medians),
    }
    over = [Line(n, (m, min(medians), max(medians)), None, None) for n, m in middle.items()]
    return Table(title, [*over, *sorted(lines, key=lambda line: -line.wall[0])])


def compared(title: str, rounds: list[dict[str, Cost]]) -> Table:
    """The ratios of each round to the first of its entries."""
    first = next(iter(rounds[0]))
    base = statistics.median(costs[first].cpu for costs in rounds)
    lines = []
    for name in rounds[0]:
        ratios = sorted(costs[name].wall / costs[first].wall for costs in rounds)
        cpu = statistics.median(costs[name].cpu for costs in rounds) / base if base else None
        memory = max(costs[name].memory for costs in rounds) or None
        ended = all(costs[name].ended for costs in rounds)
        called = name if ended else f"{name} (given up, so at least)"
        lines.append(Line(called, (statistics.median(ratios), ratios[0], ratios[-1]), cpu, memory))
    return Table(title, lines)
