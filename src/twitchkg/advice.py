"""When to see a health professional: advice as records, and what it means for a situation."""

from __future__ import annotations

from twitchkg import claims
from twitchkg.namespaces import BASE, DCTERMS, RDF, RDFS, TWK
from twitchkg.terms import Iri, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from twitchkg.claims import Claim, Queryable
    from twitchkg.results import Triple
    from twitchkg.terms import Plain

ADVICE = BASE + "advice/"
THRESHOLDS = (
    *("frequency", "durationDays", "maximumDurationDays", "fromGestationalWeek"),
    *("accompanyingSign", "limitsDailyLife", "inPopulation", "inContext", "atSite"),
)
"""The local names of the qualifiers that make up a threshold, in the order of the sentence."""

_LABELS = """
SELECT ?iri ?label
WHERE { ?iri rdfs:label ?label FILTER(LANG(?label) = "en") }
ORDER BY ?iri ?label
"""
_PHRASES = {
    "frequency": "{}",
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

    Claims of one source that advise the same under the same conditions share a record.
    """
    names = {str(row["iri"]): str(row["label"]) for row in store.query(_LABELS)}
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
    return made


def _grouped(store: Queryable) -> dict[tuple[Iri, Iri, Iri, str, _Threshold], list[Claim]]:
    found: dict[tuple[Iri, Iri, Iri, str, _Threshold], list[Claim]] = {}
    advised = [("predicate", Term.iri(TWK + "warrantsConsultationOf"))]
    for claim in claims.find(store, advised):
        if not claim.negated and isinstance(claim.object, Iri):
            threshold = tuple(q for q in claim.qualifiers if q[0] in THRESHOLDS)
            level = str(claim.qualifier("adviceLevel") or "")
            key = (claim.source, claim.subject, claim.object, level, threshold)
            found.setdefault(key, []).append(claim)
    return found


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
    return f"{', '.join(parts)}: see a {name(whom)} ({document[:3]})"


def _digest(parts: Iterable[object]) -> str:
    from hashlib import sha256

    return sha256("\n".join(map(str, parts)).encode("utf-8")).hexdigest()[:16]


def _term(value: Plain) -> Term:
    if isinstance(value, Iri):
        return Term.iri(value)
    if isinstance(value, bool):
        return Term.boolean(value)
    assert isinstance(value, int)
    return Term.integer(value)
