"""Random queries over what a graph really holds, for two engines to answer alike.

A seed makes a query, always the same one: patterns that walk the graph's own properties, and
around them what SPARQL has for joining, leaving out, counting and following paths. There is no
``LIMIT`` and no order, so that the answer is a bag of rows and no choice is left to the engine.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import rdflib
from rdflib import Literal, URIRef
from rdflib.term import Node

VARIABLES = ("?a", "?b", "?c", "?d")
AGGREGATES = ("COUNT", "COUNT DISTINCT", "MIN", "MAX", "SUM")


class Generator:
    """Makes queries over one graph."""

    def __init__(self, graph: rdflib.Graph) -> None:
        self.by_property: dict[Node, list[tuple[Node, Node]]] = {}
        self.by_subject: dict[Node, list[tuple[Node, Node]]] = {}
        for subject, prop, value in sorted(graph, key=str):
            self.by_property.setdefault(prop, []).append((subject, value))
            self.by_subject.setdefault(subject, []).append((prop, value))
        self.properties = sorted(self.by_property, key=str)
        self.linking = [p for p in self.properties if isinstance(self.by_property[p][0][1], URIRef)]

    def query(self, seed: int) -> str:
        """The query of a seed."""
        self.draw = random.Random(seed)
        start, bound = self._start()
        group = " ".join([start, *self._more(depth=2)])
        if self.draw.random() < 0.25:
            return self._aggregate(group, bound)
        # One column always has a value, and none is of a variable that stands nowhere.
        others = [name for name in VARIABLES if f"{name} " in group and name != bound[0]]
        columns = [bound[0], *self.draw.sample(others, self.draw.randint(0, len(others)))]
        distinct = self.draw.choice(("", "DISTINCT "))
        return f"SELECT {distinct}{' '.join(columns)} WHERE {{ {group} }}"

    def _aggregate(self, group: str, bound: list[str]) -> str:
        key, value = bound[0], bound[-1]
        name, *distinct = self.draw.choice(AGGREGATES).split()
        if name == "SUM":  # of numbers, so that it is no error
            value = f"STRLEN(STR({value}))"
        elif name in ("MIN", "MAX"):  # of texts: the order of other terms is the engine's own
            value = f"STR({value})"
        measure = f"({name}({' '.join([*distinct, value])}) AS ?n)"
        having = self.draw.choice(("", f" HAVING (COUNT(*) > {self.draw.randint(1, 3)})"))
        return f"SELECT {key} {measure} WHERE {{ {group} }} GROUP BY {key}{having}"

    def _start(self) -> tuple[str, list[str]]:
        """Patterns that some nodes of the graph match, and their variables."""
        prop = self.draw.choice(self.properties)
        subject, value = self.draw.choice(self.by_property[prop])
        one, other, third = self.draw.sample(VARIABLES, 3)
        # On from the object where something is said of it, and else from the subject.
        node, name = (value, other) if value in self.by_subject else (subject, one)
        next_prop, next_value = self.draw.choice(self.by_subject[node])
        last, names = third, [one, other, third]
        if self.draw.random() < 0.3 and isinstance(next_value, URIRef | Literal):
            last, names = next_value.n3(), [one, other]
        return f"{one} {prop.n3()} {other} . {name} {next_prop.n3()} {last} .", names

    def _more(self, depth: int) -> list[str]:
        return [self.draw.choice(self._around(depth))() for _ in range(self.draw.randint(0, 2))]

    def _group(self, depth: int) -> str:
        patterns = [self._pattern() for _ in range(self.draw.randint(1, 2))]
        return " ".join([*patterns, *self._more(depth)])

    def _around(self, depth: int) -> list[Callable[[], str]]:
        leaves = [self._filter, self._values, self._path, self._bind]
        if not depth:
            return leaves
        return [
            *leaves,
            lambda: f"OPTIONAL {{ {self._group(depth - 1)} }}",
            lambda: f"{{ {self._group(depth - 1)} }} UNION {{ {self._group(depth - 1)} }}",
            lambda: f"MINUS {{ {self._group(depth - 1)} }}",
            lambda: f"FILTER {self.draw.choice(('', 'NOT '))}EXISTS {{ {self._pattern()} }}",
            lambda: f"{{ SELECT DISTINCT {self._variable()} WHERE {{ {self._group(0)} }} }}",
        ]

    def _variable(self) -> str:
        return self.draw.choice(VARIABLES)

    def _pattern(self) -> str:
        prop = self.draw.choice(self.properties)
        subject, value = self.draw.choice(self.by_property[prop])
        one, other = self.draw.sample(VARIABLES, 2)
        kind = self.draw.random()
        if kind < 0.25 and isinstance(value, URIRef | Literal):
            other = value.n3()
        elif kind < 0.4 and isinstance(subject, URIRef):
            one = subject.n3()
        return f"{one} {prop.n3()} {other} ."

    def _path(self) -> str:
        first, second = (self.draw.choice(self.linking).n3() for _ in range(2))
        one, other = self.draw.sample(VARIABLES, 2)
        path = self.draw.choice(
            (
                f"{first}/{second}",
                f"{first}|{second}",
                f"^{first}",
                f"^{first}/{second}",
                f"{first}+",
                f"({first}|{second})+",
                f"!({first}|{second})",
            )
        )
        return f"{one} {path} {other} ."

    def _filter(self) -> str:
        one, other = self.draw.sample(VARIABLES, 2)
        prop = self.draw.choice(self.properties)
        _, value = self.draw.choice(self.by_property[prop])
        word = str(value)[-3:].replace("\\", "").replace('"', "").replace("\n", "")
        test = self.draw.choice(
            (
                f"{one} = {other}",
                f"{one} != {other}",
                f"ISIRI({one})",
                f"ISLITERAL({one})",
                f"BOUND({one})",
                f"!BOUND({one})",
                f'CONTAINS(STR({one}), "{word}")',
                f'LANG({one}) = "en"',
                f"STRLEN(STR({one})) > {self.draw.randint(1, 40)}",
                f"STR({one}) < STR({other})",
                f"{one} IN ({other}, {value.n3() if not isinstance(value, rdflib.BNode) else 1})",
                f"ISIRI({one}) || BOUND({other})",
            )
        )
        return f"FILTER({test})"

    def _values(self) -> str:
        prop = self.draw.choice(self.properties)
        pairs = self.by_property[prop]
        nodes = [value for _, value in self.draw.choices(pairs, k=3)]
        nodes += [subject for subject, _ in self.draw.choices(pairs, k=3)]
        terms = " ".join(node.n3() for node in nodes if isinstance(node, URIRef | Literal))
        return f"VALUES {self._variable()} {{ {terms} }}"

    def _bind(self) -> str:
        one, other = self.draw.sample(VARIABLES, 2)
        made = self.draw.choice((f"STR({one})", f"COALESCE({one}, {other})", f"ISIRI({one})"))
        return f"BIND({made} AS ?n{self.draw.randint(0, 9_999)})"
