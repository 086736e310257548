"""When to see a health professional: advice as records, and what it means for a situation."""

from __future__ import annotations

from twitchkg import claims, lookup
from twitchkg.namespaces import BASE, DCTERMS, RDF, RDFS, TWK
from twitchkg.terms import Iri, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from twitchkg.claims import Claim, Queryable
    from twitchkg.results import Triple
    from twitchkg.terms import Plain

ADVICE = BASE + "advice/"
_SYMPTOMS = "SELECT DISTINCT ?sign WHERE { ?sign a/rdfs:subClassOf* twk:Symptom }"
_WITHDRAWN = "SELECT ?claim WHERE { ?claim owl:deprecated true }"
THRESHOLDS = (
    *("frequency", "signFrequency", "durationDays", "maximumDurationDays"),
    *("fromGestationalWeek",),
    *("accompanyingSign", "limitsDailyLife", "inPopulation", "inContext", "atSite"),
)
"""The local names of the qualifiers that make up a threshold, in the order of the sentence."""

_PHRASES = {
    "frequency": "only {}",
    "signFrequency": "{}",
    "durationDays": "for {} days or more",
    "fromGestationalWeek": "from week {} of pregnancy",
    "accompanyingSign": "with {}",
    "inPopulation": "in {}",
    "inContext": "in case of {}",
    "atSite": "at the {}",
}
_Threshold = tuple[tuple[str, "Plain"], ...]


def derived(store: Queryable) -> list[Triple]:
    """One record for each thing that one source advises: sign, whom to consult, threshold.

    Claims of one source that advise the same under the same conditions share a record. One more
    record tells all advice about symptoms in one text, without that for single sites: the red flags
    that stand beside each outlook. No query can make it in the same order in every engine.
    """
    names = lookup.english_labels(store)
    symptoms = {str(row[0]) for row in store.query(_SYMPTOMS)}
    flags: set[str] = set()
    made: list[Triple] = []
    for (source, sign, whom, level, threshold), group in _grouped(store).items():
        claims_ = sorted(claim.iri for claim in group)
        node = Term.iri(ADVICE + _digest((source, sign, whom, level, *threshold)))
        sentence = _sentence(names, sign, whom, threshold, group[0].document)
        made += [
            (node, Term.iri(RDF + "type"), Term.iri(TWK + "Advice")),
            (node, Term.iri(RDFS + "label"), Term.string(sentence, "en")),
            (node, Term.iri(DCTERMS + "source"), Term.iri(source)),
            (node, Term.iri(TWK + "forSign"), Term.iri(sign)),
            (node, Term.iri(TWK + "specialist"), Term.iri(whom)),
        ]
        if level:
            made.append((node, Term.iri(TWK + "adviceLevel"), Term.iri(level)))
        made += [(node, Term.iri(TWK + name), _term(value)) for name, value in threshold]
        made += [(node, Term.iri(TWK + "hasClaim"), Term.iri(iri)) for iri in claims_]
        if sign in symptoms and not any(name == "atSite" for name, _ in threshold):
            flags.add(sentence)
    if flags:
        summary = Term.iri(ADVICE + "red-flags")
        made += [
            (summary, Term.iri(RDF + "type"), Term.iri(TWK + "AdviceSummary")),
            (summary, Term.iri(TWK + "redFlags"), Term.string("; ".join(sorted(flags)))),
        ]
    return made


def _grouped(store: Queryable) -> dict[tuple[Iri, Iri, Iri, str, _Threshold], list[Claim]]:
    found: dict[tuple[Iri, Iri, Iri, str, _Threshold], list[Claim]] = {}
    advised = [("predicate", Term.iri(TWK + "warrantsConsultationOf"))]
    withdrawn = _withdrawn(store)
    for claim in claims.find(store, advised):
        if not claim.negated and isinstance(claim.object, Iri) and claim.iri not in withdrawn:
            threshold = tuple(q for q in claim.qualifiers if q[0] in THRESHOLDS)
            level = str(claim.qualifier("adviceLevel") or "")
            key = (claim.source, claim.subject, claim.object, level, threshold)
            found.setdefault(key, []).append(claim)
    return found


def _withdrawn(store: Queryable) -> set[str]:
    return {str(row[0]) for row in store.query(_WITHDRAWN)}


