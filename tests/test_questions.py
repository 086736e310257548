"""Thirty questions of users, each answered by a named query or by one SPARQL query."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

import pytest
from conftest import SHARED

import twitchkg

Answer = set[tuple[str, ...]]
Rows = Callable[[twitchkg.KnowledgeGraph], Answer]
Only = dict[str, object]


class Question(NamedTuple):
    """What a user asks, how the graph is asked, and the answer: slugs, document keys, numbers.

    What is in ``optional`` may be part of the answer or not.
    """

    asked: str
    rows: Rows
    expected: Answer
    optional: Answer = set()  # noqa: RUF012


def short(value: object) -> str:
    """The last part of an IRI, or a value as text."""
    return str(value).rsplit("/", 1)[-1]


def named(name: str, *columns: str, only: Only | None = None, **params: object) -> Rows:
    """Some columns of a named query, from the rows in which other columns have given values."""

    def ask(kg: twitchkg.KnowledgeGraph) -> Answer:
        return {
            tuple(short(row[column]) for column in columns)
            for row in kg.query(name, **params)
            if all(short(row[column]) in accepted(value) for column, value in (only or {}).items())
        }

    return ask


def accepted(value: object) -> set[str]:
    return value if isinstance(value, set) else {str(value)}


def sparql(text: str) -> Rows:
    """All columns of one SPARQL query."""

    def ask(kg: twitchkg.KnowledgeGraph) -> Answer:
        return {tuple(short(value) for value in row) for row in kg.query(text)}

    return ask


def each(text: str) -> Answer:
    """Answers of one word each."""
    return {(word,) for word in text.split()}


KINDS_LISTED = """
    ?claim
      dcterms:source twsrc:000 ;
      twk:subject ?kind ;
      twk:predicate twk:isSubtypeOf ;
      twk:object twd:muscle-twitching ;
      twk:isNegated false ;
      twk:isFoundIn ?leadIn .
    ?sibling
      twk:isFoundIn ?leadIn ;
      twk:predicate twk:isSubtypeOf ;
      twk:object twd:muscle-twitching ;
      twk:subject ?otherKind .
    FILTER(?otherKind != ?kind)
"""
NAMED_MEDICINES = """
    ?claim
      twk:subject ?medicine ;
      twk:predicate twk:canCause ;
      twk:object twd:muscle-twitching ;
      twk:isNegated false .
    ?medicine
      a twk:Medication ;
      skos:broader twd:medication .
"""
AUTOIMMUNE = """
    ?claim
      twk:subject ?disease ;
      twk:predicate twk:isSubtypeOf ;
      twk:object twd:autoimmune-disease ;
      twk:isNegated false .
    ?disease twk:hasSymptom/rdf:type twk:TwitchType .
