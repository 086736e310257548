"""The graph as one object: what most users need of twitchkg."""

from __future__ import annotations

import os
import warnings

from twitchkg import resources, sparql
from twitchkg.claims import NOTICE as NOTICE  # noqa: PLC0414 (exported again on purpose)
from twitchkg.errors import DataError, ParameterError, TwitchkgWarning
from twitchkg.namespaces import PREFIXES, TWC, TWD, TWK, TWSRC, compact
from twitchkg.terms import Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import networkx
    import pandas
    import rdflib

    from twitchkg.advice import AdviceReport
    from twitchkg.annotation import Annotation, Annotator
    from twitchkg.catalogue import NamedQuery
    from twitchkg.claims import Claim, Queryable
    from twitchkg.consistency import ReasoningReport
    from twitchkg.disagreements import Disagreement
    from twitchkg.entities import Entity
    from twitchkg.explain import Explanation
    from twitchkg.lookup import Index, Match
    from twitchkg.publish import Outcome
    from twitchkg.results import Result, Triple
    from twitchkg.store import Store
    from twitchkg.validation import ValidationReport


class KnowledgeGraph:
    """What the documents say about muscle twitching.

    :param data: Turtle files of the user's own, or a folder as docs/your-own-data.md lays it out,
        to ask together with the bundled graph.
    :param endpoint: URL of a SPARQL endpoint to ask instead of the bundled graph.
    :param timeout: seconds to wait for an endpoint's answer.

    Nothing is read before the first call that needs it.
    """

    def __init__(
        self,
        data: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] = (),
        endpoint: str | None = None,
        timeout: float = 30.0,
    ) -> None:
        given = [data] if isinstance(data, (str, os.PathLike)) else data
        self._files = [os.fspath(path) for path in given]
        self._endpoint = endpoint
        self._timeout = timeout
        self._opened: Queryable | None = None
        self._index: Index | None = None
        self._annotator: Annotator | None = None
        self._rdflib: rdflib.Graph | None = None
        self._queries: str | None = None

    @classmethod
    def of(cls, opened: Queryable, queries: str | None = None) -> KnowledgeGraph:
        """The graph that a store holds which is open already.

        :param queries: a folder whose ``queries/`` belong to it besides the bundled ones.
        """
        made = cls()
        made._opened = opened
        made._queries = queries
        return made

    @classmethod
    def served(cls, folder: str) -> KnowledgeGraph:
        """The graph of a prepared store as :func:`twitchkg.store.to_serve` gives it."""
        from twitchkg import store

        beside = os.path.dirname(folder)
        has_queries = os.path.isdir(os.path.join(beside, "queries"))
        return cls.of(store.at(folder), beside if has_queries else None)

    def _own_queries(self) -> str | None:
        """The folder whose ``queries/`` come with the user's data, if there is one."""
        if self._queries is None and self._files:
            from twitchkg import extension

            own, _ = extension.split(self._files)
            self._queries = own.folder if own else None
        return self._queries

    def find_query(self, name: str) -> NamedQuery | None:
        """The named query of that name, or ``None``; the user's folder may have further ones."""
        from twitchkg import catalogue

        return catalogue.find(name, self._own_queries())

    def named_query(self, name: str) -> NamedQuery:
        """The named query of that name.

        :raises twitchkg.errors.UnknownNameError: if there is none.
        """
        from twitchkg import catalogue

        return catalogue.get(name, self._own_queries())

    def named_queries(self) -> list[NamedQuery]:
        """All named queries, sorted by name; the user's folder may have further ones."""
        from twitchkg import catalogue

        return catalogue.all_queries(self._own_queries())

    @property
    def store(self) -> Queryable:
        """What answers the queries: the embedded store, or the endpoint."""
        if self._opened is None:
            if self._endpoint is not None:
                from twitchkg.remote import Endpoint

                self._opened = Endpoint(self._endpoint, self._timeout, _read_turtle)
            else:
                from twitchkg import store

                self._opened = store.with_files(self._files) if self._files else store.bundled()
        return self._opened

    @property
    def _embedded(self) -> Store:
        from twitchkg.store import Store

        opened = self.store
        assert isinstance(opened, Store)
        return opened

    @property
    def index(self) -> Index:
        """The labels of all entities, ready to be searched."""
        if self._index is None:
            from twitchkg.lookup import Index

            is_other = self._opened is not None and not getattr(self._opened, "is_bundled", False)
            if is_other or self._files or self._endpoint is not None:
                # What the cache keeps is the index of the bundled graph, and of no other.
                self._index = Index(self.store)
            else:
                self._index = Index.bundled(lambda: self.store)
        return self._index

    def query(self, query: str, /, **params: object) -> Result:
        """Answer a named query, or a query in SPARQL.

        :param query: the name of a query of the library, SPARQL text, or the path of a ``.rq``
            file; known prefixes need not be declared.
        :param params: values for the parameters of a named query or file: entities by slug, label,
            CURIE or IRI, other values as Python values.
        :returns: the rows, the yes or no, or the graph.
        :raises twitchkg.errors.UnknownNameError: if there is no such query or entity.
        :raises twitchkg.errors.ParameterError: if a parameter is unknown or its value unfit.
        :raises twitchkg.errors.QuerySyntaxError: if SPARQL does not parse.
        """
        if sparql.looks_like_sparql(query):
            if params:
                raise DataError(
                    "SPARQL text takes no parameters. Save it as a .rq file with a header that "
                    "declares them, or write the values into the text."
                )
            result = self.store.query(query)
            self._warn_of_unknown(query)
            return result
        from twitchkg import catalogue

        if query.endswith(".rq"):
            return self.run(catalogue.read(query, header_required=False), params)
        return self.run(self.named_query(query), params)

    def run(self, query: NamedQuery, params: dict[str, object]) -> Result:
        """Answer a query of the library, or of a file, with its parameters bound."""
        result = self.store.query(self.bound(query, params))
        if self._endpoint is not None:
            result = _with_booleans(query, result)
        if not query.summary:
            self._warn_of_unknown(query.text)
        return result

    def bound(self, query: NamedQuery, params: dict[str, object]) -> str:
        """The SPARQL of a query of the library, or of a file, with its parameters bound.

        :raises twitchkg.errors.UnknownNameError: if a value names no entity.
        :raises twitchkg.errors.ParameterError: if a parameter is unknown or its value unfit.
        """
        from twitchkg import catalogue

        values = {}
        for name, value in params.items():
            param = query.param(name)
            if param.type == "iri":
                values[name] = Term.iri(self.resolve(str(value)).iri)
            else:
                values[name] = catalogue.literal(query, param, value)
        return query.bound(values)

    def resolve(self, text: str) -> Match:
        """The one entity that a text means: slug, label, CURIE or IRI, typing errors forgiven.

        :raises twitchkg.errors.AmbiguousNameError: if several entities have that name.
        :raises twitchkg.errors.UnknownNameError: if none has.
        """
        from twitchkg import lookup

        return lookup.resolve(self.store, text, self.index)

    def search(self, text: str, limit: int = 10) -> list[Match]:
        """The entities whose names come nearest to some words, best first.

        :param text: words as people say them; typing errors are forgiven.
        :param limit: how many at most.
        """
        return self.index.search(text, limit)

    def annotate(
        self,
        text: str,
        *,
        nested: bool = False,
        claims: bool = False,
        progress: Callable[[str], object] = lambda text: None,
    ) -> tuple[Annotation, ...]:
        """The entities that a text names, in its order, with their places.

        Of names that overlap, the longer counts; word endings, letter case and accents do not
        matter. Offsets are Unicode code points of the text as given, from 0, end exclusive.

        :param text: any text: a diary, a note, an abstract.
        :param nested: whether to give shorter names within longer ones too.
        :param claims: whether to give, in a document that the graph has read, the claims that place
            each entity there, and the passages in which they place one without a name of it; these
            have an empty ``matched``.
        :param progress: is called with what is done next.
        :raises ParameterError: if ``text`` is no string, or ``claims`` are asked for and it is no
            document that the graph has read.

        >>> found = load().annotate("My eyelids twitch, but I have no cramps.")
        >>> [(one.text, one.label, one.negated) for one in found]
        [('eyelids twitch', 'eyelid twitching', False), ('cramps', 'muscle cramp', True)]
        """
        if self._annotator is None:
            from twitchkg.annotation import Annotator

            progress("reading the names")
            self._annotator = Annotator(self.store)
        found = self._annotator.annotate(text, nested=nested, progress=progress)
        if not claims:
            return found
        from twitchkg.placements import with_claims

        progress("reading the claims")
        return with_claims(self.store, text, found)

    def labels(self, iris: Sequence[str]) -> dict[str, str]:
        """The labels of some IRIs; those without one are left out."""
        if self._opened is None and self._index is not None:
            found = self._index.labels(iris)
            if found is not None:
                return found
        if self._endpoint is None:
            return self._embedded.labels(iris)
        from twitchkg import lookup

        return lookup.labels(self.store, iris)

    def claims(
        self,
        *,
        claim: str | None = None,
        subject: str | None = None,
        predicate: str | None = None,
        object: str | None = None,
        source: str | None = None,
    ) -> tuple[Claim, ...]:
        """The claims that fit, sorted by IRI.

        :param claim: one claim, by CURIE or IRI.
        :param subject: the entity that the claims are about, by slug, label, CURIE or IRI.
        :param predicate: the property, by CURIE, IRI or local name such as ``canCause``.
        :param object: the entity to which they relate it.
        :param source: the document, by key such as ``000``, CURIE or IRI.
        :raises twitchkg.errors.UnknownNameError: if one of them does not exist.
        """
        from twitchkg import claims

        slots = []
        for name, text, base in (
            ("claim", claim, TWC),
            ("subject", subject, ""),
            ("predicate", predicate, TWK),
            ("object", object, ""),
            ("source", source, TWSRC),
        ):
            if text is not None:
                known = base and ":" not in text
                iri = self.resolve(base + text if known else text).iri
                slots.append((name, Term.iri(iri)))
        return claims.find(self.store, slots)

    def entity(self, name: str) -> Entity:
        """The card of an entity: names, facts and claims.

        :param name: slug, label, CURIE or IRI; typing errors are forgiven.
        :raises twitchkg.errors.AmbiguousNameError: if several entities have that name.
        :raises twitchkg.errors.UnknownNameError: if none has.
        """
        from twitchkg import entities

        return entities.card(self.store, self.resolve(name))

    def red_flags(self) -> tuple[Claim, ...]:
        """The claims that say when to see a health professional."""
        from twitchkg import entities

        return entities.red_flags(self.store)

    def advice(
        self,
        signs: Sequence[str] = ("muscle twitching",),
        *,
        duration_days: int | None = None,
        population: str | None = None,
        contexts: Sequence[str] = (),
        sites: Sequence[str] = (),
        frequency: str | None = None,
        limits_daily_life: bool | None = None,
    ) -> AdviceReport:
        """What the documents advise in a situation, source by source, strictest first.

        It informs and never diagnoses: the report holds the red flags that would change it.
        Entities are given by slug, label, CURIE or IRI; what is not given counts as not known.

        :param signs: all signs, the twitching among them, such as ``("muscle twitching",
            "weakness")``.
        :param duration_days: how long it has lasted, in days.
        :param population: the group that the person belongs to.
        :param contexts: situations, causes and known conditions.
        :param sites: where it shows.
        :param frequency: how often it occurs, such as ``"frequent"``.
        :param limits_daily_life: whether it hinders daily activities.
        :raises twitchkg.errors.UnknownNameError: if there is no such entity.
        :raises twitchkg.errors.ParameterError: if the duration is negative or no sign is given.

        >>> report = load().advice(duration_days=21, frequency="frequent")
        >>> report.applies[0].source
        Iri('https://w3id.org/twitchkg/source/000')
        """
        from twitchkg import advice
        from twitchkg.errors import ParameterError

        if not signs:
            raise ParameterError("Give at least one sign, such as 'muscle twitching'.")
        if duration_days is not None and duration_days < 0:
            raise ParameterError(f"A duration of {duration_days} days cannot be. Give 0 or more.")

        def iris(names: Sequence[str]) -> list[str]:
            return [self.resolve(name).iri for name in names]

        situation = advice.Situation(
            iris(signs),
            duration_days,
            self.resolve(population).iri if population else None,
            iris(contexts),
            iris(sites),
            self.resolve(frequency).iri if frequency else None,
            limits_daily_life,
        )
        return advice.given(self.store, situation)

    def why(
        self, subject: str, object: str | None = None, *, predicate: str | None = None
    ) -> tuple[Explanation, ...]:
        """Why the graph relates a subject to an object: claims, and the steps of what is derived.

        :param subject: the entity from which the edge leads, by slug, label, CURIE or IRI.
        :param object: the entity to which it leads, or ``"true"``; every one when omitted.
        :param predicate: the property of the edge, by CURIE, IRI or local name.
        :raises twitchkg.errors.UnknownNameError: if one of them does not exist, or nothing relates
            them.

        >>> load().why("stress", "muscle twitching", predicate="canCause")[0].kind
        'claimed'
        """
        from twitchkg import explain

        value = True if object == "true" else self.resolve(object).iri if object else None
        name = None
        if predicate is not None:
            name = self.resolve(predicate if ":" in predicate else TWK + predicate).iri
        return explain.why(self.store, self.resolve(subject).iri, value, name)

    def disagreements(self, kind: str | None = None) -> tuple[Disagreement, ...]:
        """Where claims disagree, contradictions first.

        :param kind: one of ``contradiction``, ``terminology``, ``threshold`` and ``scope``; all
            when omitted.
        :raises twitchkg.errors.ParameterError: if there is no such kind.
        """
        from twitchkg import disagreements

        if kind not in (None, *disagreements.KINDS):
            known = ", ".join(disagreements.KINDS)
            raise ParameterError(f"No kind of disagreement is named '{kind}'. There are {known}.")
        return disagreements.found(self.store, kind)

    def validate(
        self,
        *files: str | os.PathLike[str],
        progress: Callable[[str], object] = lambda text: None,
    ) -> ValidationReport:
        """Check the bundled graph, together with the user's own files, against the shapes.

        :param files: Turtle files, or a folder, to check besides those the graph was made with. Of
            a folder that is not built, or has changed since, only what people wrote is checked.
        :param progress: is called with what is done next.
        :raises twitchkg.errors.DataError: if a file does not parse, or a folder is laid out
            otherwise.
        """
        from twitchkg import extension, rdf, store, validation

        self._embedded_only("validate")
        given = [*self._files, *files]
        own, single = extension.split(given)
        is_built = own is None or own.is_built()
        if not is_built and own is not None:
            warnings.warn(
                f"The derived layer of '{own.folder}' is not there or not up to date: what it says "
                f"is not checked. Run 'twitchkg build --data {own.folder}' afterwards.",
                TwitchkgWarning,
                stacklevel=2,
            )
        progress("reading")
        files_read = {path: store.parse(path) for path, _ in extension.parts(given, built=is_built)}
        data = [triple for triples in files_read.values() for triple in triples]
        more = own.shapes() if own else []
        shapes = [
            t for path in (*resources.files("shapes", ".ttl"), *more) for t in store.parse(path)
        ]
        progress(f"checking {len(data)} triples against the shapes")
        report = validation.validate(
            rdf.of_triples(data), rdf.of_triples(shapes), validation.subject_files(files_read), data
        )
        bundled = resources.ontology_files()
        again = validation.redefinitions(single, bundled, files_read) if single else []
        again += validation.own_faults(own) if own else []
        return validation.ValidationReport([*report.results, *again])

    def reason(
        self,
        *files: str | os.PathLike[str],
        reasoner: str = "hermit",
        timeout: float = 120.0,
        memory: int = 2000,
        explain: tuple[str, str, str] | None = None,
        progress: Callable[[str], object] = lambda text: None,
    ) -> ReasoningReport:
        """Let a reasoner check schema, entities and plain edges, with the user's own files.

        :param files: files to reason over besides those the graph was made with.
        :param reasoner: ``"hermit"`` or ``"pellet"``.
        :param timeout: seconds that the reasoner may take.
        :param memory: megabytes that it may take.
        :param explain: an inference to explain: an entity, a property (``a`` for a class) and an
            entity or class, each by slug, label, CURIE or IRI.
        :param progress: is called with what is done next.
        :raises twitchkg.errors.DataError: if a file does not parse or is not within OWL 2 DL.
        :raises twitchkg.errors.MissingExtraError: if there is no Java that is new enough.
        :raises twitchkg.errors.ParameterError: if the inference does not follow.
        :raises twitchkg.errors.ReasonerError: if the reasoner fails or exceeds its bounds.
        """
        from twitchkg import consistency

        self._embedded_only("reason")
        own = [*self._files, *(os.fspath(path) for path in files)]
        asked = None
        if explain is not None:
            subject, predicate, value = explain
            known = predicate if ":" in predicate else TWK + predicate
            is_type = predicate in ("a", "rdf:type")
            asked = (
                self.resolve(subject).iri,
                PREFIXES["rdf"] + "type" if is_type else self.resolve(known).iri,
                self.resolve(TWK + value if is_type and ":" not in value else value).iri,
            )
        return consistency.reason(
            own,
            reasoner=reasoner,
            timeout=timeout,
            memory=memory,
            explain=asked,
            progress=progress,
        )

    @property
    def rdflib(self) -> rdflib.Graph:
        """The graph as a plain rdflib graph, read once."""
        self._embedded_only("rdflib")
        if self._rdflib is None:
            from twitchkg import extension, rdf, store

            self._rdflib = rdf.of_triples(
                triple for path, _ in extension.parts(self._files) for triple in store.parse(path)
            )
        return self._rdflib

    def export(self, format: str = "turtle", variant: str = "inferred") -> str:
        """The graph as one text in a format of RDF, the same for the same data.

        The headers of the single files are left out, so that the text has one ontology header and
        imports nothing.

        :param format: one of ``export.RDF``.
        :param variant: ``base`` (schema and entities), ``full`` (all but what axioms conclude) or
            ``inferred`` (everything).
        :raises twitchkg.errors.ParameterError: if there is no such format or variant.
        """
        from twitchkg import export

        self._embedded_only("export")
        return export.statements_of(format, variant, self._files).decode()

    def export_file(self, format: str) -> bytes:
        """The graph as one file: nanopublications, OBO Graphs, SQLite or GraphML.

        :param format: one of ``export.SINGLE``.
        :raises twitchkg.errors.ParameterError: if there is no such format.
        :raises twitchkg.errors.MissingExtraError: if it needs a package that is not installed.
        """
        from twitchkg import export

        self._embedded_only("export")
        return export.single(self._embedded, format)

    def export_files(
        self, format: str, progress: Callable[[str], object] = lambda text: None
    ) -> dict[str, bytes]:
        """The graph as several files by name: CSV, Parquet or KGX.

        :param format: one of ``export.FOLDERS``, or ``release`` for every file of a release.
        :param progress: is called with what is made next.
        :raises twitchkg.errors.ParameterError: if there is no such format.
        :raises twitchkg.errors.MissingExtraError: if it needs a package that is not installed.
        """
        from twitchkg import export
        from twitchkg.export import release

        self._embedded_only("export")
        if format == "release":
            return release.release(self._embedded, self._files, progress)
        progress(f"making {format}")
        return export.folder(self._embedded, format)

    def to_pandas(self, table: str) -> pandas.DataFrame:
        """One table of the graph as a pandas data frame, with nullable types.

        Its ``attrs`` hold the notice and what each column means.

        :param table: such as ``"claims"``, ``"edges"`` or ``"nodes"``.
        :raises twitchkg.errors.ParameterError: if there is no such table.
        :raises twitchkg.errors.MissingExtraError: if pandas is not installed.
        """
        from twitchkg.export import content, frames

        return frames.frame(content.table(self.store, table))

    def to_networkx(self) -> networkx.MultiDiGraph[str]:
        """The entities and what relates them, as a NetworkX graph with parallel edges.

        An edge's ``weight`` is the number of independent documents that affirm it, ``claims`` the
        claims behind it, ``basis`` whether it is claimed, stated or concluded.

        :raises twitchkg.errors.MissingExtraError: if NetworkX is not installed.
        """
        from twitchkg.export import content, frames

        nodes, edges = content.table(self.store, "nodes"), content.table(self.store, "edges")
        return frames.network(nodes, edges)

    def export_el(self, format: str = "rdfxml") -> str:
        """The entities as classes with existential restrictions, for Protégé and OBO tools.

        The text is an OWL 2 EL ontology of its own. Never merge it with the graph: there the same
        IRIs are individuals.

        :param format: one of ``elprofile.FORMATS``.
        :raises twitchkg.errors.ParameterError: if there is no such format.
        """
        from twitchkg import elprofile, store

        self._embedded_only("export")
        if format not in elprofile.FORMATS:
            known = ", ".join(elprofile.FORMATS)
            raise ParameterError(f"The variant el has no format '{format}'. Use {known}.")
        made = elprofile.triples(self.store)
        if format == "functional":
            return elprofile.functional(made)
        return store.serialize(made, format)

    def publish(
        self,
        endpoint: str,
        *,
        update_endpoint: str | None = None,
        graph_store: str | None = None,
        user: str | None = None,
        password: str | None = None,
        default_graph: str = "auto",
        dry_run: bool = False,
        take_over: bool = False,
        timeout: float = 60.0,
    ) -> list[Outcome]:
        """Load the bundled graph and the user's own files into a SPARQL store.

        :param endpoint: where the store answers queries.
        :param update_endpoint: where it takes updates; the same if neither this nor
            ``graph_store`` is given.
        :param graph_store: where it speaks the Graph Store Protocol; used if there is no
            ``update_endpoint``.
        :param user: the store's user, where it asks for one.
        :param password: the password that goes with it.
        :param default_graph: ``auto``, ``replace`` or ``leave``, as in
            :func:`twitchkg.publish.publish`.
        :param dry_run: whether nothing is to be written.
        :param take_over: whether to go on although another run has begun and not ended.
        :param timeout: seconds to wait for each answer.
        :returns: what was done with each graph.
        :raises ParameterError: if a URL is none, or the options do not fit together.
        :raises EndpointError: if the store fails, or does not hold what it was sent.
        """
        from twitchkg.graphstore import GraphStore
        from twitchkg.publish import publish

        self._embedded_only("publish")
        update = endpoint if update_endpoint is graph_store is None else update_endpoint
        target = GraphStore(
            endpoint, update, graph_store, user=user, password=password, timeout=timeout
        )
        return publish(
            target,
            self._files,
            default_graph=default_graph,
            dry_run=dry_run,
            take_over=take_over,
        )

    def _embedded_only(self, what: str) -> None:
        if self._endpoint is not None:
            raise ParameterError(
                f"'{what}' needs the embedded graph and cannot use an endpoint. Leave it out."
            )

    def _warn_of_unknown(self, text: str) -> None:
        for message in self.unknown_names(text):
            warnings.warn(message, TwitchkgWarning, stacklevel=3)

    def unknown_names(self, text: str) -> list[str]:
        """A remark on each name of twitchkg in a query that the graph does not know.

        :param text: the query, in SPARQL.
        """
        if self._endpoint is not None:
            return []
        unknown = self._unknown_iris(sparql.own_iris(text))
        if not unknown:
            return []
        # Now it pays to tell the names from the comments and strings.
        really = set(sparql.iris(text))
        return [self._unknown_name(iri) for iri in unknown if iri in really]

    def _unknown_iris(self, iris: Sequence[str]) -> list[str]:
        knows = self._embedded.knows
        bases = (TWK, TWD, TWC, TWSRC)
        return [
            iri
            for iri in iris
            if iri.startswith(bases) and iri not in bases and "#" not in iri and not knows(iri)
        ]

    def _unknown_name(self, iri: str) -> str:
        from difflib import get_close_matches

        base = next(base for base in (TWK, TWD, TWC, TWSRC) if iri.startswith(base))
        names = {
            str(row[0]).removeprefix(base)
            for row in self.store.query(
                "SELECT DISTINCT ?s WHERE { ?s ?p ?o FILTER(ISIRI(?s) && "
                f"STRSTARTS(STR(?s), {Term.string(base).n3()})) }}"
            )
        }
        near = get_close_matches(iri.removeprefix(base), sorted(names), n=1, cutoff=0.5)
        hint = f" Did you mean {compact(base + near[0])}?" if near else ""
        return f"The graph does not know {compact(iri)}.{hint}"


