"""Amounts of nutrients in foods and reference intakes, from tables of public references."""

from __future__ import annotations

from twitchkg import tables
from twitchkg.errors import DataError
from twitchkg.namespaces import DCTERMS, PREFIXES, RDFS
from twitchkg.tables import Evidence, Release, record, twd, twk
from twitchkg.terms import Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from twitchkg.results import Triple
    from twitchkg.tables import Row

    _Group = tuple[str, str, str, str]  # authority, sex, stage of life, age

NUMERIC_VALUE = PREFIXES["qudt"] + "numericValue"
UNIT = PREFIXES["qudt"] + "unit"
_QUANTITY = Term.iri(PREFIXES["qudt"] + "QuantityValue")
_PUBLIC_DOMAIN = "https://creativecommons.org/publicdomain/mark/1.0/"

SR28 = Release(
    "usda-sr28",
    "USDA National Nutrient Database for Standard Reference, Release 28",
    "28 (slightly revised, May 2016)",
    _PUBLIC_DOMAIN,
    "U.S. Department of Agriculture, Agricultural Research Service. USDA National Nutrient "
    "Database for Standard Reference, Release 28.",
)
CNF = Release(
    "canadian-nutrient-file",
    "Canadian Nutrient File",
    "as shipped in NutrienTrackeR 1.3.0",
    "https://open.canada.ca/en/open-government-licence-canada",
    "Health Canada. Canadian Nutrient File.",
)
DRI = Release(
    "nasem-dri",
    "Dietary Reference Intakes for the United States and Canada",
    "as held in nutriR 0.1.0 (dataset dris)",
    "",
    "Food and Nutrition Board, Institute of Medicine, National Academies. Dietary Reference "
    "Intakes summary tables.",
)
NASEM_2019 = Release(
    "nasem-2019",
    "Dietary Reference Intakes for Sodium and Potassium",
    "2019",
    "",
    "National Academies of Sciences, Engineering, and Medicine. 2019. Dietary Reference Intakes "
    "for Sodium and Potassium.",
)
EFSA = Release(
    "efsa-drv-2019",
    "Dietary Reference Values for nutrients, Summary report",
    "2019, EFSA Supporting Publication 2017:e15121",
    "",
    "European Food Safety Authority. Dietary Reference Values for nutrients, Summary report. "
    "EFSA Supporting Publication 2017:e15121.",
)

UNITS = {
    "mg": ("MilliGM", "", "perDays"),
    "µg": ("MicroGM", "", "perDays"),
    "µg DFE": ("MicroGM", "dietary folate equivalents", "perDays"),
    "mg/MJ": ("MilliGM", "", "perMegajoules"),
    "mg NE/MJ": ("MilliGM", "niacin equivalents", "perMegajoules"),
    "L": ("L", "", "perDays"),
}
"""The unit of a table: its QUDT unit, what it counts, and what a reference intake is per."""
NUTRIENTS = {
    "Magnesium, Mg": "magnesium",
    "Potassium, K": "potassium",
    "Calcium, Ca": "calcium",
    "Sodium, Na": "sodium",
    "Vitamin D (D2 + D3)": "vitamin-d",
    "Thiamin (B1)": "thiamine",
    "Riboflavin (B2)": "riboflavin",
    "Niacin (B3)": "niacin",
    "Pantothenic acid (B5)": "pantothenic-acid",
    "Vitamin B-6": "vitamin-b6",
    "Folate, total (B9)": "folate",
    "Vitamin B-12": "vitamin-b12",
}
_OTHER_NUTRIENTS = ("Iron, Fe", "Zinc, Zn", "Caffeine")
FOODS = {
    "banana": ("bananas",),
    "broccoli": ("broccoli",),
    "cocoa": ("cocoa",),
    "coffee": ("coffee",),
    "dark-chocolate": ("dark chocolate",),
    "egg": ("eggs",),
    "emmental": ("Emmental cheese",),
    "energy-drink": ("energy drinks",),
    "flaxseed": ("flaxseed",),
    "millet": ("millet",),
    "mineral-water": ("mineral water",),
    "oatmeal": ("oatmeal",),
    "peas": ("peas",),
    "pumpkin-seed": ("pumpkin seeds",),
    "raspberry": ("raspberries",),
    "rice": ("rice",),
    "soya-bean": ("soya beans",),
    "spinach": ("spinach",),
    "tea": ("tea",),
    "tofu": ("tofu",),
    "wheat-bran": ("wheat bran",),
}
"""Each food that a document names, with the table's name for it: its default entry is taken."""
GROUPS = {
    "beans": ("beans",),
    "caffeinated-drink": ("coffee", "tea", "energy drinks", "cola"),
    "dairy-products": ("dairy products",),
    "green-vegetable": ("leafy greens", "broccoli", "peas", "spinach"),
    "leafy-greens": ("leafy greens", "spinach"),
    "nuts": ("nuts",),
    "whole-grains": ("whole grains",),
}
"""Each food group that a document names, with the table's names for its members."""
_LISTED_MEMBERS = ("beans", "dairy products", "leafy greens", "nuts", "whole grains")
_SOURCES = {"USDA SR28": SR28, "Canadian Nutrient File": CNF}
_FOOD_COLUMNS = (
    *("seed_food", "default_for_seed", "source", "source_food_id", "fdc_id", "description"),
    *("nutrient", "amount_per_100g", "unit", "cross_check"),
)

