"""What the axioms entail: each defined class and chain, each disjointness, rules against rules."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import rdflib

import twitchkg
from twitchkg import conclusions, derive, layout, resources, store
from twitchkg.entailment import TYPE, Axioms, Entailed
from twitchkg.namespaces import OWL, PREFIXES, RDFS, TWD, TWK
from twitchkg.terms import Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from twitchkg.results import Triple

SCHEMA = [path for path in resources.ontology_files() if "schema" in Path(path).parts]
HEADER = "\n".join(f"PREFIX {name}: <{iri}>" for name, iri in PREFIXES.items())
HEADER += "\nPREFIX : <https://example.org/>\n"


def triples(turtle: str, folder: Path) -> list[Triple]:
    path = folder / "facts.ttl"
    path.write_text(HEADER + turtle, encoding="utf-8")
    return store.parse(str(path))


@pytest.fixture(scope="module")
def schema() -> list[Triple]:
    return [triple for path in SCHEMA for triple in store.parse(path)]


def entailed(schema: list[Triple], facts: list[Triple]) -> Entailed:
    return Entailed(Axioms([*schema, *facts]), facts)


def twk(name: str) -> Term:
    return Term.iri(TWK + name)


X = Term.iri("https://example.org/x")
# Each defined class: what makes :x belong to it, and one statement without which it does not.
MEMBERS = {
    "CauseDirectedMeasure": (
        ":x a twk:RestMeasure . :t a twk:TwitchType . :s twk:canCause :t .",
        ":x twk:canRelieve :s .",
    ),
    "ConditionOfUnknownCause": (":x a twk:Condition .", ":x twk:lacksTrait twk:hasKnownCause ."),
    "ConfusableTwitch": (
        ":x a twk:TwitchType . :t a twk:TwitchType .",
        ":t twk:isDistinctFrom :x .",
    ),
    "ExaminationOnlyTwitch": (
        ":x a twk:TwitchType ; twk:lacksTrait twk:canBeFelt .",
        ":x twk:isDetectedBy :emg .",
    ),
    "FoodAgainstDeficiency": (
        ":l twk:isDeficiencyOf :n ; twk:canCause :t . :n a twk:Nutrient . :t a twk:TwitchType .",
        ":x twk:supplies :n .",
    ),
    "GroupAtRisk": (
        ":x a twk:Population . :l twk:isDeficiencyOf :n ; twk:canCause :t . :n a twk:Nutrient . "
        ":t a twk:TwitchType .",
        ":x twk:increasesNeedFor :n .",
    ),
    "ImperceptibleTwitch": (":x a twk:TwitchType .", ":x twk:lacksTrait twk:canBeFelt ."),
    "LateTwitchingCondition": (":t a twk:TwitchType .", ":x twk:hasLateSymptom :t ."),
    "LimbMovingTwitch": (":x a twk:TwitchType .", ":x twk:canMoveBodyPart true ."),
    "MultiNutrientFood": (
        ":x twk:supplies :n, :m . :n owl:differentFrom :m . :n a twk:Nutrient . :m a twk:Nutrient ."
        ":l twk:isDeficiencyOf :n ; twk:canCause :t . :k twk:canCause :t . :t a twk:TwitchType .",
        ":k twk:isDeficiencyOf :m .",
    ),
    "MultipathCause": (
        ":x twk:canCause :y . :y twk:canCause :t . :t a twk:TwitchType .",
        ":x twk:canCause :t .",
    ),
    "NerveRelatedCause": (
        ":x twk:hasSymptom :t . :t a twk:TwitchType . :n a twk:NervousStructure . "
        ":part twk:isPartOf :n .",
        ":x twk:involvesStructure :part .",
    ),
    "NutrientDeficiency": (":n a twk:Nutrient .", ":x twk:isDeficiencyOf :n ."),
    "NutritionRelatedTwitch": (
        ":x a twk:TwitchType . :l twk:isDeficiencyOf :n . :n a twk:Nutrient .",
        ":l twk:canCause :x .",
    ),
    "RedFlagSign": (":t a twk:TwitchType .", ":x twk:isRedFlagFor :t ."),
    "SituationalTwitch": (":x a twk:TwitchType .", ":x twk:occursDuring :s ."),
    "StillTwitch": (":x a twk:TwitchType .", ":x twk:lacksTrait twk:canMoveBodyPart ."),
    "TwitchRelevantNutrient": (
        ":x a twk:Nutrient . :l twk:isDeficiencyOf :x . :t a twk:TwitchType .",
        ":l twk:canCause :t .",
    ),
    "TwitchTriggeringFood": (
        ":x a twk:Beverage ; twk:contains :s . :t a twk:TwitchType .",
        ":s twk:canCause :t .",
    ),
    "TwitchingCondition": (":t a twk:TwitchType .", ":x twk:hasSymptom :t ."),
    "TwitchingDeficiency": (
        ":x twk:isDeficiencyOf :n . :n a twk:Nutrient . :t a twk:TwitchType .",
        ":x twk:canCause :t .",
    ),
    "UpstreamCause": (
        ":x twk:canCause :c . :c twk:hasSymptom :t .",
        ":t a twk:TwitchType .",
    ),
}
EDGES = {
    "canCauseThroughContent": ":x twk:contains :s . :s twk:canCause :y .",
    "canIndirectlyCause": ":x twk:canCause :a . :a twk:hasSymptom :b . :b twk:canCause :y .",
    "canOccurWithin": ":x twk:affectsSite :a . :a twk:isPartOf :b . :b twk:isPartOf :y .",
    "involvesWithin": ":x twk:involvesStructure :a . :a twk:isPartOf :y .",
    "isToldApartFrom": ":y twk:isDistinctFrom :x .",
    "mayAvert": ":x twk:avoids :a . :a twk:canCause :y .",
    "mayHelpAgainst": ":x twk:supplies :n . :l twk:isDeficiencyOf :n ; twk:canCause :y .",
    "maySupport": ":x twk:supplies :n . :n twk:supportsFunction :y .",
    "raisesRiskOf": ":x twk:increasesNeedFor :n . :y twk:isDeficiencyOf :n .",
}


def test_every_defined_class_has_a_case(schema: list[Triple]) -> None:
    defined = {s.value for s, p, o in schema if p.value == OWL + "equivalentClass"}
    assert {TWK + name for name in MEMBERS} == defined
    assert len(defined) >= 15


@pytest.mark.parametrize("name", MEMBERS)
def test_members_of_defined_classes(schema: list[Triple], tmp_path: Path, name: str) -> None:
    facts, last = MEMBERS[name]
    member = (X, TYPE, twk(name))
    assert member in entailed(schema, triples(facts + last, tmp_path))
    assert member not in entailed(schema, triples(facts, tmp_path))


@pytest.mark.parametrize("apart", ["bc", "bd", "cd"])
def test_any_two_values_count_that_are_told_apart(
    schema: list[Triple], tmp_path: Path, apart: str
) -> None:
    """Of three nutrients, two are known to be different; the third may be one of them."""
    facts = ":t a twk:TwitchType ." + "".join(
        f":x twk:supplies :{n} . :{n} a twk:Nutrient . :l{n} twk:isDeficiencyOf :{n} ; "
        "twk:canCause :t ."
        for n in "bcd"
    )
    last = f":{apart[0]} owl:differentFrom :{apart[1]} ."
    member = (X, TYPE, twk("MultiNutrientFood"))
    assert member in entailed(schema, triples(facts + last, tmp_path))
    assert member not in entailed(schema, triples(facts, tmp_path))


@pytest.mark.parametrize("name", EDGES)
def test_concluded_edges(schema: list[Triple], tmp_path: Path, name: str) -> None:
    edge = (X, twk(name), Term.iri("https://example.org/y"))
    facts = triples(EDGES[name], tmp_path)
    found = entailed(schema, facts)
    assert edge in found.proofs
    leaves = [found.leaves(proof) for proof in found.proofs[edge]]
    assert sorted(leaves[0]) == sorted(facts)
    for missing in facts:
        assert edge not in entailed(schema, [fact for fact in facts if fact != missing])


def test_every_chain_has_a_case(schema: list[Triple]) -> None:
    axioms = Axioms(schema)
    made = {s for s, p, o in schema if o == twk("ConclusionPredicate") and p == TYPE}
    from_claims = {twk(name) for name in ("hasLateSymptom", "isRedFlagFor", "lacksTrait")}
    assert made - from_claims == {twk(name) for name in EDGES}
    assert {head for head, _, _ in axioms.chains} < made


def test_no_axiom_concludes_in_a_property_that_claims_use(kg: twitchkg.KnowledgeGraph) -> None:
    rows = kg.query(
        "SELECT ?s ?p ?o WHERE { GRAPH <https://w3id.org/twitchkg/graph/derived/inferred> "
        "{ ?s ?p ?o } ?p a twk:ClaimPredicate }"
    )
    assert len(rows) == 0


CLASHES = {
    "asymmetric": ":a twk:isPartOf :b . :b twk:isPartOf :a .",
    "irreflexive": ":a twk:isPartOf :a .",
    "irreflexive subproperty": ":a twk:isDistinctFrom :a .",
    "opposite of itself": ":a twk:isOppositeOf :a .",
    "subtype of itself": ":a twk:isSubtypeOf :a .",
    "functional": ":a twk:isDeficiencyOf :b, :c . :b owl:differentFrom :c .",
    "functional, not the first": ":a twk:isDeficiencyOf :b, :c, :d . :c owl:differentFrom :d .",
    "functional excess": ":a twk:isExcessOf :b, :c . :b owl:differentFrom :c .",
    "functional value": "twd:rare twk:rank 1, 2 .",
    "range and class": ":a twk:supplies :b . :b a twk:Food .",
    "conclusion claimed": ":p a twk:ConclusionPredicate, twk:ClaimPredicate .",
}


@pytest.mark.parametrize("name", CLASHES)
def test_clashes_are_caught(schema: list[Triple], tmp_path: Path, name: str) -> None:
    assert entailed(schema, triples(CLASHES[name], tmp_path)).clashes


def test_every_disjointness_is_caught_when_broken(schema: list[Triple]) -> None:
    axioms = Axioms(schema)
    assert len(axioms.disjoint) > 200
    facts = []
    for number, (one, other, _) in enumerate(axioms.disjoint):
        node = Term.iri(f"https://example.org/{number}")
        facts += [(node, TYPE, one), (node, TYPE, other)]
    clashing = {
        premise[0].value for clash in Entailed(axioms, facts).clashes for premise in clash.premises
    }
    assert clashing >= {fact[0].value for fact in facts}
    assert not Entailed(axioms, facts[::2]).clashes


def test_sufficient_conditions_repeat_the_definitions(schema: list[Triple]) -> None:
    """What rule engines read says the same as the definition, but for counting."""
    axioms = Axioms(schema)
    equivalent = {
        s.value: axioms.form(o) for s, p, o in schema if p.value == OWL + "equivalentClass"
    }
    sufficient = {
        o.value: axioms.form(s)
        for s, p, o in schema
        if s.kind == "bnode" and p.value == RDFS + "subClassOf"
    }
    assert set(equivalent) - set(sufficient) == {TWK + "MultiNutrientFood"}
    assert {name: equivalent[name] for name in sufficient} == sufficient
    assert len(axioms.repeated()) > 5 * len(sufficient)


# --- The inferred graph ------------------------------------------------------------


def test_the_bundled_graph_is_consistent_by_the_rules() -> None:
    axioms, facts = conclusions.given(_given())
    found = Entailed(axioms, facts)
    assert found.clashes == []
    assert len(found.proofs) > 500


def test_stable_conclusions(kg: twitchkg.KnowledgeGraph) -> None:
    for subject, predicate, value in (
        ("fibrillation", "a", "ImperceptibleTwitch"),
        ("fibrillation", "a", "ExaminationOnlyTwitch"),
        ("myoclonus", "a", "LimbMovingTwitch"),
        ("fasciculation", "a", "NutritionRelatedTwitch"),
        ("magnesium", "a", "TwitchRelevantNutrient"),
        ("pumpkin-seed", "a", "MultiNutrientFood"),
        ("pregnant-women", "a", "GroupAtRisk"),
        ("magnesium-deficiency", "a", "TwitchingDeficiency"),
    ):
        assert kg.query(f"ASK {{ twd:{subject} {predicate} twk:{value} }}").boolean, subject
    for edge in (
        "twd:pumpkin-seed twk:mayHelpAgainst twd:muscle-twitching",
        "twd:fasciculation twk:canOccurWithin twd:head",
        "twd:yoga twk:mayAvert twd:muscle-twitching",
    ):
        assert kg.query(f"ASK {{ {edge} }}").boolean, edge


def test_an_inference_names_what_it_rests_on(kg: twitchkg.KnowledgeGraph) -> None:
    rows = kg.query(
        """
        SELECT DISTINCT ?nutrient ?predicate
        WHERE {
          ?inference a twk:Inference ; twk:subject twd:pumpkin-seed ;
            twk:predicate twk:mayHelpAgainst ; twk:object twd:muscle-twitching ;
            twk:through ?nutrient ; twk:restsOn/twk:predicate ?predicate .
          ?nutrient a twk:Nutrient .
        }
        """
    )
    found = {(str(row[0]).removeprefix(TWD), str(row[1]).removeprefix(TWK)) for row in rows}
    predicates = ("canCause", "isDeficiencyOf", "supplies")
    assert found >= set(itertools.product(("calcium", "magnesium", "potassium"), predicates))


def test_every_inferred_triple_has_an_inference(kg: twitchkg.KnowledgeGraph) -> None:
    inferred = "https://w3id.org/twitchkg/graph/derived/inferred"
    total = kg.query(
        f"SELECT ?s ?p ?o WHERE {{ GRAPH <{inferred}> {{ ?s ?p ?o }} "
        "FILTER(STRSTARTS(STR(?s), STR(twd:))) }"
    )
    assert len(total) > 300
    lacking = kg.query(
        f"""
        SELECT ?s ?p ?o WHERE {{
          GRAPH <{inferred}> {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), STR(twd:))) }}
          FILTER NOT EXISTS {{ ?i twk:subject ?s ; twk:inferredClass ?o ; twk:restsOn ?any
            FILTER(?p = rdf:type) }}
          FILTER NOT EXISTS {{ ?i twk:subject ?s ; twk:predicate ?p ; twk:object ?o ;
            twk:restsOn ?any }}
        }}
        """
    )
    assert lacking.rows == []
    hanging = kg.query(
        "SELECT ?i ?x WHERE { ?i a twk:Inference ; twk:restsOn ?x "
        "FILTER NOT EXISTS { ?x twk:subject ?s ; twk:predicate ?p } }"
    )
    assert hanging.rows == []


def test_the_build_does_not_depend_on_order() -> None:
    one, other = _given(), _given(reverse=True)
    for make in (conclusions.inferred, conclusions.different, derive.qualified):
        assert layout.render(make(one)) == layout.render(make(other))


def _given(reverse: bool = False) -> store.Store:
    paths = [p for p in resources.ontology_files() if "derived" not in Path(p).parent.name]
    return store.of_files(paths[::-1] if reverse else paths)


def test_owlrl_reaches_the_same() -> None:
    """An OWL 2 RL engine of other people, over what is within RL, but for the rows that count."""
    owlrl = pytest.importorskip("owlrl", reason="owlrl is not here: pip install twitchkg[test]")
    axioms, facts = conclusions.given(_given())
    graph = rdflib.Graph()
    defined = next(path for path in SCHEMA if path.endswith("defined.ttl"))
    schema = [t for path in SCHEMA if path != defined for t in store.parse(path)]
    nt = store.serialize([*schema, *facts, *conclusions.different(_given())], "ntriples")
    graph.parse(data=nt, format="ntriples")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    theirs = {(str(s), str(p), str(o)) for s, p, o in graph}
    ours = Entailed(axioms, facts).proofs
    missing = {
        (s.value, p.value, o.value) for s, p, o in ours if (s.value, p.value, o.value) not in theirs
    }
    counted = {row for row in missing if row[2] == TWK + "MultiNutrientFood"}
    assert counted, "only a reasoner that counts finds these"
    assert missing == counted
    names = {node.value for fact in facts for node in fact if node.kind == "iri"}
    predicates = {p.value for _, p, _ in [*ours, *facts]}
    known = {(s.value, p.value, o.value) for s, p, o in [*ours, *facts]}
    extra = {
        row
        for row in theirs - known
        if row[0] in names
        and row[1] in predicates
        and row[2].startswith(TWK)
        and row[0].startswith(TWD)
    }
    assert extra == set()
