"""The words of a scenario file: plan, people, what went before, claims, what must come out (docs/scenarios.md)."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from plans.design.read_plan import PlanDocument, read_plan
from plans.design.terms import PlanTerms
from plans.design.yaml_document import Path as Place
from plans.design.yaml_document import Places, load_yaml
from tpa.foundation.errors import Invalid

DEMO_PLANS = Path(__file__).parents[2] / "plans" / "design" / "demo"

Amount = Decimal
Text = str | int  # a code: 99213 is read as a number


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of a scenario file. A word that is not known here is an error, never passed over."""


class Person(Words, frozen=True, kw_only=True):
    """A member of the family. Covered from the first day of 2020 on, unless said otherwise."""

    born: date = date(1984, 5, 2)
    sex: str = "F"
    relationship: Text = "18"
    disabled: bool = False
    mother: str = ""  # of a newborn: whose coverage may be the child's
    covered: tuple[CoveredPeriod, ...] | None = None


class CoveredPeriod(Words, frozen=True, kw_only=True):
    from_: date = msgspec.field(name="from")
    through: date | None = None
    tier: str = "FAM"


class OrderWords(Words, frozen=True, kw_only=True):
    """What decides who pays first, as `employers.facts.OrderFacts` has it; the other plan's holder is active."""

    holder: str = ""
    our_holder: str = ""
    born: date | None = None  # the holder's birthday
    standing: str = "active"
    since: date | None = None
    follows: str = "birthday"
    parents: str = ""
    custody: str = ""
    responsible: str = ""
    responsible_from: date | None = None
    entitled_by: str = ""
    esrd: date | None = None
    employees: int | None = None


class StandingWords(Words, frozen=True, kw_only=True):
    """How the subscriber stands with the employer: active, retired, laid_off or continuation."""

    standing: str
    from_: date = msgspec.field(name="from")
    through: date | None = None


class HeadcountWords(Words, frozen=True, kw_only=True):
    """How many employees the employer has on each working day of a period."""

    employees: int
    from_: date = msgspec.field(name="from")
    through: date | None = None


class OtherCover(Words, frozen=True, kw_only=True):
    """Another payer's coverage of a person, as our records have it. With `order` who pays first is derived from it."""

    who: str = "ana"
    payer: str
    kind: str = "group"
    pays_first: bool = True
    because: str = ""
    from_: date = msgspec.field(name="from", default=date(2020, 1, 1))
    through: date | None = None
    order: OrderWords | None = None
    hdhp_with_hsa: bool = False


class Used(Words, frozen=True, kw_only=True):
    """What a person used up of a bucket before the first claim."""

    who: str = "ana"
    bucket: str
    amount: Amount
    year: date | None = None  # first day of the plan year; without it that of the first claim
    prior_carrier: Amount = Decimal(0)  # what of it a carrier before us stated


class Permission(Words, frozen=True, kw_only=True):
    """An authorization."""

    number: str
    who: str = "ana"
    codes: str  # one code or a range
    units: Amount = Decimal(1)
    from_: date = msgspec.field(name="from")
    through: date | None = None
    provider: Text = ""  # NPI of whoever may render it; blank: whoever does


class Rate(Words, frozen=True, kw_only=True):
    """A contract's price other than an amount per unit."""

    method: str
    amount: Amount | None = None
    percent: Amount | None = None
    reference: Amount | None = None
    reference_method: str = "fee"
    kind: str = "procedure"
    number: int = 1  # lines with the same number share a case rate
    schedule: str = "contract"  # which contract's terms stand behind it
    reference_schedule: str = "reference"
    modifier: Text = ""
    values: dict[str, Any] = {}  # what is published of the code, as plans.facts.ValuesFact names it
    place: dict[str, Any] = {}  # the locality's indices, as plans.facts.LocalityFact


class OtherPayment(Words, frozen=True, kw_only=True):
    """What a payer before us did with a claim or a line. Adjustments as in CO-45 60.00."""

    payer: str = "Northern Mutual"
    sequence: str = "P"
    paid: Amount | None = None
    left: Amount | None = None
    adjustments: tuple[str, ...] = ()
    on: date | None = None


class Answer(Words, frozen=True, kw_only=True):
    """What a person answered to a question."""

    question: str
    answer: str
    line: int | None = None
    amount: Amount | None = None
    carc: Text = ""
    because: str = "as the scenario says"