INTAKES = {
    "Magnesium": "magnesium",
    "Potassium": "potassium",
    "Calcium": "calcium",
    "Sodium": "sodium",
    "Vitamin D": "vitamin-d",
    "Thiamin": "thiamine",
    "Riboflavin": "riboflavin",
    "Niacin": "niacin",
    "Pantothenic acid": "pantothenic-acid",
    "Vitamin B6": "vitamin-b6",
    "Folate": "folate",
    "Vitamin B12": "vitamin-b12",
    "Biotin": "biotin",
    "Total water": "water",
}
_OTHER_INTAKES = ("Iron", "Zinc")
KINDS = {
    "RDA": "recommended-dietary-allowance",
    "AI": "adequate-intake",
    "PRI/AI": "population-reference-intake",
    "RI": "reference-intake",
    "UL": "upper-intake-level",
}
AUTHORITIES = {"NASEM (US/Canada)": "NASEM", "EFSA (EU)": "EFSA"}
_INTAKE_COLUMNS = (
    *("authority", "nutrient", "value_type", "sex", "life_stage", "age", "value_per_day"),
    *("unit", "status", "note", "source"),
)
_ADULTS = {
    "NASEM": (("female", "31-50 yr"), ("male", "31-50 yr"), ("both", "19-50 yr")),
    "EFSA": (
        *(("female", ">=18 yr"), ("male", ">=18 yr"), ("both", ">=18 yr")),
        *(("female", ">=25 yr"), ("male", ">=25 yr")),
    ),
}
# The ages of women who are neither pregnant nor nursing, beside those of women who are.
_BESIDE = {
    "": (">=18 yr",),
    "18-24 yr": ("18-24 yr", ">=18 yr"),
    ">=25 yr": (">=25 yr", ">=18 yr"),
}


def foods(folder: str) -> Evidence:
    """The amounts of nutrients in foods.

    :param folder: where the reference tables are.
    :raises DataError: if a unit, a source or a nutrient is not known, or a food has no entry.
    :raises FileAccessError: if a table cannot be read.
    """
    exemplified: dict[str, set[str]] = {}
    for entity, names in FOODS.items():
        for name in names:
            exemplified.setdefault(name, set()).add(entity)
    made: dict[Triple, None] = {}
    found: set[str] = set()
    for row in tables.read(folder, "nutrients", _FOOD_COLUMNS):
        seed = row["seed_food"]
        default = row["default_for_seed"] == "yes"
        stands_for = exemplified.get(seed, set()) if default else set()
        listed = default or seed in _LISTED_MEMBERS
        groups = {group for group, names in GROUPS.items() if seed in names and listed}
        if not (stands_for or groups):
            continue
        found |= stands_for | groups
        place = tables.at("nutrients", row)
        nutrient = tables.known(place, "nutrient", row["nutrient"], (*NUTRIENTS, *_OTHER_NUTRIENTS))
        if nutrient in NUTRIENTS:
            source = _SOURCES[tables.known(place, "source", row["source"], _SOURCES)]
            made |= dict.fromkeys(_food(row, source, sorted(stands_for | groups)))
            made |= dict.fromkeys(_amount(place, row, source, sorted(stands_for)))
    absent = sorted({*FOODS, *GROUPS} - found)
    if absent:
        raise DataError(
            f"nutrients.tsv has no entry for {', '.join(absent)}. Take the table of {SR28.title}."
        )
    meaning = "How much of a nutrient 100 grams of a food hold."
    return Evidence("amounts", meaning, (SR28, CNF), made)


