"""What curators do: the derived layer, passages, ready claims and entities, and the layout."""

from __future__ import annotations

import os
import re

from twitchkg import (
    advice,
    amounts,
    conclusions,
    dataset,
    derive,
    disagreements,
    functions,
    layout,
    lookup,
    mappings,
    phenotypes,
    resources,
    similarity,
    sources,
    store,
    verdicts,
)
from twitchkg.errors import DataError, FileAccessError, SourceError, UnknownNameError
from twitchkg.namespaces import DCTERMS, MODULE, OWL, RDF, TWC, TWD, TWK, TWSRC, compact
from twitchkg.terms import Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from twitchkg.results import Triple

PASSAGES = "passages"
SIMILARITIES = "similarities"
VOID = "void"
EXAMPLES = "examples"
MADE = (
    *derive.MADE,
    *conclusions.MADE,
    derive.Made("advice", "What each source advises, and from which threshold on.", advice.derived),
    derive.Made(
        "disagreements", "Where claims disagree, and by which rule.", disagreements.derived
    ),
    derive.Made(
        "counterparts",
        "What the phenotypes and diseases of references count as among the entities.",
        verdicts.counterparts,
    ),
    derive.Made(
        "verdicts", "How what references say bears on what documents claim.", verdicts.verdicts
    ),
)
"""What the build derives, in order; one file of ``ontology/derived/`` each."""
_FAULTS = (
    (
        """
SELECT DISTINCT ?claim ?value
WHERE {
  VALUES ?slot { twk:subject twk:predicate twk:object }
  ?claim a twk:Claim ; ?slot ?value .
  FILTER NOT EXISTS { ?value a ?class }
}
ORDER BY ?claim ?value
""",
        "{1} is described nowhere. Describe it in ontology/data, or correct the IRI",
    ),
    (
        """
SELECT ?claim
WHERE { ?claim a twk:Claim ; twk:subject ?subject ; twk:predicate ?predicate ;
  dcterms:source ?source }
GROUP BY ?claim
HAVING (COUNT(*) > 1)
ORDER BY ?claim
""",
        "the serial is used for two claims. Give one of them a serial of its own",
    ),
    (
        """
SELECT ?entity (skos:broader AS ?link)
WHERE { ?entity skos:broader+ ?entity }
ORDER BY ?entity
""",
        "it is its own {1}, through others. Remove one link of the circle",
    ),
    (
        """
SELECT ?entity (twk:isPartOf AS ?link)
WHERE { ?entity twk:isPartOf+ ?entity }
ORDER BY ?entity
""",
        "it is its own {1}, through others. Remove one link of the circle",
    ),
)
_REACH = """
SELECT ?claim ?passage ?length
WHERE {
  ?claim twk:isFoundIn ?passage ; dcterms:source ?source .
  ?source twk:lengthCodePoints ?length .
}
"""
_KNOWN_SOURCES = "SELECT ?source WHERE { ?source a twk:Source } ORDER BY ?source"
_SERIALS = """
SELECT (STRAFTER(STR(?claim), "-") AS ?serial)
WHERE {{ ?claim a twk:Claim ; dcterms:source <{0}> }}
"""


def derived() -> dict[str, str]:
    """The texts of the derived files, by path, as the data and claims now ask for them.

    Passages and similarities are not among them: they are made from the documents, by
    :func:`stamped` and :func:`compared`.

    :raises DataError: if a file does not parse.
    """
    given = [path for path in resources.ontology_files() if not _is_made(path)]
    bare = store.of_files(given)
    _refuse_faults(bare, given)
    mapped = {made: list(made.make(bare)) for made in mappings.makers()}
    # What is derived may rest on mappings, so these come first.
    whole = store.of_files(given, [triple for made in mapped.values() for triple in made])
    everything = {**mapped, **{made: list(made.make(whole)) for made in MADE}}
    texts = {
        _path(made.folder, made.name): _text(made.folder, made.name, made.meaning, triples)
        for made, triples in everything.items()
    }
    counted = set(whole.triples()).union(*everything.values())
    counted.update(_module_heads(everything))
    passages = _path("derived", PASSAGES)
    if os.path.isfile(passages):
        counted.update(store.parse(passages))
    texts.update(
        (
            _made(VOID, "What the graph holds, counted, in VoID.", dataset.void(counted)),
            _made(
                EXAMPLES,
                "The known prefixes, and the named queries as SPARQL examples.",
                dataset.examples(),
            ),
        )
    )
    return texts


