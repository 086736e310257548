"""The graph about itself: what it holds, counted, its prefixes, and its queries as examples.

The counts are a VoID description with the partitions that editors complete from; the queries are
written as the SIB writes its SPARQL examples.
"""

from __future__ import annotations

from collections import Counter, defaultdict

from twitchkg import catalogue, lookup, sparql
from twitchkg.namespaces import (
    BASE,
    DCTERMS,
    LICENCE,
    ONTOLOGY,
    PREFIXES,
    RDF,
    RDFS,
    TWD,
    compact,
)
from twitchkg.terms import BNODE, IRI, LITERAL, XSD, XSD_STRING, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twitchkg.results import Triple

DATASET = BASE + "dataset"
VOID_EXT = PREFIXES["void-ext"]
_PARTITION = BASE + "partition/"
_VOID = PREFIXES["void"]
_SH = PREFIXES["sh"]
_SCHEMA = PREFIXES["schema"]
_TYPE = RDF + "type"
_EXAMPLES = ("fasciculation", "magnesium-deficiency", "caffeine")


def void(triples: Iterable[Triple]) -> Iterator[Triple]:
    """The VoID description of some triples, each counted once.

    Classes and properties are partitions, and so are the properties of each class. Instances of a
    class are counted with those of the classes below it, as the graph has them. The classes and
    datatypes of values are told between the most specific classes alone: those above have far more
    pairs, and follow.
    """
    distinct = set(triples)
    classes: dict[Term, set[Term]] = defaultdict(set)
    for subject, property_, value in distinct:
        if property_.value == _TYPE and value.kind == IRI:
            classes[subject].add(value)
    dataset = Term.iri(DATASET)
    yield from _facts(
        dataset,
        (_TYPE, Term.iri(_VOID + "Dataset")),
        (DCTERMS + "title", Term.string("twitchkg", "en")),
        (
            DCTERMS + "description",
            Term.string(
                "What documents say about muscle twitching. The counts are those of all graphs but "
                "derived/void and derived/examples, each triple counted once.",
                "en",
            ),
        ),
        (DCTERMS + "license", Term.iri(LICENCE)),
        (DCTERMS + "isPartOf", Term.iri(ONTOLOGY)),
        (_VOID + "uriSpace", Term.string(BASE)),
        (_VOID + "triples", Term.integer(len(distinct))),
        (_VOID + "classes", Term.integer(len({c for own in classes.values() for c in own}))),
        (_VOID + "properties", Term.integer(len({p for _, p, _ in distinct}))),
        (_VOID + "distinctSubjects", Term.integer(len({s for s, _, _ in distinct}))),
        (_VOID + "distinctObjects", Term.integer(len({o for _, _, o in distinct}))),
        *((_VOID + "exampleResource", Term.iri(TWD + name)) for name in _EXAMPLES),
    )
    used = {p.value for _, p, _ in distinct} | {c.value for own in classes.values() for c in own}
    for base in sorted(PREFIXES.values()):
        if any(iri.startswith(base) for iri in used):
            yield dataset, Term.iri(_VOID + "vocabulary"), Term.iri(base)
    yield from _property_partitions(dataset, distinct)
    yield from _class_partitions(dataset, distinct, classes, _most_specific(distinct, classes))


def _property_partitions(dataset: Term, triples: Iterable[Triple]) -> Iterator[Triple]:
    for property_, count in sorted(Counter(p for _, p, _ in triples).items()):
        part = Term.iri(f"{_PARTITION}property/{_name(property_)}")
        yield dataset, Term.iri(_VOID + "propertyPartition"), part
        yield from _property_facts(part, property_, count)