class LineWords(Words, frozen=True, kw_only=True):
    """A line. `price` is the contract's amount per unit; `rate` any other price; neither: the contract has none."""

    code: Text = ""
    billed: Amount
    price: Amount | None = None
    rate: Rate | None = None
    units: Amount = Decimal(1)
    minutes: Amount | None = None
    days: Amount | None = None
    modifiers: tuple[Text, ...] = ()
    revenue: Text = ""
    place: Text = ""
    diagnoses: tuple[int, ...] = (1,)
    on: date | None = None
    through: date | None = None
    emergency: bool = False
    network: str | None = None
    facility_network: str = ""
    references: dict[str, Amount | Rate] = {}
    qualifying: Amount | None = None
    agreed: Amount | None = None
    repriced: Amount | None = None
    authorization: Text = ""
    rendering: Text = ""
    teeth: tuple[Text, ...] = ()
    other: OtherPayment | None = None


class ExpectedStep(Words, frozen=True, kw_only=True):
    """A step by which a line must be explained. `section` of the plan or contract, `amount` that it adds to `figure`,
    `inputs` by name, as the claim's page shows them; inputs that are not named are not compared."""

    rule: str
    section: str | None = None
    figure: str | None = None
    amount: Amount | None = None
    inputs: dict[str, Any] = {}


class ExpectedQuestion(Words, frozen=True, kw_only=True):
    """A question that must be asked, with what of its evidence must be shown beside it."""

    question: str
    line: int | None = None
    queue: str | None = None
    evidence: dict[str, Any] = {}


class ExpectedLine(Words, frozen=True, kw_only=True):
    """What must come out of a line. What is not named is not compared; adjustments are compared as a whole."""

    allowed: Amount | None = None
    not_covered: Amount | None = None
    copay: Amount | None = None
    deductible: Amount | None = None
    coinsurance: Amount | None = None
    other_payer: Amount | None = None
    member: Amount | None = None
    paid: Amount | None = None
    benefit: str | None = None
    tier: str | None = None
    adjustments: tuple[str, ...] | None = None
    steps: tuple[ExpectedStep, ...] = ()


class Expected(Words, frozen=True, kw_only=True):
    """What must come out of a claim. `used`: what it used up, all of it; `used_in`: the same
    by the first day of the plan year; `left_over`: a bucket's sum afterwards."""

    outcome: str | None = None
    allowed: Amount | None = None
    not_covered: Amount | None = None
    copay: Amount | None = None
    deductible: Amount | None = None
    coinsurance: Amount | None = None
    other_payer: Amount | None = None
    member: Amount | None = None
    paid: Amount | None = None
    lines: tuple[ExpectedLine, ...] | None = None
    questions: tuple[str, ...] | None = None
    asked: tuple[ExpectedQuestion, ...] = ()
    used: dict[str, Amount] | None = None
    used_in: dict[date, dict[str, Amount]] | None = None
    sums: dict[str, Amount] | None = None
    family_sums: dict[str, Amount] | None = None


class PairWords(Words, frozen=True, kw_only=True):
    """A procedure pair: with `one`, `two` is not paid. `modifier`: 0 never, 1 unless a modifier tells them apart, 9 no
    longer an edit. In force from and through days of service."""

    one: Text
    two: Text
    modifier: Text = "1"
    table: str = "practitioner"
    from_: date = msgspec.field(name="from", default=date(2020, 1, 1))
    through: date | None = None


class UnitWords(Words, frozen=True, kw_only=True):
    """The most units of a procedure. `by`: 1 a line, 2 a day by policy, 3 a day by clinical experience."""

    code: Text
    most: int
    by: Text = "2"
    table: str = "practitioner"
    from_: date = msgspec.field(name="from", default=date(2020, 1, 1))
    through: date | None = None


class AddOnWords(Words, frozen=True, kw_only=True):
    """A procedure that only adds to others. `type`: 1 to those named, 2 to any, 3 to those named or any."""

    code: Text
    type: Text = "1"
    to: tuple[Text, ...] = ()
    from_: date = msgspec.field(name="from", default=date(2020, 1, 1))
    through: date | None = None


class GoneWords(Words, frozen=True, kw_only=True):
    """A code of a set that is known whole, valid through a day; without one it was never issued."""

    set: str
    code: Text
    through: date | None = None


class TableWords(Words, frozen=True, kw_only=True):
    """Tables of edits. `rules`: `ours` for the small tables that come with Steward, or rows as they stand there."""

    pairs: tuple[PairWords, ...] = ()
    units: tuple[UnitWords, ...] = ()
    add_ons: tuple[AddOnWords, ...] = ()
    invalid: tuple[GoneWords, ...] = ()
    rules: str | dict[str, Any] = "ours"


