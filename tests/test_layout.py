"""The house's Turtle layout: exact texts, round trips of nasty graphs, comments."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TypeAlias

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st

from twitchkg.errors import DataError
from twitchkg.layout import leading_comments, render, stray_comments
from twitchkg.namespaces import PREFIXES
from twitchkg.terms import BNODE, IRI, LITERAL, RDF_LANG_STRING, XSD, XSD_STRING, Term

Triple: TypeAlias = tuple[Term, Term, Term]

FILES = sorted((Path(__file__).parent.parent / "ontology").rglob("*.ttl"))
HEADER = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
EX = Term.iri("http://example.org/x")
P = Term.iri("http://example.org/p")
Q = Term.iri("http://example.org/q")


def as_term(term: object) -> Term:
    if isinstance(term, ox.NamedNode):
        return Term(IRI, term.value)
    if isinstance(term, ox.BlankNode):
        return Term(BNODE, term.value)
    assert isinstance(term, ox.Literal)
    if term.language:
        return Term.string(term.value, term.language)
    datatype = term.datatype.value
    return Term(LITERAL, term.value, "" if datatype == XSD_STRING else datatype)


def parsed(text: str) -> list[Triple]:
    """The triples of a Turtle text, in the order in which they stand there."""
    quads = ox.parse(text.encode(), format=ox.RdfFormat.TURTLE)
    return [(as_term(q.subject), as_term(q.predicate), as_term(q.object)) for q in quads]


def with_prefixes(body: str) -> list[Triple]:
    return parsed(HEADER + body)


def comparable(triples: list[Triple]) -> ox.Dataset:
    """A dataset that equals another one if the two are isomorphic."""

    def node(term: Term) -> ox.NamedNode | ox.BlankNode | ox.Literal:
        if term.kind == IRI:
            return ox.NamedNode(term.value)
        if term.kind == BNODE:
            return ox.BlankNode(term.value)
        # The lexical form goes into a string of its own, so that no value is compared instead.
        return ox.Literal("|".join((term.value, term.language, term.datatype)))

    dataset = ox.Dataset()
    for subject, predicate, value in triples:
        start, middle = node(subject), node(predicate)
        assert isinstance(start, (ox.NamedNode, ox.BlankNode))
        assert isinstance(middle, ox.NamedNode)
        dataset.add(ox.Quad(start, middle, node(value)))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def renamed(triples: list[Triple], prefix: str) -> list[Triple]:
    """The same graph with other names for its blank nodes."""

    def node(term: Term) -> Term:
        return Term(BNODE, prefix + term.value) if term.kind == BNODE else term

    return [(node(s), p, node(o)) for s, p, o in triples]


def check(triples: list[Triple], order: str = "sorted") -> str:
    """The text, once it has proved to be the same graph and to stay as it is."""
    text = render(triples, order=order)
    again = parsed(text)
    if any(term.kind == BNODE for triple in triples for term in triple):
        assert comparable(again) == comparable(triples)
    else:
        assert set(again) == set(triples)
    assert render(again, order=order) == text
    return text


def body(text: str) -> str:
    """The text without its prefixes and headings."""
    lines = [line for line in text.splitlines() if not line.startswith(("@prefix", "# ---"))]
    return "\n".join(lines).strip()


def value(term: Term) -> str:
    """How a term is written as the one value of a triple."""
    return body(check([(EX, P, term)])).split("p> ", 1)[1].removesuffix(" ;\n    .")


# --- Exact texts ---

SCHEMA = """\
# twitchkg schema: claim
# What a source says.

@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix HP: <http://purl.obolibrary.org/obo/HP_> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix twd: <https://w3id.org/twitchkg/id/> .
@prefix twk: <https://w3id.org/twitchkg/ontology/> .
@prefix twsrc: <https://w3id.org/twitchkg/source/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<https://w3id.org/twitchkg/module/claim>
    a owl:Ontology ;
    dcterms:title "twitchkg schema: claim"@en ;
    .

# --- Classes -----------------------------------------------------------

