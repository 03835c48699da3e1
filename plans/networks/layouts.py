"""The layouts of published files: which columns they have, and what a line of each becomes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from plans.facts import PartFact, ValuesFact
from plans.networks.charge_percentiles import gather_percentiles
from plans.networks.gather_parts import gather_parts
from plans.networks.read_published import Cells, Into, Layout, Report, code_in, number_in
from plans.networks.take_over import FACTORS, RATES, ZIPS
from tpa.foundation.values.money import cents


def _json(values: ValuesFact) -> str:
    return msgspec.json.encode(values).decode()


def _rate(into: Into, kind: str, code: str, modifier: str, method: str, **more: Any) -> tuple[Any, ...]:
    place, locality = more.get("place", ""), more.get("locality", "")
    return (
        *(into.schedule_id, kind, code, modifier, place, locality),
        *(method, more.get("amount"), None, None, more.get("values")),
    )


def _relative_values(number: int, cells: Cells, into: Into, report: Report) -> Iterator[tuple[Any, ...]]:
    """PPRRVU: a line for each code and modifier. Codes without any value have no price by it."""
    code = code_in(cells["code"], 5, number, report)
    values = ValuesFact(
        work=number_in(cells["work"], "work", number, report),
        practice=number_in(cells["practice"], "practice", number, report),
        facility_practice=number_in(cells["facility_practice"], "facility practice", number, report),
        malpractice=number_in(cells["malpractice"], "malpractice", number, report),
        status=cells["status"],
        multiple=cells["multiple"],
        bilateral=cells["bilateral"],
        assistant=cells["assistant"],
        co_surgeon=cells["co_surgeon"],
        team=cells["team"],
        base=PartFact(code=base) if (base := cells.get("base", "")) else None,
    )
    if not code or not any((values.work, values.practice, values.facility_practice, values.malpractice)):
        report.skipped_count += 1
        return
    yield _rate(into, "procedure", code, cells["modifier"][:2], "relative_value", values=_json(values))


def _base_units(number: int, cells: Cells, into: Into, report: Report) -> Iterator[tuple[Any, ...]]:
    code, units = code_in(cells["code"], 5, number, report), number_in(cells["units"], "base units", number, report)
    if code and units is not None:
        yield _rate(into, "procedure", code, "", "anaesthesia", values=_json(ValuesFact(base_units=units)))


def _drg_weights(number: int, cells: Cells, into: Into, report: Report) -> Iterator[tuple[Any, ...]]:
    """Table 5: what follows the DRGs are notes."""
    if not cells["code"].isdigit():
        report.skipped_count += 1
        return
    weight, mean = (number_in(cells[name], name, number, report) for name in ("weight", "mean_days"))
    if weight is None:
        report.skipped_count += 1
        return
    is_special, is_post_acute = (cells[name].upper() == "YES" for name in ("special", "post_acute"))
    transfer = "special" if is_special else "post_acute" if is_post_acute else ""
    values = _json(ValuesFact(weight=weight, mean_days=mean, transfer=transfer))
    yield _rate(into, "drg", cells["code"].zfill(3), "", "drg_weight", values=values)


def _outpatient(number: int, cells: Cells, into: Into, report: Report) -> Iterator[tuple[Any, ...]]:
    """Addendum B: codes without a payment rate are paid otherwise, or not."""
    code, amount = code_in(cells["code"], 5, number, report), number_in(cells["amount"], "payment rate", number, report)
    if not code or amount is None:
        report.skipped_count += 1
        return
    yield _rate(
        into, "procedure", code, "", "fee", amount=cents(amount), values=_json(ValuesFact(status=cells["status"]))
    )


def _locality_of(contractor: str, locality: str) -> str:
    return contractor.strip().zfill(5) + locality.strip().zfill(2)


def _indices(number: int, cells: Cells, into: Into, report: Report) -> Iterator[tuple[Any, ...]]:
    """GPCI: notes follow the localities."""
    if not cells["locality"].isdigit() or not cells["contractor"].isdigit():
        report.skipped_count += 1
        return
    figures = [number_in(cells[name], name, number, report) for name in ("work", "practice", "malpractice")]
    if None in figures:
        report.fault(number, "an index is missing")
        return
    place = _locality_of(cells["contractor"], cells["locality"])
    yield (into.localities, place, "indices", cells["name"].strip(" *")[:120], *figures, None)


def _anaesthesia_factors(number: int, cells: Cells, into: Into, report: Report) -> Iterator[tuple[Any, ...]]:
    if not cells["locality"].isdigit() or not cells["contractor"].isdigit():
        report.skipped_count += 1
        return
    name = "qualifying" if into.qualifying and "qualifying" in cells else "factor"
    amount = number_in(cells[name], "conversion factor", number, report)
    if amount is None:
        report.fault(number, "the conversion factor is missing")
        return
    place = _locality_of(cells["contractor"], cells["locality"])
    yield (into.localities, place, "anaesthesia", cells["name"].strip(" *")[:120], None, None, None, amount)


def _charges(number: int, cells: Cells, into: Into, report: Report) -> Iterator[tuple[Any, ...]]:
    """Medicare Physician & Other Practitioners, by provider and service: what one charged on the average, how often."""
    code = code_in(cells["code"], 5, number, report)
    charge = number_in(cells["charge"], "average charge", number, report)
    services = number_in(cells["services"], "services", number, report)
    if not code or not charge or not services or len(cells["state"]) != len("WA"):
        report.skipped_count += 1
        return
    yield into.schedule_id, code, cells["state"].upper(), charge, services


def _zips(number: int, cells: Cells, into: Into, report: Report) -> Iterator[tuple[Any, ...]]:
    """ZIP5: state, ZIP, contractor, locality in fixed columns of 2, 5, 5 and 2."""
    line = cells["line"]
    if not line.strip():
        return
    code, contractor, locality = line[2:7], line[7:12], line[12:14]
    if not (code.isdigit() and contractor.isdigit() and locality.isdigit()):
        report.fault(number, "state, ZIP, contractor and locality do not stand in their columns")
        return
    yield (into.localities, code, contractor + locality)


_LAYOUTS = (
    Layout(
        "pprrvu",
        RATES,
        "HCPCS",
        {
            "code": ("HCPCS",),
            "modifier": ("MOD",),
            "status": ("STATUSCODE",),
            "work": ("WORKRVU",),
            "practice": ("NONFACPERVU", "NONFACILITYPERVU", "FULLYIMPLEMENTEDNONFACPERVU"),
            "facility_practice": ("FACILITYPERVU", "FULLYIMPLEMENTEDFACILITYPERVU"),
            "malpractice": ("MPRVU",),
            "multiple": ("MULTPROC",),
            "bilateral": ("BILATSURG",),
            "assistant": ("ASSTSURG",),
            "co_surgeon": ("COSURG",),
            "team": ("TEAMSURG",),
            "base": ("ENDOBASE",),
        },
        _relative_values,
        {"method": "relative_value"},
        frozenset({"base"}),
        gather=gather_parts,
    ),
    Layout(
        "anaesthesia-base-units",
        RATES,
        "CODE",
        {"code": ("CODE",), "units": ("(ANESTHESIA)?BASEUNITS?", ".*BASEUNITS?")},
        _base_units,
        {"method": "anaesthesia"},
    ),
    Layout(
        "gpci",
        FACTORS,
        "MEDICAREADMINISTRATIVECONTRACTORMAC",
        {
            "contractor": ("MEDICAREADMINISTRATIVECONTRACTORMAC",),
            "locality": ("LOCALITYNUMBER",),
            "name": ("LOCALITYNAME",),
            "work": (r"\d*PWGPCIWITH10FLOOR", r"\d*PWGPCI"),
            "practice": (r"\d*PEGPCI",),
            "malpractice": (r"\d*MPGPCI",),
        },
        _indices,
        {"kind": "indices"},
    ),
    Layout(
        "anaesthesia-factors",
        FACTORS,
        "CONTRACTOR",
        {
            "contractor": ("CONTRACTOR",),
            "locality": ("LOCALITY",),
            "name": ("LOCALITYNAME",),
            "factor": (r".*NONQUALIFYINGAPM.*", r".*CONVERSIONFACTOR", r".*CF"),
            "qualifying": (r"(?!.*NONQUALIFYING).*QUALIFYINGAPM.*",),
        },
        _anaesthesia_factors,
        {"kind": "anaesthesia"},
        frozenset({"qualifying"}),
    ),
    Layout(
        "drg-weights",
        RATES,
        "MSDRG",
        {
            "code": ("MSDRG",),
            "post_acute": (r".*POSTACUTEDRG",),
            "special": (r".*SPECIALPAYDRG",),
            "weight": (r"WEIGHTS.*CAPAPPLIED", r"WEIGHTS?", r"RELATIVEWEIGHTS?"),
            "mean_days": ("GEOMETRICMEANLOS",),
        },
        _drg_weights,
        {"method": "drg_weight"},
    ),
    Layout(
        "addendum-b",
        RATES,
        "HCPCSCODE",
        {"code": ("HCPCSCODE",), "status": ("SI", "STATUSINDICATOR"), "amount": ("PAYMENTRATE",)},
        _outpatient,
        {"method": "fee"},
    ),
    Layout(
        "charges",
        RATES,
        "RNDRNGNPI",
        {
            "code": ("HCPCSCD",),
            "state": ("RNDRNGPRVDRSTATEABRVTN",),
            "services": ("TOTSRVCS",),
            "charge": ("AVGSBMTDCHRG",),
        },
        _charges,
        {"method": "percentiles"},
        gather=gather_percentiles,
    ),
    Layout("zip5", ZIPS, "", {}, _zips),
)
LAYOUTS = {layout.name: layout for layout in _LAYOUTS}
