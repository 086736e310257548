"""What the tables hold: nodes, edges, claims and what stands around them."""

from __future__ import annotations

from twitchkg.claims import QUALIFIERS
from twitchkg.errors import ParameterError
from twitchkg.export.tables import (
    RED_FLAGS,
    Column,
    Table,
    cautions,
    documents,
    joined,
    plain,
    text,
)
from twitchkg.export.tables import Reader as _Reader
from twitchkg.namespaces import BASE, TWK, compact
from twitchkg.terms import Iri

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from twitchkg.claims import Claim, Queryable
    from twitchkg.export.tables import Cell, Reader

_NODES = """
SELECT ?key ?value WHERE {
  VALUES ?curated {
    <https://w3id.org/twitchkg/graph/data>
    <https://w3id.org/twitchkg/graph/user/data>
  }
  GRAPH ?curated { ?key a ?value }
  ?value rdfs:subClassOf* twk:Entity .
}
"""
_STATED = """
SELECT DISTINCT ?s ?p ?o WHERE {
  VALUES ?curated {
    <https://w3id.org/twitchkg/graph/data>
    <https://w3id.org/twitchkg/graph/user/data>
  }
  GRAPH ?curated { ?s ?p ?o }
  ?s rdf:type/rdfs:subClassOf* twk:Entity . ?o rdf:type/rdfs:subClassOf* twk:Entity .
  FILTER(?p != rdf:type)
}
"""
_CONCLUDED = """
SELECT DISTINCT ?s ?p ?o WHERE {
  ?i a twk:Inference ; twk:subject ?s ; twk:predicate ?p ; twk:object ?o .
}
"""
_RESTS = """
SELECT ?s ?p ?o ?ground WHERE {
  ?i a twk:Inference ; twk:subject ?s ; twk:predicate ?p ; twk:object ?o ; twk:restsOn ?ground .
}
"""
_ASSERTIONS = """
SELECT ?id ?s ?p ?o ?for ?against WHERE {
  ?id a twk:Assertion ; twk:subject ?s ; twk:predicate ?p ; twk:object|twk:objectValue ?o ;
    twk:sourcesFor ?for ; twk:sourcesAgainst ?against .
}
"""
_PASSAGES = """
SELECT ?claim ?passage ?source ?start ?end ?line ?digest WHERE {
  ?claim a twk:Claim ; twk:isFoundIn ?passage .
  ?passage dcterms:isPartOf ?source ; oa:start ?start ; oa:end ?end ; twk:startLine ?line ;
    twk:sha256 ?digest .
}
"""
_DISAGREEMENTS = """
SELECT ?id ?kind ?rule ?comment WHERE {
  ?id a twk:Disagreement ; twk:disagreementKind/rdfs:label ?kind ; twk:foundByRule ?rule ;
    rdfs:comment ?comment .
}
"""
_VERDICTS = """
SELECT ?id ?outcome ?comment ?reference ?version WHERE {
  ?id a twk:Verdict ; twk:outcome/rdfs:label ?outcome ; rdfs:comment ?comment ;
    dcterms:source ?reference .
  OPTIONAL { ?reference dcterms:hasVersion ?version }
}
"""
_AMOUNTS = """
SELECT ?id ?nutrient ?food ?measured ?group ?kind ?value ?unit ?grams ?days ?megajoules ?as
  ?comment ?reference
WHERE {
  ?id a twk:Amount ; twk:ofNutrient ?nutrient ; qudt:numericValue ?value ; qudt:unit ?unit ;
    dcterms:source ?reference .
  OPTIONAL { ?id twk:measuredAs ?measured OPTIONAL { ?measured twk:exemplifies ?food } }
  OPTIONAL { ?id twk:forPopulation ?group }
  OPTIONAL { ?id twk:intakeKind/rdfs:label ?kind }
  OPTIONAL { ?id twk:perGrams ?grams }
  OPTIONAL { ?id twk:perDays ?days }
  OPTIONAL { ?id twk:perMegajoules ?megajoules }
  OPTIONAL { ?id twk:expressedAs ?as }
  OPTIONAL { ?id rdfs:comment ?comment }
}
"""
_ADVICE = """
SELECT ?id ?label ?source ?sign ?whom ?level WHERE {
  ?id a twk:Advice ; rdfs:label ?label ; dcterms:source ?source ; twk:forSign ?sign ;
    twk:specialist ?whom .
  OPTIONAL { ?id twk:adviceLevel ?level }
}
"""
_SOURCES = """
SELECT ?id ?file ?title ?language ?length ?kind ?digest WHERE {
  ?id a twk:Source ; dcterms:identifier ?file ; dcterms:title ?title ; dcterms:language ?language ;
    twk:lengthCodePoints ?length ; twk:sourceKind/rdfs:label ?kind ;
    spdx:checksum/spdx:checksumValue ?digest .
}
"""