def _measured(row: Row, source: Release) -> Term:
    slug = source.iri.value.rsplit("/", 1)[1]
    return tables.node("measured-food", slug, row["source_food_id"])


def _food(row: Row, source: Release, entities: list[str]) -> list[Triple]:
    pairs = [
        (RDFS + "label", tables.text(row["description"])),
        *((twk("exemplifies").value, twd(entity)) for entity in entities),
        (DCTERMS + "identifier", Term.string(row["source_food_id"])),
        (DCTERMS + "source", source.iri),
    ]
    if row["fdc_id"]:
        pairs.append((DCTERMS + "identifier", Term.string(f"FDC:{row['fdc_id']}")))
    return record(_measured(row, source), twk("MeasuredFood"), *pairs)


def _amount(place: str, row: Row, source: Release, entities: list[str]) -> Iterator[Triple]:
    slug = source.iri.value.rsplit("/", 1)[1]
    nutrient = NUTRIENTS[row["nutrient"]]
    made = tables.node("amount", slug, row["source_food_id"], nutrient)
    # Another copy that differs is written "FDC:63"; one that agrees, "FDC:same".
    for part in row["cross_check"].split("; "):
        copy, _, value = part.partition(":")
        if value not in ("", "same"):
            name = {"FDC": "FoodData Central"}.get(copy, copy)
            comment = tables.text(f"{name} gives {value} for this food.")
            yield made, Term.iri(RDFS + "comment"), comment
    yield from _quantity(place, made, row["amount_per_100g"], row["unit"], "perGrams")
    yield from (
        (made, twk("ofNutrient"), twd(nutrient)),
        (made, twk("measuredAs"), _measured(row, source)),
        (made, Term.iri(DCTERMS + "source"), source.iri),
    )
    for entity in entities:
        yield made, twk("inFood"), twd(entity)


def _quantity(place: str, node: Term, value: str, unit: str, per: str) -> list[Triple]:
    name, counted, intake_per = UNITS[tables.known(place, "unit", unit, UNITS)]
    if per == "perGrams" and (counted or intake_per != "perDays" or name == "L"):
        raise DataError(f"{place}: the unit '{unit}' does not fit an amount in a food.")
    per = per or intake_per
    pairs = [
        (NUMERIC_VALUE, Term.decimal(_decimal(place, value))),
        (UNIT, Term.iri(PREFIXES["unit"] + name)),
        (twk(per).value, Term.integer(100 if per == "perGrams" else 1)),
    ]
    if counted:
        pairs.append((twk("expressedAs").value, Term.string(counted)))
    made = record(node, twk("Amount"), *pairs)
    return [*made, (node, made[0][1], _QUANTITY)]


def _decimal(place: str, value: str) -> str:
    """A figure in the canonical form of a decimal, so that all engines write it alike."""
    import re

    if not re.fullmatch(r"\d+(\.\d+)?", value):
        raise DataError(f"{place}: '{value}' is not a figure. Write digits, such as 0.5.")
    whole, _, rest = value.partition(".")
    rest = rest.rstrip("0")
    return f"{int(whole)}.{rest}" if rest else str(int(whole))