def _with_booleans(query: NamedQuery, result: Result) -> Result:
    """The rows with booleans where the query's header says so; Virtuoso 7 keeps them as 1 and 0."""
    from twitchkg.results import Result, Row

    booleans = {column.name for column in query.returns if column.type == "boolean"}
    numbers = {Term.integer(0): Term.boolean(False), Term.integer(1): Term.boolean(True)}
    rows = [
        Row(
            result.columns,
            tuple(
                numbers.get(term, term) if name in booleans and term is not None else term
                for name, term in zip(result.columns, row.terms, strict=True)
            ),
        )
        for row in result.rows
    ]
    return Result(result.kind, result.columns, rows, result.boolean, result.triples)


def _read_turtle(text: str) -> list[Triple]:
    from twitchkg import store

    return store.parse_turtle(text)


def load(
    data: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] = (),
    *,
    endpoint: str | None = None,
    timeout: float = 30.0,
) -> KnowledgeGraph:
    """The knowledge graph; it is read when first used.

    :param data: Turtle files of the user's own, or a folder as docs/your-own-data.md lays it out,
        to ask together with it.
    :param endpoint: URL of a SPARQL endpoint to ask instead.
    :param timeout: seconds to wait for an endpoint's answer.

    >>> kg = load()
    >>> kg.resolve("fasciculation").iri
    Iri('https://w3id.org/twitchkg/id/fasciculation')
    """
    return KnowledgeGraph(data, endpoint, timeout)
