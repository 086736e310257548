"""The house's Turtle layout: one block per subject, one triple per line, always the same text.

Nothing here knows an engine: triples in, text out. Parsing the text gives the same triples back,
and laying these out gives the same text again.
"""

from __future__ import annotations

import re
from functools import cache

from twitchkg.errors import DataError
from twitchkg.namespaces import DCTERMS, OWL, PREFIXES, RDF, RDFS, TWK, compact
from twitchkg.terms import BNODE, IRI, RDF_LANG_STRING, XSD, XSD_STRING, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    Triple: TypeAlias = tuple[Term, Term, Term]

_SH = PREFIXES["sh"]
_TYPE, _CLAIM, _SOURCE = (
    Term.iri(iri) for iri in (RDF + "type", TWK + "Claim", DCTERMS + "source")
)
_FIRST, _REST, _NIL = (Term.iri(RDF + name) for name in ("first", "rest", "nil"))
_INDENT = "    "
_WIDTH = 73  # of a section's heading, and of a line that holds a whole list
_ROUNDS = 64  # how far apart the things may stand that tell one blank node from another

# A section, and the types that put a subject into the first section that has one of them.
_SECTIONS = {
    "": {OWL + "Ontology"},
    "Classes": {OWL + "Class", RDFS + "Class", RDFS + "Datatype"},
    "Object properties": {OWL + "ObjectProperty"},
    "Datatype properties": {OWL + "DatatypeProperty"},
    "Annotation properties": {OWL + "AnnotationProperty"},
    "Shapes": {_SH},
    "Claims": {TWK + "Claim"},
    "Individuals": set[str](),
    "Axioms": set[str](),
}
# "claim:source" is the dcterms:source of a claim; "p:*" all else with that prefix; "*" the rest.
_RANKS = {
    name: rank
    for rank, name in enumerate(
        """
    rdf:type rdfs:label skos:prefLabel skos:altLabel skos:hiddenLabel skos:definition
    sh:name sh:description
    rdfs:subClassOf rdfs:subPropertyOf owl:onProperty owl:*
    skos:broader skos:broaderTransitive skos:* twk:isSubtypeOf twk:isPartOf
    claim:source twk:subject twk:predicate twk:object twk:objectValue twk:isNegated twk:isFoundIn
    twk:certainty twk:frequency twk:symptomRole twk:signFrequency
    twk:adviceLevel twk:atSite twk:inPopulation
    twk:inContext twk:accompanyingSign twk:byProfessional twk:durationDays twk:maximumDurationDays
    twk:fromGestationalWeek twk:timesPerWeek twk:limitsDailyLife twk:isReasonFor twk:hasCaution
    twk:hasClaim twk:sourcesFor twk:sourcesAgainst twk:hasRestriction
    twk:disagreementKind twk:foundByRule twk:involvesClaim twk:judges twk:outcome twk:restsOn
    oa:start oa:end twk:startLine twk:sha256 twk:* *
    sh:deactivated sh:targetClass sh:targetNode sh:targetSubjectsOf sh:targetObjectsOf sh:target
    sh:path sh:class sh:datatype sh:nodeKind sh:node sh:in sh:hasValue
    sh:minExclusive sh:minInclusive sh:maxExclusive sh:maxInclusive sh:minLength sh:maxLength
    sh:pattern sh:flags sh:languageIn sh:uniqueLang sh:minCount sh:maxCount sh:*
    sh:closed sh:ignoredProperties sh:property sh:sparql sh:declare sh:prefix sh:namespace
    sh:prefixes sh:select sh:ask sh:construct
    rdfs:domain rdfs:range
    skos:scopeNote skos:editorialNote skos:historyNote skos:changeNote skos:note skos:example
    rdfs:comment rdfs:seeAlso rdfs:*
    dcterms:* spdx:*
    skos:exactMatch skos:closeMatch skos:broadMatch skos:narrowMatch skos:relatedMatch
    biolink:* prov:*
    rdfs:isDefinedBy owl:deprecated dcterms:isReplacedBy sh:severity sh:message
    """.split()
    )
}