class ClaimWords(Words, frozen=True, kw_only=True):
    """A claim, or with `reverse` the taking back of an earlier one."""

    reverse: str = ""
    number: str = ""
    who: str = "ana"
    kind: str = "P"
    on: date | None = None
    through: date | None = None
    received: date | None = None
    place: Text = "11"
    bill_type: Text = "13"
    rendering: Text = ""
    taxonomy: str = ""
    discharge_status: Text = ""
    conditions: tuple[Text, ...] = ()
    network: str | None = None
    provider: Text = "1234567893"
    diagnoses: tuple[Text, ...] = ("R51",)
    frequency: Text = "1"
    admitted: date | None = None
    discharged: date | None = None
    admission_type: Text = ""
    drg: Text = ""
    repriced: Amount | None = None  # the whole claim, by an external repricer
    accident: tuple[str, ...] = ()
    delay_reason: Text = ""
    authorization: Text = ""
    predetermination: bool = False
    demand: bool = False
    approval_limit: Amount | None = None
    provider_excluded: date | None = None
    others: tuple[OtherPayment, ...] = ()
    remitted: tuple[OtherPayment, ...] = ()  # what such payers told us themselves, by their own remittance
    answers: tuple[Answer, ...] = ()
    lines: tuple[LineWords, ...] = ()
    expect: Expected = Expected()


class ScenarioWords(Words, frozen=True, kw_only=True):
    """One scenario. `clause` names sections of the plan document that it shows; `source` where its figures are from."""

    scenario: str
    clause: str | tuple[str, ...] = ()
    source: str = ""
    people: dict[str, Person] = msgspec.field(default_factory=lambda: {"ana": Person()})
    contracts: dict[str, dict[str, Any]] = {}  # in the place of the file's
    before: tuple[Used, ...] = ()
    permissions: tuple[Permission, ...] = ()
    other_coverage: tuple[OtherCover, ...] = ()
    standings: tuple[StandingWords, ...] = ()
    headcounts: tuple[HeadcountWords, ...] = ()
    claims: tuple[ClaimWords, ...]


class ScenarioFile(Words, frozen=True, kw_only=True):
    """A file: a plan (the name of a demonstration plan, a file beside this one, or a whole document) and scenarios.
    Scenarios that are kept with a plan version name none: they are of that version."""

    plan: str | dict[str, Any] = ""
    network: str = ""  # which the provider takes part in where nothing else is said
    tables: TableWords = TableWords()  # what the edits of the plan look up
    contracts: dict[str, dict[str, Any]] = {}  # by schedule, what a contract says beyond prices (docs/contracts.md)
    scenarios: tuple[ScenarioWords, ...]


class Loaded(msgspec.Struct, frozen=True):
    """A file that was read, with its plan (None when it is tried on other terms) and the places of its parts."""

    path: Path
    words: ScenarioFile
    plan: PlanDocument | None
    terms: PlanTerms
    places: Places


_PLACE = re.compile(r" - at `\$?(.*?)`$")
_PART = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")


def load_scenarios(path: Path, terms: PlanTerms | None = None) -> Loaded:
    """Read a scenario file; with `terms` it is tried on them instead of its own plan.

    Raises Invalid that names the line and what is wrong.
    """
    return _load(path, path.read_text(), terms)


def read_scenarios(text: str, name: str, terms: PlanTerms) -> Loaded:
    """Read scenarios that stand in no file, to be tried on these terms. Raises Invalid like `load_scenarios`."""
    return _load(Path(name), text, terms)


def _load(path: Path, text: str, terms: PlanTerms | None) -> Loaded:
    document, places = load_yaml(text)
    try:
        words = msgspec.convert(document, ScenarioFile, strict=False)
    except msgspec.ValidationError as error:
        message = str(error)
        found = _PLACE.search(message)
        line = places.line_of(_place(found.group(1))) if found else 1
        raise Invalid("scenario.invalid", f"{path}:{line}: {_PLACE.sub('', message)}", line=line) from error
    if terms is not None:
        return Loaded(path, words, None, terms, places)
    plan = _plan(path, words.plan)
    return Loaded(path, words, plan, plan.terms, places)


def _plan(path: Path, plan: str | dict[str, Any]) -> PlanDocument:
    if isinstance(plan, dict):
        # As text again, so that a plan within a scenario is checked like one in a file of its own.
        return read_plan(msgspec.json.encode(plan).decode())
    beside = path.parent / plan
    file = beside if beside.is_file() else DEMO_PLANS / f"{plan}.yaml"
    if not plan or not file.is_file():
        raise Invalid("scenario.no_plan", f"{path}: there is no plan {plan}")
    return read_plan(file.read_text())


def _place(path: str) -> Place:
    parts: list[str | int] = []
    for name, index in _PART.findall(path):
        parts.append(int(index) if index else name)
    return tuple(parts)
