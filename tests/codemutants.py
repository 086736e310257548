"""Mutants of a module's Python code: each has one thing less, or something else in one place.

The module is read as a syntax tree and changed in one node at a time:

- comparisons, ``and`` and ``or``, and operators turn into others, operands go, ``not`` goes;
- conditions hold always or never, loops run over nothing, over the first thing only, or not at all;
- numbers grow and shrink by one, truth values turn round, texts get one character more;
- statements go; what is returned is ``None``; ``break`` and ``continue`` turn into one another;
- arguments of calls and members of lists, tuples, sets and dicts go; two neighbouring arguments
  change places; a call gives what it was called with or on; a slice loses an end.

Left as they are: imports, annotations, docstrings, ``__slots__``, ``__repr__``, assertions, and
what only the type checker reads, none of which changes what the code gives; and the texts of
queries, which ``querymutants`` takes apart. A statement of the module itself does not go, since
the module could not be loaded or would lack a name.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from types import CodeType, ModuleType

_Change = tuple[ast.AST, str, object, str, str]
"""A node, its field, the field's new value, and the change in words: what was, what is."""
_FLAGS = annotations.compiler_flag


class Code:
    """A module's code, statement by statement, so that a mutant compiles only what it changes."""

    def __init__(self, source: str, name: str) -> None:
        self.name = name
        self.tree = ast.parse(source)
        self.parts = [self._compiled(statement) for statement in self.tree.body]

    def _compiled(self, statement: ast.stmt) -> CodeType:
        module = ast.fix_missing_locations(ast.Module([statement], []))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about texts that are called, and the like
            code: CodeType = compile(module, f"<{self.name}>", "exec", _FLAGS, dont_inherit=True)
        return code

    def load(self, parts: list[CodeType]) -> ModuleType:
        """A module of its own, made of these statements."""
        module = ModuleType(self.name)
        for part in parts:
            exec(part, module.__dict__)
        return module

    def mutants(self) -> Iterator[tuple[str, list[CodeType]]]:
        """What each mutant has instead, in a line, and its statements.

        The line names the function, what stood there and what stands there now; where several
        changes of a function read the same, they are numbered.
        """
        named: Counter[str] = Counter()
        for place, statement in enumerate(self.tree.body):
            if _is_left(statement):
                continue
            for within, node in _parts(statement, ""):
                for parent, field, value, old, new in _changes(node):
                    before = getattr(parent, field)
                    setattr(parent, field, value)
                    try:
                        code = self._compiled(statement)
                    except (SyntaxError, ValueError):
                        continue  # such as a 'continue' that has no loop any more
                    finally:
                        setattr(parent, field, before)
                    what = f"{within}: {_short(old)} -> {_short(new)}"
                    named[what] += 1
                    if named[what] > 1:
                        what += f" ({named[what]})"
                    yield what, [*self.parts[:place], code, *self.parts[place + 1 :]]


def is_query(text: str) -> bool:
    """Whether a text is SPARQL, or a part of it: it has a variable."""
    return re.search(r"\?\w", text) is not None


# --- Which parts of a module are changed -----------------------------------------------


def _parts(node: ast.AST, within: str) -> Iterator[tuple[str, ast.AST]]:
    """Each node that may change, with the name of the function or class around it."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        if node.name == "__repr__":
            return
        within = f"{within}.{node.name}" if within else node.name
    yield within or "module", node
    for child in _children(node):
        yield from _parts(child, within)


_UNREAD = {"annotation", "returns", "decorator_list", "bases", "keywords", "type_params"}


def _children(node: ast.AST) -> Iterator[ast.AST]:
    for field, value in ast.iter_fields(node):
        if field in _UNREAD and not isinstance(node, ast.Call):
            continue
        if isinstance(node, ast.Subscript) and field == "slice" and not _is_value(node):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_left(child):
                yield child


def _is_value(node: ast.Subscript) -> bool:
    """Whether something is looked up, and not a type given arguments."""
    return not (isinstance(node.value, ast.Name) and node.value.id in {"tuple", "list", "dict"})


def _is_left(node: ast.AST) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Assert):
        return True
    if isinstance(node, ast.If):
        return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    if isinstance(node, ast.Assign):
        target = node.targets[0]
        return isinstance(target, ast.Name) and target.id in ("__slots__", "TYPE_CHECKING")
    return _is_text_on_its_own(node)


def _is_text_on_its_own(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


# --- How they are changed --------------------------------------------------------------


def _changes(node: ast.AST) -> Iterator[_Change]:
    """The changes of a node's own fields, its children in their places."""
    for field, value in ast.iter_fields(node):
        if field in _UNREAD and not isinstance(node, ast.Call):
            continue
        if isinstance(value, ast.expr):
            for new in _others(value):
                yield node, field, new, _text(value), _text(new)
        elif isinstance(value, list):
            for place, child in enumerate(value):
                if isinstance(child, ast.expr):
                    for new in _others(child):
                        changed = [*value[:place], new, *value[place + 1 :]]
                        yield node, field, changed, _text(child), _text(new)
            if field in ("body", "orelse", "finalbody") and not isinstance(
                node, ast.Module | ast.ClassDef
            ):
                yield from _fewer_statements(node, field, value)
    yield from _fewer(node)
    yield from _otherwise(node)
    if isinstance(node, ast.AugAssign):
        yield node, "op", _swapped(node.op), _text(node), f"{_name(_swapped(node.op))}="


