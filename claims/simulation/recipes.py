"""What people go to the doctor, the hospital and the dentist for: codes that belong together, and what they may cost.

Codes only, of public and invented combinations; charges are our own round figures. A recipe's items are what its claims
choose their lines from, the telling one first.
"""

from __future__ import annotations

from typing import Final

from claims.facts import Fact

_ANY_AGE: Final = (0, 120)
_ADULT: Final = (18, 120)
_CHILD: Final = (0, 17)


class Item(Fact, frozen=True):
    """One service: its code, its usual charge in whole dollars, how many units at most, and what else it needs."""

    code: str
    dollars: int
    units: int = 1
    modifiers: tuple[str, ...] = ()
    basis: str = "UN"
    revenue_code: str = ""
    ndc: str = ""


class Recipe(Fact, frozen=True, kw_only=True):
    """A kind of encounter. `place` is the place of service, or the first two digits of the type of bill."""

    weight: int
    place: str
    items: tuple[Item, ...]
    diagnoses: tuple[str, ...]
    ages: tuple[int, int] = _ANY_AGE
    sex: str = ""
    is_emergency: bool = False
    is_accident: bool = False
    needs_authorization: bool = False
    procedures: tuple[str, ...] = ()  # ICD-10-PCS
    drg_code: str = ""
    longest_stay_days: int = 0


PROFESSIONAL: Final = (
    Recipe(
        weight=30,
        place="11",
        items=(Item("99213", 145), Item("99214", 215), Item("36415", 18), Item("80053", 62), Item("85025", 41)),
        diagnoses=("I10", "E119", "E785", "J0190", "R5383"),
    ),
    Recipe(
        weight=12,
        place="11",
        items=(Item("99396", 265), Item("80061", 58), Item("82947", 22), Item("90471", 38), Item("90686", 34)),
        diagnoses=("Z0000", "Z23"),
        ages=_ADULT,
    ),
    Recipe(
        weight=10,
        place="11",
        items=(Item("99392", 190), Item("90460", 40), Item("90707", 105), Item("90716", 160), Item("96110", 28)),
        diagnoses=("Z00129", "Z23"),
        ages=_CHILD,
    ),
    Recipe(
        weight=8,
        place="11",
        items=(Item("97110", 62, 3, ("GP",)), Item("97140", 58, 2, ("GP",)), Item("97161", 165), Item("97530", 66, 2)),
        diagnoses=("M5450", "M25561", "M542"),
    ),
    Recipe(
        weight=8,
        place="10",
        items=(Item("90837", 195, 1, ("95",)), Item("90834", 150, 1, ("95",)), Item("96127", 12, 2)),
        diagnoses=("F411", "F331"),
    ),
    Recipe(
        weight=6,
        place="11",
        items=(Item("98941", 68, 1, ("AT",)), Item("98943", 45), Item("97012", 32)),
        diagnoses=("M9903", "M9901"),
        ages=_ADULT,
    ),
    Recipe(
        weight=6,
        place="23",
        items=(Item("99284", 640), Item("99283", 410), Item("93010", 42), Item("71046", 95, 1, ("26",))),
        diagnoses=("R079", "R0602", "R1031"),
        is_emergency=True,
    ),
    Recipe(
        weight=5,
        place="11",
        items=(Item("73721", 1150), Item("73562", 96), Item("72148", 1240), Item("76700", 420)),
        diagnoses=("M25561", "M5126", "R109"),
    ),
    Recipe(
        weight=4,
        place="22",
        items=(Item("29881", 3900, 1, ("RT",)), Item("64447", 780), Item("99213", 145, 1, ("24",))),
        diagnoses=("S83241A", "M2341"),
        ages=_ADULT,
        is_accident=True,
        needs_authorization=True,
    ),
    Recipe(
        weight=3,
        place="22",
        items=(Item("00810", 11, 150, ("AA",), "MJ"), Item("99100", 60)),
        diagnoses=("Z1211", "K635"),
        ages=_ADULT,
    ),
    Recipe(
        weight=3,
        place="11",
        items=(Item("J1885", 9, 4, ndc="00409379501"), Item("96372", 48), Item("99213", 145, 1, ("25",))),
        diagnoses=("M5450", "G43909"),
    ),
    Recipe(
        weight=2,
        place="41",
        items=(Item("A0427", 1350, 1, ("RH",)), Item("A0425", 21, 40, ("RH",)), Item("A0422", 95)),
        diagnoses=("R55", "S0990XA"),
        is_emergency=True,
        is_accident=True,
    ),
    Recipe(
        weight=2,
        place="12",
        items=(Item("E0601", 118, 1, ("RR",)), Item("A7030", 180), Item("A7038", 9, 2)),
        diagnoses=("G4733",),
        ages=_ADULT,
    ),
    Recipe(
        weight=1,
        place="21",
        items=(Item("59400", 5200), Item("76805", 380), Item("59025", 140)),
        diagnoses=("O80", "Z370"),
        ages=(18, 48),
        sex="F",
    ),
)