"""

QUESTIONS = {
    "R-1": Question(
        "Which movements does document 000 list as kinds of muscle twitching?",
        sparql(f"SELECT DISTINCT ?kind WHERE {{ {KINDS_LISTED} }}"),
        each("fibrillation fasciculation myoclonus tremor myokymia"),
    ),
    "R-2": Question(
        "Which groups of drugs or hormones are named that can make muscles twitch?",
        sparql(f"SELECT DISTINCT ?medicine WHERE {{ {NAMED_MEDICINES} }}"),
        each("corticosteroid oestrogen"),
    ),
    "R-3": Question(
        "Which diseases with twitching does a document itself call autoimmune?",
        named(
            "kinds-of-conditions",
            "condition",
            kind="autoimmune-disease",
            only={"twitching": True, "denied": False},
        ),
        each("multiple-sclerosis hashimoto-thyroiditis"),
    ),
    "R-4": Question(
        "What brings about both a lack of magnesium and one of vitamin D, says document 001?",
        named(
            "shared-causes",
            "cause",
            effect="magnesium-deficiency",
            otherEffect="vitamin-d-deficiency",
            source="twsrc:001",
        ),
        each("unbalanced-diet"),
    ),
    "R-5": Question(
        "At which sites within the lower limb does document 001 report twitching?",
        named(
            "sites-of-twitching",
            "named",
            site="lower-limb",
            movement="muscle-twitching",
            source="twsrc:001",
        ),
        each("leg calf thigh foot"),
        each("hip"),
    ),
    "R-6": Question(
        "The lack of which single nutrient does exactly one document link to twitching?",
        named("lacks-by-source-count", "deficiency", only={"documents": 1}),
        each("potassium-deficiency sodium-deficiency"),
        each("vitamin-deficiency"),
    ),
    "A-1": Question(
        "How many lines has the list of triggers that are no disease in document 000?",
        named(
            "causes-by-category",
            "line",
            category="non-disease-trigger",
            source="twsrc:000",
        ),
        each("47 48 49 50 51 52 53 54 55 56 57"),
    ),
    "A-2": Question(
        "Which drinks contain caffeine, says document 001?",
        named(
            "what-contains-what",
            "product",
            substance="caffeine",
            source="twsrc:001",
            only={"collective": False, "denied": False},
        ),
        each("coffee tea energy-drink"),
    ),
    "A-3": Question(
        "Which remedies work by warmth?",
        named("measures-by-kind", "measure", kind="twk:HeatMeasure"),
        each("warm-bath heating-pad"),
    ),
    "A-4": Question(
        "Which documents name no food that supplies a nutrient, other than food rich in it?",
        sparql("""
            SELECT ?source
            WHERE {
              ?source a twk:Source .
              FILTER NOT EXISTS {
                ?claim
                  dcterms:source ?source ;
                  twk:subject ?food ;
                  twk:predicate twk:supplies ;
                  twk:object ?nutrient ;
                  twk:isNegated false .
                ?food rdfs:label ?name .
                ?nutrient rdfs:label ?nutrientName .
                FILTER(LANG(?name) = "en" && LANG(?nutrientName) = "en")
                FILTER(!CONTAINS(?name, ?nutrientName))
              }
            }
        """),
        each("003 004"),
    ),
    "A-5": Question(
        "Which causes other than conditions are tied to the leg itself?",
        named("causes-by-site", "cause", site="leg", conditionsOnly=False),
        each("excessive-exercise dehydration nicotine magnesium-deficiency falling-asleep"),
        # Smoking and tobacco use are the nicotine of the answer in other words.
        each("smoking tobacco-use nutrient-deficiency stress lactic-acid-accumulation"),
    ),
    "A-6": Question(
        "Which activities do two documents or more recommend against stress, and how many do?",
        named(
            "remedies-by-source-count",
            "measure",
            "documents",
            target="stress",
            only={"heading": False, "documents": {"2", "3", "4", "5"}},
        ),
        {("yoga", "4"), ("meditation", "2"), ("exercise", "2")},
    ),
    "C-1": Question(
        "For which condition is twitching called the leading sign?",
        named(
            "symptom-roles",
            "condition",
            sign="muscle-twitching",
            role="leading-symptom",
            only={"denied": False},
        ),
        each("epilepsy"),
    ),
    "C-2": Question(
        "Where does the twitching of amyotrophic lateral sclerosis begin, says document 001?",
        named(
            "signs-by-stage",
            "site",
            condition="amyotrophic-lateral-sclerosis",
            stage="disease-onset",
            sign="muscle-twitching",
            source="twsrc:001",
        ),
        each("arm leg"),
    ),
    "C-3": Question(
        "Which conditions show both twitching and tingling?",
        named(
            "conditions-with-both-signs",
            "condition",
            sign="muscle-twitching",
            otherSign="tingling",
        ),
        each("radiculopathy herniated-disc"),
    ),
    "C-4": Question(
        "Which document names a speciality to consult, which one, and which therapies?",
        sparql("""
            SELECT DISTINCT ?source ?speciality ?therapy
            WHERE {
              ?visit
                dcterms:source ?source ;
                twk:subject twd:muscle-twitching ;
                twk:predicate twk:warrantsConsultationOf ;
                twk:object ?speciality .
              FILTER(?speciality NOT IN (twd:doctor, twd:health-professional))
              ?prescription
                dcterms:source ?source ;
                twk:subject ?therapy ;
                twk:predicate twk:isRecommendedFor ;
                twk:object twd:nervous-system-disorder ;
                twk:isNegated false .
            }
        """),
        {("002", "neurologist", "physiotherapy"), ("002", "neurologist", "psychotherapy")},
        {
            ("002", "neurologist", "medical-treatment"),
            ("002", "neurologist", "occupational-therapy"),
        },
    ),
    "C-5": Question(
        "Under which heading does each document file pinched nerves?",
        sparql("""
            SELECT DISTINCT ?source ?category
            WHERE {
              ?cause skos:broaderTransitive? twd:pinched-nerve .
              ?claim
                dcterms:source ?source ;
                twk:subject ?cause ;
                twk:predicate twk:isClassifiedAs ;
                twk:object ?category ;
                twk:isNegated false .
            }
        """),
        # Document 001 files conditions as risk factors.
        {("000", "non-disease-trigger"), ("001", "risk-factor"), ("002", "disease-cause")},
    ),
    "C-6": Question(
        "Which sign of vegetative dystonia in document 000 is a cause of twitching for another?",
        sparql("""
            SELECT DISTINCT ?sign
            WHERE {
              ?showing
                dcterms:source twsrc:000 ;
                twk:subject twd:vegetative-dystonia ;
                twk:predicate twk:hasSymptom ;
                twk:object ?sign ;
                twk:isNegated false .
              ?causing
                dcterms:source ?other ;
                twk:subject ?sign ;
                twk:predicate twk:canCause ;
                twk:object twd:muscle-twitching ;
                twk:isNegated false .
              FILTER(?other != twsrc:000)
            }
        """),
        each("anxiety"),
        each("nervousness"),
    ),
    "F-1": Question(
        "Which document calls twitching absolutely harmless?",
        named("words-used", "source", entity="harmless", only={"word": "absolutely harmless"}),
        each("003"),
    ),
    "F-2": Question(
        "Which document gives muscle 75 % of water, on which line, and to explain which cause?",
        sparql("""
            SELECT DISTINCT ?source ?line ?cause
            WHERE {
              ?figure
                twk:subject twd:muscle ;
                twk:predicate twk:waterContentPercent ;
                twk:objectValue 75 ;
                dcterms:source ?source ;
                twk:isFoundIn/twk:startLine ?line .
              ?explained
                dcterms:source ?source ;
                twk:predicate twk:canCause ;
                twk:object twd:muscle-twitching ;
                twk:subject ?cause ;
                twk:isFoundIn/twk:startLine ?line .
            }
        """),
        {("001", "39", "dehydration")},
    ),
    "F-3": Question(
        "Which document mentions neither caffeine nor what contains it, such as coffee?",
        named("who-is-silent", "source", entity="caffeine"),
        each("003"),
    ),
    "F-4": Question(
        "Which documents call the jerk on falling asleep harmless?",
        named(
            "outlook", "source", entity="hypnic-jerk", outlook="harmless", only={"denied": False}
        ),
        each("000 002 003"),
    ),
    "F-5": Question(
        "On which lines does document 001 affirm and deny that twitching can be prevented?",
        named(
            "prevention",
            "denied",
            "line",
            effect="muscle-twitching",
            measure="lifestyle-change",
            source="twsrc:001",
            only={"relation": "canPrevent"},
        ),
        {("False", "64"), ("True", "66")},
    ),
    "F-6": Question(
        "Which triggers that document 000 lists is no cause of twitching for any other?",
        named(
            "filed-causes-elsewhere",
            "cause",
            category="non-disease-trigger",
            source="twsrc:000",
            only={"othersRelated": 0},
        ),
        each("nutrient-excess sedentary-lifestyle"),
        each("mental-imbalance"),
    ),
    "P-1": Question(
        "What is radiculopathy in plain words?",
        named("words-used", "word", entity="radiculopathy", only={"denied": False}),
        {("pinched spinal nerve",)},
        each("radiculopathy"),
    ),
    "P-2": Question(
        "Which document says that smoking can make a leg twitch?",
        named("causes-by-site", "source", site="leg", cause="smoking"),
        each("001"),
    ),
    "P-3": Question(
        "Which documents advise to drink enough?",
        named("recommendations", "source", measure="drinking-water", only={"denied": False}),
        each("000 002 004"),
    ),
    "P-4": Question(
        "Which documents link tics or a tic disorder with muscle twitching?",
        sparql("""
            SELECT DISTINCT ?source
            WHERE {
              {
                ?disorder skos:broaderTransitive? twd:tic-disorder .
                ?claim
                  twk:subject ?disorder ;
                  twk:predicate twk:hasSymptom ;
                  twk:object twd:muscle-twitching .
              } UNION {
                ?claim
                  twk:subject twd:tic ;
                  twk:predicate twk:isSubtypeOf ;
                  twk:object twd:muscle-twitching .
              }
              ?claim
                twk:isNegated false ;
                dcterms:source ?source .
            }
        """),
        each("000 002 003"),
    ),
    "P-5": Question(
        "What can bring about twitching in the belly of somebody pregnant?",
        named(
            "claims-in-context",
            "subject",
            context="pregnancy",
            predicate="twk:canCause",
            only={"denied": False},
        ),
        each("magnesium-deficiency fetal-movement fetal-hiccups"),
    ),
    "P-6": Question(
        "Which substances may be short after hard exercise?",
        named(
            "imbalances-by-circumstance",
            "substance",
            only={
                "denied": False,
                "circumstance": {
                    *("after-exercise", "during-exercise", "excessive-exercise"),
                    *("intense-exercise", "physical-exertion"),
                },
            },
        ),
        each("magnesium calcium electrolyte"),
        each("water nutrient lactic-acid"),
    ),
}

# The same questions with identifiers of other vocabularies, which SKOS mappings give.
MATCH = "skos:exactMatch|skos:closeMatch"
IDENTIFIED = {
    "R-1": Question(
        "With the HPO id of each kind.",
        sparql(f"""
            SELECT DISTINCT ?kind ?id
            WHERE {{
              {KINDS_LISTED}
              ?kind {MATCH} ?id .
              FILTER(STRSTARTS(STR(?id), STR(HP:)))
            }}
        """),
        {
            ("fibrillation", "HP_0010546"),
            ("fasciculation", "HP_0002380"),
            ("myoclonus", "HP_0001336"),
            ("tremor", "HP_0001337"),
            ("myokymia", "HP_0002411"),
        },
    ),
    "R-2": Question(
        "With the ChEBI id of each group.",
        sparql(f"""
            SELECT DISTINCT ?medicine ?id
            WHERE {{
              {NAMED_MEDICINES}
              ?medicine {MATCH} ?id .
              FILTER(STRSTARTS(STR(?id), STR(CHEBI:)))
            }}
        """),
        {("corticosteroid", "CHEBI_50858"), ("oestrogen", "CHEBI_50114")},
    ),
    "R-3": Question(
        "With the Mondo id of each disease.",
        sparql(f"""
            SELECT DISTINCT ?disease ?id
            WHERE {{
              {AUTOIMMUNE}
              ?disease {MATCH} ?id .
              FILTER(STRSTARTS(STR(?id), STR(MONDO:)))
            }}
        """),
        {("multiple-sclerosis", "MONDO_0005301"), ("hashimoto-thyroiditis", "MONDO_0007699")},
    ),
    "R-4": Question(
        "With the two effects given by their HPO ids.",
        sparql(f"""
            SELECT DISTINCT ?cause
            WHERE {{
              ?effect {MATCH} HP:0002917 .
              ?otherEffect {MATCH} HP:0100512 .
              ?one
                twk:object ?effect ;
                twk:subject ?cause ;
                twk:predicate twk:canCause ;
                twk:isNegated false ;
                dcterms:source twsrc:001 .
              ?two
                twk:object ?otherEffect ;
                twk:subject ?cause ;
                twk:predicate twk:canCause ;
                twk:isNegated false ;
                dcterms:source twsrc:001 .
            }}
        """),
        each("unbalanced-diet"),
    ),
    "R-6": Question(
        "With the HPO id of the finding in the blood.",
        sparql(f"""
            SELECT ?deficiency ?id
            WHERE {{
              ?deficiency twk:isDeficiencyOf/rdf:type twk:Nutrient .
              ?deficiency {MATCH} ?id .
              FILTER(STRSTARTS(STR(?id), STR(HP:)))
              ?claim
                twk:subject ?deficiency ;
                twk:predicate twk:canCause ;
                twk:object/rdf:type twk:InvoluntaryMovement ;
                twk:isNegated false ;
                dcterms:source ?source .
            }}
            GROUP BY ?deficiency ?id
            HAVING(COUNT(DISTINCT ?source) = 1)
        """),
        {("potassium-deficiency", "HP_0002900"), ("sodium-deficiency", "HP_0002902")},
    ),
}


@pytest.mark.parametrize("key", QUESTIONS)
def test_questions(kg: twitchkg.KnowledgeGraph, key: str) -> None:
    question = QUESTIONS[key]
    found = question.rows(kg)
    assert question.expected <= found, question.asked
    assert found <= question.expected | question.optional, question.asked


@pytest.mark.parametrize("key", IDENTIFIED)
def test_questions_with_identifiers(kg: twitchkg.KnowledgeGraph, key: str) -> None:
    question = IDENTIFIED[key]
    found = question.rows(kg)
    assert question.expected <= found, question.asked
    wanted = {answer[0] for answer in question.expected}
    optional = {answer[0] for answer in QUESTIONS[key].optional}
    assert {answer[0] for answer in found} <= wanted | optional, question.asked


def test_entries_of_the_trigger_list(kg: twitchkg.KnowledgeGraph) -> None:
    """Eleven lines hold sixteen triggers: some lines name a group and its members."""
    result = kg.query("causes-by-category", category="non-disease-trigger", source="twsrc:000")
    assert len({row["line"] for row in result}) == 11
    assert len({row["cause"] for row in result}) == 16


def test_ranked_by_the_number_of_documents(kg: twitchkg.KnowledgeGraph) -> None:
    ranking = kg.query("remedies-by-source-count", target="stress")
    counts = [int(str(row["documents"])) for row in ranking]
    assert counts == sorted(counts, reverse=True)


def test_every_question_is_here() -> None:
    path = SHARED / "questions.jsonl"
    if not path.is_file():
        pytest.skip("the list of questions is not part of the project and is not here")
    asked = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    assert {question["id"] for question in asked} == set(QUESTIONS)
    with_ids = {q["id"] for q in asked if "mappings" in q["needs"]}
    assert with_ids - {"R-5"} == set(IDENTIFIED)
