"""Verdicts: how what references say bears on the claims that they can judge.

A verdict is given on a statement and on each claim that affirms it; denials are not judged. A
reference that has no record is silent, which says nothing against a claim.
"""

from __future__ import annotations

from twitchkg import derive, tables
from twitchkg.namespaces import BASE, DCTERMS, PREFIXES, RDF, RDFS, SKOS, TWD, TWK
from twitchkg.terms import Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from twitchkg.claims import Queryable
    from twitchkg.results import Triple

    Parents = Mapping[str, set[str]]

VERDICT = BASE + "verdict/"
TOO_GENERAL = 400
"""From this number of annotated diseases on, a condition is too general to be judged."""
REMEDY_PREDICATES = ("canPrevent", "canReduceLikelihoodOf", "canRelieve", "isRecommendedFor")
"""The predicates of claims that something helps against something."""
_BIOLINK = PREFIXES["biolink"]
_NAMED = 4  # as many phenotypes are named in a verdict's comment

_PAIRS = "SELECT DISTINCT ?from ?to WHERE {{ ?from <{0}> ?to }}"
_INSTANCES = "SELECT DISTINCT ?entity WHERE {{ ?entity a/rdfs:subClassOf* twk:{0} }}"
_LABELS = 'SELECT ?iri ?label WHERE { ?iri rdfs:label ?label FILTER(LANG(?label) = "en") }'
_AFFIRMED = """
SELECT DISTINCT ?subject ?predicate ?object ?claim
WHERE {{
  VALUES ?predicate {{ {0} }}
  ?claim a twk:Claim ; twk:subject ?subject ; twk:predicate ?predicate ; twk:object ?object ;
    twk:isNegated false .
  FILTER NOT EXISTS {{ ?claim owl:deprecated true }}
}}
ORDER BY ?subject ?predicate ?object ?claim
"""
_ROWS = """
SELECT ?row ?disease ?phenotype ?negated ?reference
WHERE {
  ?row a biolink:DiseaseToPhenotypicFeatureAssociation ; biolink:subject ?disease ;
    biolink:object ?phenotype ; biolink:negated ?negated ; dcterms:source ?reference .
}
ORDER BY ?row
"""
_COMPLETE = """
SELECT ?condition ?reference
WHERE {
  ?list twk:listsFormsOf ?condition ; twk:isComplete true ; dcterms:source ?reference .
}
"""
_FUNCTIONS = """
SELECT ?record ?nutrient ?function ?reference
WHERE {
  ?record a twk:AuthorisedFunction ; twk:ofFunction ?function ; dcterms:source ?reference .
  OPTIONAL { ?record twk:ofNutrient ?nutrient }
}
ORDER BY ?record
"""
_NO_PROOF = "It is no proof that {0} treats or prevents twitching."


