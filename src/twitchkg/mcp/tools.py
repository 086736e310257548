"""What the tools answer; each function makes one answer from the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twitchkg import catalogue, lookup, sparql
from twitchkg.errors import AmbiguousNameError, ParameterError, UnknownNameError
from twitchkg.mcp import behind
from twitchkg.mcp.answers import CELL, Answer, Item, RedFlag, Value, cut, nothing, red_flags, said
from twitchkg.namespaces import PREFIXES, TWC, TWK, compact, expand
from twitchkg.terms import Iri

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from twitchkg.claims import Claim
    from twitchkg.graph import KnowledgeGraph
    from twitchkg.mcp.ask import Rows

_IRIS = 200  # IRIs of claims in one answer
_EACH = 20  # IRIs of claims beside one item
OWN_WORDS = "the query"
"""What a query is called that nobody has prepared."""
_NO_CLAIM = (
    " The answer names no claim; ask with SELECT ?claim for those behind it, if there are any."
)
_NOT_OF_DOCUMENTS = (
    " They rest on references or on what curators state; the graph holds no claim of a document "
    "that makes them."
)


class NothingFoundError(Exception):
    """There is no claim to answer with; ``answer`` says so."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.statement)
        self.answer = answer


class Tools:
    """Answers from one graph.

    :param graph: the graph, open.
    """

    def __init__(self, graph: KnowledgeGraph) -> None:
        self.graph = graph
        self.behind = behind.Behind(graph.store)
        self._predicates = {
            str(row[0]): str(row[1])
            for row in graph.store.query(
                "SELECT ?p ?label WHERE { VALUES ?kind { twk:ClaimPredicate "
                "twk:ConclusionPredicate } ?p a ?kind ; rdfs:label ?label "
                'FILTER(LANG(?label) = "en") }'
            )
        }

    def search(self, text: str, limit: int) -> Answer:
        """Entities by what people call them."""
        matches = self.graph.search(text, limit)
        sure = [match for match in matches if match.score >= lookup.SURE]
        items: list[Item] = []
        for match in matches:
            naming = self.behind.naming(match.iri)
            items.append(
                {
                    "label": match.label,
                    "iri": match.iri,
                    "kind": match.kind,
                    "matched_name": match.matched,
                    "score": match.score,
                    "claims_naming_it": len(naming),
                    "claims": naming[:5] if match.score >= lookup.SURE else [],
                }
            )
        if not sure:
            answer = nothing(
                f"about '{cut(text, 100)}': no entity has that name",
                "The entities listed have names that come near and may be something else."
                if items
                else "Try other words.",
            )
            return answer.model_copy(update={"items": items})
        return Answer(
            answered=True,
            statement=f"{len(sure)} entities have such a name"
            + (f", {len(items) - len(sure)} more come near." if len(items) > len(sure) else "."),
            items=items,
            claim_iris=_joined(self.behind.naming(match.iri)[:5] for match in sure),
        )

    def entity(self, name: str, limit: int, offset: int) -> Answer:
        """The card of an entity."""
        iri, read = self._resolved(name)
        card = self.graph.entity(iri)
        labels = self.graph.labels(
            [v for pair in card.facts for v in pair if isinstance(v, Iri)] + [iri]
        )
        facts = [
            f"{labels.get(prop, compact(prop))}: {labels.get(str(value), str(value))}"
            for prop, value in card.facts
        ]
        item: Item = {
            "label": card.label,
            "iri": iri,
            "kinds": list(card.kinds),
            "definition": cut(card.definition),
            "other_names": list(card.other_names),
            "identifiers": [
                f"{how} {curie} {text}".strip() for how, curie, text in card.identifiers
            ],
            "facts": facts[:40],
        }
        if not card.claims:
            answer = nothing(f"about {card.label} ({compact(iri)}), which it knows only by name")
            return answer.model_copy(update={"items": [item], "read_as": read})
        return self._claims(
            card.claims,
            f"{len(card.claims)} claims name {card.label} ({compact(iri)}).",
            limit,
            offset,
            read,
        ).model_copy(update={"items": [item]})

    def claim(self, name: str) -> Answer:
        """One claim with its source and passages."""
        wanted = name.strip().removeprefix("<").removesuffix(">")
        if not wanted.startswith(("http://", "https://")):
            wanted = expand(wanted) or TWC + wanted
        if wanted not in self.behind.of([wanted]):
            raise NothingFoundError(
                nothing(f"with the id '{cut(name, 100)}'", "Ids look like twc:000-0075.")
            )
        found = self.graph.claims(claim=wanted)
        return self._claims(found, f"The claim {compact(wanted)}.", 1, 0, [])

    def claims(
        self,
        subject: str | None,
        predicate: str | None,
        object_: str | None,
        source: str | None,
        limit: int,
        offset: int,
    ) -> Answer:
        """The claims that fit."""
        if not any((subject, predicate, object_, source)):
            raise ParameterError("Give at least one of subject, predicate, object and source.")
        read: list[str] = []
        slots: dict[str, str] = {}
        for slot, text in (("subject", subject), ("object", object_)):
            if text:
                slots[slot], how = self._resolved(text)
                read += how
        if predicate:
            slots["predicate"] = self._predicate(predicate)
        if source:
            slots["source"] = self._source(source)
        asked = self._in_words(slots)
        found = self.graph.claims(**slots)
        if not found:
            raise NothingFoundError(nothing(f"with {asked}").model_copy(update={"read_as": read}))
        return self._claims(found, f"{len(found)} claims with {asked}.", limit, offset, read)

    def why(self, subject: str, object_: str | None, predicate: str | None, limit: int) -> Answer:
        """The claims and steps behind an edge."""
        first, read = self._resolved(subject)
        second = None
        if object_ and object_ != "true":
            second, how = self._resolved(object_)
            read += how
        property_ = self._predicate(predicate) if predicate else None
        try:
            found = self.graph.why(first, second or object_, predicate=property_)
        except UnknownNameError:
            slots = {"subject": first, "predicate": property_, "object": second}
            asked = self._in_words({slot: iri for slot, iri in slots.items() if iri})
            raise NothingFoundError(
                nothing(f"with {asked}", "No rule relates them either.").model_copy(
                    update={"read_as": read}
                )
            ) from None
        items: list[Item] = []
        every: dict[str, Claim] = {}
        for one in found:
            own: dict[str, Claim] = {
                str(claim.iri): claim for step in one.steps for claim in step.claims
            }
            every |= own
            items.append(
                {
                    "statement": self._statement(one.statement),
                    "comes_about": one.kind,
                    "independent_sources_for": one.sources_for,
                    "independent_sources_against": one.sources_against,
                    "steps": [self._step(step.statement, step.claims) for step in one.steps]
                    if one.kind == "derived"
                    else [],
                    "claims": sorted(own)[:_EACH],
                }
            )
        listed = [*every.values()]
        if listed:
            statement = f"{len(found)} statements, resting on {len(listed)} claims."
        else:
            statement = (
                f"{len(found)} statements of the curators about the entities themselves; the graph "
                "holds no claim of a document that makes them."
            )
        answer = self._claims(listed, statement, limit, 0, read)
        return answer.model_copy(update={"items": items[:limit]})

    def disagreements(self, kind: str | None, about: str | None, limit: int, offset: int) -> Answer:
        """Where the documents disagree."""
        found = self.graph.disagreements(kind)
        read: list[str] = []
        if about:
            iri, read = self._resolved(about)
            naming = set(self.behind.naming(iri))
            found = tuple(one for one in found if naming & set(one.claims))
        if not found:
            of = f" about {about}" if about else ""
            raise NothingFoundError(
                nothing(f"that disagrees with another{of} in the way asked for").model_copy(
                    update={"read_as": read}
                )
            )
        shown = found[offset : offset + limit]
        items: list[Item] = [
            {
                "kind": one.kind,
                "statement": one.sentence,
                "rule": f"{one.rule}: {one.question}",
                "iri": one.iri,
                "claims": [str(iri) for iri in one.claims[:_EACH]],
            }
            for one in shown
        ]
        named = _joined(one.claims for one in shown)
        claims = [self.graph.claims(claim=iri)[0] for iri in named[:limit]]
        answer = self._claims(
            claims, f"{len(found)} disagreements, the gravest first.", limit, 0, read
        )
        more = _more(len(found), offset, len(shown), "disagreements")
        return answer.model_copy(update={"items": items, "claim_iris": named[:_IRIS], "more": more})

    def advice(
        self,
        signs: Sequence[str],
        duration_days: int | None,
        population: str | None,
        contexts: Sequence[str],
        sites: Sequence[str],
        frequency: str | None,
        limits_daily_life: bool | None,
    ) -> Answer:
        """When the documents advise to see a health professional."""
        read: list[str] = []
        try:
            named: dict[str, list[str]] = {}
            given = {
                "signs": signs,
                "population": [population] if population else [],
                "contexts": contexts,
                "sites": sites,
                "frequency": [frequency] if frequency else [],
            }
            for slot, names in given.items():
                resolved = [self._resolved(name) for name in names]
                named[slot] = [iri for iri, _ in resolved]
                read += [line for _, lines in resolved for line in lines]
        except NothingFoundError as error:
            # Whatever is not in the graph, what the documents call urgent is worth seeing.
            flags = red_flags(self.graph)
            raise NothingFoundError(error.answer.model_copy(update={"red_flags": flags})) from None
        report = self.graph.advice(
            named["signs"],
            duration_days=duration_days,
            population=next(iter(named["population"]), None),
            contexts=named["contexts"],
            sites=named["sites"],
            frequency=next(iter(named["frequency"]), None),
            limits_daily_life=limits_daily_life,
        )
        items: list[Item] = [
            {
                "advice": one.sentence,
                "applies": one.applies,
                "not_told": list(one.open),
                "not_met": list(one.against),
                "claims": [str(iri) for iri in one.claims],
            }
            for one in (*report.applies, *report.red_flags)
        ]
        if report.applies:
            statement = f"{len(report.applies)} pieces of advice apply, the strictest first."
        elif items:
            statement = (
                "No advice of a document applies to what was told. This does not mean that no "
                "doctor is needed: the advice below would apply if more were the case."
            )
        else:
            statement = (
                "The graph holds no claim about when these signs warrant seeing a doctor. This "
                "does not mean that no doctor is needed."
            )
        outlooks = self._claims(report.outlooks, statement, 20, 0, read)
        resting = _joined(one.claims for one in (*report.applies, *report.red_flags))
        return outlooks.model_copy(
            update={
                "answered": bool(items),
                "items": items,
                "claim_iris": _joined([resting, outlooks.claim_iris])[:_IRIS],
                "red_flags": red_flags(self.graph),
            }
        )

    def queries(self, topic: str | None) -> Answer:
        """The named queries."""
        listed = self.graph.named_queries()
        topics = sorted({query.topic for query in listed})
        if topic is not None and topic not in topics:
            raise ParameterError(f"No topic is named '{topic}'. There are {', '.join(topics)}.")
        items: list[Item] = [
            {
                "name": query.name,
                "question": query.summary,
                "parameters": [f"{p.name} ({p.type}): {p.meaning}" for p in query.params],
            }
            for query in listed
            if topic in (None, query.topic)
        ]
        return Answer(
            answered=True,
            statement=f"{len(items)} named queries; topics: {', '.join(topics)}. The claims stand "
            "in the answer of each.",
            items=items,
        )

    def bound(self, query: catalogue.NamedQuery, params: Mapping[str, object]) -> str:
        """A named query with its parameters bound, to be run elsewhere."""
        given: dict[str, object] = dict(params)
        for name, value in params.items():
            if query.param(name).type == "iri":
                text = str(value)
                local = TWK + text if TWK + text in self._predicates else text
                known = local if ":" in local else self._resolved(text)[0]
                given[name] = known
        try:
            return self.graph.bound(query, given)
        except UnknownNameError as error:
            raise NothingFoundError(_unknown(str(error))) from None

    def rows(self, found: Rows, asked: str, text: str, limit: int, offset: int) -> Answer:
        """The answer of a query, with the claims behind its rows."""
        flags = red_flags(self.graph) if self._on_outlook(found, text) else []
        if found.boolean is not None:
            return self._boolean(found, text, flags)
        if found.lines is not None:
            return self._graph(found, limit, offset, flags)
        if not found.rows:
            hint = " ".join(self.graph.unknown_names(text))
            raise NothingFoundError(nothing(f"that answers {asked}: nothing matches", hint))
        shown = found.rows[offset : offset + limit]
        iris = {cell.text for row in shown for cell in row if cell is not None and cell.is_iri}
        labels = self.graph.labels(sorted(i for i in iris if _sound(i)))
        items: list[Item] = []
        resting: list[list[str]] = []
        for row in shown:
            item: Item = {}
            given: list[str] = []
            for name, cell in zip(found.columns, row, strict=True):
                if name == behind.COLUMN:
                    given = sorted(self.behind.under(cell.text.split())) if cell else []
                elif cell is not None:
                    item[name] = _cell(cell.text, labels if cell.is_iri else {})
            named = [cell.text for cell in row if cell is not None and cell.is_iri]
            claims = given or self.behind.of(named)
            resting.append(claims)
            if not claims:
                naming = [self.behind.naming(iri) for iri in named]
                item["claims_naming_these"] = _joined(naming)[:5]
            item["claims"] = claims[:_EACH]
            items.append(item)
        every = _joined(resting)
        statement = f"{len(found.rows)} rows answer {asked}."
        if not every:
            statement += _NO_CLAIM if asked == OWN_WORDS else _NOT_OF_DOCUMENTS
        return Answer(
            answered=True,
            statement=statement,
            items=items,
            claim_iris=every[:_IRIS],
            red_flags=flags,
            more=_more(len(found.rows), offset, len(shown), "rows"),
        )

    def _boolean(self, found: Rows, text: str, flags: list[RedFlag]) -> Answer:
        """A yes, with the claims behind what was found; or a no, behind which there is none."""
        if not found.boolean:
            return Answer(
                answered=False,
                statement="No. The graph holds no claim that makes it so.",
                red_flags=flags,
            )
        asked = sparql.iris(text)
        resting = [
            self.behind.agreeing([*asked, *(c.text for c in row if c is not None and c.is_iri)])
            for row in found.rows
        ]
        every = _joined(resting)
        if not every:
            return Answer(answered=True, statement=f"Yes.{_NO_CLAIM}", red_flags=flags)
        return Answer(
            answered=True,
            statement=f"Yes. {len(every)} claims stand behind what was found.",
            claim_iris=every[:_IRIS],
            red_flags=flags,
        )

    def _graph(self, found: Rows, limit: int, offset: int, flags: list[RedFlag]) -> Answer:
        lines = found.lines or ()
        if not lines:
            raise NothingFoundError(nothing("that answers the query: the graph it makes is empty"))
        shown = lines[offset : offset + limit]
        named = self.behind.among(lines)
        return Answer(
            answered=True,
            statement=f"{len(lines)} triples." + ("" if named else _NO_CLAIM),
            items=[{"triple": cut(line)} for line in shown],
            claim_iris=named[:_IRIS],
            red_flags=flags,
            more=_more(len(lines), offset, len(shown), "triples"),
        )

    def _on_outlook(self, found: Rows, text: str) -> bool:
        """Whether an answer may call something harmless or serious."""
        if "hasPrognosis" in text:
            return True
        cells = {cell.text for row in found.rows for cell in row if cell is not None}
        labels = set(self.graph.labels(sorted(self.behind.outlooks)).values())
        listed = " ".join(found.lines or ())
        named = bool(cells & (self.behind.outlooks | labels))
        return named or any(f"<{iri}>" in listed for iri in self.behind.outlooks)

    def _claims(
        self, found: Sequence[Claim], statement: str, limit: int, offset: int, read: list[str]
    ) -> Answer:
        """An answer that shows claims in full, with the red flags where one is about an outlook."""
        shown = found[offset : offset + limit]
        outlook = any(claim.predicate == TWK + "hasPrognosis" for claim in found)
        denials = sum(claim.negated for claim in found)
        if denials:
            statement += f" {denials} of the claims deny it; each is marked."
        return Answer(
            answered=True,
            statement=statement,
            read_as=read,
            claims=said(self.graph, shown),
            claim_iris=[str(claim.iri) for claim in found[offset : offset + _IRIS]],
            red_flags=red_flags(self.graph) if outlook else [],
            more=_more(len(found), offset, len(shown), "claims"),
        )

    def _resolved(self, text: str) -> tuple[str, list[str]]:
        """The entity that a name means, and how it was read where that is not obvious."""
        try:
            match = self.graph.resolve(text)
        except AmbiguousNameError:
            raise
        except UnknownNameError as error:
            raise NothingFoundError(_unknown(str(error), text)) from None
        exact = lookup.normalised(match.matched) == lookup.normalised(text)
        if exact and match.score == 1.0:
            return match.iri, []
        return match.iri, [f"Read '{cut(text, 100)}' as {match.label} ({compact(match.iri)})."]

    def _predicate(self, text: str) -> str:
        """The property of claims that a local name, label, CURIE or IRI means."""
        known = self._predicates
        wanted = text.strip().removeprefix("<").removesuffix(">")
        for iri in (wanted, expand(wanted) or "", TWK + wanted):
            if iri in known:
                return iri
        plain = lookup.normalised(wanted)
        by_label = sorted(iri for iri, label in known.items() if lookup.normalised(label) == plain)
        if by_label:
            return by_label[0]
        names = sorted(iri.removeprefix(TWK) for iri in known)
        hint = catalogue.unknown("property", wanted, names, "").partition("'. ")[2]
        raise NothingFoundError(
            nothing(f"with the property '{cut(text, 100)}', which it does not have", hint)
        )

    def _source(self, text: str) -> str:
        """The document that a key, file name, CURIE or IRI means."""
        sources = {
            str(row[0]): str(row[1])
            for row in self.graph.store.query(
                "SELECT ?s ?file WHERE { ?s a twk:Source ; dcterms:identifier ?file }"
            )
        }
        for iri, file in sources.items():
            if text in (iri, file, compact(iri), iri.rpartition("/")[2]):
                return iri
        listed = ", ".join(sorted(compact(iri) for iri in sources))
        raise NothingFoundError(
            nothing(f"of a document '{cut(text, 100)}'", f"The documents are {listed}.")
        )

    def _in_words(self, slots: Mapping[str, str]) -> str:
        labels = self.graph.labels(list(slots.values()))
        return ", ".join(
            f"{slot} '{labels.get(iri) or compact(iri)}' ({compact(iri)})"
            for slot, iri in slots.items()
        )

    def _statement(self, statement: tuple[str, str, object]) -> str:
        labels = self.graph.labels([str(part) for part in statement if isinstance(part, Iri)])
        named = [labels.get(str(part)) or compact(str(part)) for part in statement]
        return " ".join(named[:2] if statement[2] is True else named)

    def _step(self, statement: tuple[str, str, object], claims: Sequence[Claim]) -> str:
        where = ", ".join(compact(claim.iri) for claim in claims[:_EACH])
        return f"{self._statement(statement)} [{where or 'stated with the entities'}]"


def _unknown(message: str, name: str = "") -> Answer:
    """What is said where a name is none of the graph's."""
    about = f"about '{cut(name, 100)}': no entity has that name" if name else "about this"
    hint = message.partition("Did you mean")[2]
    return nothing(about, f"Names that come near: {hint.strip(' ?')}." if hint else "")


def _joined(lists: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(str(one) for listed in lists for one in listed))


def _more(total: int, offset: int, shown: int, what: str) -> str:
    if offset + shown >= total and offset == 0:
        return ""
    if shown == 0:
        return f"There are only {total} {what}; 'offset' {offset} is past the last."
    left = f"Shown are {what} {offset + 1} to {offset + shown} of {total}."
    return left + (f" Ask again with 'offset' {offset + shown}." if offset + shown < total else "")


def _cell(text: str, labels: Mapping[str, str]) -> Value:
    label = labels.get(text)
    named = text.startswith(tuple(PREFIXES.values()))
    shown = compact(text) if named else text
    return cut(f"{label} ({shown})" if label else shown, CELL)


def _sound(iri: str) -> bool:
    return not any(c in iri for c in '<>"{}|^`\\ \n')