def _link(name: str, property_: str) -> str:
    return f"SELECT ?key ?value WHERE {{ ?key a twk:{name} ; twk:{property_} ?value }}"


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


_INTEGERS = ("durationDays", "maximumDurationDays", "fromGestationalWeek", "timesPerWeek")
_CAUTION = Column("caution", "why to read it with care: kind, and what is in doubt")
_FLAGS = Column("red_flags", RED_FLAGS)
_SPO = (
    Column("subject", "CURIE of the entity that it is about"),
    Column("subject_label", "English label of the subject"),
    Column("predicate", "CURIE of the property"),
    Column("predicate_label", "English label of the property"),
    Column("object", "CURIE of the entity to which it relates the subject; empty for a value"),
    Column("object_label", "English label of the object"),
    Column("value", "the value where the object is no entity, as text"),
)


def _spo(reader: Reader, s: object, p: object, o: object) -> tuple[Cell, ...]:
    is_node = isinstance(o, Iri)
    return (
        *(plain(s), reader.label(s), plain(p), reader.label(p)),
        *(plain(o) if is_node else None, reader.label(o) if is_node else None, text(o)),
    )


def nodes(reader: Reader) -> Table:
    """The entities."""
    direct = reader.many(_NODES)
    names, terms = {}, {}
    for kind in ("altLabel", "hiddenLabel", "definition"):
        names[kind] = reader.many(
            f'SELECT ?key ?value WHERE {{ ?key skos:{kind} ?value FILTER(LANG(?value) = "en") }}'
        )
    for kind in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"):
        terms[kind] = reader.many(
            f"SELECT ?key ?value WHERE {{ ?key skos:{kind} ?value "
            f"FILTER(STRSTARTS(STR(?key), STR(twd:))) }}"
        )
    used: dict[str, list[Claim]] = {}
    for claim in reader.claims:
        for end in {claim.subject, claim.object}:
            if isinstance(end, Iri):
                used.setdefault(end, []).append(claim)

    def row(iri: str) -> tuple[Cell, ...]:
        group = used.get(iri, [])
        classes = direct[iri]
        outlook = TWK + "Prognosis" in map(str, classes)
        return (
            *(compact(iri), iri, reader.label(iri), joined(names["definition"].get(iri, ()))),
            joined(str(name).removeprefix(TWK) for name in classes),
            joined(names["altLabel"].get(iri, ())),
            joined(names["hiddenLabel"].get(iri, ())),
            *(joined(found.get(iri, ())) for found in terms.values()),
            *(len(group), len({claim.source for claim in group})),
            reader.red_flags if outlook else None,
        )

    columns = (
        Column("id", "CURIE of the entity; twd: is https://w3id.org/twitchkg/id/"),
        Column("iri", "full IRI of the entity"),
        Column("label", "English label"),
        Column("definition", "what the entity is, in one sentence"),
        Column("classes", "local names of its direct classes in the ontology"),
        Column("synonyms", "other English names"),
        Column("misspellings", "names that only help a search"),
        Column("exact_matches", "terms of other vocabularies with the same meaning"),
        Column("close_matches", "terms with nearly the same meaning"),
        Column("broad_matches", "terms with a wider meaning"),
        Column("narrow_matches", "terms with a narrower meaning"),
        Column("related_matches", "terms with another, related meaning"),
        Column("claims", "how many claims have it as subject or object", "integer"),
        Column("documents", "how many documents make these claims", "integer"),
        _FLAGS,
    )
    return Table("nodes", "One row per entity.", columns, map(row, direct))


