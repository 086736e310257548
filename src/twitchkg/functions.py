"""Functions of nutrients that the European Union lets food labels name."""

from __future__ import annotations

from twitchkg import tables
from twitchkg.namespaces import DCTERMS, RDFS, SKOS
from twitchkg.tables import Evidence, Release, record, twd, twk
from twitchkg.terms import Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from twitchkg.results import Triple

EU = Release(
    "eu-health-claims-2025-08-01",
    "Health claims authorised in the European Union",
    "Regulation (EU) No 432/2012, as in the Food Health Claims graph, commit of 2025-08-01",
    "https://opensource.org/license/mit",
    "Food Health Claims knowledge graph, MaastrichtU-IDS/food-claims-kg (MIT licence), which "
    "records the list of Regulation (EU) No 432/2012.",
)
NO_PROOF = (
    "Authorised for a normal function of the body; no proof that the nutrient treats or prevents "
    "twitching."
)
NUTRIENTS = {
    "biotin": "biotin",
    "calcium": "calcium",
    "folate": "folate",
    "magnesium": "magnesium",
    "niacin": "niacin",
    "pantothenic acid": "pantothenic-acid",
    "potassium": "potassium",
    "riboflavin": "riboflavin",
    "thiamine": "thiamine",
    "vitamin B12": "vitamin-b12",
    "vitamin B6": "vitamin-b6",
    "vitamin D": "vitamin-d",
    "water": "water",
}
_OTHER_NUTRIENTS = ("copper", "iodine", "vitamin C")  # of which no document speaks
MATCHES: dict[str, tuple[tuple[str, str], ...]] = {
    "muscle function": (
        ("exactMatch", "muscle-function"),
        ("narrowMatch", "muscle-contraction"),
        ("narrowMatch", "muscle-movement"),
        ("narrowMatch", "muscle-relaxation"),
        ("narrowMatch", "muscle-strength"),
        ("relatedMatch", "muscle-maintenance"),
    ),
    "nervous system function": (
        ("narrowMatch", "muscle-control"),
        ("narrowMatch", "nerve-function"),
        ("narrowMatch", "nerve-signal-transmission"),
        ("relatedMatch", "nerve-maintenance"),
        ("relatedMatch", "nerve-rest"),
    ),
    "neurotransmission": (("broadMatch", "nerve-signal-transmission"),),
    "physical and cognitive functions": (("narrowMatch", "muscle-function"),),
    "electrolyte balance": (),
    "reduction of tiredness and fatigue": (),
}
"""How each function of the register relates to the bodily functions that documents name."""
_COLUMNS = ("nutrient", "function", "function_iri", "foodb", "claim_iri")


def functions(folder: str) -> Evidence:
    """The authorised functions.

    :param folder: where the reference tables are.
    :raises DataError: if a nutrient or a function is not known.
    :raises FileAccessError: if the table cannot be read.
    """
    made: dict[Triple, None] = {}
    for row in tables.read(folder, "eu_claims", _COLUMNS):
        place = tables.at("eu_claims", row)
        nutrient = tables.known(place, "nutrient", row["nutrient"], (*NUTRIENTS, *_OTHER_NUTRIENTS))
        function = tables.known(place, "function", row["function"], MATCHES)
        filed = Term.iri(row["function_iri"])
        pairs = [
            (RDFS + "label", tables.text(f"{nutrient}: {function}")),
            (RDFS + "comment", tables.text(NO_PROOF)),
            (twk("ofFunction").value, filed),
            (RDFS + "seeAlso", Term.iri(row["foodb"])),
            (DCTERMS + "source", EU.iri),
        ]
        if nutrient in NUTRIENTS:
            pairs.append((twk("ofNutrient").value, twd(NUTRIENTS[nutrient])))
        triples = record(Term.iri(row["claim_iri"]), twk("AuthorisedFunction"), *pairs)
        triples.append((filed, Term.iri(RDFS + "label"), tables.text(function)))
        triples += [
            (filed, Term.iri(SKOS + relation), twd(entity))
            for relation, entity in MATCHES[function]
        ]
        made |= dict.fromkeys(triples)
    meaning = "Which functions of nutrients are authorised health claims in the European Union."
    return Evidence("eu-claims", meaning, (EU,), made)