def _class_partitions(
    dataset: Term,
    triples: Iterable[Triple],
    classes: dict[Term, set[Term]],
    specific: dict[Term, set[Term]],
) -> Iterator[Triple]:
    entities = Counter(name for own in classes.values() for name in own)
    properties: Counter[tuple[Term, Term]] = Counter()
    values: Counter[tuple[Term, Term, Term, str]] = Counter()
    for subject, property_, value in triples:
        kinds = [(name, "class") for name in specific.get(value, ())]
        if value.kind == LITERAL:
            tagged = RDF + "langString" if value.language else value.datatype or XSD_STRING
            kinds = [(Term.iri(tagged), "datatype")]
        for name in classes.get(subject, ()):
            properties[name, property_] += 1
        for name in specific.get(subject, ()):
            for kind, sort in kinds:
                values[name, property_, kind, sort] += 1
    by_property: dict[tuple[Term, Term], list[tuple[Term, str, int]]] = defaultdict(list)
    for (name, property_, kind, sort), count in values.items():
        by_property[name, property_].append((kind, sort, count))
    for name, count in sorted(entities.items()):
        part = Term.iri(f"{_PARTITION}class/{_name(name)}")
        yield dataset, Term.iri(_VOID + "classPartition"), part
        yield from _facts(
            part,
            (_VOID + "class", name),
            (_VOID + "entities", Term.integer(count)),
        )
        for (own, property_), number in sorted(properties.items()):
            if own != name:
                continue
            inner = Term.iri(f"{part.value}/{_name(property_)}")
            yield part, Term.iri(_VOID + "propertyPartition"), inner
            yield from _property_facts(inner, property_, number)
            for kind, sort, amount in sorted(by_property[own, property_]):
                last = Term.iri(f"{inner.value}/{_name(kind)}")
                link = (
                    _VOID + "classPartition" if sort == "class" else f"{VOID_EXT}datatypePartition"
                )
                told = _VOID + "class" if sort == "class" else f"{VOID_EXT}datatype"
                yield inner, Term.iri(link), last
                yield from _facts(
                    last,
                    (told, kind),
                    (_VOID + "triples", Term.integer(amount)),
                )


def _most_specific(
    triples: Iterable[Triple], classes: dict[Term, set[Term]]
) -> dict[Term, set[Term]]:
    """The classes of each thing without those above another of its classes."""
    parents: dict[Term, set[Term]] = defaultdict(set)
    for subject, property_, value in triples:
        if property_.value == RDFS + "subClassOf" and value.kind == IRI:
            parents[subject].add(value)
    ancestors = lookup.ancestry(parents)
    return {
        subject: own - {higher for name in own for higher in ancestors(name)}
        for subject, own in classes.items()
    }


def _property_facts(part: Term, property_: Term, count: int) -> Iterator[Triple]:
    return _facts(
        part,
        (_VOID + "property", property_),
        (_VOID + "triples", Term.integer(count)),
    )


def examples(own: str | None = None) -> Iterator[Triple]:
    """The prefixes as declarations on the ontology, and the named queries as examples.

    :param own: a folder whose ``queries/`` the user adds.
    """
    ontology = Term.iri(ONTOLOGY)
    for prefix, namespace in PREFIXES.items():
        declared = Term.iri(f"{BASE}prefix/{prefix}")
        yield ontology, Term.iri(_SH + "declare"), declared
        yield from _facts(
            declared,
            (_TYPE, Term.iri(_SH + "PrefixDeclaration")),
            (_SH + "prefix", Term.string(prefix)),
            (_SH + "namespace", Term(LITERAL, namespace, XSD + "anyURI")),
        )
    for query in catalogue.all_queries(own):
        lines = [line for line in query.text.splitlines() if not line.startswith("#+")]
        text = sparql.with_prefixes("\n".join(lines).strip() + "\n")
        form = sparql.form(text)
        named = [param.name for param in query.params]
        meaning = query.description
        if named:
            meaning += f" Bind one of its variables to narrow it: {', '.join(named)}."
        yield from _facts(
            Term.iri(f"{BASE}example/{query.name}"),
            (_TYPE, Term.iri(_SH + "SPARQLExecutable")),
            (_TYPE, Term.iri(f"{_SH}SPARQL{str(form).title()}Executable")),
            (RDFS + "label", Term.string(query.name, "en")),
            (RDFS + "comment", Term.string(query.summary, "en")),
            (DCTERMS + "description", Term.string(meaning, "en")),
            (_SH + "prefixes", ontology),
            (_SH + str(form).lower(), Term.string(text)),
            (_SCHEMA + "keywords", Term.string(query.topic)),
        )


def _facts(subject: Term, *pairs: tuple[str, Term]) -> Iterator[Triple]:
    for property_, value in pairs:
        yield subject, Term.iri(property_), value


def _name(term: Term) -> str:
    """A name for a term inside an IRI: its CURIE with a dash, so that no two are named alike."""
    short = compact(term.value) if term.kind != BNODE else term.value
    return "".join(c if c.isalnum() or c in "-_." else "-" for c in short)
