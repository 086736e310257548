"""Claims as nanopublications: each with its assertion, its provenance and who publishes it.

The assertion is the claim itself, that a document says something, never the bare statement: a
denial would else be published as its opposite. They are unsigned, since only a publisher has a key.
"""

from __future__ import annotations

from twitchkg.claims import NOTICE
from twitchkg.export.about import CREATOR, LICENSE, version, version_iri
from twitchkg.namespaces import BASE, ONTOLOGY, PREFIXES, RDF, TWC, TWK, compact
from twitchkg.terms import IRI, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from twitchkg.claims import Queryable

NANOPUB = BASE + "nanopub/"
_NP = "http://www.nanopub.org/nschema#"
_CLAIMS = """
SELECT ?claim ?p ?o
WHERE {
  ?claim a twk:Claim ; ?p ?o .
  FILTER(?p NOT IN (twk:citedLine, twk:cautionText))  # what passages and cautions say anyway
}
ORDER BY ?claim ?p ?o
"""
_CAUTIONS = """
SELECT ?claim ?text WHERE {
  ?claim a twk:Claim ; twk:hasCaution/skos:definition ?text .
} ORDER BY ?claim ?text
"""
_PROVENANCE = {
    TWK + "isFoundIn": PREFIXES["prov"] + "wasDerivedFrom",
    PREFIXES["dcterms"] + "source": PREFIXES["prov"] + "hadPrimarySource",
    PREFIXES["prov"] + "wasAttributedTo": PREFIXES["prov"] + "wasAttributedTo",
    PREFIXES["biolink"] + "knowledge_level": PREFIXES["biolink"] + "knowledge_level",
    PREFIXES["biolink"] + "agent_type": PREFIXES["biolink"] + "agent_type",
}
_READER = PREFIXES["prov"] + "wasAttributedTo"
_TYPE = RDF + "type"


def trig(store: Queryable) -> bytes:
    """One nanopublication for each claim, as TriG, sorted by claim."""
    from twitchkg.export.tables import Reader

    found: dict[str, list[tuple[str, Term]]] = {}
    for row in store.query(_CLAIMS).rows:
        claim, property_, value = row.terms
        assert claim is not None
        assert property_ is not None
        assert value is not None
        found.setdefault(claim.value, []).append((property_.value, value))
    cautions: dict[str, list[str]] = {}
    for row in store.query(_CAUTIONS).rows:
        cautions.setdefault(str(row["claim"]), []).append(str(row["text"]))
    red_flags = Reader(store).red_flags or ""
    prefixes = {**PREFIXES, "np": _NP}
    lines = [f"# {NOTICE}", *(f"@prefix {name}: <{iri}> ." for name, iri in prefixes.items())]
    for iri, facts in found.items():
        outlook = (TWK + "predicate", Term.iri(TWK + "hasPrognosis")) in facts
        notes = [*cautions.get(iri, ()), *([f"Red flags: {red_flags}"] if outlook else ())]
        lines += _nanopub(iri, facts, notes)
    return ("\n".join(lines) + "\n").encode()


def _nanopub(claim: str, facts: list[tuple[str, Term]], notes: list[str]) -> list[str]:
    is_ours = claim.startswith(TWC)
    base = NANOPUB + claim.removeprefix(TWC) if is_ours else f"{claim}-nanopub"
    head, assertion, provenance, pubinfo = (
        f"<{base}#{name}>" for name in ("Head", "assertion", "provenance", "pubinfo")
    )
    said = [
        (_value(Term.iri(claim)), _word(p), _value(o))
        for p, o in facts
        if p not in _PROVENANCE and not (p == _TYPE and o.value != TWK + "Claim")
    ]
    came = [(assertion, compact(_PROVENANCE[p]), _value(o)) for p, o in facts if p in _PROVENANCE]
    came += [(assertion, "rdfs:comment", Term.string(note, "en").n3()) for note in notes]
    publisher = [
        (f"<{base}>", "dcterms:creator", Term.string(CREATOR, "en").n3()),
        (f"<{base}>", "dcterms:isPartOf", f"<{version_iri()}>"),
        (f"<{base}>", "dcterms:license", f"<{LICENSE}>"),
    ]
    if not is_ours:  # a claim of a user's own is neither published nor licensed by us
        readers = [o for p, o in facts if p == _READER]
        publisher = [(f"<{base}>", "dcterms:creator", _value(reader)) for reader in readers]
    info = [
        *publisher,
        (f"<{base}>", "dcterms:rights", Term.string(NOTICE, "en").n3()),
        (f"<{base}>", "owl:versionInfo", Term.string(version()).n3()),
        (f"<{base}>", "rdfs:seeAlso", f"<{ONTOLOGY}>"),
    ]
    of = [
        (f"<{base}>", "a", "np:Nanopublication"),
        (f"<{base}>", "np:hasAssertion", assertion),
        (f"<{base}>", "np:hasProvenance", provenance),
        (f"<{base}>", "np:hasPublicationInfo", pubinfo),
    ]
    lines = []
    for graph, triples in ((head, of), (assertion, said), (provenance, came), (pubinfo, info)):
        lines += ["", f"{graph} {{", *(f"  {s} {p} {o} ." for s, p, o in triples), "}"]
    return lines


def _word(property_: str) -> str:
    return "a" if property_ == _TYPE else _value(Term.iri(property_))


def _value(term: Term) -> str:
    if term.kind != IRI:
        return term.n3()
    short = compact(term.value)
    return short if short != term.value else term.n3()