def edges(reader: Reader) -> Table:
    """What relates entities: claimed by documents, stated by curators, or concluded."""
    evidence = reader.many(_link("Assertion", "hasClaim"))
    grounds: dict[tuple[str, str, str], list[object]] = {}
    for row in reader.store.query(_RESTS):
        key = (str(row["s"]), str(row["p"]), str(row["o"]))
        grounds.setdefault(key, []).append(row["ground"])

    def rows() -> Iterator[tuple[Cell, ...]]:
        for id_, s, p, o, pro, contra in reader.store.query(_ASSERTIONS):
            group = reader.claims_of(evidence[str(id_)])
            affirming = [c for c in group if not c.negated]
            sure = any(all("content" not in k.doubts for k in c.cautions) for c in affirming)
            yield (
                *(compact(str(id_)), "claimed", *_spo(reader, s, p, o), plain(pro), plain(contra)),
                *(sure, documents(affirming), documents(c for c in group if c.negated)),
                *(joined(c.iri for c in group), None, cautions(group), reader.flags_for(str(p))),
            )
        for basis, query in (("stated", _STATED), ("concluded", _CONCLUDED)):
            for s, p, o in reader.store.query(query):
                id_ = " ".join(str(plain(term)) for term in (s, p, o))
                rests = joined(grounds.get((str(s), str(p), str(o)), ()))
                yield (
                    *(id_, basis, *_spo(reader, s, p, o), 0, 0, True, None, None, None),
                    *(rests if basis == "concluded" else None, None, reader.flags_for(str(p))),
                )

    columns = (
        Column("id", "IRI of the assertion; of other edges, subject, predicate and object"),
        Column(
            "basis",
            "claimed: documents say so; stated: curators do, with the entities; concluded: it "
            "follows by the axioms",
        ),
        *_SPO,
        Column("sources_for", "how many independent documents affirm it", "integer"),
        Column("sources_against", "how many independent documents deny it outright", "integer"),
        Column(
            "holds",
            "whether the graph has it as a plain edge: some claim affirms it, and that claim's "
            "content is not in doubt",
            "boolean",
        ),
        Column("documents_for", "the documents that affirm it"),
        Column("documents_against", "the documents that deny it, outright or within limits"),
        Column("claims", "the claims that say or deny it"),
        Column("rests_on", "what a concluded edge follows from"),
        _CAUTION,
        _FLAGS,
    )
    return Table("edges", "One row per distinct subject, predicate and object.", columns, rows())


def claims(reader: Reader) -> Table:
    """What each document says, claim by claim."""
    agents = reader.many(
        "SELECT ?key ?value WHERE { ?key a twk:Claim ; biolink:agent_type ?value }"
    )
    levels = reader.many(
        "SELECT ?key ?value WHERE { ?key a twk:Claim ; biolink:knowledge_level ?value }"
    )
    readers = reader.many(
        "SELECT ?key ?value WHERE { ?key a twk:Claim ; prov:wasAttributedTo ?value }"
    )

    def cell(claim: Claim, name: str) -> Cell:
        values = [value for key, value in claim.qualifiers if key == name]
        single = name in _INTEGERS or name == "limitsDailyLife"
        return (plain(values[0]) if values else None) if single else joined(values)

    def row(claim: Claim) -> tuple[Cell, ...]:
        return (
            *(compact(claim.iri), compact(claim.source)),
            *_spo(reader, claim.subject, claim.predicate, claim.object),
            claim.negated,
            *(cell(claim, name) for name in QUALIFIERS),
            joined(f"{v.outcome} ({v.reference})" for v in claim.verdicts),
            joined(levels.get(claim.iri, ())),
            joined(agents.get(claim.iri, ())),
            joined(readers.get(claim.iri, ())),
            cautions([claim]),
            reader.flags_for(claim.predicate),
        )

    qualifiers = []
    for name in QUALIFIERS:
        kind = "integer" if name in _INTEGERS else "string"
        kind = "boolean" if name == "limitsDailyLife" else kind
        meaning = reader.many(
            f"SELECT ?key ?value WHERE {{ BIND(twk:{name} AS ?key) ?key skos:definition ?value }}"
        )
        qualifiers.append(Column(_snake(name), str(meaning[TWK + name][0]), kind))
    columns = (
        Column("id", "CURIE of the claim; twc: is https://w3id.org/twitchkg/claim/"),
        Column("source", "CURIE of the document that makes it"),
        *_SPO,
        Column("negated", "whether the document denies it", "boolean"),
        *qualifiers,
        Column("verdicts", "what references say of it: outcome, and reference"),
        Column("knowledge_level", "Biolink's level of knowledge"),
        Column("agent_type", "Biolink's type of the agent that wrote the claim"),
        Column("attributed_to", "who read the document and wrote the claim"),
        _CAUTION,
        _FLAGS,
    )
    return Table(
        "claims",
        "One row per claim: one document saying one thing.",
        columns,
        map(row, reader.claims),
    )


