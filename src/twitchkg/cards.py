"""Cards: an entity or a claim as text for people."""

from __future__ import annotations

from itertools import groupby

from twitchkg.claims import short_name
from twitchkg.graph import NOTICE
from twitchkg.namespaces import TWK, compact
from twitchkg.terms import Iri

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from twitchkg.claims import Claim
    from twitchkg.disagreements import Disagreement
    from twitchkg.explain import Explanation
    from twitchkg.graph import KnowledgeGraph
    from twitchkg.terms import Plain

_WIDTH = 96


def entity_card(graph: KnowledgeGraph, iri: str) -> str:
    """The card of an entity: names, facts, what the documents say, red flags and the notice."""
    entity = graph.entity(iri)
    names = Names(graph, (*entity.claims, *entity.red_flags), entity.facts, entity.iri)
    kinds = f" ({', '.join(entity.kinds)})" if entity.kinds else ""
    lines = [f"{entity.label}{kinds}  {compact(entity.iri)}"]
    if entity.definition:
        lines += _wrapped(entity.definition, "  ")
    if entity.other_names:
        lines += _wrapped("also called: " + ", ".join(entity.other_names), "  ")
    for language, spoken in groupby(entity.translations, key=lambda pair: pair[0]):
        lines += _wrapped(f"in {language}: " + ", ".join(name for _, name in spoken), "  ")
    for match, curie, label in entity.identifiers:
        lines += _wrapped(f"{match} match: {curie} {label}".rstrip(), "  ")
    facts: dict[str, list[str]] = {}
    for prop, value in entity.facts:
        facts.setdefault(names.of(prop), []).append(names.of(value))
    lines += [f"  {prop}: {', '.join(values)}" for prop, values in facts.items()]
    about = [claim for claim in entity.claims if claim.subject == entity.iri]
    naming = [claim for claim in entity.claims if claim.subject != entity.iri]
    for title, claims in (("What the documents say", about), ("Named by", naming)):
        if claims:
            lines += ["", title]
            for claim in sorted(claims, key=_order):
                lines += _claim_lines(claim, names)
    if entity.red_flags:
        lines += ["", *_flag_lines(entity.red_flags, names)]
    return "\n".join([*lines, "", *_wrapped(NOTICE, ""), ""])


def claim_card(graph: KnowledgeGraph, claim: Claim) -> str:
    """The card of one claim: what is said, where, and what to mind."""
    red_flags = graph.red_flags() if claim.predicate == TWK + "hasPrognosis" else ()
    names = Names(graph, (claim, *red_flags), (), claim.iri)
    lines = [f"claim {compact(claim.iri)} of {claim.document}", *_claim_lines(claim, names)]
    for passage in claim.passages:
        lines.append(
            f"  code points {passage.start} to {passage.end}, starting on line {passage.line}"
        )
    if red_flags:
        lines += ["", *_flag_lines(red_flags, names)]
    return "\n".join([*lines, "", *_wrapped(NOTICE, ""), ""])


def explanations(
    graph: KnowledgeGraph, found: Iterable[Explanation], texts: Mapping[str, str]
) -> str:
    """Why statements stand: the claims behind each, and the steps of what is derived.

    :param texts: the user's own copies of the documents by source IRI, from which the words of
        each passage are shown; empty to show none.
    """
    found = list(found)
    claims = [claim for one in found for step in one.steps for claim in step.claims]
    flags = graph.red_flags() if any(c.predicate == TWK + "hasPrognosis" for c in claims) else ()
    statements = [s for one in found for s in (one.statement, *(t.statement for t in one.steps))]
    facts = [(s[1], s[2]) for s in statements]
    names = Names(graph, (*claims, *flags), [*facts, *((s[1], s[0]) for s in statements)])
    lines: list[str] = []
    for one in found:
        how = one.kind
        if one.sources_for is not None:
            how += f" by {one.sources_for} independent sources, denied by {one.sources_against}"
        lines += [*_wrapped(f"{_said(one.statement, names)}: {how}", "", "  ")]
        for step in one.steps:
            indent = ""
            if one.kind == "derived":
                origin = "" if step.claims else " (stated with the entities)"
                lines += _wrapped(f"* {_said(step.statement, names)}{origin}", "  ", "    ")
                indent = "  "
            for claim in sorted(step.claims, key=_order):
                lines += [indent + line for line in _claim_lines(claim, names)]
                lines += [indent + line for line in _quoted(claim, texts)]
        lines.append("")
    if flags:
        lines += [*_flag_lines(flags, names), ""]
    return "\n".join([*lines, *_wrapped(NOTICE, ""), ""])


