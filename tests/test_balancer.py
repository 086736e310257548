"""The nginx example of docs/publishing.md in front of two servers, one of which dies."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import engines
import pytest
from serving import serving

PAGE = Path(__file__).parent.parent / "docs" / "publishing.md"
ASK = urllib.parse.urlencode({"query": "ASK { ?s ?p ?o }"})


def configuration(folder: Path, port: int, replicas: list[str]) -> str:
    """The block of the page with addresses of this machine."""
    found = re.search(r"^```text\n(upstream .*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    assert found
    block = found[1].replace("listen 80;", f"listen 127.0.0.1:{port};")
    for name, address in zip(("10.0.0.11:8000", "10.0.0.12:8000"), replicas, strict=True):
        assert name in block
        block = block.replace(name, address)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    return (
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{ access_log off;\n{paths}{block}}}\n"
    )


def ask(url: str, *, post: bool) -> int:
    where = f"{url}/sparql"
    request = urllib.request.Request(where, ASK.encode()) if post else f"{where}?{ASK}"
    with urllib.request.urlopen(request, timeout=20) as answer:
        answer.read()
        return int(answer.status)


def test_every_request_is_answered_while_a_replica_dies(tmp_path: Path) -> None:
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    port = engines.free_port()
    url = f"http://127.0.0.1:{port}"
    with serving("--workers", "1") as first, serving("--workers", "1") as second:
        replicas = [server.url.removeprefix("http://") for server in (first, second)]
        file = tmp_path / "nginx.conf"
        file.write_text(configuration(tmp_path, port, replicas), encoding="utf-8")
        error = tmp_path / "error.log"
        with subprocess.Popen([program, "-p", tmp_path, "-e", error, "-c", file]) as process:
            try:
                for _ in range(100):
                    try:
                        if ask(url, post=False) == 200:
                            break
                    except urllib.error.URLError:
                        time.sleep(0.1)
                assert {ask(url, post=bool(n % 2)) for n in range(10)} == {200}
                first.process.kill()
                assert {ask(url, post=bool(n % 2)) for n in range(20)} == {200}
                second.process.kill()
                second.process.wait(10)
                with pytest.raises(urllib.error.HTTPError, match="502"):
                    ask(url, post=False)
            finally:
                process.terminate()
                process.wait(10)
