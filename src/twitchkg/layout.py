"""The house's Turtle layout: one block per subject, one triple per line, always the same text.

Nothing here knows an engine: triples in, text out. Parsing the text gives the same triples back,
and laying it out again gives the same text.
"""

from __future__ import annotations

import re

from twitchkg.namespaces import OWL, PREFIXES, RDF, TWK, compact
from twitchkg.terms import BNODE, IRI, XSD, Term, escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Triple = tuple[Term, Term, Term]

_TYPE = Term.iri(RDF + "type")
_FIRST, _REST, _NIL = Term.iri(RDF + "first"), Term.iri(RDF + "rest"), Term.iri(RDF + "nil")
_INDENT = "    "
_RULE = 73  # width of a section heading

_SECTIONS = (
    ("", {OWL + "Ontology"}),
    ("Classes", {OWL + "Class"}),
    ("Object properties", {OWL + "ObjectProperty"}),
    ("Datatype properties", {OWL + "DatatypeProperty"}),
    ("Annotation properties", {OWL + "AnnotationProperty"}),
    ("Claims", {TWK + "Claim"}),
)
_SHAPES = PREFIXES["sh"]
_ORDER = """
    rdf:type rdfs:label skos:prefLabel skos:altLabel skos:hiddenLabel skos:definition
    rdfs:subClassOf rdfs:subPropertyOf owl:* skos:broader skos:broaderTransitive
    sh:targetClass sh:targetNode sh:path rdfs:domain rdfs:range
    skos:scopeNote skos:editorialNote skos:example
    dcterms:source twk:subject twk:predicate twk:object twk:objectValue twk:isNegated twk:isFoundIn
    twk:certainty twk:frequency twk:adviceLevel twk:atSite twk:inPopulation twk:inContext
    twk:accompanyingSign twk:byProfessional twk:durationDays twk:maximumDurationDays
    twk:fromGestationalWeek twk:timesPerWeek twk:limitsDailyLife twk:isReasonFor twk:hasCaution
    * dcterms:* skos:* biolink:* prov:* spdx:*
    sh:property sh:sparql sh:select sh:severity sh:message
    rdfs:isDefinedBy owl:deprecated dcterms:isReplacedBy
""".split()
_RANK = {name: rank for rank, name in enumerate(_ORDER)}

_LITERAL = re.compile(
    r"""\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''""", re.S
)
_SCAN = re.compile(
    _LITERAL.pattern
    + r"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|<[^<>\s]*>|(?P<comment>\#[^\n]*)|\\.""",
    re.DOTALL,
)
_HEADING = re.compile(r"# --- \S.* -+$")


def render(
    triples: Iterable[Triple], *, comments: Sequence[str] = (), order: str = "sorted"
) -> str:
    """Turtle in the house's layout.

    :param triples: what to write; duplicates are written once.
    :param comments: comment lines for the top of the file.
    :param order: ``"sorted"``: subjects by local name; ``"kept"``: as they first appear. The
        result of ``"sorted"`` does not depend on the order of the triples.
    :returns: the text; parsed, it gives the same triples.
    """
    writer = _Writer(dict.fromkeys(triples))
    body = "\n".join(writer.blocks(kept=order == "kept"))
    used = sorted(writer.used, key=lambda prefix: (prefix.lower(), prefix))
    lines = [*comments, ""] if comments else []
    lines += [f"@prefix {prefix}: <{PREFIXES[prefix]}> ." for prefix in used]
    return "\n".join(lines) + ("\n\n" if used else "") + body


def leading_comments(text: str) -> list[str]:
    """The comment lines at the top of a Turtle text, which formatting keeps."""
    lines = []
    for line in text.split("\n"):
        if not line.startswith("#") or _HEADING.match(line):
            break
        lines.append(line.rstrip())
    return lines


def stray_comments(text: str) -> list[tuple[int, str]]:
    """The comments, with their lines, that formatting would lose.

    Those are all but the ones at the top of the text and the headings of sections.
    """
    top = len(leading_comments(text))
    found = []
    for match in _SCAN.finditer(text):
        comment = match.group("comment")
        if comment is None:
            continue
        line = text.count("\n", 0, match.start()) + 1
        if line > top and not _HEADING.match(comment.rstrip()):
            found.append((line, comment.rstrip()))
    return found