class _Graph:
    """What both derivations read: the mappings, the hierarchies and the annotations."""

    def __init__(self, store: Queryable) -> None:
        self.store = store
        self.labels: dict[str, str] = {}
        for row in store.query(_LABELS):
            iri, label = str(row["iri"]), str(row["label"])
            self.labels[iri] = min(label, self.labels.get(iri, label))
        self.broader = self.pairs(SKOS + "broader")
        self.narrower = _turned(self.broader)
        self.above = self.pairs(_BIOLINK + "subclass_of")
        self.below = _turned(self.above)
        self.exact = self.pairs(SKOS + "exactMatch")
        self.close = self.pairs(SKOS + "closeMatch")
        self.narrow = self.pairs(SKOS + "narrowMatch")
        self.broad = self.pairs(SKOS + "broadMatch")
        self.related = self.pairs(SKOS + "relatedMatch")

    def pairs(self, property_: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for row in self.store.query(_PAIRS.format(property_)):
            found.setdefault(str(row[0]), set()).add(str(row[1]))
        return found

    def instances(self, class_: str) -> set[str]:
        return {str(row[0]) for row in self.store.query(_INSTANCES.format(class_))}

    def name(self, iri: str) -> str:
        return self.labels.get(iri, iri)

    def statements(self, predicates: Iterable[str]) -> dict[tuple[Term, Term, Term], list[Term]]:
        """The affirmed statements with these predicates, each with its claims."""
        found: dict[tuple[Term, Term, Term], list[Term]] = {}
        names = " ".join(f"twk:{name}" for name in predicates)
        for row in self.store.query(_AFFIRMED.format(names)).rows:
            subject, predicate, object_, claim = (term for term in row.terms if term)
            found.setdefault((subject, predicate, object_), []).append(claim)
        return found


class _Phenotypes:
    """The phenotypes and diseases that a reference annotates, and what these are counterparts of.

    Without a reference, those of all.
    """

    def __init__(self, graph: _Graph, reference: Term | None = None) -> None:
        self.graph = graph
        self.rows = [
            tuple(term for term in row.terms if term)
            for row in graph.store.query(_ROWS).rows
            if reference in (None, row.terms[4])
        ]
        self.terms = {row[2].value for row in self.rows} | {
            iri
            for pair in graph.above.items()
            for iri in (pair[0], *pair[1])
            if iri.startswith(PREFIXES["HP"])
        }
        self.diseases = {row[1].value for row in self.rows}
        self.listed = _turned(graph.pairs(TWK + "isFormOf"))
        self.complete = {
            str(row["condition"])
            for row in graph.store.query(_COMPLETE)
            if reference and row["reference"] == reference.value
        }

    def sign(self, entity: str) -> tuple[set[str], set[str], set[str]]:
        """The annotated phenotypes that are the same as a sign, all within it, and around it.

        Those within it are the same and the narrower ones; those around it, the others that are
        broader or close.
        """
        graph = self.graph
        same = graph.exact.get(entity, set()) & self.terms
        within: set[str] = set()
        for kind in (entity, *_reached({entity}, graph.narrower)):
            within |= graph.exact.get(kind, set()) | graph.narrow.get(kind, set())
        within &= self.terms
        within |= _reached(within, graph.below)
        close = graph.close.get(entity, set()) & self.terms
        close |= _reached(close, graph.below)
        broader = _reached(same, graph.above) | graph.broad.get(entity, set()) | close
        return same, within, (broader & self.terms) - within

    def forms(self, condition: str) -> set[str]:
        """The diseases that are forms of a condition: as listed, and by way of Mondo."""
        matched = self.graph.exact.get(condition, set()) | self.graph.narrow.get(condition, set())
        within = matched | _reached(matched, self.graph.below)
        by_mondo = {d for d in self.diseases if self.graph.exact.get(d, set()) & within}
        return self.listed.get(condition, set()) | by_mondo | (matched & self.diseases)


def counterparts(store: Queryable) -> list[Triple]:
    """Which phenotypes and diseases of references count as which movements and conditions."""
    graph = _Graph(store)
    phenotypes = _Phenotypes(graph)
    made: list[Triple] = []
    present = {(row[1].value, row[2].value) for row in phenotypes.rows if row[3].value == "false"}
    named: dict[str, set[str]] = {}
    for subject, _, object_ in graph.statements(["hasSymptom"]):
        forms = phenotypes.forms(subject.value)
        if len(forms) < TOO_GENERAL:
            named.setdefault(object_.value, set()).update(forms)
    for entity in graph.instances("InvoluntaryMovement"):
        _, within, _ = phenotypes.sign(entity)
        showing = {disease for disease, term in present if term in within}
        made += [
            (Term.iri(disease), tables.twk("alsoShows"), Term.iri(entity))
            for disease in showing - named.get(entity, set())
        ]
        made += [(Term.iri(term), tables.twk("countsAs"), Term.iri(entity)) for term in within]
    for condition in graph.instances("Condition"):
        forms = phenotypes.forms(condition)
        if len(forms) < TOO_GENERAL:
            made += [
                (Term.iri(form), tables.twk("isFormOf"), Term.iri(condition))
                for form in forms - phenotypes.listed.get(condition, set())
            ]
    return made


def verdicts(store: Queryable) -> list[Triple]:
    """The verdicts of the annotations, and of the authorised functions of nutrients."""
    graph = _Graph(store)
    return [*_of_annotations(graph), *_of_functions(graph), *_of_remedies(graph)]


def _of_annotations(graph: _Graph) -> list[Triple]:
    signs = graph.instances("InvoluntaryMovement")
    conditions = graph.instances("Condition")
    statements = graph.statements(["hasSymptom"])
    made: list[Triple] = []
    for reference in {row.terms[4] for row in graph.store.query(_ROWS).rows if row.terms[4]}:
        phenotypes = _Phenotypes(graph, reference)
        for statement, claims in statements.items():
            condition, sign = statement[0].value, statement[2].value
            if condition in conditions and sign in signs:
                outcome, comment, rows, counts = _judged(phenotypes, condition, sign)
                made += _verdict(statement, claims, reference, outcome, comment, rows)
                node = _verdict_iri(statement, reference)
                made += [(node, tables.twk(name), Term.integer(n)) for name, n in counts.items()]
    return made


def _judged(
    phenotypes: _Phenotypes, condition: str, sign: str
) -> tuple[str, str, list[Term], dict[str, int]]:
    """The outcome for a condition and a sign, in words, with the rows and numbers behind it."""
    name = phenotypes.graph.name
    forms = phenotypes.forms(condition)
    if not forms:
        return "not-comparable", f"The annotations list no form of {name(condition)}.", [], {}
    if len(forms) >= TOO_GENERAL:
        words = f"{name(condition)} is too general: the annotations are of single diseases."
        return "not-comparable", words[0].upper() + words[1:], [], {}
    same, within, around = phenotypes.sign(sign)
    if not within | around:
        words = f"No phenotype among the annotations kept here is a counterpart of {name(sign)}."
        return "not-comparable", words, [], {}
    rows = [row for row in phenotypes.rows if row[1].value in forms]
    present = [row for row in rows if row[3].value == "false"]
    complete = condition in phenotypes.complete
    looked_at = {"formsLookedAt": len(forms)} if complete else {}
    for outcome, wanted, shown in (
        ("agrees-exact", same, within),
        ("agrees-narrower", within, within),
        ("agrees-broader", around, around),
    ):
        if any(row[2].value in wanted for row in present):
            found = [row for row in present if row[2].value in shown]
            number = len({row[1] for row in found})
            counted = _counted(number, len(forms) if complete else 0)
            words = f"{counted} of {name(condition)}: {_named(phenotypes, found)}."
            counts = {**looked_at, "formsShowing": number}
            return outcome, words, [row[0] for row in found], counts
    absent = [row for row in rows if row[3].value == "true" and row[2].value in same | around]
    counts = {**looked_at, "formsShowing": 0}
    if absent:
        number = len({row[1] for row in absent})
        counted = _counted(number, len(forms) if complete else 0)
        words = f"Absent in {counted} of {name(condition)}, present in none."
        return "excluded", words, [row[0] for row in absent], counts
    if complete:
        words = (
            f"{_counted(0, len(forms))} of {name(condition)} show {name(sign)} in the annotations. "
            "That does not make the claim wrong: mostly rare, hereditary disease is annotated."
        )
        return "silent", words, [], counts
    words = f"Only some forms of {name(condition)} are listed, none of them with {name(sign)}."
    return "not-comparable", words, [], {}


def _counted(number: int, of: int) -> str:
    """So many forms, of so many where the list is complete (``of`` is not 0)."""
    if of == 0 or number == of == 1:
        return f"{number} form{'' if number == 1 else 's'}"
    return f"{number} of {of} form{'' if of == 1 else 's'}"


def _named(phenotypes: _Phenotypes, rows: list[tuple[Term, ...]]) -> str:
    """The phenotypes of some rows, each with its number of diseases, most frequent first."""
    showing: dict[str, set[Term]] = {}
    for row in rows:
        showing.setdefault(phenotypes.graph.name(row[2].value), set()).add(row[1])
    ordered = sorted(showing, key=lambda label: (-len(showing[label]), label))
    named = [f"{label} ({len(showing[label])})" for label in ordered[:_NAMED]]
    more = len(ordered) - _NAMED
    return ", ".join(named) + (f" and {more} more" if more > 0 else "")


def _of_functions(graph: _Graph) -> list[Triple]:
    records = [row.terms for row in graph.store.query(_FUNCTIONS).rows]
    covered = {TWD + name for name in ("mineral", "vitamin", "water")}
    nutrients = graph.instances("Nutrient")
    made: list[Triple] = []
    for statement, claims in graph.statements(["supportsFunction"]).items():
        nutrient, function = statement[0].value, statement[2].value
        if nutrient not in nutrients:
            continue
        for reference in {row[3] for row in records if row[3]}:
            best: dict[str, list[Term]] = {}
            related = False
            for record, of_nutrient, of_function, source in records:
                if source != reference:
                    continue
                assert record is not None
                assert of_function is not None
                relation = _function_relation(graph, of_function.value, function)
                related = related or bool(relation)
                of = of_nutrient.value if of_nutrient else ""
                same = of == nutrient
                if same or nutrient in _reached({of}, graph.broader):
                    outcome = {
                        "exact": "agrees-exact" if same else "agrees-narrower",
                        "narrower": "agrees-narrower",
                        "broader": "agrees-broader" if same else "",
                    }.get(relation, "")
                    if outcome:
                        best.setdefault(outcome, []).append(record)
            outcome, comment = _function_outcome(
                graph, nutrient, function, best, (covered, related)
            )
            made += _verdict(statement, claims, reference, outcome, comment, best.get(outcome, []))
    return made


def _function_relation(graph: _Graph, authorised: str, function: str) -> str:
    """How an authorised function relates to a bodily function; empty if in no way."""
    for relation, matches in (
        ("exact", graph.exact),
        ("broader", graph.narrow),
        ("narrower", graph.broad),
    ):
        if function in matches.get(authorised, set()):
            return relation
    return "related" if function in graph.related.get(authorised, set()) else ""


def _function_outcome(
    graph: _Graph,
    nutrient: str,
    function: str,
    best: dict[str, list[Term]],
    scope: tuple[set[str], bool],
) -> tuple[str, str]:
    """The outcome for a nutrient and a function, and the outcome in words."""
    covered, related = scope
    no_proof = _NO_PROOF.format(graph.name(nutrient))
    for outcome in ("agrees-exact", "agrees-narrower", "agrees-broader"):
        if outcome in best:
            named = ", ".join(sorted(graph.name(record.value) for record in best[outcome]))
            return outcome, f"Authorised: {named}. {no_proof}"
    around = {
        nutrient,
        *_reached({nutrient}, graph.broader),
        *_reached({nutrient}, graph.narrower),
    }
    if not related:
        words = f"The register's entries kept here do not speak of {graph.name(function)}."
        return "not-comparable", words
    if not covered & around:
        words = "The register's entries kept here are of minerals, vitamins and water, not of "
        return "not-comparable", f"{words}{graph.name(nutrient)}."
    words = (
        f"No function of {graph.name(nutrient)} is authorised that takes in or is a part of "
        f"{graph.name(function)}. That does not make it wrong."
    )
    return "silent", words


def _of_remedies(graph: _Graph) -> list[Triple]:
    references = {row.terms[3] for row in graph.store.query(_FUNCTIONS).rows if row.terms[3]}
    populations = graph.instances("Population")
    comment = (
        "The register names functions of nutrients, never relief, prevention or treatment; no "
        "reference kept here judges whether this helps."
    )
    made: list[Triple] = []
    for statement, claims in graph.statements(REMEDY_PREDICATES).items():
        if statement[2].value not in populations:
            for reference in references:
                made += _verdict(statement, claims, reference, "not-comparable", comment, [])
    return made


def _verdict_iri(statement: tuple[Term, Term, Term], reference: Term) -> Term:
    assertion = derive.assertion_iri(*statement).rsplit("/", 1)[1]
    return Term.iri(f"{VERDICT}{assertion}-{reference.value.rsplit('/', 1)[1]}")


def _verdict(
    statement: tuple[Term, Term, Term],
    claims: list[Term],
    reference: Term,
    outcome: str,
    comment: str,
    rests_on: list[Term],
) -> list[Triple]:
    node = _verdict_iri(statement, reference)
    judged = [Term.iri(derive.assertion_iri(*statement)), *claims]
    return [
        (node, Term.iri(RDF + "type"), tables.twk("Verdict")),
        (node, Term.iri(RDFS + "comment"), tables.text(comment)),
        (node, tables.twk("outcome"), tables.twd(outcome)),
        (node, Term.iri(DCTERMS + "source"), reference),
        *((node, tables.twk("judges"), statement_) for statement_ in judged),
        *((node, tables.twk("restsOn"), record) for record in rests_on),
    ]


def _turned(pairs: Parents) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one, others in pairs.items():
        for other in others:
            found.setdefault(other, set()).add(one)
    return found


def _reached(start: Iterable[str], pairs: Parents) -> set[str]:
    """All that is reached from some nodes, these left out unless reached."""
    found: set[str] = set()
    ahead = list(start)
    while ahead:
        for other in pairs.get(ahead.pop(), ()):
            if other not in found:
                found.add(other)
                ahead.append(other)
    return found