def passages(reader: Reader) -> Table:
    """Where each claim stands in its document."""
    columns = (
        Column("claim", "CURIE of the claim"),
        Column("passage", "IRI of the passage, an RFC 5147 fragment"),
        Column("source", "CURIE of the document"),
        Column("start", "where it starts, in Unicode code points from 0", "integer"),
        Column("end", "where it ends, exclusive", "integer"),
        Column("line", "the line on which it starts, from 1", "integer"),
        Column("sha256", "SHA-256 of the words, which are not part of the data"),
    )
    rows = [tuple(map(plain, row)) for row in reader.store.query(_PASSAGES)]
    return Table(
        "passages",
        "One row per claim and place in the text.",
        columns,
        rows,
        ("claim", "start", "end"),
    )


def disagreements(reader: Reader) -> Table:
    """Where claims disagree."""
    involved = reader.many(_link("Disagreement", "involvesClaim"))

    def row(id_: object, kind: object, rule: object, comment: object) -> tuple[Cell, ...]:
        group = reader.claims_of(involved[str(id_)])
        return (
            *(plain(id_), plain(kind), str(rule).rpartition("/")[2], plain(comment)),
            *(joined(claim.iri for claim in group), documents(group), cautions(group)),
            reader.flags_among(group),
        )

    columns = (
        Column("id", "IRI of the disagreement"),
        Column("kind", "contradiction, terminology, threshold or scope"),
        Column("rule", "the query that found it"),
        Column("comment", "what it is about, in one sentence"),
        Column("claims", "the claims that disagree"),
        Column("documents", "the documents that make them"),
        _CAUTION,
        _FLAGS,
    )
    rows = [row(*found) for found in reader.store.query(_DISAGREEMENTS)]
    return Table("disagreements", "One row per disagreement between claims.", columns, rows)


def verdicts(reader: Reader) -> Table:
    """What references say of the claims."""
    judged = reader.many(_link("Verdict", "judges"))

    def row(
        id_: object, outcome: object, comment: object, reference: object, version: object
    ) -> tuple[Cell, ...]:
        things = [str(value) for value in judged.get(str(id_), ())]
        group = reader.claims_of(iri for iri in things if not iri.startswith(BASE + "assertion/"))
        return (
            *(plain(id_), plain(outcome), plain(comment)),
            joined(iri for iri in things if iri.startswith(BASE + "assertion/")),
            *(joined(claim.iri for claim in group), plain(reference), reader.label(reference)),
            *(plain(version), cautions(group), reader.flags_among(group)),
        )

    columns = (
        Column("id", "IRI of the verdict"),
        Column("outcome", "how the reference bears on the claims"),
        Column("comment", "what that means, in a sentence"),
        Column("assertions", "the assertions that it judges: ids of edges"),
        Column("claims", "the claims that it judges"),
        Column("reference", "IRI of the reference"),
        Column("reference_label", "English label of the reference"),
        Column("reference_version", "the release of the reference"),
        _CAUTION,
        _FLAGS,
    )
    rows = [row(*found) for found in reader.store.query(_VERDICTS)]
    return Table("verdicts", "One row per verdict of a reference.", columns, rows)


