"""Apache's web server with a folder of redirect rules, as the registry w3id.org runs it.

It is started for a test on loopback, and stopped for sure::

    with apache.redirecting("https://twitchkg.example.org") as address:
        ask(f"{address}/twitchkg/")
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import pwd
import shutil
import tempfile
from collections.abc import Iterator

import engines
import pytest

RULES = pathlib.Path(__file__).parent.parent / "w3id" / ".htaccess"
HOST = "https://twitchkg.example.org"
"""The host that the rules name until the graph has a server."""

_MODULES = pathlib.Path("/usr/lib/apache2/modules")
_CONFIGURATION = """\
ServerRoot "{folder}"
DefaultRuntimeDir "{folder}"
ServerName w3id.test
Listen 127.0.0.1:{port}
PidFile httpd.pid
ErrorLog /dev/stderr
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule alias_module {modules}/mod_alias.so
LoadModule dir_module {modules}/mod_dir.so
LoadModule rewrite_module {modules}/mod_rewrite.so
MaxKeepAliveRequests 0
{user}
DocumentRoot "{folder}/www"
<Directory />
    AllowOverride None
    Require all denied
</Directory>
<Directory "{folder}/www">
    AllowOverride All
    Require all granted
</Directory>
"""


@contextlib.contextmanager
def redirecting(host: str = HOST) -> Iterator[str]:
    """Apache with the project's rules at ``/twitchkg``.

    :param host: the scheme and authority to which the rules send, without a slash at the end.
    :returns: the address of Apache, without a slash at the end.
    """
    # Debian puts it where the path of a plain user does not lead.
    program = shutil.which("apache2", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
    if program is None or not _MODULES.is_dir():
        pytest.skip("Apache is not installed: apt-get install --no-install-recommends apache2-bin")
    rules = RULES.read_text(encoding="utf-8")
    assert rules.count(HOST) == 1, "the host must stand once in the rules"
    with tempfile.TemporaryDirectory(prefix="twitchkg-apache-") as made:
        folder = pathlib.Path(made)
        folder.chmod(0o755)  # Apache reads it as the user that it becomes
        (folder / "www" / "twitchkg").mkdir(parents=True)
        (folder / "www" / "ready").write_text("ready\n", encoding="ascii")
        (folder / "www" / "twitchkg" / ".htaccess").write_text(
            rules.replace(HOST, host), encoding="utf-8"
        )
        port = engines.free_port()
        configuration = _CONFIGURATION.format(
            folder=folder, port=port, modules=_MODULES, user=_plain_user()
        )
        (folder / "httpd.conf").write_text(configuration, encoding="utf-8")
        # With -X it stays one process, so that ending it leaves no other behind.
        command = [program, "-X", "-f", str(folder / "httpd.conf")]
        address = f"http://127.0.0.1:{port}"
        with engines._running(command, made, f"{address}/ready"):
            yield address


def _plain_user() -> str:
    """Whom Apache becomes where root starts it: it refuses to serve as root."""
    if os.geteuid() != 0:
        return ""
    return f"User nobody\nGroup #{pwd.getpwnam('nobody').pw_gid}"