def _sentence(
    names: dict[str, str], sign: str, whom: str, threshold: _Threshold, document: str
) -> str:
    """The advice in words: sign, threshold, whom to see, and the document's number."""

    def name(value: object) -> str:
        return names.get(str(value), str(value))

    parts = [name(sign)]
    for key in THRESHOLDS:
        for value in (value for name_, value in threshold if name_ == key):
            if key == "limitsDailyLife" and value is True:
                parts.append("hindering daily life")
            elif key in _PHRASES:
                parts.append(_PHRASES[key].format(name(value)))
    return f"{', '.join(parts)}: see a {name(whom)} ({claims.short_name(document)})"


def _digest(parts: Iterable[object]) -> str:
    from hashlib import sha256

    return sha256("\n".join(map(str, parts)).encode()).hexdigest()[:16]


def _term(value: Plain) -> Term:
    if isinstance(value, Iri):
        return Term.iri(value)
    if isinstance(value, bool):
        return Term.boolean(value)
    assert isinstance(value, int)
    return Term.integer(value)


_RECORDS = """
SELECT ?advice ?sentence ?source ?sign ?whom ?level ?rank ?slot ?value ?least
WHERE {
  ?advice a twk:Advice ; rdfs:label ?sentence ; dcterms:source ?source ; twk:forSign ?sign ;
    twk:specialist ?whom .
  OPTIONAL { ?advice twk:adviceLevel ?level . ?level twk:rank ?rank }
  OPTIONAL {
    ?slot rdfs:domain twk:QualifiedRecord .
    ?advice ?slot ?value .
    FILTER(?slot != twk:adviceLevel)
    OPTIONAL { ?value twk:rank ?least }
  }
}
ORDER BY ?advice ?slot ?value
"""
_WITHIN = """
SELECT ?wider WHERE {{ <{0}> skos:broaderTransitive|twk:isWithin ?wider }}
"""
_UNSPECIFIED = "SELECT ?sign WHERE { ?sign a twk:Symptom ; twk:isUnspecified true }"
_RANK = "SELECT ?rank WHERE {{ <{0}> twk:rank ?rank }}"


class Situation:
    """What somebody reports: IRIs of entities, and ``None`` for what they do not say.

    ``signs`` are all signs, the twitching among them; ``duration_days`` how long it has lasted;
    ``contexts`` situations, causes and known conditions.
    """

    __slots__ = (
        *("contexts", "duration_days", "frequency", "limits_daily_life", "population"),
        *("signs", "sites"),
    )

    def __init__(
        self,
        signs: Iterable[str],
        duration_days: int | None = None,
        population: str | None = None,
        contexts: Iterable[str] = (),
        sites: Iterable[str] = (),
        frequency: str | None = None,
        limits_daily_life: bool | None = None,
    ) -> None:
        self.signs = frozenset(signs)
        self.duration_days = duration_days
        self.population = population
        self.contexts = frozenset(contexts)
        self.sites = frozenset(sites)
        self.frequency = frequency
        self.limits_daily_life = limits_daily_life


class Recommendation:
    """One source's advice, held against a situation.

    ``sentence`` is the advice in words, ``whom`` whom to consult, ``level`` how strongly it is
    advised (an IRI or ``None``), ``open`` the conditions of which the situation says nothing,
    ``against`` those that it does not meet, and ``claims`` what it rests on.
    """

    __slots__ = ("against", "claims", "level", "open", "rank", "sentence", "sign", "source", "whom")

    def __init__(self, sentence: str, source: Iri, sign: Iri, whom: Iri) -> None:
        self.sentence = sentence
        self.source = source
        self.sign = sign
        self.whom = whom
        self.level: Iri | None = None
        self.rank = 0
        self.open: tuple[str, ...] = ()
        self.against: tuple[str, ...] = ()
        self.claims: tuple[Iri, ...] = ()

    @property
    def applies(self) -> bool:
        """Whether the situation meets every condition of the advice."""
        return not self.open and not self.against

    def __repr__(self) -> str:
        return f"<Recommendation {self.sentence!r}{'' if self.applies else ' (if)'}>"