_BARE = {  # the lexical forms that Turtle reads back unchanged from a bare word
    XSD + "integer": re.compile(r"[+-]?[0-9]+"),
    XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD + "boolean": re.compile(r"true|false"),
}
_PREFIX_OK = re.compile(r"([A-Za-z]([A-Za-z0-9_.-]*[A-Za-z0-9_-])?)?")
_LOCAL_OK = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_CONTROLS = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff"
_IRI_ESCAPED = re.compile(rf'[{_CONTROLS}\t\n <>"{{}}|^`\\]')
_SHORT_ESCAPED = re.compile(rf'[{_CONTROLS}\t"\\]')
_LONG_ESCAPED = re.compile(rf'[{_CONTROLS}\\]|"(?=""|\Z)')
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\t": "\\t", "\r": "\\r"}

_TOKEN = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^'\\]|\\.|'(?!''))*\'\'\''''
    r"""|"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*'"""
    r"|<[^<>\x00-\x20]*>|\\.|(?P<comment>#[^\r\n]*)",
    re.DOTALL,
)
_LINE_END = re.compile(r"\r\n?|\n")
_HEADING = re.compile(rf"# --- ({'|'.join(filter(None, _SECTIONS))}) -+")


def render(
    triples: Iterable[Triple],
    *,
    comments: Sequence[str] = (),
    prefixes: Mapping[str, str] = PREFIXES,
    order: str = "sorted",
) -> str:
    r"""Turtle in the house's layout.

    :param triples: what to write; duplicates are written once.
    :param comments: comment lines for the top of the file, each starting with ``#``.
    :param prefixes: the prefixes that may be used, with their IRIs.
    :param order: ``"sorted"``: subjects by local name; ``"kept"``: as they first appear. The
        result of ``"sorted"`` does not depend on the order of the triples.
    :returns: the text; parsed, it gives the same triples.
    :raises DataError: if blank nodes are nested hundreds deep.
    :raises ValueError: if a comment is not one comment line, or the order is unknown.

    >>> food = Term.iri("https://w3id.org/twitchkg/id/pumpkin-seed")
    >>> label = Term.iri("http://www.w3.org/2000/01/rdf-schema#label")
    >>> print(render([(food, label, Term.string("pumpkin seed", "en"))]), end="")
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix twd: <https://w3id.org/twitchkg/id/> .
    <BLANKLINE>
    # --- Individuals -------------------------------------------------------
    <BLANKLINE>
    twd:pumpkin-seed
        rdfs:label "pumpkin seed"@en ;
        .
    """
    if order not in ("sorted", "kept"):
        raise ValueError(f"The order '{order}' is unknown. Use 'sorted' or 'kept'.")
    for comment in comments:
        if not comment.startswith("#") or _LINE_END.search(comment):
            raise ValueError(
                f"{comment!r} is not a comment line. Start it with '#', one line each."
            )
    writer = _Writer(triples, prefixes)
    try:
        blocks = list(writer.blocks(kept=order == "kept"))
    except RecursionError:
        raise DataError("Blank nodes are nested too deep. Give some of them IRIs.") from None
    used = sorted(writer.used, key=lambda prefix: (prefix.lower(), prefix))
    head = [f"@prefix {prefix}: {_full(prefixes[prefix])} ." for prefix in used]
    parts = ["\n".join(comments), "\n".join(head), *blocks]
    text = "\n\n".join(filter(None, parts))
    return text and f"{text}\n"


def leading_comments(text: str) -> list[str]:
    r"""The run of comment lines at the top of a Turtle text, which formatting keeps.

    >>> leading_comments("# twitchkg data: foods\n# What people eat.\n\n# stray\n")
    ['# twitchkg data: foods', '# What people eat.']
    """
    return [comment for _, comment, top in _comments(text) if top]


def stray_comments(text: str) -> list[tuple[int, str]]:
    r"""The comments that formatting would lose, each with its line, counted from 1.

    Those are all but the run at the top of the text and the headings of the house's sections.

    >>> stray_comments('# top\n\n<#a> <#b> "#c" . # lost\n')
    [(3, '# lost')]
    """
    return [
        (line, comment)
        for line, comment, top in _comments(text)
        if not top and not _HEADING.fullmatch(comment)
    ]


def _comments(text: str) -> Iterator[tuple[int, str, bool]]:
    """Each comment with its line, and whether it belongs to the run at the top."""
    line, end, top = 1, 0, True
    for match in _TOKEN.finditer(text):
        if match["comment"] is None:
            continue
        gap = text[end : match.start()]
        breaks = len(_LINE_END.findall(gap))
        comment = match["comment"].rstrip()
        top = top and not gap.strip("\ufeff \t\r\n") and (end == 0 or breaks == 1)
        top = top and not _HEADING.fullmatch(comment)
        line += breaks
        yield line, comment, top
        end = match.end()