class _Writer:
    """The blocks of one text, and the prefixes they use."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.used: set[str] = set()
        self._about: dict[Term, dict[Term, list[Term]]] = {}
        self._references: dict[Term, int] = {}
        for subject, predicate, value in triples:
            self._about.setdefault(subject, {}).setdefault(predicate, []).append(value)
            if value.kind == BNODE:
                self._references[value] = self._references.get(value, 0) + 1
        self._names: dict[Term, str] = {}
        self._nested = self._find_nested()

    def _find_nested(self) -> set[Term]:
        """Blank nodes that can be written where they are used: once, and in no circle."""
        once = {node for node, count in self._references.items() if count == 1}
        reached: set[Term] = set()
        ahead = [node for node in self._about if node.kind == IRI or node not in once]
        while ahead:
            for values in self._about.get(ahead.pop(), {}).values():
                new = [value for value in values if value in once and value not in reached]
                reached.update(new)
                ahead += new
        return reached

    def blocks(self, *, kept: bool) -> Iterator[str]:
        """The text of each section and subject, in order."""
        sections: dict[str, list[Term]] = {}
        for subject in self._about:
            if subject not in self._nested:
                sections.setdefault(self._section(subject), []).append(subject)
        self._name_blank_nodes(sections)
        titles = [title for title, _ in _SECTIONS] + ["Shapes", "Individuals", "Axioms"]
        for title in titles:
            subjects = sections.get(title, [])
            if subjects and title:
                yield f"# --- {title} {'-' * (_RULE - len(title) - 7)}\n"
            if title == "Axioms":
                yield from sorted(map(self._block, subjects))
            else:
                ordered = subjects if kept else sorted(subjects, key=_local)
                yield from map(self._block, ordered)

    def _section(self, subject: Term) -> str:
        types = {value.value for value in self._about[subject].get(_TYPE, [])}
        if subject.kind == BNODE:
            return "Axioms"
        for title, members in _SECTIONS:
            if types & members:
                return title
        return "Shapes" if any(t.startswith(_SHAPES) for t in types) else "Individuals"

    def _name_blank_nodes(self, sections: dict[str, list[Term]]) -> None:
        """Names for the blank nodes that have to be referred to by name."""
        shared = [
            node
            for node in {**self._about, **self._references}
            if node.kind == BNODE and node not in self._nested and node in self._references
        ]
        # What is said of a node orders it as well as can be without comparing whole graphs.
        signed = sorted(shared, key=lambda node: (self._signature(node), node.value))
        self._names = {node: f"_:b{number}" for number, node in enumerate(signed, 1)}

    def _signature(self, node: Term) -> str:
        about = self._about.get(node, {})
        return " ".join(
            sorted(f"{p.value} {v.value}" for p, vs in about.items() for v in vs if v.kind != BNODE)
        )

    def _block(self, subject: Term) -> str:
        if subject.kind == BNODE and subject not in self._names:
            lines = self._lines(subject, _INDENT)
            return "\n".join(["[", *lines, "] .", ""]) if lines else "[] .\n"
        return "\n".join([self._term(subject), *self._lines(subject, _INDENT), f"{_INDENT}.", ""])

    def _lines(self, subject: Term, indent: str) -> list[str]:
        """One line for each triple of a subject."""
        about = self._about.get(subject, {})
        lines = []
        for predicate in sorted(about, key=_predicate_key):
            name = "a" if predicate == _TYPE else self._term(predicate)
            values = sorted(
                (self._value_key(predicate, value), self._value(value, indent))
                for value in about[predicate]
            )
            lines += [f"{indent}{name} {text} ;" for _, text in values]
        return lines

    def _value_key(self, predicate: Term, value: Term) -> tuple[int, str]:
        if value.kind == BNODE:
            return 2, ""
        if value.kind != IRI:
            return 1, ""
        foreign = value.value.startswith((OWL, PREFIXES["rdfs"], _SHAPES))
        return (-1 if predicate == _TYPE and foreign else 0), compact(value.value)

    def _value(self, value: Term, indent: str) -> str:
        if value not in self._nested:
            return self._term(value)
        items = self._list(value)
        if items is not None:
            texts = [self._value(item, indent + _INDENT) for item in items]
            line = f"( {' '.join(texts)} )"
            if len(line) <= 60 and "\n" not in line:
                return line
            return "\n".join(["(", *(f"{indent}{_INDENT}{text}" for text in texts), f"{indent})"])
        lines = self._lines(value, indent + _INDENT)
        return "\n".join(["[", *lines, f"{indent}]"]) if lines else "[]"

    def _list(self, node: Term) -> list[Term] | None:
        """The members of a well-formed list whose nodes are used nowhere else."""
        items: list[Term] = []
        while node != _NIL:
            about = self._about.get(node, {})
            first, rest = about.get(_FIRST, []), about.get(_REST, [])
            if len(about) != 2 or len(first) != 1 or len(rest) != 1 or node not in self._nested:
                return None
            items += first
            node = rest[0]
        return items

    def _term(self, term: Term) -> str:
        if term.kind == IRI:
            return self._iri(term.value)
        if term.kind == BNODE:
            return self._names[term]
        if term.datatype and _is_bare(term):
            return term.value
        text = term.value
        if "\n" in text and "\r" not in text:
            quoted = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
            quoted = f'"""{quoted[:-1]}\\""""' if quoted.endswith('"') else f'"""{quoted}"""'
        else:
            quoted = f'"{escape(text)}"'
        if term.language:
            return f"{quoted}@{term.language}"
        return f"{quoted}^^{self._iri(term.datatype)}" if term.datatype else quoted

    def _iri(self, iri: str) -> str:
        short = compact(iri)
        if short == iri:
            return f"<{_escape_iri(iri)}>"
        self.used.add(short.partition(":")[0])
        return short


def _escape_iri(iri: str) -> str:
    return re.sub(r'[\x00-\x20<>"{}|^`\\]', lambda c: f"\\u{ord(c[0]):04X}", iri)


def _is_bare(term: Term) -> bool:
    """Whether Turtle reads the bare word back as this very literal."""
    patterns = {
        XSD + "integer": r"[+-]?\d+",
        XSD + "decimal": r"[+-]?\d*\.\d+",
        XSD + "boolean": r"true|false",
    }
    pattern = patterns.get(term.datatype)
    return pattern is not None and re.fullmatch(pattern, term.value, re.ASCII) is not None


def _local(term: Term) -> tuple[str, str]:
    return compact(term.value).partition(":")[2], term.value


def _predicate_key(predicate: Term) -> tuple[int, str]:
    name = compact(predicate.value)
    family = name.partition(":")[0] + ":*"
    return _RANK.get(name, _RANK.get(family, _RANK["*"])), name