class AdviceReport:
    """What the sources advise in a situation, strictest first.

    ``applies`` is the advice whose every condition is met; ``red_flags`` all other advice about
    the signs: what would have to be the case for it to apply. ``outlooks`` are the claims that
    call the signs harmless or serious; they are never to be shown without the red flags.
    """

    __slots__ = ("applies", "outlooks", "red_flags")

    def __init__(
        self, recommendations: Iterable[Recommendation], outlooks: tuple[Claim, ...]
    ) -> None:
        ordered = sorted(
            recommendations, key=lambda r: (-r.rank, len(r.against), r.source, r.sentence)
        )
        self.applies = tuple(r for r in ordered if r.applies)
        self.red_flags = tuple(r for r in ordered if not r.applies)
        self.outlooks = outlooks

    def __bool__(self) -> bool:
        """Whether any advice to consult somebody applies."""
        return bool(self.applies)


def given(store: Queryable, situation: Situation) -> AdviceReport:
    """What the sources advise in a situation.

    A narrower sign counts as each broader one, so that advice about muscle twitching holds for a
    twitching eyelid.

    :param store: what to ask.
    :param situation: signs, duration and so on.
    """
    wider = {
        iri: {iri, *(str(row[0]) for row in store.query(_WITHIN.format(iri)))}
        for iri in (
            *situation.signs,
            *situation.contexts,
            *situation.sites,
            *([situation.population] if situation.population else []),
        )
    }

    def all_of(iris: Iterable[str]) -> set[str]:
        return {above for iri in iris for above in wider[iri]}

    signs = all_of(situation.signs)
    rank = -1
    if situation.frequency:
        rank = max(
            (int(str(row[0])) for row in store.query(_RANK.format(situation.frequency))), default=-1
        )
    reported: dict[str, set[str] | None] = {
        "accompanyingSign": signs,
        "atSite": all_of(situation.sites) or None,
        "inContext": all_of(situation.contexts) or None,
        "inPopulation": all_of([situation.population]) if situation.population else None,
    }
    unspecified = {str(row["sign"]) for row in store.query(_UNSPECIFIED)}
    found: dict[str, Recommendation] = {}
    for row in store.query(_RECORDS):
        if row["sign"] not in signs:
            continue
        advice = str(row["advice"])
        if advice not in found:
            found[advice] = Recommendation(
                str(row["sentence"]),
                Iri(str(row["source"])),
                Iri(str(row["sign"])),
                Iri(str(row["whom"])),
            )
            if row["level"] is not None:
                found[advice].level = Iri(str(row["level"]))
                found[advice].rank = int(str(row["rank"]))
        if row["slot"] is None:
            continue
        slot, value = str(row["slot"]).removeprefix(TWK), row["value"]
        if value in unspecified:  # any sign will do that is not the one advised about
            met: bool | None = any(str(row["sign"]) not in wider[sign] for sign in situation.signs)
        else:
            met = _met(slot, value, situation, reported, (rank, row["least"]))
        if met is None:
            found[advice].open += (slot,)
        elif not met:
            found[advice].against += (slot,)
    resting = store.query(
        "SELECT ?advice ?claim WHERE { ?advice a twk:Advice ; twk:hasClaim ?claim } "
        "ORDER BY ?advice ?claim"
    )
    for row in resting:
        if str(row["advice"]) in found:
            found[str(row["advice"])].claims += (Iri(str(row["claim"])),)
    withdrawn = _withdrawn(store)
    outlooks = tuple(
        claim
        for sign in sorted(signs)
        for claim in claims.find(
            store, [("subject", Term.iri(sign)), ("predicate", Term.iri(TWK + "hasPrognosis"))]
        )
        if claim.iri not in withdrawn
    )
    return AdviceReport(found.values(), outlooks)


def _met(
    slot: str,
    value: Plain | None,
    situation: Situation,
    reported: dict[str, set[str] | None],
    ranks: tuple[int, Plain | None],
) -> bool | None:
    """Whether the situation meets one condition; ``None`` where it does not say."""
    if slot in ("durationDays", "maximumDurationDays"):
        if slot == "maximumDurationDays":
            return True  # the upper end of a span in which to act, no condition of its own
        days = situation.duration_days
        return None if days is None else days >= int(str(value))
    if slot == "frequency":
        return None  # the source does not say in which of the cases
    if slot == "limitsDailyLife":
        return situation.limits_daily_life
    if slot == "signFrequency":
        rank, least = ranks
        return None if rank < 0 or least is None else rank >= int(str(least))
    known = reported.get(slot)
    if slot == "accompanyingSign":
        # Somebody who lists signs is taken to list all of them.
        return value in (known or ())
    if known is None:
        return None
    # Other contexts or sites may hold besides those reported; a person's group is known or not.
    return str(value) in known or (False if slot == "inPopulation" else None)
