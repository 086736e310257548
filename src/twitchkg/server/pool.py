"""The child processes that answer, and what happens to one that takes too long.

Each child answers one message at a time; the next ones may lie in its mailbox already, so that it
need not be woken for each. One that exceeds the time limit is killed, and its place filled again.
Before that, a child whose answer takes more than a moment of processor time is *slow*: it gets the
lowest priority, a fresh child takes its place, the others take what lay in its mailbox, and it ends
with its answer. So long queries run beside the short ones and not in front of them. There is room
for a few slow ones; when all of it is taken, the next query that turns out to be long is refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import socket
import sys
import time
from collections import deque
from typing import TYPE_CHECKING, NamedTuple, cast

from twitchkg.server.messages import Response
from twitchkg.server.worker import HEADER, Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from twitchkg.server.messages import Request
    from twitchkg.server.protocol import Query

_TICK = 0.05  # seconds between two looks at how long the children have worked
_STUCK = 2.0  # seconds after which an answer counts as slow, whatever processor time it had
_START = 60.0  # seconds that a child may take to be ready


class Settings(NamedTuple):
    """How many children there are, and what they may do."""

    folder: str
    """The prepared store."""
    size: int = 2
    """Children that wait for a message or are at work on a short one."""
    ahead: int = 4
    """Messages that a child may have at once, of which it answers the first."""
    seconds: float = 10.0
    """Time that an answer may take."""
    slow_after: float = 0.15
    """Seconds of processor time after which an answer counts as slow."""
    slow: int = 4
    """Slow answers that may be under way at once."""
    grace: float = 1.0
    """Seconds after which an answer is refused for which there is no room among the slow ones."""
    waiting: int = 256
    """Requests that may wait for a child."""
    patience: float = 10.0
    """Seconds that a request may wait for a child."""
    limits: Limits = Limits()


class BusyError(Exception):
    """There is no room for the request now."""


class _Task(NamedTuple):
    message: Query | Request
    answer: asyncio.Future[Response]
    since: float


class _Child(asyncio.Protocol):
    """One child process, seen from the front."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.process: asyncio.subprocess.Process | None = None
        self.transport: asyncio.Transport | None = None
        self.tasks: deque[_Task] = deque()  # of which it answers the first
        self.since = 0.0  # when it began with that
        self.spent_before = 0.0  # the processor time that it had spent by then
        self.slow = False
        self.ready = False
        self.started: asyncio.Future[None]
        self.why = ""  # why it was killed, where it was
        self._held = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._held += data
        start = 2 * HEADER.size
        while len(self._held) >= start:
            head, body = (HEADER.unpack_from(self._held, n * HEADER.size)[0] for n in (0, 1))
            end = start + head + body
            if len(self._held) < end:
                return
            status, type_, headers = pickle.loads(self._held[start : start + head])
            content = bytes(memoryview(self._held)[start + head : end])
            del self._held[:end]
            self.pool.answered(self, Response(status, type_, content, headers))

    def connection_lost(self, error: Exception | None) -> None:
        self.pool.lost(self)

    def ask(self, task: _Task, now: float) -> None:
        if not self.tasks:
            self.begin(now)
        self.tasks.append(task)
        self.send(task.message)

    def send(self, message: Query | Request | bytes) -> None:
        assert self.transport is not None
        body = pickle.dumps(message)
        self.transport.write(HEADER.pack(len(body)) + body)

    def begin(self, now: float) -> None:
        """Note when the first answer is begun with."""
        self.since = now
        self.spent_before = self._spent() or 0.0

    def worked(self, now: float) -> float:
        """Seconds of processor time that went into the answer; of any time where none is told.

        On a busy machine a quick answer takes long. It would be a waste to start another process
        for it, which makes the machine busier.
        """
        spent = self._spent()
        return now - self.since if spent is None else spent - self.spent_before

    def _spent(self) -> float | None:
        if sys.platform != "linux" or self.process is None:
            return None
        # As clock_getcpuclockid(3) makes it, which Python does not have: of the whole process.
        clock = (~self.process.pid << 3) | 2
        try:
            return time.clock_gettime(clock)
        except OSError:  # it has just ended
            return None

    def kill(self, why: str) -> None:
        self.why = why
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
        elif self.transport is not None:
            self.transport.abort()