class _Writer:
    """The blocks of one text, and the prefixes they use."""

    def __init__(self, triples: Iterable[Triple], prefixes: Mapping[str, str]) -> None:
        self.used: set[str] = set()
        usable = [(prefixes[name], name) for name in prefixes if _PREFIX_OK.fullmatch(name)]
        self._bases = sorted(usable, key=lambda pair: (-len(pair[0]), pair[1]))
        self._texts: dict[str, str] = {}
        self._about: dict[Term, dict[Term, list[Term]]] = {}
        unique = dict.fromkeys((s, p, _plain(o)) for s, p, o in triples)
        for subject, predicate, value in unique:
            self._about.setdefault(subject, {}).setdefault(predicate, []).append(value)
        self._nested, named = _folded(self._about)
        order = _in_order(unique, named) if named else []
        self._names = {node: f"_:b{number}" for number, node in enumerate(order, 1)}

    def blocks(self, *, kept: bool) -> Iterator[str]:
        """The headings and the subjects' blocks, in order."""
        sections: dict[str, list[Term]] = {title: [] for title in _SECTIONS}
        for subject in self._about:
            if subject not in self._nested:
                sections[self._section(subject)].append(subject)
        for title, subjects in sections.items():
            if title and subjects:
                yield f"# --- {title} ".ljust(_WIDTH, "-")
            if not kept and title != "Axioms":
                subjects.sort(key=self._place)
            texts = [self._block(subject) for subject in subjects]
            yield from sorted(texts) if title == "Axioms" and not kept else texts

    def _section(self, subject: Term) -> str:
        if subject.kind == BNODE:
            return "Axioms"
        types = {value.value for value in self._about[subject].get(_TYPE, [])}
        if any(name.startswith(_SH) for name in types):
            types.add(_SH)
        return next((title for title, has in _SECTIONS.items() if types & has), "Individuals")

    def _place(self, subject: Term) -> tuple[str, str]:
        """What subjects are sorted by: the local name, then the whole IRI."""
        iri = subject.value
        base = next((base for base, _ in self._bases if iri.startswith(base)), "")
        return iri[len(base) :], iri

    def _block(self, subject: Term) -> str:
        lines = self._lines(subject, _INDENT)
        if subject.kind == BNODE and subject not in self._names:
            return "\n".join(["[", *lines, "] ."])
        return "\n".join([self._term(subject), *lines, f"{_INDENT}."])

    def _lines(self, subject: Term, indent: str) -> list[str]:
        """One line for each triple of a subject."""
        about = self._about.get(subject, {})
        claim = _CLAIM in about.get(_TYPE, [])
        lines = []
        for predicate in sorted(about, key=lambda predicate: _rank(predicate, claim)):
            name = "a" if predicate == _TYPE else self._term(predicate)
            room = _WIDTH - len(f"{indent}{name}  ;")
            values = sorted(
                (self._value_key(predicate, value), self._value(value, indent, room))
                for value in about[predicate]
            )
            lines += [f"{indent}{name} {text} ;" for _, text in values]
        return lines

    def _value_key(self, predicate: Term, value: Term) -> tuple[int, float, str]:
        """IRIs by CURIE, those of OWL first among types; numbers; other literals; blank nodes."""
        if value.kind == IRI:
            first = predicate == _TYPE and value.value.startswith((OWL, RDFS))
            return 0 if first else 1, 0.0, self._curie(value.value) or value.value
        if value.kind == BNODE:
            return 4, 0.0, ""
        number = _is_bare(value) and value.datatype != XSD + "boolean"
        return (2, float(value.value), "") if number else (3, 0.0, value.value)

    def _value(self, value: Term, indent: str, room: int) -> str:
        """A value; ``room`` is how long a list on one line may get."""
        if value == _NIL:
            return "()"
        if value not in self._nested:
            return self._term(value)
        inner = indent + _INDENT
        items = self._items(value)
        if not items:
            lines = self._lines(value, inner)
            return "\n".join(["[", *lines, f"{indent}]"]) if lines else "[]"
        texts = [self._value(item, inner, _WIDTH - len(inner)) for item in items]
        line = f"( {' '.join(texts)} )"
        if len(line) <= room and "\n" not in line:
            return line
        return "\n".join(["(", *(inner + text for text in texts), f"{indent})"])

    def _items(self, node: Term) -> list[Term]:
        """The members of a well-formed list of which no part is used elsewhere, or nothing."""
        items = []
        while node != _NIL:
            about = self._about.get(node, {})
            values = [value for values in about.values() for value in values]
            if node not in self._nested or about.keys() != {_FIRST, _REST} or len(values) != 2:
                return []
            items += about[_FIRST]
            node = about[_REST][0]
        return items

    def _term(self, term: Term) -> str:
        if term.kind == BNODE:
            return self._names[term]
        if term.kind == IRI:
            return self._iri(term.value)
        if _is_bare(term):
            return term.value
        if term.language:
            return f"{_quoted(term.value)}@{term.language}"
        datatype = f"^^{self._iri(term.datatype)}" if term.datatype else ""
        return _quoted(term.value) + datatype

    def _iri(self, iri: str) -> str:
        if iri not in self._texts:
            curie = self._curie(iri)
            self._texts[iri] = curie or _full(iri)
            if curie:
                self.used.add(curie.partition(":")[0])
        return self._texts[iri]

    def _curie(self, iri: str) -> str:
        """The CURIE that Turtle reads as this very IRI, or nothing where none is simple."""
        for base, prefix in self._bases:
            if iri.startswith(base) and _LOCAL_OK.fullmatch(iri, len(base)):
                return f"{prefix}:{iri[len(base) :]}"
        return ""


