"""The imports of the package against the table of layers in CONTRIBUTING.md."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "twitchkg"
ENGINES = {"networkx", "owlready2", "pandas", "pyarrow"} | {
    *("pyoxigraph", "pyshacl", "rdflib", "SPARQLWrapper"),
}


def layers() -> tuple[dict[str, int], dict[str, str]]:
    """The layer of each module, and the module that owns each engine."""
    rows = re.findall(
        r"^\| (\d+) \| (.+?) \| .+? \| (.*?) ?\|$", (ROOT / "CONTRIBUTING.md").read_text(), re.M
    )
    layer: dict[str, int] = {}
    owner: dict[str, str] = {}
    for number, names, engines in rows:
        modules = re.findall(r"`(\w+)`", names)
        layer |= dict.fromkeys(modules, int(number))
        owned = [name for name in re.findall(r"`(\w+)`", engines) if name in ENGINES]
        named = [name for name in re.findall(r"`(\w+)`", engines) if name not in ENGINES]
        owner |= zip(owned, named or modules, strict=False)
    return layer, owner


def imports(path: Path) -> set[str]:
    """What a file imports when it runs: ``twitchkg.x`` as ``x``, others by their first name."""
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for statement in node.orelse:
                visit(statement)
            return
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module == "twitchkg":
            found.update(f"twitchkg.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(path.read_text(encoding="utf-8")))
    own = {name.split(".")[1] for name in found if name.startswith("twitchkg.")}
    return own | {name.split(".")[0] for name in found if not name.startswith("twitchkg")}


def module(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


FILES = sorted(PACKAGE.rglob("*.py"))


def test_the_table_names_every_module() -> None:
    assert set(layers()[0]) == {module(path) for path in FILES}


def test_imports_go_down_only() -> None:
    layer, _ = layers()
    top = max(layer.values())  # the parts of the command line may import each other
    for path in FILES:
        for name in imports(path) & set(layer):
            down = layer[name] < layer[module(path)]
            inside = name == module(path)  # the parts of a package may import each other
            assert down or inside or layer[name] == layer[module(path)] == top, (path.name, name)


def test_one_module_owns_each_engine() -> None:
    _, owner = layers()
    for path in FILES:
        for engine in imports(path) & ENGINES:
            assert owner.get(engine) == module(path), (path.name, engine)
