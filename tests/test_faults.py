"""Killed, out of space, not allowed, two at once: the old files or the new ones, and one line."""

from __future__ import annotations

import errno
import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from twitchkg import cache, resources, store
from twitchkg.errors import FileAccessError
from twitchkg.export import files

KILLS = int(os.environ.get("TWITCHKG_KILLS", "20"))
"""How often each kind of writing is killed."""
ROOT = pathlib.Path(resources.data_root())

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="faults are made with Linux's means"
)


def run(
    *command: str,
    limits: Callable[[], None] | None = None,
    stdout: int | None = subprocess.PIPE,
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "twitchkg", *command],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
        preexec_fn=limits,
    )


def one_line(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """It could not be done, and one line says why."""
    lines = [line for line in done.stderr.splitlines() if ": note: " not in line]
    assert done.returncode == 2, done
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("twitchkg: error: ")
    assert "Internal error" not in lines[0]
    for word in words:
        assert word in lines[0]


# --- Killed ----------------------------------------------------------------

# A child that ends itself at the n-th call that its Python code makes or returns from, so that any
# place between two steps is reached, and reached again with the same number.
_KILLER = """
import os, signal, sys
sys.path.insert(0, os.environ["TESTS"])
import test_faults
act = getattr(test_faults, sys.argv[1])(sys.argv[2])
def trial(last):
    child = os.fork()
    if child == 0:
        count = 0
        def watch(frame, event, argument):
            nonlocal count
            count += 1
            if count == last:
                os.kill(os.getpid(), signal.SIGKILL)
        sys.setprofile(watch)
        try:
            act()
        finally:
            sys.setprofile(None)
            print(count, flush=True)
            os._exit(0)
    os.waitpid(child, 0)
for line in sys.stdin:
    trial(int(line))
    print("done", flush=True)
"""


class Killer:
    """A process that has all imported and begins an act again and again, to be killed in it."""

    def __init__(self, act: str, folder: pathlib.Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _KILLER, act, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "TESTS": os.path.dirname(__file__)},
        )

    def trial(self, last: int) -> int | None:
        """Act, and be killed at a call; how many calls there were if it came to the end."""
        assert self.process.stdin
        assert self.process.stdout
        print(last, file=self.process.stdin, flush=True)
        count = None
        while (line := self.process.stdout.readline().strip()) != "done":
            assert line, "the child's parent ended"
            count = int(line)
        return count

    def close(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


def points(total: int) -> Iterator[int]:
    """The calls at which to kill, from the first to the last, at equal steps."""
    wanted = max(2, min(KILLS, total - 1))
    yield from sorted({1 + place * (total - 2) // (wanted - 1) for place in range(wanted)})


OLD, NEW = {"a.txt": b"old" * 50_000, "b.txt": b"1"}, {"a.txt": b"new" * 90_000, "c.txt": b"2"}


def with_manifest(content: dict[str, bytes]) -> dict[str, bytes]:
    return {**content, files.MANIFEST: files.manifest(content, {})}


def writing_a_folder(folder: str) -> Callable[[], None]:
    import ctypes

    ctypes.CDLL(None)
    return lambda: files.write_folder(os.path.join(folder, "out"), with_manifest(NEW))


def writing_files(folder: str) -> Callable[[], None]:
    """What ``build`` does once it knows what the files must hold."""
    from twitchkg import curation

    texts = {os.path.join(folder, name): "new\n" * 50_000 for name in ("x.ttl", "y.ttl")}

    def act() -> None:
        curation.write(texts)

    return act


def keeping(folder: str) -> Callable[[], None]:
    """What is prepared in the cache: a digest, an index and a store, here of a few files."""
    os.environ["TWITCHKG_CACHE"] = os.path.join(folder, "cache")
    listed = some_files()
    resources.ontology_files = lambda root=None: listed

    def act() -> None:
        cache.keep("index-1", b"text\n" * 50_000)
        store.bundled()

    return act


def some_files() -> list[str]:
    return [str(ROOT / "ontology" / "schema" / "claim.ttl")]


def content(folder: pathlib.Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def killer(tmp_path: pathlib.Path) -> Iterator[Callable[[str], Killer]]:
    started: list[Killer] = []

    def start(act: str) -> Killer:
        started.append(Killer(act, tmp_path))
        return started[-1]

    yield start
    for one in started:
        one.close()


def test_a_killed_export_leaves_the_old_folder_or_the_new_one(
    tmp_path: pathlib.Path, killer: Callable[[str], Killer]
) -> None:
    child = killer("writing_a_folder")
    out = tmp_path / "out"
    old, new = with_manifest(OLD), with_manifest(NEW)
    files.write_folder(str(out), old)
    total = child.trial(0)
    assert total
    assert content(out) == new
    seen = set()
    for last in points(total):
        files.write_folder(str(out), old)
        child.trial(last)
        after = content(out)
        assert after in (old, new), last
        seen.add(len(after["a.txt"]))
    assert len(seen) == 2, "no kill came early and none late"
    assert sorted(path.name for path in tmp_path.iterdir())[-1] == "out"


def test_a_killed_build_leaves_each_file_old_or_new(
    tmp_path: pathlib.Path, killer: Callable[[str], Killer]
) -> None:
    child = killer("writing_files")
    paths = [tmp_path / "x.ttl", tmp_path / "y.ttl"]
    for path in paths:
        path.write_bytes(b"old\n")
    total = child.trial(0)
    assert total
    new = paths[0].read_bytes()
    states = set()
    for last in points(total):
        for path in paths:
            path.write_bytes(b"old\n")
        child.trial(last)
        for left in tmp_path.glob("*.tmp"):
            left.unlink()
        found = [path.read_bytes() for path in paths]
        assert all(text in (b"old\n", new) for text in found), last
        states.add(tuple(text == new for text in found))
    assert (False, False) in states
    assert (True, False) in states
    child.trial(0)
    assert [path.read_bytes() for path in paths] == [new, new]


def test_a_killed_writer_of_the_cache_leaves_a_right_one(
    tmp_path: pathlib.Path, killer: Callable[[str], Killer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "ontology_files", lambda root=None: some_files())
    folder = tmp_path / "cache"
    monkeypatch.setenv("TWITCHKG_CACHE", str(folder))
    child = killer("keeping")
    total = child.trial(0)
    assert total
    count = len(store.bundled())
    for last in points(total):
        shutil.rmtree(folder, ignore_errors=True)
        child.trial(last)
        for path in folder.glob("store-*[0-9a-f]"):
            if path.suffix != ".tmp":
                assert len(store.at(str(path))) == count, last
        assert cache.read("index-1") in (None, b"text\n" * 50_000), last
        assert len(store.bundled()) == count, last


def test_killed_by_the_clock(tmp_path: pathlib.Path) -> None:
    """The real command, ended at any time by somebody else."""
    out = tmp_path / "out"
    command = [sys.executable, "-m", "twitchkg", "query", "causes-of-twitching", "-f", "csv"]
    command += ["-o", str(out)]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    begun = time.monotonic()
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    whole, seconds = out.read_bytes(), time.monotonic() - begun
    for part in range(max(3, KILLS // 5)):
        out.write_bytes(b"old")
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            time.sleep(seconds * (0.4 + 0.7 * part / max(3, KILLS // 5)))
            process.send_signal(signal.SIGKILL)
        assert out.read_bytes() in (b"old", whole)


def test_what_a_killed_writer_left_is_removed_later(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "x.ttl"
    left, fresh = tmp_path / "x.ttl.123.456.tmp", tmp_path / "x.ttl.124.456.tmp"
    others = [tmp_path / "x.ttl.mine.tmp", tmp_path / "y.ttl.1.2.tmp"]
    for one in (left, fresh, *others):
        one.write_text("half")
    for one in (left, *others):
        os.utime(one, (0, 0))
    resources.write_text(str(path), "whole")
    assert not left.exists()
    assert all(one.exists() for one in (fresh, *others))


# --- No space --------------------------------------------------------------


def small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def printed(program: str, *arguments: str) -> str:
    """What a program prints that may write small files only."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=small_files,
    )
    return done.stdout


def test_a_file_that_does_not_fit_leaves_the_old_one(tmp_path: pathlib.Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("old")
    done = run("query", "causes-of-twitching", "-f", "csv", "-o", str(out), limits=small_files)
    one_line(done, "File too large", "out.csv")
    assert content(tmp_path) == {"out.csv": b"old"}


def test_a_folder_that_does_not_fit_leaves_the_old_one(tmp_path: pathlib.Path) -> None:
    out = tmp_path / "out"
    files.write_folder(str(out), with_manifest(OLD))
    program = (
        "import sys; from twitchkg.errors import FileAccessError; "
        "from twitchkg.export import files\n"
        "try: files.write_folder(sys.argv[1], {'a.txt': bytes(50_000)})\n"
        "except FileAccessError as error: print(error)"
    )
    assert "File too large. Nothing was changed." in printed(program, str(out))
    assert content(out) == with_manifest(OLD)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_database_that_does_not_fit_is_told() -> None:
    program = (
        "from twitchkg.errors import FileAccessError; from twitchkg.export import tables, tabular\n"
        "rows = [('x' * 100_000,)]\n"
        "table = tables.Table('t', 'm', (tables.Column('id', 'm'),), rows)\n"
        "try: tabular.sqlite([table])\n"
        "except FileAccessError as error: print(error)"
    )
    assert "Make room, or set TMPDIR." in printed(program)


def test_a_graph_to_publish_that_does_not_fit_is_told() -> None:
    program = (
        "from twitchkg import store; from twitchkg.errors import FileAccessError\n"
        "try:\n"
        "  with store.dataset(): pass\n"
        "except FileAccessError as error: print(error)"
    )
    assert "File too large. Make room, or set TMPDIR." in printed(program)


def test_a_cache_that_does_not_fit_is_no_fault(tmp_path: pathlib.Path) -> None:
    right = run("search", "fasciculation")
    done = run(
        "search", "fasciculation", limits=small_files, TWITCHKG_CACHE=str(tmp_path / "cache")
    )
    assert (done.returncode, done.stdout) == (0, right.stdout)
    assert not list(tmp_path.rglob("*.tmp"))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
def test_a_full_disk_behind_standard_output_is_told(tmp_path: pathlib.Path) -> None:
    with open("/dev/full", "w") as full:
        done = run("search", "fasciculation", stdout=full.fileno())
        one_line(done, "No space left on device")


@pytest.mark.parametrize("command", [("search", "fasciculation"), ("queries",)])
def test_closed_streams_are_told_or_ignored(command: tuple[str, ...]) -> None:
    words = " ".join([sys.executable, "-m", "twitchkg", *command])
    done = subprocess.run(
        ["sh", "-c", f"{words} >&-"], stderr=subprocess.PIPE, text=True, check=False
    )
    one_line(done, "Standard output is closed")
    quiet = subprocess.run(
        ["sh", "-c", f"{words} 2>&-"], stdout=subprocess.PIPE, text=True, check=False
    )
    assert quiet.returncode == 0
    assert quiet.stdout


def test_what_is_no_file_is_written_to_and_stays(tmp_path: pathlib.Path) -> None:
    """A pipe or a device is never replaced by a file."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    resources.write_text(str(pipe), "text")
    reader.join(10)
    assert got == [b"text"]
    assert pipe.is_fifo()
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]
    link = tmp_path / "full"
    link.symlink_to("/dev/full")
    with pytest.raises(FileAccessError, match="No space left"):
        resources.write_text(str(link), "text" * 100_000)
    assert link.is_symlink()


# --- Not allowed -----------------------------------------------------------

# Runs commands as somebody else, after one as root has loaded what is needed; the installation may
# stand where only root may look.
_AS_NOBODY = """
import contextlib, io, json, os, sys
from twitchkg import cli
steps = json.loads(sys.argv[1])
told = []
def run(step):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.main(step)
    return code, out.getvalue(), err.getvalue()
for step in json.loads(sys.argv[2]):
    assert run(step)[0] == 0, step
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
print(json.dumps([run(step) for step in steps]))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_what_is_not_allowed_is_told_in_one_line() -> None:
    public = pathlib.Path(tempfile.mkdtemp(prefix="twitchkg-"))
    try:
        public.chmod(0o755)
        open_, secret = public / "open.ttl", public / "secret.ttl"
        locked = public / "locked"
        for path in (open_, secret):
            path.write_text("<urn:a> <urn:b> 1 .")
        secret.chmod(0o600)
        locked.mkdir(mode=0o755)
        (locked / "old.csv").write_text("old")
        search = ["search", "fasciculation", "-f", "csv"]
        steps = [
            search,
            [*search, "--data", str(secret)],
            [*search, "-o", str(locked / "old.csv")],
            [*search, "-o", str(locked / "new.csv")],
            ["query", str(secret.with_suffix(".rq"))],
            ["format", str(secret)],
        ]
        before = [search, ["search", "twitch", "--data", str(open_)], ["format", str(open_)]]
        environment = {**os.environ, "TWITCHKG_CACHE": str(public / "cache")}
        done = subprocess.run(
            [sys.executable, "-c", _AS_NOBODY, json.dumps(steps), json.dumps(before)],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert found[0][0] == 0
        assert found[0][1]
        for (code, out, err), step in zip(found[1:], steps[1:], strict=True):
            assert (code, out) == (2, ""), step
            lines = [line for line in err.splitlines() if ": note: " not in line]
            assert len(lines) == 1, err
            assert lines[0].startswith("twitchkg: error: Cannot ")
            assert "Permission denied" in lines[0] or "No such file" in lines[0]
        assert content(locked) == {"old.csv": b"old"}
    finally:
        shutil.rmtree(public)


# --- Few open files --------------------------------------------------------


@pytest.mark.parametrize("limit", [6, 12])
def test_few_open_files_are_enough_or_it_is_told(limit: int, tmp_path: pathlib.Path) -> None:
    right = run("search", "fasciculation")

    def few() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))

    done = run("search", "fasciculation", limits=few, TWITCHKG_CACHE=str(tmp_path / "cache"))
    if done.returncode:
        one_line(done)
    else:
        assert done.stdout == right.stdout


def test_ten_thousand_open_files_are_no_hindrance(tmp_path: pathlib.Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 10_200:
        pytest.skip(f"no more than {hard} files may be open here")
    program = (
        "import os, resource, sys; "
        f"resource.setrlimit(resource.RLIMIT_NOFILE, (10_200, {hard})); "
        "held = [os.open('/dev/null', os.O_RDONLY) for _ in range(10_000)]; "
        "from twitchkg.cli import main; sys.exit(main(['search', 'fasciculation']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == run("search", "fasciculation").stdout
    assert soft <= hard or hard == resource.RLIM_INFINITY


# --- Clocks ----------------------------------------------------------------


@pytest.mark.parametrize("moment", [0, 4_000_000_000], ids=["1970", "2096"])
def test_clocks_that_are_wrong_hide_no_change(
    moment: int, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is changed but keeps its size and its time is read anew."""
    monkeypatch.setenv("TWITCHKG_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "data.ttl"
    path.write_text("<x:a> <x:b> <x:c> .")
    os.utime(path, (moment, moment))
    monkeypatch.setattr(resources, "ontology_files", lambda root=None: [str(path)])
    cache.keep("index-1", b"text")
    assert cache.read("index-1") == b"text"
    before = resources.known_digest([str(path)])
    time.sleep(0.02)  # longer than the step of the file system's clock
    path.write_text("<x:a> <x:b> <x:d> .")
    os.utime(path, (moment, moment))
    assert resources.known_digest([str(path)]) != before
    assert cache.read("index-1") is None
    # What was kept with a time to come is taken, and removed when it is its turn.
    cache.keep("index-1", b"new")
    for kept in (tmp_path / "cache").iterdir():
        os.utime(kept, (moment, moment))
    assert cache.read("index-1") == b"new"


# --- Two at once -----------------------------------------------------------


@pytest.mark.parametrize("former", [False, True], ids=["new", "again"])
def test_two_exports_to_one_place_leave_one_of_them_whole(
    former: bool, tmp_path: pathlib.Path
) -> None:
    out = tmp_path / "out"
    if former:
        files.write_folder(str(out), with_manifest({"z.txt": b"z"}))
    program = (
        "import sys; from twitchkg.export import files\n"
        "made = {'a.txt': sys.argv[2].encode() * 1000}\n"
        "made[files.MANIFEST] = files.manifest(made, {})\n"
        "sys.stdin.read()\n"
        "for _ in range(30): files.write_folder(sys.argv[1], made)"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(out), word],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for word in ("x", "y")
    ]
    time.sleep(0.3)
    for process in running:
        assert process.stdin
        process.stdin.close()
    errors = [process.stderr.read() if process.stderr else b"" for process in running]
    for process in running:
        process.wait(60)
        assert process.stderr
        process.stderr.close()
    assert errors == [b"", b""]
    found = content(out)
    assert found["a.txt"] in (b"x" * 1000, b"y" * 1000)
    assert set(found) == {"a.txt", files.MANIFEST}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_threads_that_write_one_file_leave_it_whole(tmp_path: pathlib.Path) -> None:
    path = str(tmp_path / "x.txt")
    texts = [letter * 200_000 for letter in "abcd"]
    failed: list[Exception] = []

    def write(text: str) -> None:
        try:
            for _ in range(10):
                resources.write_text(path, text)
                assert resources.read_text(path) in texts
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failed
    assert [one.name for one in tmp_path.iterdir()] == ["x.txt"]


def test_without_an_exchange_in_one_step_an_export_works_too(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_exchange", lambda one, other: False)
    out = tmp_path / "out"
    for made in (OLD, NEW):
        files.write_folder(str(out), with_manifest(made))
        assert content(out) == with_manifest(made)

    def refused(one: str, other: str) -> None:
        if other == str(out):
            raise OSError(errno.EIO, "Input/output error")
        real(one, other)

    real = os.rename
    monkeypatch.setattr(os, "rename", refused)
    with pytest.raises(FileAccessError, match="Nothing was changed"):
        files.write_folder(str(out), with_manifest(OLD))
