"""What curators do: the derived layer, passages, evidence, and the layout."""

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
    extension,
    functions,
    layout,
    mappings,
    phenotypes,
    resources,
    similarity,
    sources,
    store,
    validation,
    verdicts,
)
from twitchkg.errors import DataError, FileAccessError
from twitchkg.namespaces import DCTERMS, MODULE, OWL, PREFIXES, RDF, TWK, compact
from twitchkg.terms import Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from twitchkg.extension import Extension
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


def derived(
    own: Extension | None = None, progress: Callable[[str], object] = lambda text: None
) -> dict[str, str]:
    """The texts of the derived files, by path, as the data and claims now ask for them.

    Passages and similarities are not among them: they are made from the documents, by
    :func:`stamped` and :func:`compared`.

    :param own: a folder of the user's own, whose derived layer is that of the bundled graph and
        the folder together; that of the bundled graph alone when omitted.
    :param progress: is called with what is done next.
    :raises DataError: if a file does not parse, or the folder says what it must not.
    :raises FileAccessError: if the folder cannot be written.
    """
    if own is not None:
        progress("looking at the folder")
        _refuse(own)
    progress("reading")
    given = [part for part in extension.bundled() if not _is_made(part[0])]
    given += own.given() if own else ()
    bare = store.of_parts(given)
    _refuse_faults(bare, [path for path, _ in given])
    mapped = _each(mappings.makers(), bare, progress)
    # What is derived may rest on mappings, so these come first.
    whole = store.of_parts(given, [triple for made in mapped.values() for triple in made])
    everything = {**mapped, **_each(MADE, whole, progress)}
    progress("writing Turtle")
    texts = {
        _path(made.folder, made.name, own): _text(made.folder, made.name, made.meaning, triples)
        for made, triples in everything.items()
        if own is None or made not in mapped
    }
    progress("counting")
    counted = set(whole.triples()).union(*everything.values())
    counted.update(_module_heads(everything))
    folder = own.folder if own else None
    texts.update(
        (
            _made(VOID, "What the graph holds, counted, in VoID.", dataset.void(counted), own),
            _made(
                EXAMPLES,
                "The known prefixes, and the named queries as SPARQL examples.",
                dataset.examples(folder),
                own,
            ),
        )
    )
    if own is not None:
        strays = sorted({*own.made()} - {*texts})
        if strays:
            raise DataError(
                f"'{strays[0]}' is not made by this version of twitchkg. Move it out of the folder,"
                " which holds what the build makes."
            )
        texts[own.path(extension.STAMP)] = own.stamp(texts)
    return texts


def _each(
    makers: Iterable[derive.Made], graph: store.Store, progress: Callable[[str], object]
) -> dict[derive.Made, list[Triple]]:
    """What each maker makes of a graph."""
    found = {}
    for made in makers:
        progress(f"making {made.folder}/{made.name}")
        found[made] = list(made.make(graph))
    return found


def _refuse(own: Extension) -> None:
    """Raise what keeps a folder from being built: a place not to be written, our own IRIs.

    :raises DataError: with the file and what to do.
    :raises FileAccessError: if the folder cannot be written.
    """
    place = os.path.dirname(own.path(""))
    try:
        os.makedirs(place, exist_ok=True)
        reason = "" if os.access(place, os.W_OK) else "Permission denied"
    except OSError as error:
        reason = error.strerror or str(error)
    if reason:
        raise FileAccessError(
            f"Cannot write into '{place}': {reason}. Copy the folder to a place where you may."
        )
    faults = validation.own_faults(own)
    if faults:
        more = f" ({len(faults) - 1} more faults like this)" if len(faults) > 1 else ""
        raise DataError(f"{faults[0].file}: {faults[0].message}{more} Nothing was written.")


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
        where = ", ".join(resources.shown(p) for p in places)
        more = f" ({len(faults) - 1} more faults like this)" if len(faults) > 1 else ""
        raise DataError(f"{where}: {compact(subject)}: {message}.{more} Nothing was written.")