def disagreement_cards(
    graph: KnowledgeGraph, found: Iterable[Disagreement], texts: Mapping[str, str]
) -> str:
    """Disagreements with all their claims."""
    found = list(found)
    claims = {iri: graph.claims(claim=iri)[0] for one in found for iri in one.claims}
    flags = (
        graph.red_flags()
        if any(c.predicate == TWK + "hasPrognosis" for c in claims.values())
        else ()
    )
    names = Names(graph, (*claims.values(), *flags))
    lines: list[str] = []
    for one in found:
        lines += _wrapped(f"{one.kind}: {one.sentence}", "", "  ")
        lines += _wrapped(f"rule {one.rule}: {one.question}  [{compact(one.iri)}]", "  ")
        for claim in sorted((claims[iri] for iri in one.claims), key=_order):
            lines += _claim_lines(claim, names) + _quoted(claim, texts)
        lines.append("")
    if flags:
        lines += [*_flag_lines(flags, names), ""]
    return "\n".join([*lines, *_wrapped(NOTICE, ""), ""])


def _said(statement: tuple[Iri, Iri, Plain], names: Names) -> str:
    subject, predicate, object_ = statement
    said = [names.of(subject), names.of(predicate)]
    if object_ is not True:
        said.append(names.of(object_))
    return " ".join(said)


def _quoted(claim: Claim, texts: Mapping[str, str]) -> list[str]:
    """The words of a claim's passages, from the user's own copy of the document."""
    text = texts.get(claim.source)
    if text is None:
        return []
    words = (" ".join(text[passage.start : passage.end].split()) for passage in claim.passages)
    return _wrapped(" … ".join(f'"{part}"' for part in words), "    > ")


def _flag_lines(flags: Iterable[Claim], names: Names) -> list[str]:
    lines = ["When to see a doctor, according to the documents"]
    for claim in sorted(flags, key=_order):
        lines += _claim_lines(claim, names)
    return lines


class Names:
    """Labels of all that some claims and facts name, fetched in one go."""

    def __init__(
        self,
        graph: KnowledgeGraph,
        claims: Iterable[Claim],
        facts: Iterable[tuple[Iri, Plain]] = (),
        iri: Iri | None = None,
    ) -> None:
        wanted: set[str] = {iri} if iri else set()
        for claim in claims:
            values = (claim.subject, claim.predicate, claim.object)
            wanted.update(v for v in values if isinstance(v, Iri))
            wanted.update(TWK + name for name, _ in claim.qualifiers)
            wanted.update(value for _, value in claim.qualifiers if isinstance(value, Iri))
        for prop, value in facts:
            wanted.update(v for v in (prop, value) if isinstance(v, Iri))
        self._labels = graph.labels(sorted(wanted))

    def of(self, value: Plain) -> str:
        """A value in words: a label, yes or no, or its text."""
        if isinstance(value, Iri):
            return self._labels.get(value) or compact(value).rpartition(":")[2]
        if isinstance(value, bool):
            return "yes" if value else "no"
        return str(value)


def _order(claim: Claim) -> tuple[str, int, str]:
    return claim.source, min((p.start for p in claim.passages), default=0), claim.iri


def sentence(claim: Claim, names: Names) -> str:
    """What a claim says in words, a denial marked, with its qualifiers in brackets."""
    said = [names.of(claim.subject)]
    if claim.negated:
        said.append("[denied:]")
    said.append(names.of(claim.predicate))
    if claim.object is not True:
        text = names.of(claim.object)
        said.append(text if isinstance(claim.object, Iri) else f"'{text}'")
    qualifiers = ", ".join(
        names.of(value)
        if name in ("certainty", "frequency")
        else f"{names.of(Iri(TWK + name))} {names.of(value)}"
        for name, value in claim.qualifiers
    )
    return " ".join(said) + (f" ({qualifiers})" if qualifiers else "")


def _claim_lines(claim: Claim, names: Names) -> list[str]:
    lines = sorted({passage.line for passage in claim.passages})
    where = (
        f"{short_name(claim.document)} line {', '.join(map(str, lines))}"
        if lines
        else claim.document
    )
    text = f"- {sentence(claim, names)}  [{where}; {compact(claim.iri)}]"
    out = _wrapped(text, "  ", "    ")
    for caution in claim.cautions:
        out += _wrapped(f"! {caution.kind}, {caution.doubts} in doubt: {caution.reason}", "    ")
    for verdict in claim.verdicts:
        text = f"= {verdict.reference}: {verdict.outcome}. {verdict.comment}"
        out += _wrapped(text, "    ", "      ")
    return out


def _wrapped(text: str, indent: str, further: str | None = None) -> list[str]:
    """The text in lines, as ``textwrap`` breaks them, without the time that importing it takes."""
    lines = []
    start, line, gap = indent, "", ""
    for word in text.expandtabs().replace("\n", " ").split(" "):
        if not word:  # one more space between two words
            gap += " "
            continue
        if line and len(start) + len(line) + len(gap) + 1 + len(word) > _WIDTH:
            lines.append(start + line)
            start, line = indent if further is None else further, ""
        line += f" {gap}{word}" if line else word
        gap = ""
    return [*lines, start + line] if line else lines