def _folded(about: Mapping[Term, Mapping[Term, list[Term]]]) -> tuple[set[Term], set[Term]]:
    """The blank nodes to write where they are used, and those that need a name.

    The former are used just once; the latter more than once, or in a circle.
    """
    uses: dict[Term, list[Term]] = {}
    for subject, pairs in about.items():
        for value in (value for values in pairs.values() for value in values):
            if value.kind == BNODE:
                uses.setdefault(value, []).append(subject)
    users = {node: found[0] for node, found in uses.items() if len(found) == 1}
    walked: dict[Term, Term] = {}
    circles: set[Term] = set()
    for start in users:
        node, path = start, []
        while node in users and node not in walked:
            walked[node] = start
            path.append(node)
            node = users[node]
        if walked.get(node) == start:
            circles.update(path[path.index(node) :])
    nested = users.keys() - circles
    return nested, uses.keys() - nested


def _in_order(triples: Iterable[Triple], named: set[Term]) -> list[Term]:
    """The nodes in an order that rests on what is said of them, and on their names in a tie."""
    links: dict[Term, list[tuple[str, str, str, Term]]] = {}
    for subject, predicate, value in triples:
        for node, way, other in ((subject, ">", value), (value, "<", subject)):
            if node.kind == BNODE:
                fixed = "" if other.kind == BNODE else other.n3()
                links.setdefault(node, []).append((way, predicate.value, fixed, other))
    places = dict.fromkeys(links, 0)
    for _ in range(_ROUNDS):
        seen = {
            node: (
                places[node],
                tuple(sorted((*link[:3], places.get(link[3], 0)) for link in links[node])),
            )
            for node in links
        }
        ranks = {sight: rank for rank, sight in enumerate(sorted(set(seen.values())))}
        settled = len(ranks) == len(set(places.values()))
        places = {node: ranks[sight] for node, sight in seen.items()}
        if settled:
            break
    return sorted(named, key=lambda node: (places[node], len(node.value), node.value))


@cache
def _rank(predicate: Term, claim: bool) -> tuple[int, str]:
    name = compact(predicate.value)
    if claim and predicate == _SOURCE:
        return _RANKS["claim:source"], name
    family = _RANKS.get(name.partition(":")[0] + ":*", _RANKS["*"])
    return _RANKS.get(name, family), name


def _plain(term: Term) -> Term:
    """The term, a string without its datatype."""
    return term._replace(datatype="") if term.datatype in (XSD_STRING, RDF_LANG_STRING) else term


def _is_bare(term: Term) -> bool:
    """Whether Turtle reads the bare word back as this very literal."""
    form = _BARE.get(term.datatype)
    return form is not None and form.fullmatch(term.value) is not None


def _full(iri: str) -> str:
    return f"<{_IRI_ESCAPED.sub(_code_point, iri)}>"


def _quoted(text: str) -> str:
    if "\n" in text:
        return f'"""{_LONG_ESCAPED.sub(_escaped, text)}"""'
    return f'"{_SHORT_ESCAPED.sub(_escaped, text)}"'


def _escaped(match: re.Match[str]) -> str:
    return _ESCAPES.get(match[0]) or _code_point(match)


def _code_point(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04X}"