def amounts(reader: Reader) -> Table:
    """Figures of references: nutrients in foods, and reference intakes."""

    def name(iri: object) -> tuple[Cell, Cell]:
        return plain(iri), reader.label(iri) if iri else None

    def row(
        id_: object,
        nutrient: object,
        food: object,
        measured: object,
        group: object,
        kind: object,
        value: object,
        unit: object,
        *rest: object,
    ) -> tuple[Cell, ...]:
        *figures, reference = rest
        return (
            *(plain(id_), *name(nutrient), *name(food), *name(measured), *name(group)),
            *(plain(kind), plain(value), plain(unit), *map(plain, figures), *name(reference)),
        )

    columns = (
        Column("id", "IRI of the amount; with food its key"),
        Column("nutrient", "CURIE of the nutrient"),
        Column("nutrient_label", "English label of the nutrient"),
        Column("food", "CURIE of a food of the graph that the measured food exemplifies"),
        Column("food_label", "English label of that food"),
        Column("measured_food", "IRI of the food as the reference measured it"),
        Column("measured_food_label", "its name in the reference"),
        Column("group", "IRI of the group of people for whom an intake is set"),
        Column("group_label", "the group: sex, age and authority"),
        Column("intake_kind", "which kind of reference intake"),
        Column("amount", "the figure, in the unit", "number"),
        Column("unit", "CURIE of the QUDT unit"),
        Column("per_grams", "grams of food in which it is contained", "integer"),
        Column("per_days", "days in which to take it", "integer"),
        Column("per_megajoules", "megajoules of energy eaten to which it applies", "integer"),
        Column("expressed_as", "the equivalents in which the reference counts, if it does"),
        Column("comment", "what the reference says besides"),
        Column("reference", "IRI of the reference"),
        Column("reference_label", "English label of the reference"),
    )
    rows = [row(*found) for found in reader.store.query(_AMOUNTS)]
    return Table(
        "amounts",
        "One row per figure of a reference, and per food of the graph.",
        columns,
        rows,
        ("id", "food"),
    )


def advice(reader: Reader) -> Table:
    """When to see a health professional, document by document: the red flags."""
    grounds = reader.many(_link("Advice", "hasClaim"))
    rows = []
    for id_, label, source, sign, whom, level in reader.store.query(_ADVICE):
        group = reader.claims_of(grounds[str(id_)])
        rows.append(
            (
                *(plain(id_), plain(label), plain(source), plain(sign), reader.label(sign)),
                *(plain(whom), reader.label(whom), reader.label(level) if level else None),
                *(joined(claim.iri for claim in group), cautions(group)),
            )
        )
    columns = (
        Column("id", "IRI of the advice"),
        Column("sentence", "the advice in words: sign, threshold, whom to see, document"),
        Column("source", "CURIE of the document"),
        Column("sign", "CURIE of the sign"),
        Column("sign_label", "English label of the sign"),
        Column("professional", "CURIE of whom to see"),
        Column("professional_label", "English label of whom to see"),
        Column("level", "how strongly the document advises it"),
        Column("claims", "the claims that say so"),
        _CAUTION,
    )
    return Table("advice", "One row per thing that a document advises.", columns, rows)


def sources(reader: Reader) -> Table:
    """The documents, known by their digests; their words are not part of the data."""
    columns = (
        Column("id", "CURIE of the document"),
        Column("file", "its file name"),
        Column("title", "what it is about, in our words"),
        Column("language", "its language"),
        Column("length", "its length in Unicode code points", "integer"),
        Column("kind", "what sort of document it is"),
        Column("sha256", "SHA-256 of the file"),
    )
    rows = [tuple(map(plain, row)) for row in reader.store.query(_SOURCES)]
    return Table("sources", "One row per document.", columns, rows)


MAKERS: dict[str, Callable[[Reader], Table]] = {
    make.__name__: make
    for make in (
        *(nodes, edges, claims, passages, disagreements, verdicts, amounts, advice, sources),
    )
}
"""Each table's name with what makes it."""


def tables(store: Queryable) -> list[Table]:
    """All tables, read at once."""
    reader = _Reader(store)
    return [make(reader) for make in MAKERS.values()]


def table(store: Queryable, name: str) -> Table:
    """One table by name.

    :raises ParameterError: if there is no such table.
    """
    if name not in MAKERS:
        raise ParameterError(f"No table is named '{name}'. There are {', '.join(MAKERS)}.")
    return MAKERS[name](_Reader(store))