def _fewer_statements(node: ast.AST, field: str, body: list[ast.stmt]) -> Iterator[_Change]:
    for place, statement in enumerate(body):
        if _is_left(statement) or isinstance(
            statement, ast.FunctionDef | ast.ClassDef | ast.Pass | ast.Global
        ):
            continue
        before, after = body[:place], body[place + 1 :]
        yield node, field, [*before, ast.Pass(), *after], _text(statement), "nothing"
        instead: ast.stmt | None = None
        if isinstance(statement, ast.Break):
            instead = ast.Continue()
        elif isinstance(statement, ast.Continue):
            instead = ast.Break()
        elif isinstance(statement, ast.Return) and statement.value is not None:
            if isinstance(node, ast.FunctionDef) and not after:
                continue  # the same as without it
            instead = ast.Return(ast.Constant(None))
        elif isinstance(statement, ast.AugAssign):
            instead = ast.Assign([statement.target], statement.value, lineno=statement.lineno)
        if instead:
            yield node, field, [*before, instead, *after], _text(statement), _text(instead)


def _fewer(node: ast.AST) -> Iterator[_Change]:
    """Arguments, members and ends that go, and arguments that change places."""
    if isinstance(node, ast.Call):
        for field, given in (("args", node.args), ("keywords", node.keywords)):
            yield from _without_each(node, field, given)
        for place in range(len(node.args) - 1):
            swapped = [*node.args]
            swapped[place : place + 2] = swapped[place : place + 2][::-1]
            shown = ", ".join(map(_text, swapped))
            if _text(swapped[place]) != _text(swapped[place + 1]):
                yield node, "args", swapped, _text(node), f"({shown})"
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        if not isinstance(getattr(node, "ctx", None), ast.Store):
            yield from _without_each(node, "elts", node.elts)
    elif isinstance(node, ast.JoinedStr):
        for place, part in enumerate(node.values):
            if isinstance(part, ast.FormattedValue):
                kept = [*node.values[:place], *node.values[place + 1 :]]
                yield node, "values", kept, _text(node), f"without {_text(part.value)}"


def _otherwise(node: ast.AST) -> Iterator[_Change]:
    """Conditions that hold always or never, and loops over less."""
    if isinstance(node, ast.If | ast.While):
        for held in (True, False):
            yield node, "test", ast.Constant(held), _text(node.test), str(held)
    elif isinstance(node, ast.For | ast.comprehension):
        if isinstance(node, ast.comprehension):
            yield from _without_each(node, "ifs", node.ifs)
            if node.ifs:
                yield node, "ifs", [ast.Constant(False)], _text(node.ifs[0]), "False"
        first = ast.Subscript(
            ast.Call(ast.Name("list", ast.Load()), [node.iter], []),
            ast.Slice(None, ast.Constant(1)),
            ast.Load(),
        )
        yield node, "iter", ast.Tuple([], ast.Load()), f"in {_text(node.iter)}", "in nothing"
        yield node, "iter", first, f"in {_text(node.iter)}", "in the first alone"
    elif isinstance(node, ast.Slice):
        for end in ("lower", "upper", "step"):
            if getattr(node, end) is not None:
                yield node, end, None, _text(node), f"without {end}"


def _without_each(node: ast.AST, field: str, parts: Sequence[ast.AST]) -> Iterator[_Change]:
    for place, part in enumerate(parts):
        yield node, field, [*parts[:place], *parts[place + 1 :]], _text(part), "left out"


def _others(node: ast.expr) -> Iterator[ast.expr]:
    """What may stand in the place of an expression."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            for other in _COMPARISONS[type(operator)]:
                ops = [*node.ops[:place], other(), *node.ops[place + 1 :]]
                yield ast.Compare(node.left, ops, node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        for place in range(len(node.values)):
            kept = [*node.values[:place], *node.values[place + 1 :]]
            yield kept[0] if len(kept) == 1 else ast.BoolOp(node.op, kept)
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.BinOp):
        yield ast.BinOp(node.left, _swapped(node.op), node.right)
        yield from (node.left, node.right)
    elif isinstance(node, ast.Constant):
        yield from map(ast.Constant, _other_constants(node.value))
    else:
        yield from _less_of(node)


def _less_of(node: ast.expr) -> Iterator[ast.expr]:
    """What is left of an expression without one of its parts."""
    if isinstance(node, ast.IfExp):
        yield from (node.body, node.orelse)
    elif isinstance(node, ast.Call):
        if len(node.args) == 1 and not node.keywords and not isinstance(node.args[0], ast.Starred):
            yield node.args[0]
        if isinstance(node.func, ast.Attribute):
            yield node.func.value
    elif isinstance(node, ast.Dict):
        for place in range(len(node.keys)):
            keys, values = (
                [*part[:place], *part[place + 1 :]] for part in (node.keys, node.values)
            )
            yield ast.Dict(keys, values)
    elif isinstance(node, ast.Lambda):
        yield ast.Lambda(node.args, ast.Constant(None))


def _other_constants(value: object) -> Iterator[bool | int | str]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value - 1, value + 1)
    elif isinstance(value, str) and not is_query(value):
        yield value + "~"


_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.BitOr,  # of sets; numbers are taken apart by their constants too
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}


def _swapped(operator: ast.operator) -> ast.operator:
    return _OPERATORS[type(operator)]()


def _name(operator: ast.operator) -> str:
    return ast.unparse(ast.BinOp(ast.Name("a"), operator, ast.Name("b"))).split()[1]


def _text(node: object) -> str:
    return ast.unparse(node) if isinstance(node, ast.AST) else str(node)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:77]}..."