def stamped(
    folder: str,
    own: Extension | None = None,
    progress: Callable[[str], object] = lambda text: None,
) -> tuple[str, str]:
    """The path and the text of the file of passages.

    :param folder: where the user's copies of the documents are.
    :param own: a folder of the user's own, for the passages of its claims alone.
    :param progress: is called with what is done next.
    :raises SourceError: if a document differs from its record or a claim points past its end.
    :raises FileAccessError: if a document is missing.
    """
    meaning = "The passages that claims stand on: offsets, line and digest of each."
    known = {t[0].value for t in _recorded(PASSAGES)} if own else set()
    triples = sources.stamp(_documented(own), folder, known, progress)
    return _made(PASSAGES, meaning, triples, own)


def compared(
    folder: str,
    own: Extension | None = None,
    progress: Callable[[str], object] = lambda text: None,
) -> tuple[str, str]:
    """The path and the text of the file that records how alike the documents are.

    :param folder: where the user's copies of the documents are.
    :param own: a folder of the user's own, for what its documents have in common with others.
    :param progress: is called with what is done next.
    :raises SourceError: if a document differs from its record.
    :raises FileAccessError: if a document is missing.
    """
    meaning = "How alike the documents are; near-copies count as one source."
    known = {t[0] for t in _recorded(SIMILARITIES)} if own else set()
    found = similarity.similarities(_documented(own), folder, progress)
    return _made(SIMILARITIES, meaning, [t for t in found if t[0] not in known], own)


def _documented(own: Extension | None) -> store.Store:
    """What curators wrote, documents and claims among it."""
    given = [part for part in extension.bundled() if not _is_derived(part[0])]
    curated = [(path, own.graph(path)) for path in own.curated()] if own else []
    return store.of_parts([*given, *curated])


def _recorded(name: str) -> list[Triple]:
    """What a bundled file made from the documents holds."""
    path = _path("derived", name)
    return store.parse(path) if os.path.isfile(path) else []


def evidence(folder: str, progress: Callable[[str], object] = lambda text: None) -> dict[str, str]:
    """The texts of the evidence files, by path, as the reference tables give them.

    :param folder: where the reference tables are.
    :param progress: is called with what is done next.
    :raises DataError: if a table is of another release than the recorded one, or holds an unknown
        unit, source, nutrient, term or group.
    :raises FileAccessError: if a table is missing.
    """
    makers = (
        amounts.foods,
        amounts.intakes,
        functions.functions,
        phenotypes.phenotypes,
        phenotypes.diseases,
    )
    texts = {}
    for make in makers:
        progress(f"making the evidence: {make.__name__}")
        file = make(folder)
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
    root = os.path.join(resources.data_root(), "")
    if os.path.basename(root[:-1]) == "_data" and any(p.startswith(root) for p in changed):
        raise FileAccessError(
            "The derived layer of an installed package is not rebuilt in place. Work in a checkout."
        )
    stamps = [path for path in changed if os.path.basename(path) == extension.STAMP]
    for path in stamps:  # it vouches for the others, so it goes first and comes last
        if os.path.exists(path):
            os.unlink(path)
    for path in (*(path for path in changed if path not in stamps), *stamps):
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
    declared = re.findall(r"^@prefix ([A-Za-z][\w-]*): <([^<>]+)> \.$", text, re.MULTILINE)
    return layout.render(
        triples,
        comments=layout.leading_comments(text),
        prefixes={**dict(declared), **PREFIXES},
        order="kept" if claims else "sorted",
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


def _made(
    name: str, meaning: str, triples: Iterable[Triple], own: Extension | None = None
) -> tuple[str, str]:
    return _path("derived", name, own), _text("derived", name, meaning, triples)


def _path(folder: str, name: str, own: Extension | None = None) -> str:
    root = own.folder if own else resources.data_root()
    return os.path.join(root, "ontology", folder, f"{name}.ttl")


def _is_derived(path: str) -> bool:
    return os.path.basename(os.path.dirname(path)) == "derived"


def _is_made(path: str) -> bool:
    """Whether the build makes a file; some are made from the documents."""
    folder, name = os.path.split(path)
    folder = os.path.basename(folder)
    return folder == "mappings" or (folder == "derived" and name not in extension.RECORDED)
