"""Files that somebody else gives: what they may not make twitchkg do."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

import twitchkg
from twitchkg import doctype, store
from twitchkg.errors import DataError

BODY = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.example/">'
    '<rdf:Description rdf:about="http://e.example/s"><e:p>{}</e:p></rdf:Description></rdf:RDF>'
)


def xml(folder: Path, entities: dict[str, str], body: str) -> str:
    declared = "".join(f'<!ENTITY {name} "{text}">' for name, text in entities.items())
    path = folder / "given.rdf"
    path.write_text(f"<!DOCTYPE rdf [{declared}]>\n{BODY.format(body)}", encoding="utf-8")
    return str(path)


def test_entities_that_grow_are_refused(tmp_path: Path) -> None:
    laughs = {"a0": "ha" * 5} | {f"a{n}": f"&a{n - 1};" * 10 for n in range(1, 9)}
    path = xml(tmp_path, laughs, "&a8;")
    with pytest.raises(DataError, match="'a8' and others come to more than 64 MiB of text"):
        twitchkg.load(data=path).query("ASK {}")


def test_one_long_entity_often_is_refused(tmp_path: Path) -> None:
    path = xml(tmp_path, {"a": "a" * 100_000}, "&a;" * 1_000)
    with pytest.raises(DataError, match="come to more than"):
        store.parse(path)


def test_an_entity_of_itself_is_refused(tmp_path: Path) -> None:
    path = xml(tmp_path, {"a": "&b;", "b": "&a;"}, "&a;")
    with pytest.raises(DataError, match="'a' is made of itself"):
        store.parse(path)


def test_a_long_chain_of_entities_is_refused(tmp_path: Path) -> None:
    chain = {"a0": "ha"} | {f"a{n}": f"&a{n - 1};" for n in range(1, 2_000)}
    path = xml(tmp_path, chain, "&a1999;")
    with pytest.raises(DataError, match="'a1999' is made of others more than 50 levels deep"):
        store.parse(path)


def test_entities_as_ontologies_use_them_are_read(tmp_path: Path) -> None:
    path = xml(tmp_path, {"e": "http://e.example/", "f": "&e;f"}, "&f; &amp; &#60;")
    (triple,) = store.parse(path)
    assert triple[2].value == "http://e.example/f & <"
    assert doctype.MOST > 1 << 20


def test_no_file_is_read_through_an_entity(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    path = tmp_path / "given.rdf"
    path.write_text(
        f'<!DOCTYPE rdf [<!ENTITY a SYSTEM "{secret.as_uri()}">]>\n{BODY.format("&a;")}', "utf-8"
    )
    with pytest.raises(DataError) as caught:
        store.parse(str(path))
    assert "secret" not in str(caught.value).replace(str(secret), "")


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server that nobody should call."""
    with socket.create_server(("127.0.0.1", 0)) as made:
        made.settimeout(0.2)
        yield made


def test_no_other_machine_is_called(tmp_path: Path, listener: socket.socket) -> None:
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
    context = tmp_path / "given.jsonld"
    context.write_text(f'{{"@context": "{address}", "@id": "http://e.example/s"}}', "utf-8")
    with pytest.raises(DataError, match="remote context"):
        twitchkg.load(data=str(context)).query("ASK {}")
    imports = tmp_path / "given.ttl"
    imports.write_text(f"<urn:x> <http://www.w3.org/2002/07/owl#imports> <{address}> .", "utf-8")
    assert len(store.parse(str(imports))) == 1
    with pytest.raises(TimeoutError):
        listener.accept()


def test_space_behind_the_declarations_hides_nothing(tmp_path: Path) -> None:
    path = Path(xml(tmp_path, {"a": "a" * 100_000}, "&a;" * 1_000))
    path.write_text(path.read_text("utf-8").replace("]>", "]\n >", 1), "utf-8")
    with pytest.raises(DataError, match="come to more than"):
        store.parse(str(path))
