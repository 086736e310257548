"""What the disease annotations of the Human Phenotype Ontology say about twitch types."""

from __future__ import annotations

from twitchkg import tables
from twitchkg.errors import DataError
from twitchkg.namespaces import DCTERMS, LICENCE, PREFIXES, RDFS, SKOS
from twitchkg.tables import Evidence, Release, record, twd, twk
from twitchkg.terms import Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from twitchkg.results import Triple
    from twitchkg.tables import Row

BIOLINK = PREFIXES["biolink"]
ANNOTATION = Term.iri(BIOLINK + "DiseaseToPhenotypicFeatureAssociation")
HPOA_RELEASE = "2025-01-16"
_LATER = "2025-11-24"  # the tables also tell what a later release adds, without its evidence
HPOA = Release(
    f"hpoa-{HPOA_RELEASE}",
    "Human Phenotype Ontology and its disease annotations",
    HPOA_RELEASE,
    "https://hpo.jax.org/app/license",
    f"This product uses the Human Phenotype Ontology (version {HPOA_RELEASE}). Human Phenotype "
    "Ontology Consortium, https://hpo.jax.org/.",
)
MONDO = Release(
    "mondo-2026-05-05",
    "Mondo Disease Ontology",
    "2026-05-05; mapping sets 2026-08-04",
    LICENCE,
    "Mondo Disease Ontology, Monarch Initiative.",
)
FORMS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "Alzheimer disease": (("alzheimer-disease", ()),),
    "Creutzfeldt-Jakob / prion disease": (("creutzfeldt-jakob-disease", ()),),
    "Hashimoto thyroiditis / hypothyroidism": (
        ("hashimoto-thyroiditis", ("OMIM:140300",)),
        ("hypothyroidism", ()),
    ),
    "Isaacs syndrome / neuromyotonia / Morvan": (("isaacs-syndrome", ("ORPHA:84142",)),),
    "Parkinson disease": (("parkinson-disease", ()),),
    "Tourette syndrome / tic disorder": (("tic-disorder", ()), ("tourette-syndrome", ())),
    "amyotrophic lateral sclerosis": (("amyotrophic-lateral-sclerosis", ()),),
    "autonomic nervous system disorder": (("autonomic-nervous-system-disorder", ()),),
    "brain tumour": (("brain-tumour", ()),),
    "cerebral haemorrhage / stroke": (("intracranial-haemorrhage", ()),),
    "diabetes mellitus": (("diabetes", ()),),
    "epilepsy": (("epilepsy", ()),),
    "essential tremor": (("essential-tremor", ()),),
    "febrile seizures": (("febrile-seizure", ()),),
    "multiple sclerosis": (("multiple-sclerosis", ()),),
    "muscular dystrophy": (("muscular-dystrophy", ()),),
    "myopathy (with twitch annotation)": (("myopathy", ()),),
    "peripheral neuropathy (with twitch annotation)": (("neuropathy", ()),),
    "restless legs syndrome": (("restless-legs-syndrome", ()),),
}
"""The conditions whose forms each group of the table lists; only some, where some are named."""
_SELECTED = " (with twitch annotation)"  # a group that leaves out the forms without any
# Imbalances are causes of their own in the graph, no conditions with signs.
_OTHER_GROUPS = (
    *("hypocalcemia", "hypoglycemia", "hypokalemia / periodic paralysis", "hypomagnesemia"),
)
_TERM_COLUMNS = ("id", "label", "parents", "first_release_used")
_ROW_COLUMNS = (
    *("database_id", "disease_name", "hpo_id", "hpo_label", "qualifier", "reference", "evidence"),
    *("onset", "onset_label", "frequency", "frequency_label", "sex", "hpoa_release"),
)
_GROUP_COLUMNS = ("seed_group", "database_id", "disease_name", "mondo")
_MONDO_COLUMNS = ("id", "label", "parents", "omim", "orphanet", "obsolete")


def phenotypes(folder: str) -> Evidence:
    """The annotations of diseases with twitch types, and which diseases are forms of what.

    :param folder: where the reference tables are.
    :raises DataError: if a row is of another release, or names an unknown term or group.
    :raises FileAccessError: if a table cannot be read.
    """
    terms = {
        row["id"]: row
        for row in tables.read(folder, "twitch_hpo_terms", _TERM_COLUMNS)
        if row["first_release_used"] == HPOA_RELEASE
    }
    made: dict[Triple, None] = {}
    names: dict[str, set[str]] = {}
    for row in terms.values():
        made |= dict.fromkeys(_term(row, terms))
    for row in tables.read(folder, "hpoa_twitch", _ROW_COLUMNS):
        place = tables.at("hpoa_twitch", row)
        release = row["hpoa_release"]
        if release not in (HPOA_RELEASE, _LATER):
            raise DataError(
                f"{place}: the row is of release {release}; release {HPOA_RELEASE} is recorded. "
                "Take that release, or change the record in phenotypes.py."
            )
        if release == HPOA_RELEASE:
            tables.known(place, "term", row["hpo_id"], terms)
            made |= dict.fromkeys(_annotation(place, row))
            names.setdefault(row["database_id"], set()).add(row["disease_name"])
    made |= dict.fromkeys(_forms(folder, names))
    for disease, all_names in names.items():
        made |= dict.fromkeys(_disease(disease, sorted(all_names)))
    meaning = "Which diseases show which twitch types, by the annotations of the HPO."
    return Evidence("hpoa", meaning, (HPOA,), made)