def _refuse_faults(given: store.Store, paths: list[str]) -> None:
    """Raise what is wrong with the curated files and would make nonsense of what is derived.

    :raises DataError: with file, subject and repair of the first fault.
    """
    faults = [
        (str(row[0]), message.format(*(compact(str(cell)) for cell in row)))
        for query, message in _FAULTS
        for row in given.query(query)
    ]
    for row in given.query(_REACH):
        span = sources.offsets(str(row["passage"]))
        if span is None or span[1] > int(str(row["length"])):
            words = (
                f"its passage <{row['passage']}> does not lie within the document. Locate it again"
            )
            faults.append((str(row["claim"]), words))
    if faults:
        subject, message = faults[0]
        places = [p for p in paths if any(t[0].value == subject for t in store.parse(p))]
        where = ", ".join(os.path.relpath(p, resources.data_root()) for p in places)
        more = f" ({len(faults) - 1} more faults like this)" if len(faults) > 1 else ""
        raise DataError(f"{where}: {compact(subject)}: {message}.{more} Nothing was written.")


def stamped(folder: str) -> tuple[str, str]:
    """The path and the text of the file of passages.

    :param folder: where the user's copies of the documents are.
    :raises SourceError: if a document differs from its record or a claim points past its end.
    :raises FileAccessError: if a document is missing.
    """
    given = store.of_files([path for path in resources.ontology_files() if not _is_derived(path)])
    meaning = "The passages that claims stand on: offsets, line and digest of each."
    return _made(PASSAGES, meaning, sources.stamp(given, folder))


def compared(folder: str) -> tuple[str, str]:
    """The path and the text of the file that records how alike the documents are.

    :param folder: where the user's copies of the documents are.
    :raises SourceError: if a document differs from its record.
    :raises FileAccessError: if a document is missing.
    """
    given = store.of_files([path for path in resources.ontology_files() if not _is_derived(path)])
    meaning = "How alike the documents are; near-copies count as one source."
    return _made(SIMILARITIES, meaning, similarity.similarities(given, folder))


def evidence(folder: str) -> dict[str, str]:
    """The texts of the evidence files, by path, as the reference tables give them.

    :param folder: where the reference tables are.
    :raises DataError: if a table is of another release than the recorded one, or holds an unknown
        unit, source, nutrient, term or group.
    :raises FileAccessError: if a table is missing.
    """
    made = (
        amounts.foods(folder),
        amounts.intakes(folder),
        functions.functions(folder),
        phenotypes.phenotypes(folder),
        phenotypes.diseases(folder),
    )
    texts = {}
    for file in made:
        path = os.path.join(resources.data_root(), "ontology", "evidence", f"{file.name}.ttl")
        comments = [
            f"# twitchkg evidence: {file.name}",
            f"# {file.meaning} Generated from reference tables: never edit.",
        ]
        texts[path] = layout.render(file.all_triples(), comments=comments)
    return texts


def stale(texts: dict[str, str]) -> list[str]:
    """The paths whose files differ from what they should hold, or are missing."""
    return [
        path
        for path, text in sorted(texts.items())
        if not os.path.isfile(path) or resources.read_text(path) != text
    ]


def write(texts: dict[str, str]) -> list[str]:
    """Write the derived files that are stale.

    :returns: the paths written.
    :raises FileAccessError: if the data are part of an installed package, or cannot be written.
    """
    changed = stale(texts)
    if changed and os.path.basename(resources.data_root()) == "_data":
        raise FileAccessError(
            "The derived layer of an installed package is not rebuilt in place. Work in a checkout."
        )
    for path in changed:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        resources.write_text(path, texts[path])
    return changed


def formatted(path: str) -> str:
    """The text of a Turtle file in the house's layout.

    :raises DataError: if it does not parse, or has comments that formatting would lose.
    :raises FileAccessError: if it cannot be read.
    """
    text = resources.read_text(path, "Turtle file")
    triples = store.parse(path)
    stray = layout.stray_comments(text)
    if stray:
        line, comment = stray[0]
        raise DataError(
            f"{path}:{line}: the comment '{comment[:60]}' would be lost. Make it a "
            "skos:editorialNote, or move it to the top of the file."
        )
    claims = any(t[2].value == TWK + "Claim" and t[1].value == RDF + "type" for t in triples)
    return layout.render(
        triples, comments=layout.leading_comments(text), order="kept" if claims else "sorted"
    )