INSTITUTIONAL: Final = (
    Recipe(
        weight=8,
        place="13",
        items=(
            Item("99284", 1900, revenue_code="0450"),
            Item("71046", 420, revenue_code="0324"),
            Item("80053", 210, revenue_code="0300"),
            Item("96374", 310, revenue_code="0260"),
            Item("", 85, revenue_code="0250"),
        ),
        diagnoses=("R079", "R1031", "J189"),
        is_emergency=True,
    ),
    Recipe(
        weight=6,
        place="13",
        items=(
            Item("72148", 2300, revenue_code="0612"),
            Item("74177", 2650, revenue_code="0352"),
            Item("77067", 420, revenue_code="0403"),
        ),
        diagnoses=("M5126", "R109", "Z1231"),
        ages=_ADULT,
    ),
    Recipe(
        weight=5,
        place="13",
        items=(
            Item("45380", 3900, revenue_code="0750"),
            Item("88305", 340, 3, revenue_code="0312"),
            Item("", 160, revenue_code="0250"),
            Item("", 690, revenue_code="0710"),
        ),
        diagnoses=("Z1211", "K635"),
        ages=(45, 80),
    ),
    Recipe(
        weight=3,
        place="11",
        items=(
            Item("", 2400, revenue_code="0120"),
            Item("", 6100, revenue_code="0250"),
            Item("", 3900, revenue_code="0300"),
            Item("", 2700, revenue_code="0320"),
        ),
        diagnoses=("J189", "J9601", "I10"),
        drg_code="193",
        longest_stay_days=6,
    ),
    Recipe(
        weight=2,
        place="11",
        items=(
            Item("", 2600, revenue_code="0120"),
            Item("", 21000, revenue_code="0360"),
            Item("", 17500, revenue_code="0278"),
            Item("", 3100, revenue_code="0710"),
        ),
        diagnoses=("M1711", "I10"),
        ages=(40, 90),
        procedures=("0SRC0J9",),
        drg_code="470",
        longest_stay_days=3,
        needs_authorization=True,
    ),
    Recipe(
        weight=2,
        place="11",
        items=(
            Item("", 2200, revenue_code="0122"),
            Item("", 4800, revenue_code="0720"),
            Item("", 1500, revenue_code="0250"),
        ),
        diagnoses=("O80", "Z370"),
        ages=(18, 48),
        sex="F",
        procedures=("10E0XZZ",),
        drg_code="807",
        longest_stay_days=3,
    ),
)

DENTAL: Final = (
    Recipe(
        weight=10,
        place="11",
        items=(Item("D0120", 62), Item("D1110", 118), Item("D0274", 78), Item("D1206", 48)),
        diagnoses=(),
    ),
    Recipe(
        weight=5,
        place="11",
        items=(Item("D2392", 265), Item("D2391", 210), Item("D0220", 36)),
        diagnoses=("K0262",),
    ),
    Recipe(
        weight=2,
        place="11",
        items=(Item("D2740", 1420), Item("D2950", 330), Item("D3330", 1380)),
        diagnoses=("K0253",),
        ages=_ADULT,
    ),
    Recipe(
        weight=2,
        place="11",
        items=(Item("D7140", 240), Item("D9230", 85)),
        diagnoses=("K0530",),
    ),
    Recipe(
        weight=1,
        place="11",
        items=(Item("D4341", 310), Item("D4910", 165)),
        diagnoses=("K05319",),
        ages=_ADULT,
    ),
)

BY_KIND: Final = {"P": PROFESSIONAL, "I": INSTITUTIONAL, "D": DENTAL}
# Dental codes that name a tooth; those of them that also name surfaces; and those that name a quadrant.
TOOTH_CODES: Final = frozenset(("D2392", "D2391", "D2740", "D2950", "D3330", "D7140"))
SURFACE_CODES: Final = {"D2391": 1, "D2392": 2}
QUADRANT_CODES: Final = frozenset(("D4341",))
# Preventive visits of patients who are known: under which age which code.
PREVENTIVE_VISITS: Final = {1: "99391", 5: "99392", 12: "99393", 18: "99394", 40: "99395", 65: "99396", 200: "99397"}