twk:Claim
    a owl:Class ;
    rdfs:label "claim"@en ;
    skos:altLabel "report"@en ;
    skos:altLabel "statement"@en ;
    skos:definition "A statement that one source makes."@en ;
    rdfs:subClassOf twk:Statement ;
    rdfs:subClassOf [
        a owl:Restriction ;
        owl:onProperty twk:isFoundIn ;
        owl:someValuesFrom twk:Passage ;
    ] ;
    skos:scopeNote "Sources that agree make several."@en ;
    dcterms:source <https://example.org/guide> ;
    skos:closeMatch HP:0000001 ;
    rdfs:isDefinedBy <https://w3id.org/twitchkg/module/claim> ;
    owl:deprecated true ;
    dcterms:isReplacedBy twk:Statement ;
    .

# --- Object properties -------------------------------------------------

twk:isDistinctFrom
    a owl:ObjectProperty ;
    a owl:SymmetricProperty ;
    a twk:ClaimPredicate ;
    rdfs:domain twk:Entity ;
    rdfs:range twk:Entity ;
    .

# --- Datatype properties -----------------------------------------------

twk:durationDays
    a owl:DatatypeProperty ;
    rdfs:range xsd:integer ;
    .

# --- Annotation properties ---------------------------------------------

dcterms:source
    a owl:AnnotationProperty ;
    .

# --- Individuals -------------------------------------------------------

twsrc:000
    a twk:Source ;
    .

<https://w3id.org/twitchkg/source/000#char=1,2>
    a twk:Passage ;
    .

twd:almond
    a twk:Food ;
    twk:rank 2 ;
    twk:rank 10 ;
    twk:share 0.50 ;
    .

# --- Axioms ------------------------------------------------------------

[
    a owl:AllDisjointClasses ;
    owl:members (
        twk:AnatomicalStructure
        twk:BodyFunction
        twk:CauseCategory
        twk:Substance
    ) ;
] .

[
    a owl:AllDisjointClasses ;
    owl:members ( twk:AdviceLevel twk:Certainty twk:Frequency ) ;
] .
"""

CLAIMS = """\
# twitchkg claims: 000

@prefix biolink: <https://w3id.org/biolink/vocab/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix twc: <https://w3id.org/twitchkg/claim/> .
@prefix twd: <https://w3id.org/twitchkg/id/> .
@prefix twk: <https://w3id.org/twitchkg/ontology/> .
@prefix twsrc: <https://w3id.org/twitchkg/source/> .

<https://w3id.org/twitchkg/module/claims/000>
    a owl:Ontology ;
    .

# --- Claims ------------------------------------------------------------

twc:000-0042
    a twk:Claim ;
    dcterms:source twsrc:000 ;
    twk:subject twd:magnesium-deficiency ;
    twk:predicate twk:canCause ;
    twk:object twd:muscle-twitching ;
    twk:isNegated false ;
    twk:isFoundIn <https://w3id.org/twitchkg/source/000#char=12,20> ;
    twk:isFoundIn <https://w3id.org/twitchkg/source/000#char=7,9> ;
    twk:certainty twd:possible ;
    twk:frequency twd:rare ;
    twk:atSite twd:eyelid ;
    twk:inPopulation twd:adults ;
    twk:durationDays 21 ;
    twk:isReasonFor twc:000-0007 ;
    twk:hasCaution twd:doubt ;
    twk:zeal 1 ;
    skos:editorialNote "Read twice."@en ;
    biolink:agent_type "automated_agent" ;
    prov:wasAttributedTo twd:reading-agent ;
    .

twc:000-0007
    a twk:Claim ;
    dcterms:source twsrc:000 ;
    twk:subject twd:fasciculation ;
    twk:predicate twk:isPainful ;
    twk:objectValue true ;
    twk:isNegated true ;
    twk:accompanyingSign twd:weakness ;
    .
"""

SHAPES = '''\
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix twk: <https://w3id.org/twitchkg/ontology/> .
@prefix tws: <https://w3id.org/twitchkg/shapes/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

# --- Shapes ------------------------------------------------------------

tws:PassageShape
    a sh:NodeShape ;
    rdfs:label "passage shape"@en ;
    sh:targetClass twk:Passage ;
    sh:ignoredProperties () ;
    sh:property tws:PassageShape-source ;
    sh:property tws:PassageShape-start ;
    sh:sparql tws:PassageShape-order ;
    .

tws:PassageShape-order
    a sh:SPARQLConstraint ;
    sh:select """