class Pool:
    """The children of one server.

    :param settings: how many, and what they may do.
    :param log: called with a dictionary for each thing that an operator should know.
    """

    def __init__(
        self, settings: Settings, log: Callable[[dict[str, object]], None] = lambda _: None
    ) -> None:
        self.settings = settings
        self.log = log
        self._children: set[_Child] = set()
        self._waiting: deque[_Task] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._read = b""  # what the first child read, which saves the others most of their start
        self._watch: asyncio.TimerHandle | None = None

    @property
    def ready(self) -> bool:
        """Whether a child could take a message now or soon."""
        return not self._stopping and any(
            child.ready and not child.slow for child in self._children
        )

    def numbers(self) -> dict[str, int]:
        """How many children and requests are in which state."""
        return {
            "workers": sum(not child.slow for child in self._children),
            "idle": sum(self._free(child) and not child.tasks for child in self._children),
            "slow": sum(child.slow for child in self._children),
            "waiting": len(self._waiting),
        }

    async def start(self) -> None:
        """Start the children, and wait until they are ready.

        :raises RuntimeError: if one cannot be started.
        """
        await self._spawn()  # the others get what it has read
        await asyncio.gather(*(self._spawn() for _ in range(self.settings.size - 1)))
        if not self.ready:
            raise RuntimeError("no worker could be started")
        self._tick()

    async def stop(self) -> None:
        """End all children."""
        self._stopping = True
        if self._watch is not None:
            self._watch.cancel()
        for task in self._waiting:
            if not task.answer.done():
                task.answer.set_exception(BusyError("The server is stopping."))
        self._waiting.clear()
        for starting in list(self._tasks):
            starting.cancel()
        for child in list(self._children):
            child.kill("stopping")
        for child in list(self._children):
            if child.process is not None:
                await child.process.wait()

    def submit(self, message: Query | Request) -> asyncio.Future[Response]:
        """What will be the answer to a message.

        :raises BusyError: if too many wait already.
        """
        if self._stopping:
            raise BusyError("The server is stopping.")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Response] = loop.create_future()
        task = _Task(message, answer, loop.time())
        child = min(filter(self._free, self._children), key=_load, default=None)
        if child is not None:
            child.ask(task, loop.time())
        elif len(self._waiting) >= self.settings.waiting:
            raise BusyError("Too many requests are waiting. Try again in a few seconds.")
        else:
            self._waiting.append(task)
        return answer

    def _free(self, child: _Child) -> bool:
        """Whether a child can be given a message."""
        usable = child.ready and not child.slow and not child.why
        return usable and len(child.tasks) < self.settings.ahead

    def abandon(self, answer: asyncio.Future[Response]) -> None:
        """Stop working on an answer that nobody waits for any more."""
        answer.cancel()
        for child in self._children:
            if child.tasks and child.tasks[0].answer is answer:
                child.kill("abandoned")

    def answered(self, child: _Child, response: Response) -> None:
        """A child has answered, or is ready for the first time."""
        if child.why:  # what it says after its end was decided is of no use
            return
        if not child.ready:
            child.ready = True
            self._read = response.body or self._read
            child.started.set_result(None)
        elif child.tasks:
            answer = child.tasks.popleft().answer
            if not answer.done():
                answer.set_result(response)
        if child.slow or self._stopping:
            child.kill("done")
            return
        now = asyncio.get_running_loop().time()
        child.begin(now)
        self._hand_out(child, now)

    def lost(self, child: _Child) -> None:
        """A child is gone: killed, or ended by the kernel for want of memory."""
        if child not in self._children:
            return
        self._children.discard(child)
        if child.tasks and child.why != "done":
            answer = child.tasks.popleft().answer
            if not answer.done():
                answer.set_result(self._obituary(child))
        if not child.ready and not child.started.done():
            child.started.set_result(None)
        self._take_back(child)
        if not child.slow and not self._stopping and child.ready:
            self._replace()

    def _take_back(self, child: _Child, kept: int = 0) -> None:
        """Give what lies in a child's mailbox to the others, before all that came later."""
        while len(child.tasks) > kept:
            self._waiting.appendleft(child.tasks.pop())
        now = asyncio.get_running_loop().time()
        for other in self._children:
            self._hand_out(other, now)

    def _hand_out(self, child: _Child, now: float) -> None:
        while self._waiting and self._free(child):
            task = self._waiting.popleft()
            if not task.answer.done():  # its client may have gone
                child.ask(task, now)

    def _obituary(self, child: _Child) -> Response:
        if child.why == "time":
            return Response.text(
                504,
                f"The query was stopped after {self.settings.seconds:g} seconds, which is as long "
                "as this endpoint gives it. Ask for less, or run it on a copy of your own.\n",
            )
        if child.why == "crowded":
            made = Response.text(
                503, "Too many long queries are running. Try again in a few seconds.\n"
            )
            return made._replace(headers=(("Retry-After", str(int(self.settings.seconds) or 1)),))
        if child.why == "stopping":
            return Response.text(503, "The server is stopping.\n")
        megabytes = self.settings.limits.memory >> 20
        self.log({"event": "worker died", "worker": child.process and child.process.pid})
        return Response.text(
            422,
            f"The query ended its process, most likely because it needs more than the {megabytes} "
            "MB of memory that it may have. Ask for less.\n",
        )

    def _replace(self) -> None:
        task = asyncio.get_running_loop().create_task(self._refill())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _refill(self) -> None:
        failures = 0
        while not self._stopping:
            if await self._spawn():
                return
            failures += 1
            await asyncio.sleep(min(0.1 * 2**failures, 10.0))

    async def _spawn(self) -> bool:
        """Start a child and wait until it is ready; false if it does not get there."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        child = _Child(self)
        loop = asyncio.get_running_loop()
        bounds = [str(bound) for bound in self.settings.limits]
        try:
            with theirs:
                child.process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    *("-m", "twitchkg.server.worker", str(theirs.fileno())),
                    *(self.settings.folder, *bounds),
                    pass_fds=[theirs.fileno()],
                    stdin=asyncio.subprocess.DEVNULL,
                    # Ctrl-C in a terminal goes to the whole group; the front stops its children.
                    start_new_session=True,
                )
            child.started = loop.create_future()
            self._children.add(child)
            await loop.create_connection(lambda: child, sock=ours)
            child.send(self._read)
            async with asyncio.timeout(_START):
                await child.started
        except (OSError, TimeoutError) as error:
            self.log({"event": "worker not started", "reason": str(error)})
            self._children.discard(child)
            child.kill("not started")
        return child.ready

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        settings = self.settings
        for child in list(self._children):
            if not child.tasks or child.why:
                continue
            worked = now - child.since
            if worked > settings.seconds:
                child.kill("time")
            elif child.slow or (worked <= _STUCK and child.worked(now) <= settings.slow_after):
                continue
            elif sum(other.slow for other in self._children) < settings.slow:
                child.slow = True
                self._lower(child)
                self._replace()
                self._take_back(child, kept=1)
            elif worked > settings.grace:
                child.kill("crowded")
            elif len(child.tasks) > 1:
                self._take_back(child, kept=1)
        while self._waiting and now - self._waiting[0].since > settings.patience:
            answer = self._waiting.popleft().answer
            if not answer.done():
                answer.set_exception(BusyError("No worker became free in time. Try again later."))
        self._watch = loop.call_later(_TICK, self._tick)

    @staticmethod
    def _lower(child: _Child) -> None:
        if child.process is None:
            return
        with contextlib.suppress(OSError):  # it may just have ended
            if hasattr(os, "SCHED_IDLE"):  # gives way at once, which the lowest niceness does not
                os.sched_setscheduler(child.process.pid, os.SCHED_IDLE, os.sched_param(0))
            else:
                os.setpriority(os.PRIO_PROCESS, child.process.pid, 19)


def _load(child: _Child) -> int:
    return len(child.tasks)