def _term(row: Row, terms: dict[str, Row]) -> list[Triple]:
    node = tables.iri(row["id"])
    made = [
        (node, Term.iri(RDFS + "label"), tables.text(row["label"])),
        (node, Term.iri(DCTERMS + "source"), HPOA.iri),
    ]
    for parent in row["parents"].split("|"):
        if parent in terms:
            made.append((node, Term.iri(BIOLINK + "subclass_of"), tables.iri(parent)))
    return made


def _annotation(place: str, row: Row) -> list[Triple]:
    disease, phenotype = tables.iri(row["database_id"]), tables.iri(row["hpo_id"])
    negated = tables.known(place, "qualifier", row["qualifier"], ("", "NOT")) == "NOT"
    parts = ("database_id", "hpo_id", "qualifier", "reference", "onset", "frequency", "sex")
    node = tables.digest("annotation", *(row[part] for part in parts))
    pairs = [
        (BIOLINK + "subject", disease),
        (BIOLINK + "predicate", Term.iri(BIOLINK + "has_phenotype")),
        (BIOLINK + "object", phenotype),
        (BIOLINK + "negated", Term.boolean(negated)),
        (BIOLINK + "has_evidence", Term.string(row["evidence"])),
        *(
            (BIOLINK + "publications", Term.string(reference))
            for reference in row["reference"].split(";")
        ),
        (DCTERMS + "source", HPOA.iri),
    ]
    made: list[Triple] = []
    for column in ("frequency", "onset", "sex"):
        value = row[column]
        if value.startswith("HP:"):
            pairs.append((f"{BIOLINK}{column}_qualifier", tables.iri(value)))
            label = tables.text(row[f"{column}_label"])
            made.append((tables.iri(value), Term.iri(RDFS + "label"), label))
        elif value:
            pairs.append((f"{BIOLINK}{column}_qualifier", Term.string(value)))
    if not negated:
        made.append((disease, Term.iri(BIOLINK + "has_phenotype"), phenotype))
    return [*record(node, ANNOTATION, *pairs), *made]


def _disease(curie: str, names: list[str]) -> list[Triple]:
    """A disease with its name; a second name in the annotations is an alternative one."""
    node = tables.iri(curie)
    return [
        (node, Term.iri(RDFS + "label"), tables.text(names[0])),
        *((node, Term.iri(SKOS + "altLabel"), tables.text(name)) for name in names[1:]),
        (node, Term.iri(DCTERMS + "identifier"), Term.string(curie)),
    ]


def _forms(folder: str, names: dict[str, set[str]]) -> list[Triple]:
    """Which diseases are forms of which condition, and which lists of forms are complete."""
    made: list[Triple] = []
    used: set[tuple[str, str]] = set()
    for row in tables.read(folder, "hpoa_focus_summary", _GROUP_COLUMNS):
        for group in row["seed_group"].split("|"):
            place = tables.at("hpoa_focus_summary", row)
            tables.known(place, "group of diseases", group, (*FORMS, *_OTHER_GROUPS))
            for condition, only in FORMS.get(group, ()):
                if only and row["database_id"] not in only:
                    continue
                used |= {(group, condition), (condition, row["database_id"])}
                form = tables.iri(row["database_id"])
                made.append((form, twk("isFormOf"), twd(condition)))
                names.setdefault(row["database_id"], set()).add(row["disease_name"])
    for group, conditions in FORMS.items():
        for condition, only in conditions:
            absent = [d for d in only if (condition, d) not in used]
            if (group, condition) not in used or absent:
                raise DataError(
                    f"hpoa_focus_summary.tsv lists no {', '.join(absent) or 'disease'} in the "
                    f"group '{group}'. Take the table of HPOA release {HPOA_RELEASE}."
                )
            made += record(
                tables.node("form-list", condition),
                twk("FormList"),
                (twk("listsFormsOf").value, twd(condition)),
                (twk("isComplete").value, Term.boolean(not group.endswith(_SELECTED))),
                (DCTERMS + "source", HPOA.iri),
            )
    return made


def diseases(folder: str) -> Evidence:
    """The Mondo terms of the annotated diseases, and what stands above them as far as listed.

    :param folder: where the reference tables are.
    :raises DataError: if a disease has a Mondo term that the table of Mondo does not have.
    :raises FileAccessError: if a table cannot be read.
    """
    mondo = {row["id"]: row for row in tables.read(folder, "mondo", _MONDO_COLUMNS)}
    exact = {
        code.replace("Orphanet:", "ORPHA:"): id_
        for id_, row in mondo.items()
        if row["obsolete"] != "true"
        for column in ("omim", "orphanet")
        for code in row[column].split("|")
        if code
    }
    annotated = {
        row["database_id"]
        for row in tables.read(folder, "hpoa_twitch", _ROW_COLUMNS)
        if row["hpoa_release"] == HPOA_RELEASE
    }
    above: set[str] = set()
    made: list[Triple] = []
    for disease in sorted(annotated & set(exact)):
        made.append(
            (tables.iri(disease), Term.iri(SKOS + "exactMatch"), tables.iri(exact[disease]))
        )
        above.add(exact[disease])
    ahead = sorted(above)
    while ahead:
        id_ = ahead.pop()
        label = Term.iri(RDFS + "label")
        made.append((tables.iri(id_), label, tables.text(mondo[id_]["label"])))
        for parent in mondo[id_]["parents"].split("|"):
            if parent in mondo:
                edge = Term.iri(BIOLINK + "subclass_of")
                made.append((tables.iri(id_), edge, tables.iri(parent)))
                if parent not in above:
                    above.add(parent)
                    ahead.append(parent)
    meaning = "The Mondo terms of the diseases with twitch annotations, and what is above them."
    return Evidence("mondo", meaning, (MONDO,), dict.fromkeys(made))