def intakes(folder: str) -> Evidence:
    """The reference intakes of groups of people; superseded ones are left out.

    :param folder: where the reference tables are.
    :raises DataError: if a unit, a source, a nutrient or a kind of intake is not known.
    :raises FileAccessError: if the table cannot be read.
    """
    made: dict[Triple, None] = {}
    groups: dict[_Group, Term] = {}
    nodes: dict[tuple[_Group, str, str], Term] = {}
    for row in tables.read(folder, "dri", _INTAKE_COLUMNS):
        place = tables.at("dri", row)
        name = tables.known(place, "nutrient", row["nutrient"], (*INTAKES, *_OTHER_INTAKES))
        if name not in INTAKES or row["status"].startswith("superseded"):
            continue
        tables.known(place, "status", row["status"], ("current",))
        authority = AUTHORITIES[tables.known(place, "authority", row["authority"], AUTHORITIES)]
        kind = tables.known(place, "kind of intake", row["value_type"], KINDS)
        key = (authority, row["sex"], row["life_stage"], row["age"])
        group = groups.setdefault(key, _group_iri(key))
        node = tables.node("intake", group.value.rsplit("/", 1)[1], INTAKES[name], kind)
        if (key, name, kind) in nodes:
            raise DataError(f"{place}: a second {kind} of {name} for the same group.")
        nodes[key, name, kind] = node
        triples = [
            *_quantity(place, node, row["value_per_day"], row["unit"], ""),
            (node, twk("ofNutrient"), twd(INTAKES[name])),
            (node, twk("forPopulation"), group),
            (node, twk("intakeKind"), twd(KINDS[kind])),
            (node, Term.iri(DCTERMS + "source"), _intake_source(place, row).iri),
        ]
        if row["note"]:
            triples.append((node, Term.iri(RDFS + "comment"), tables.text(row["note"])))
        made |= dict.fromkeys(triples)
    for key, group in groups.items():
        made |= dict.fromkeys(_group(key, group))
    made |= dict.fromkeys(_compared(nodes))
    meaning = "How much of a nutrient authorities hold that people need in a day."
    return Evidence("intakes", meaning, (DRI, NASEM_2019, EFSA), made)


def _intake_source(place: str, row: Row) -> Release:
    """The release that a row of the table of intakes names."""
    for start, release in (
        ("EFSA 2019, Dietary Reference Values for nutrients, Summary report", EFSA),
        ("National Academies 2019", NASEM_2019),
        ("Food and Nutrition Board, Institute of Medicine / National Academies", DRI),
    ):
        if row["source"].startswith(start):
            return release
    raise DataError(
        f"{place}: the source '{row['source'][:60]}' is not one of the recorded releases: "
        f"{EFSA.title}; {NASEM_2019.title}; {DRI.title}."
    )


def _group_iri(key: _Group) -> Term:
    authority, sex, stage, age = key
    written = age.replace(">=", "from ").replace(">", "over ").replace("+", " and over")
    return tables.node("reference-group", authority, sex, stage, written)


def _compared(nodes: dict[tuple[_Group, str, str], Term]) -> list[Triple]:
    """Intakes of pregnant and nursing women beside those of women who are neither."""
    made: list[Triple] = []
    for ((authority, sex, stage, age), nutrient, kind), node in nodes.items():
        for beside in _BESIDE.get(age, (age,)) if stage else ():
            usual = nodes.get(((authority, sex, "", beside), nutrient, kind))
            if usual is not None:
                made.append((node, twk("comparesWith"), usual))
    return made


def _group(key: _Group, group: Term) -> list[Triple]:
    authority, sex, stage, age = key
    who = {"both": "both sexes"}.get(sex, sex)
    state = {"": "", "pregnancy": ", pregnant", "lactation": ", nursing"}[stage]
    label = f"{who}{', ' + age if age else ''}{state} ({authority})"
    typical = not stage and (sex, age) in _ADULTS[authority]
    pairs = [
        (RDFS + "label", tables.text(label)),
        (twk("sex").value, Term.string(sex)),
        (twk("isTypicalAdult").value, Term.boolean(typical)),
    ]
    if age:
        pairs.append((twk("age").value, Term.string(age)))
    if stage:
        pairs.append((twk("lifeStage").value, Term.string(stage)))
    return record(group, twk("ReferenceGroup"), *pairs)