SELECT $this ?end
WHERE {
  $this oa:end ?end .
  FILTER(?end < 1 && "a\\\\d" != 'b')
}
""" ;
    sh:severity sh:Violation ;
    sh:message "{$this} ends at {?end}."@en ;
    .

tws:PassageShape-source
    a sh:PropertyShape ;
    sh:path ( dcterms:isPartOf [
        sh:inversePath dcterms:hasPart ;
    ] ) ;
    .

tws:PassageShape-start
    a sh:PropertyShape ;
    sh:path oa:start ;
    sh:datatype xsd:integer ;
    sh:minInclusive 0 ;
    sh:minCount 1 ;
    sh:maxCount 1 ;
    sh:severity sh:Violation ;
    sh:message "A passage must have one start."@en ;
    .
'''.replace(
    """( dcterms:isPartOf [
        sh:inversePath dcterms:hasPart ;
    ] ) ;""",
    """(
        dcterms:isPartOf
        [
            sh:inversePath dcterms:hasPart ;
        ]
    ) ;""",
)


@pytest.mark.parametrize(
    ("text", "order"),
    [(SCHEMA, "sorted"), (CLAIMS, "kept"), (SHAPES, "sorted")],
    ids=["schema", "claims", "shapes"],
)
def test_exact_text_from_shuffled_triples(text: str, order: str) -> None:
    triples = parsed(text)
    subjects = list(dict.fromkeys(triple[0] for triple in triples))
    for seed in range(10):
        random.Random(seed).shuffle(triples)
        if order == "kept":
            triples.sort(key=lambda triple: subjects.index(triple[0]))
        assert render(triples, comments=leading_comments(text), order=order) == text
    assert not stray_comments(text)
    assert leading_comments(render([], comments=leading_comments(text))) == leading_comments(text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_files_on_disk_round_trip(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    triples = parsed(text)
    assert triples
    assert stray_comments(text) == []
    sorted_text = check(triples)
    assert set(parsed(check(triples, "kept"))) >= {t for t in triples if bnodeless(t)}
    random.Random(1).shuffle(triples)
    assert render(triples) == sorted_text


def bnodeless(triple: Triple) -> bool:
    return all(term.kind != BNODE for term in triple)


def test_there_are_files_on_disk() -> None:
    assert len(FILES) > 15


def test_nothing_and_comments_alone() -> None:
    assert render([]) == ""
    assert render([], comments=["# only this"]) == "# only this\n"


def test_subjects_sort_by_local_name_even_where_it_makes_no_curie() -> None:
    names = ["twd:b", "twsrc:001", "<https://w3id.org/twitchkg/source/000/x>", "twk:B", "twsrc:000"]
    text = render(with_prefixes("".join(f"{name} rdfs:label 'x' .\n" for name in names)))
    subjects = [line for line in text.splitlines() if line.startswith(("tw", "<"))]
    assert subjects == [names[4], names[2], names[1], names[3], names[0]]


def test_same_local_name_in_two_bases_sorts_by_iri() -> None:
    text = render(with_prefixes("twk:same rdfs:label 'x' . twd:same rdfs:label 'x' ."))
    assert text.index("twd:same") < text.index("twk:same")


def test_unknown_predicates_follow_the_known_ones_of_their_block() -> None:
    lines = body(
        render(
            with_prefixes(
                "twd:a a twk:Food ; dcterms:source twd:s ; skos:notation 'n' ; spdx:checksum 'c' ; "
                "twk:zz 1 ; twk:aa 1 ; twk:isPartOf twd:b ; owl:sameAs twd:c ; "
                "skos:scopeNote 'n' ; "
                "<http://example.org/x> 1 ; skos:broader twd:d ; dcterms:created 'now' ."
            )
        )
    ).splitlines()
    predicates = [line.split()[0] for line in lines[1:-1]]
    assert (
        predicates
        == (
            "a owl:sameAs skos:broader skos:notation twk:isPartOf twk:aa twk:zz "
            "<http://example.org/x> skos:scopeNote dcterms:created dcterms:source spdx:checksum"
        ).split()
    )


def test_values_of_one_predicate_in_order() -> None:
    text = check(
        with_prefixes(
            "twd:a twk:v 10, 9, 'b'@en, 'b'@de, 'a', twk:z, twd:z, <http://example.org/>, "
            "true, 9.5 ."
        )
    )
    assert [line.split("twk:v ")[1][:-2] for line in body(text).splitlines()[1:-1]] == [
        "<http://example.org/>",
        "twd:z",
        "twk:z",
        "9",
        "9.5",
        "10",
        '"a"',
        '"b"@de',
        '"b"@en',
        "true",
    ]


def test_bad_arguments() -> None:
    with pytest.raises(ValueError, match="order 'random'"):
        render([], order="random")
    for comment in ("no hash", "# two\n<a> <b> <c> .", "# two\rlines"):
        with pytest.raises(ValueError, match="comment line"):
            render([], comments=[comment])


# --- IRIs and prefixes ---


@pytest.mark.parametrize(
    ("iri", "written"),
    [
        ("https://w3id.org/twitchkg/id/a.b-c_d", "twd:a.b-c_d"),
        ("http://purl.obolibrary.org/obo/HP_0002380", "HP:0002380"),
        ("https://w3id.org/twitchkg/id/_a-", "twd:_a-"),
        ("https://w3id.org/twitchkg/id/a..b", "twd:a..b"),
        ("https://w3id.org/twitchkg/id/", None),
        ("https://w3id.org/twitchkg/id/a.", None),
        ("https://w3id.org/twitchkg/id/-a", None),
        ("https://w3id.org/twitchkg/id/.a", None),
        ("https://w3id.org/twitchkg/id/a/b", None),
        ("https://w3id.org/twitchkg/id/a%2Fb", None),
        ("https://w3id.org/twitchkg/id/a,b;c", None),
        ("https://w3id.org/twitchkg/id/caf\u00e9", None),
        ("https://w3id.org/twitchkg/source/000#char=1,2", None),
        ("http://www.w3.org/1999/02/22-rdf-syntax-ns#nil", "()"),
    ],
)
def test_curies_only_where_simple(iri: str, written: str | None) -> None:
    assert value(Term.iri(iri)) == (written or f"<{iri}>")


def test_only_prefixes_that_turtle_allows() -> None:
    triples = [(EX, P, Term.iri("urn:a:b"))]
    for name in ("_", "a.", "-a", "1a", "a b"):
        assert body(render(triples, prefixes={name: "urn:a:"})).count("<urn:a:b>") == 1
    text = render(triples, prefixes={"": "http://example.org/", "b.c": "urn:a:", "u": "urn:"})
    assert text.startswith("@prefix : <http://example.org/> .\n@prefix b.c: <urn:a:> .\n\n")
    assert body(text) == ":x\n    :p b.c:b ;\n    ."
    assert parsed(text) == triples


# --- Literals ---


@pytest.mark.parametrize(
    ("term", "written"),
    [
        (Term.integer(21), "21"),
        (Term(LITERAL, "01", XSD + "integer"), "01"),
        (Term(LITERAL, "+5", XSD + "integer"), "+5"),
        (Term(LITERAL, "-0", XSD + "integer"), "-0"),
        (Term(LITERAL, "", XSD + "integer"), '""^^xsd:integer'),
        (Term(LITERAL, " 1", XSD + "integer"), '" 1"^^xsd:integer'),
        (Term(LITERAL, "1\n", XSD + "integer"), '"""1\n"""^^xsd:integer'),
        (Term(LITERAL, "\u0661", XSD + "integer"), '"\u0661"^^xsd:integer'),
        (Term(LITERAL, "1", XSD + "int"), '"1"^^xsd:int'),
        (Term.decimal("0.5"), "0.5"),
        (Term.decimal("-.50"), "-.50"),
        (Term.decimal("1."), '"1."^^xsd:decimal'),
        (Term.decimal("1"), '"1"^^xsd:decimal'),
        (Term(LITERAL, "1e6", XSD + "double"), '"1e6"^^xsd:double'),
        (Term.boolean(True), "true"),
        (Term(LITERAL, "1", XSD + "boolean"), '"1"^^xsd:boolean'),
        (Term(LITERAL, "TRUE", XSD + "boolean"), '"TRUE"^^xsd:boolean'),
        (Term.string("21"), '"21"'),
        (Term.string("twitch", "en-gb"), '"twitch"@en-gb'),
        (Term.string('a\\b"c\td\re\u2028'), r'"a\\b\"c\td\re\u2028"'),
        (Term.string("\x00\x07\x7f\x85\ufeff"), r'"\u0000\u0007\u007F\u0085\uFEFF"'),
        (Term.string('a\n\tb\\"'), '"""a\n\tb\\\\\\""""'),
        (Term.string('\n""""x"""'), '"""\n\\"\\"""x\\""\\""""'),
        (Term.string("a\r\nb"), '"""a\\r\nb"""'),
    ],
)
def test_literals(term: Term, written: str) -> None:
    assert value(term) == written


def test_typed_strings_are_plain_strings() -> None:
    typed = [
        Term(LITERAL, "a", XSD_STRING),
        Term.string("a"),
        Term(LITERAL, "a", RDF_LANG_STRING, "en"),
    ]
    assert body(render([(EX, P, term) for term in typed])).count("\n") == 3


# --- Blank nodes ---


@pytest.mark.parametrize(
    ("turtle", "expected"),
    [
        ("twd:a twk:p [] .", "twd:a\n    twk:p [] ;\n    ."),
        ("[ twk:p 1 ] twk:q 2 .", "[\n    twk:p 1 ;\n    twk:q 2 ;\n] ."),
        (
            "twd:a twk:p [ twk:q [ twk:r 1 ] ; twk:b 2 ] .",
            "twd:a\n    twk:p [\n        twk:b 2 ;\n        twk:q [\n            twk:r 1 ;\n"
            "        ] ;\n    ] ;\n    .",
        ),
        ("twd:a twk:p ( 1 ( 2 () ) 'x'@en ) .", 'twd:a\n    twk:p ( 1 ( 2 () ) "x"@en ) ;\n    .'),
        ("( 1 2 ) twk:p 3 .", "[\n    twk:p 3 ;\n    rdf:first 1 ;\n    rdf:rest ( 2 ) ;\n] ."),
        (
            "twd:a twk:p _:x ; twk:q _:x . _:x twk:r 1 .",
            "twd:a\n    twk:p _:b1 ;\n    twk:q _:b1 ;\n    .\n\n\n_:b1\n    twk:r 1 ;\n    .",
        ),
        (
            "_:x twk:p _:y . _:y twk:q _:x .",
            "_:b1\n    twk:q _:b2 ;\n    .\n\n_:b2\n    twk:p _:b1 ;\n    .",
        ),
        ("_:x twk:p _:x, [] .", "_:b1\n    twk:p [] ;\n    twk:p _:b1 ;\n    ."),
        ("twd:a twk:p _:x ; twk:q _:x .", "twd:a\n    twk:p _:b1 ;\n    twk:q _:b1 ;\n    ."),
    ],
)
def test_blank_nodes(turtle: str, expected: str) -> None:
    triples = with_prefixes(turtle)
    assert body(check(triples)) == expected
    check(triples, "kept")
    assert body(render(renamed(triples[::-1], "z"))) == expected


@pytest.mark.parametrize(
    "turtle",
    [
        "twd:a twk:p _:l . _:l rdf:first 1, 2 ; rdf:rest () .",
        "twd:a twk:p _:l . _:l rdf:first 1 ; rdf:rest (), twd:b .",
        "twd:a twk:p _:l . _:l rdf:first 1 ; rdf:rest twd:b .",
        "twd:a twk:p _:l . _:l rdf:first 1 ; rdf:rest 'x' .",
        "twd:a twk:p _:l . _:l rdf:first 1 ; rdf:rest _:l .",
        "twd:a twk:p _:l . _:l rdf:first 1 .",
        "twd:a twk:p _:l . _:l a rdf:List ; rdf:first 1 ; rdf:rest ( 2 ) .",
        "twd:a twk:p _:l . _:l rdf:first 1 ; rdf:rest _:m . _:m rdf:first 2 ; rdf:rest () . "
        "twd:b twk:p _:m .",
        "twd:a twk:p _:l . _:l rdf:first _:l ; rdf:rest () .",
        "rdf:nil a rdf:List ; rdf:rest () .",
    ],
)
def test_lists_that_are_none(turtle: str) -> None:
    check(with_prefixes(turtle))


def test_linked_blank_nodes_are_named_by_what_is_said_of_them() -> None:
    ring = [f"_:n{i} twk:next _:n{(i + 1) % 6} ; twk:rank {i % 3} ." for i in range(6)]
    shared = [f"_:n0 twk:first true . twd:a twk:p _:s{i} . twd:b twk:p _:s{i} ." for i in range(12)]
    triples = with_prefixes("\n".join(ring + shared))
    text = check(triples)
    assert check(triples[::-1]) == text
    only_ring = with_prefixes("\n".join([*ring, "_:n0 twk:first true ."]))
    assert len({render(renamed(only_ring, prefix)) for prefix in ("a", "z", "n1", "n9")}) == 1


def test_long_lists_are_written_and_deep_nesting_is_refused() -> None:
    items = " ".join(map(str, range(3000)))
    text = render(with_prefixes(f"twd:a twk:p ( {items} ) ."))
    assert render(parsed(text)) == text
    assert text.split()[-3003:-3] == items.split()
    check(with_prefixes(f"twd:a twk:p {'[ twk:p ' * 40}1{' ]' * 40} ."))
    with pytest.raises(DataError, match="nested too deep"):
        render(with_prefixes(f"twd:a twk:p {'[ twk:p ' * 3000}1{' ]' * 3000} ."))


# --- Any graph ---

BASES = [*PREFIXES.values(), "http://example.org/a", "urn:x:"]
PARTS = "a Z 0 9 . - _ ~ / : , ; ( ) ' ! $ & * + = @ %41 \u00e9 \u4e2d \u2028 true e5".split(" ")
iris = st.builds(
    lambda base, parts: Term.iri(base + "".join(parts)),
    st.sampled_from(BASES),
    st.lists(st.sampled_from(PARTS), max_size=5),
)
texts = st.one_of(
    st.text(max_size=8),
    st.lists(
        st.sampled_from(
            ['"', '""', '"""', "'", "\\", "\n", "\r", "\t", "#", "\\n", "\\u00", "a", "."]
        )
    ).map("".join),
)
numbers = st.from_regex(r"[+-]?[0-9]{0,3}\.?[0-9]{0,3}([eE][+-]?[0-9]{1,2})?", fullmatch=True)
typed = st.builds(
    lambda text, datatype: Term(LITERAL, text, datatype),
    numbers | texts | st.sampled_from(["true", "false", "1", "0", "INF", "NaN"]),
    st.sampled_from([XSD + name for name in "integer decimal double boolean int date".split()])
    | iris.map(lambda term: term.value),
).filter(lambda term: term.datatype not in (XSD_STRING, RDF_LANG_STRING))
tagged = st.builds(Term.string, texts, st.sampled_from(["en", "de-ch", "x-a", "zh-hant"]))
literals = typed | tagged | texts.map(Term.string)
bnodes = st.integers(0, 4).map(lambda number: Term(BNODE, f"n{number}"))
predicates = iris | st.sampled_from(
    [Term.iri(PREFIXES["rdf"] + name) for name in ("type", "first", "rest")] + [P, Q]
)
ground = st.lists(st.tuples(iris, predicates, iris | literals), max_size=12)
subjects = iris | bnodes
linked = st.lists(
    st.tuples(
        st.just(EX) | bnodes,
        st.sampled_from([P, Q, *(Term.iri(PREFIXES["rdf"] + n) for n in ("first", "rest"))]),
        bnodes | st.sampled_from([EX, Term.iri(PREFIXES["rdf"] + "nil"), Term.string("x")]),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(ground, st.randoms(use_true_random=False))
def test_any_graph_of_names_comes_back(triples: list[Triple], chance: random.Random) -> None:
    text = check(triples)
    check(triples, "kept")
    chance.shuffle(triples)
    assert render(triples) == text
    assert stray_comments(text) == []


@settings(deadline=None)
@given(linked, st.randoms(use_true_random=False))
def test_any_blank_nodes_come_back(triples: list[Triple], chance: random.Random) -> None:
    text = check(triples)
    check(triples, "kept")
    chance.shuffle(triples)
    assert render(triples) == text


@st.composite
def nested_turtle(draw: st.DrawFn) -> str:
    """Turtle of nested lists and blank nodes."""
    leaves = st.sampled_from(["twd:a", "1", "'x'@en", "[]", "()", "'a\\nb'", "_:s"])

    def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        items = st.lists(inner, min_size=1, max_size=4)
        return items.map(lambda texts: f"( {' '.join(texts)} )") | items.map(
            lambda texts: "[ " + " ; ".join(f"twk:p {text}" for text in texts) + " ]"
        )

    values = draw(st.lists(st.recursive(leaves, grown, max_leaves=12), min_size=1, max_size=4))
    subject = draw(st.sampled_from(["twd:x", "_:s", "[]"]))
    return f"{subject} twk:q {', '.join(values)} ."


@settings(deadline=None)
@given(nested_turtle())
def test_nested_blank_nodes_come_back(turtle: str) -> None:
    triples = with_prefixes(turtle)
    text = check(triples)
    assert render(triples[::-1]) == text
    assert "rdf:first" not in text or "_:b" in text


@settings(deadline=None)
@given(ground)
def test_rdflib_reads_the_same(triples: list[Triple]) -> None:
    # rdflib changes odd lexical forms as it reads, so it compares with its reading of N-Triples.
    lines = "".join(f"{' '.join(term.n3() for term in triple)} .\n" for triple in triples)
    lines = lines.replace("\u2028", "\\u2028")  # which rdflib takes for a line's end
    expected = rdflib.Graph().parse(data=lines, format="nt")
    assert set(rdflib.Graph().parse(data=render(triples), format="turtle")) == set(expected)


# --- Comments ---


@pytest.mark.parametrize(
    ("text", "leading", "stray"),
    [
        ("", [], []),
        ("# a\n#\n# b  \n\n@prefix x: <urn:x#> .\n", ["# a", "#", "# b"], []),
        ("\ufeff# a\r\n# b\r\n\r\n# c\r\n", ["# a", "# b"], [(4, "# c")]),
        ("\n\n  # a\n<urn:a> <urn:b> 1 . # c", ["# a"], [(4, "# c")]),
        ("<urn:a#b> <urn:c#d> <urn:\u00a0#e> .", [], []),
        ("<urn:a>#c\n<urn:b> 1 .", [], [(1, "#c")]),
        ("x:a x:b 'it#s', \"a#b\", 'a\\'#b', \"a\\\"#b\" .", [], []),
        ("x:a x:b '''a'#\n''#''', \"\"\"\n\"#\\\"\n#\"\"\", '' .#x", [], [(4, "#x")]),
        ("x:a x:b \"\", ''. # \"c\n# 'd\nx:a x:b x:c .", [], [(1, '# "c'), (2, "# 'd")]),
        ("x:a\\#b x:c\\'d x:e . #f", [], [(1, "#f")]),
        ("x:a x:b x:c#d\n.", [], [(1, "#d")]),
        ("x:a x:b 'c'@en#d\n, 'c'^^x:d#e\n.", [], [(1, "#d"), (2, "#e")]),
        ("# top\n# --- Classes ------\n# x\nx:a x:b 1 .\n# --- Axioms -", ["# top"], [(3, "# x")]),
        (
            "x:a x:b 1 .\n# --- Beware ---\n# --- Classes",
            [],
            [(2, "# --- Beware ---"), (3, "# --- Classes")],
        ),
        ("x:a x:b 1 .\r# x\r\n# y", [], [(2, "# x"), (3, "# y")]),
    ],
)
def test_comments(text: str, leading: list[str], stray: list[tuple[int, str]]) -> None:
    assert leading_comments(text) == leading
    assert stray_comments(text) == stray


@settings(deadline=None)
@given(ground, st.text(alphabet="ab#'\"<>\\.", max_size=8))
def test_a_comment_anywhere_is_found(triples: list[Triple], words: str) -> None:
    lines = render(triples).split("\n")
    text = "\n".join([*lines, f"# {words}"])
    found = [(len(lines) + 1, f"# {words}".rstrip())]
    assert stray_comments(text) == (found if triples else [])
