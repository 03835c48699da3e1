"""Who claims can be made of: families, and providers who bill for them. Plain, from the database or invented."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Final

from claims.facts import Fact
from tpa.foundation.values.identifiers import npi_check_digit

PROFESSIONAL, INSTITUTIONAL, DENTAL = "P", "I", "D"


class PopulationMember(Fact, frozen=True, kw_only=True):
    """A person covered. Relationship as in X12: 18 the subscriber, 01 spouse, 19 child, G8 other."""

    relationship: str
    last_name: str
    first_name: str
    birth_on: date
    middle_name: str = ""
    sex: str = "U"


class PopulationFamily(Fact, frozen=True, kw_only=True):
    """A subscriber (first of its members) with dependents. Covered from a day to before another (None: open)."""

    subscriber_number: str
    group_number: str
    members: tuple[PopulationMember, ...]
    address_line: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    covered_from: date | None = None
    covered_to: date | None = None


class PopulationProvider(Fact, frozen=True, kw_only=True):
    """Who bills (or, a person, renders). `kind` P, I or D: which 837 it sends."""

    npi: str
    tin: str
    name: str
    kind: str = PROFESSIONAL
    first_name: str = ""
    entity: str = "2"
    taxonomy_code: str = ""
    address_line: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""


class Population(Fact, frozen=True, kw_only=True):
    """Families, who bills for them, the persons who render care, and how claims name us."""

    families: tuple[PopulationFamily, ...]
    providers: tuple[PopulationProvider, ...]
    physicians: tuple[PopulationProvider, ...]
    payer_name: str
    payer_number: str


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_LAST_NAMES: Final = _words(
    "ABBOTT ACOSTA ADLER ALVAREZ BAKER BARNES BECKER BELL BENITEZ BISHOP BLAKE BRANDT BROOKS BURKE "
    "CABRERA CARR CHAN CHAVEZ COLE CONWAY CRUZ DALTON DAVIES DEAN DELGADO DIAZ DOYLE DUNN ELLIS "
    "ESPINOZA EVANS FARRELL FISCHER FLYNN FOSTER FRANK GARZA GIBBS GOMEZ GRANT GREEN HALE HARDY "
    "HAYES HERRERA HOLT HUANG IBARRA INGRAM JENSEN JOYCE KANE KELLER KHAN KIM KLEIN LARA LEE LOWE "
    "LUNA LYNCH MACK MARSH MEYER MORALES NASH NGUYEN NOLAN OLSEN ORTEGA OWENS PARK PATEL PENA PRICE "
    "QUINN RAMOS REYES ROTH RUIZ SALAS SCHMIDT SHAH SILVA STONE TATE TORRES TRAN VARGAS VOGEL WALSH "
    "WEBB WONG YANG YATES ZAMORA ZIMMER"
)
_FIRST_NAMES: Final = {
    "F": _words(
        "ADA ALICE ANA BELLA CARLA CLARA DIANA ELENA EMMA FAY GRACE HANNA IRIS JUNE KARA LENA LUCY MARIA "
        "MAYA NINA NORA OLIVE PAULA ROSA RUTH SARA TESS UMA VERA WENDY ZOE"
    ),
    "M": _words(
        "ADAM ALEX BEN BRUNO CARL CESAR DAVID DIEGO ERIK EVAN FELIX GLENN HUGO IVAN JACK JOEL KARL LEON "
        "LUIS MARC NEIL NOAH OMAR OSCAR PAUL RAUL SEAN TARIQ TOM VICTOR WALT"
    ),
}
_STREETS: Final = _words("ASH BIRCH CEDAR ELM HILL LAKE MAPLE MILL OAK PARK PINE RIVER")
_CITIES: Final = (
    ("AKRON", "OH", "443040000"),
    ("DAYTON", "OH", "454020000"),
    ("TOLEDO", "OH", "436040000"),
    ("MUNCIE", "IN", "473050000"),
    ("ERIE", "PA", "165010000"),
    ("LANSING", "MI", "489330000"),
)
# Taxonomy codes of the public NUCC list.
_GROUPS: Final = (
    ("FAMILY CARE", "207Q00000X"),
    ("INTERNAL MEDICINE", "207R00000X"),
    ("PEDIATRICS", "208000000X"),
    ("ORTHOPEDICS", "207X00000X"),
    ("IMAGING", "2085R0202X"),
    ("PHYSICAL THERAPY", "225100000X"),
    ("BEHAVIORAL HEALTH", "103TC0700X"),
    ("CHIROPRACTIC", "111N00000X"),
)
_SPECIALTIES: Final = ("207Q00000X", "207R00000X", "208000000X", "207X00000X", "2085R0202X", "103TC0700X")
_HOSPITAL: Final = "282N00000X"
_DENTIST: Final = "1223G0001X"


def invent_population(
    *, seed: int, families: int = 300, groups: tuple[str, ...] = ("GRP100",), on: date = date(2026, 11, 24)
) -> Population:
    """People and providers that never were, the same ones for the same seed. `on` is the day they are that old."""
    rng = Random(seed)  # noqa: S311 (repeatable on purpose, and nothing here is secret)
    billing: list[PopulationProvider] = []
    for index in range(24):
        billing.append(_organisation(rng, index, PROFESSIONAL))
    for index in range(6):
        billing.append(_organisation(rng, 100 + index, INSTITUTIONAL))
    for index in range(6):
        billing.append(_organisation(rng, 200 + index, DENTAL))
    return Population(
        families=tuple([_family(rng, seed, number, groups[number % len(groups)], on) for number in range(families)]),
        providers=tuple(billing),
        physicians=tuple([_physician(rng, index) for index in range(40)]),
        payer_name="STEWARD ADMINISTRATORS",
        payer_number="STWD1",
    )


def invented_npi(number: int) -> str:
    """A number that passes the check digit. 1 and then a 9, where few real ones are."""
    first_nine = f"19{number:07}"
    return first_nine + npi_check_digit(first_nine)


def _family(rng: Random, seed: int, number: int, group: str, on: date) -> PopulationFamily:
    last_name = rng.choice(_LAST_NAMES)
    city, state, postal_code = rng.choice(_CITIES)
    age = rng.randint(22, 64)
    members = [_member(rng, "18", last_name, on, age)]
    size = rng.random()
    if size > 0.4:
        members.append(_member(rng, "01", last_name, on, max(21, age + rng.randint(-5, 5))))
    if size > 0.55 and age >= 24:
        for _ in range(rng.randint(1, 3)):
            members.append(_member(rng, "19", last_name, on, rng.randint(0, min(25, age - 20))))
    return PopulationFamily(
        subscriber_number=f"W{seed % 10000:04}{number:06}",
        group_number=group,
        members=tuple(members),
        address_line=f"{rng.randint(1, 999)} {rng.choice(_STREETS)} ST",
        city=city,
        state=state,
        postal_code=postal_code,
        covered_from=date(on.year - 1, 1, 1),
    )


def _member(rng: Random, relationship: str, last_name: str, on: date, age: int) -> PopulationMember:
    sex = rng.choice("FM")
    return PopulationMember(
        relationship=relationship,
        last_name=last_name,
        first_name=rng.choice(_FIRST_NAMES[sex]),
        birth_on=on - timedelta(days=age * 365 + rng.randint(1, 364)),
        sex=sex,
    )


def _organisation(rng: Random, index: int, kind: str) -> PopulationProvider:
    city, state, postal_code = rng.choice(_CITIES)
    if kind == INSTITUTIONAL:
        name, taxonomy_code = f"{city} GENERAL HOSPITAL {index % 100 + 1}", _HOSPITAL
    elif kind == DENTAL:
        name, taxonomy_code = f"{rng.choice(_LAST_NAMES)} DENTAL", _DENTIST
    else:
        word, taxonomy_code = _GROUPS[index % len(_GROUPS)]
        name = f"{rng.choice(_LAST_NAMES)} {word}"
    return PopulationProvider(
        npi=invented_npi(10_000 + index),
        tin=f"98{7_000_000 + index:07}",
        name=name,
        kind=kind,
        taxonomy_code=taxonomy_code,
        address_line=f"{rng.randint(1, 999)} {rng.choice(_STREETS)} AVE",
        city=city,
        state=state,
        postal_code=postal_code,
    )


def _physician(rng: Random, index: int) -> PopulationProvider:
    return PopulationProvider(
        npi=invented_npi(50_000 + index),
        tin=f"98{8_000_000 + index:07}",
        name=rng.choice(_LAST_NAMES),
        first_name=rng.choice(_FIRST_NAMES[rng.choice("FM")]),
        entity="1",
        kind=DENTAL if index % 8 == 7 else PROFESSIONAL,
        taxonomy_code=_DENTIST if index % 8 == 7 else _SPECIALTIES[index % len(_SPECIALTIES)],
    )