def new_claim(
    graph: store.Store, folder: str, source: str, text: str, line: int | None = None
) -> tuple[str, list[lookup.Match]]:
    """A claim to fill in: offsets and serial are there, subject, predicate and object are not.

    :param graph: the graph, for the serials in use and the entities.
    :param folder: where the user's copies of the documents are.
    :param source: the document's key, such as ``000``, its CURIE or IRI.
    :param text: the words of the passage.
    :param line: the line on which they stand, where they stand more than once.
    :returns: the claim as Turtle, and the entities that the passage may be about.
    :raises SourceError: if the words are not there, or there more than once.
    """
    iri = _source(graph, source)
    places = [
        place
        for place in sources.locate(graph, folder, text, iri)
        if line is None or place.line == line
    ]
    if len(places) != 1:
        lines = ", ".join(str(place.line) for place in places)
        raise SourceError(
            f"The words stand {len(places)} times in {compact(iri)}, on lines {lines}. "
            "Give more words, or --line."
            if places
            else f"The words do not stand in {compact(iri)}. Copy them as the document has them."
        )
    serials = [int(str(row[0])) for row in graph.query(_SERIALS.format(iri)) if _serial(row[0])]
    key = iri.removeprefix(TWSRC)
    claim = Term.iri(f"{TWC}{key}-{max(serials, default=0) + 1:04d}")
    slots: list[tuple[str, Term]] = [
        (RDF + "type", Term.iri(TWK + "Claim")),
        (DCTERMS + "source", Term.iri(iri)),
        (TWK + "subject", Term.iri(TWD + "SUBJECT")),
        (TWK + "predicate", Term.iri(TWK + "PREDICATE")),
        (TWK + "object", Term.iri(TWD + "OBJECT")),
        (TWK + "isNegated", Term.boolean(False)),
        (TWK + "isFoundIn", Term.iri(places[0].passage)),
    ]
    index = lookup.Index(graph)
    named = [lookup.resolve(graph, f"<{iri}>") for iri in index.mentions(text)]
    turtle = layout.render([(claim, Term.iri(name), value) for name, value in slots], order="kept")
    return turtle, named


def new_entity(graph: store.Store, class_: str, label: str) -> str:
    """An entity to fill in, as Turtle.

    :param graph: the graph, for the classes and names in use.
    :param class_: the local name of a class such as ``Nutrient``.
    :param label: the entity's English label.
    :raises UnknownNameError: if there is no such class.
    :raises DataError: if an entity has that name already, or the label makes no slug.
    """
    rows = graph.query("SELECT ?class WHERE { ?class rdfs:subClassOf* twk:Entity } ORDER BY ?class")
    classes = [str(row[0]).removeprefix(TWK) for row in rows]
    if class_ not in classes:
        from twitchkg.catalogue import unknown

        raise UnknownNameError(unknown("class", class_, classes, f"Classes: {', '.join(classes)}."))
    slug = "-".join(lookup.normalised(label).split())
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug):
        raise DataError(f"The label '{label}' makes no slug. Use Latin letters and digits.")
    taken = lookup.Index(graph).exact(label)
    if taken:
        raise DataError(f"'{label}' is a name of {compact(taken[0])} already. Use that entity.")
    node = Term.iri(TWD + slug)
    return layout.render(
        [
            (node, Term.iri(RDF + "type"), Term.iri(TWK + class_)),
            (
                node,
                Term.iri("http://www.w3.org/2000/01/rdf-schema#label"),
                Term.string(label, "en"),
            ),
            (
                node,
                Term.iri("http://www.w3.org/2004/02/skos/core#definition"),
                Term.string("DEFINITION.", "en"),
            ),
        ]
    )


def _title(folder: str, name: str) -> str:
    return f"twitchkg {folder}: {name}"


def _head(folder: str, name: str) -> list[Triple]:
    header = Term.iri(f"{MODULE}{folder}/{name}")
    return [
        (header, Term.iri(RDF + "type"), Term.iri(OWL + "Ontology")),
        (header, Term.iri(DCTERMS + "title"), Term.string(_title(folder, name), "en")),
    ]


def _module_heads(everything: Iterable[derive.Made]) -> list[Triple]:
    return [triple for made in everything for triple in _head(made.folder, made.name)]


def _text(folder: str, name: str, meaning: str, triples: Iterable[Triple]) -> str:
    comments = [f"# {_title(folder, name)}", f"# {meaning} Generated: never edit."]
    return layout.render([*_head(folder, name), *triples], comments=comments)


def _made(name: str, meaning: str, triples: Iterable[Triple]) -> tuple[str, str]:
    return _path("derived", name), _text("derived", name, meaning, triples)


def _path(folder: str, name: str) -> str:
    return os.path.join(resources.data_root(), "ontology", folder, f"{name}.ttl")


def _is_derived(path: str) -> bool:
    return os.path.basename(os.path.dirname(path)) == "derived"


def _is_made(path: str) -> bool:
    """Whether the build makes a file; the record of likeness is made from the documents."""
    folder = os.path.basename(os.path.dirname(path))
    likeness = os.path.basename(path) == f"{SIMILARITIES}.ttl"
    return folder == "mappings" or (folder == "derived" and not likeness)


def _source(graph: store.Store, text: str) -> str:
    known = [str(row[0]) for row in graph.query(_KNOWN_SOURCES)]
    for iri in known:
        if text in (iri, compact(iri), iri.removeprefix(TWSRC)):
            return iri
    keys = ", ".join(iri.removeprefix(TWSRC) for iri in known)
    raise UnknownNameError(f"No source is named '{text}'. The sources are {keys}.")


def _serial(value: object) -> bool:
    return str(value).isdigit()
