"""The forms by which contracts are drafted, signed, amended and ended, each with the words its verb takes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plans.design.selectors import plan_id_of
from tpa.contracts.add_fee import FeeTerms
from tpa.contracts.add_guarantee import GuaranteeTerms
from tpa.contracts.compare_versions import term_name
from tpa.contracts.terms import GOVERNANCE, Rows, Terms
from tpa.foundation.errors import Invalid
from tpa.foundation.models import Role
from tpa.foundation.templatetags.steward import NOTHING
from tpa.models import ContractFee, ContractVersion, Guarantee

TIERS: Final = [("", gettext_lazy("every tier")), ("EE", "EE"), ("ES", "ES"), ("EC", "EC"), ("FAM", "FAM")]
_LINES: Final = gettext_lazy("one a line, parts divided by |")


def day_field(label: Any, **more: Any) -> forms.DateField:
    """A day, as date fields send it."""
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date", "min": "1900-01-01"}), **more)


def words_field(label: Any, most: int, **more: Any) -> forms.CharField:
    """A line of words."""
    return forms.CharField(label=label, max_length=most, **more)


def money_field(label: Any, **more: Any) -> forms.DecimalField:
    """Dollars in whole cents, not below zero."""
    return forms.DecimalField(label=label, min_value=Decimal(0), max_digits=14, decimal_places=2, **more)


def percent_field(label: Any, **more: Any) -> forms.DecimalField:
    """So many of a hundred."""
    return forms.DecimalField(label=label, min_value=Decimal(0), max_digits=7, decimal_places=4, **more)


def count_field(label: Any, most: int = 999, **more: Any) -> forms.IntegerField:
    """A number of days or months."""
    return forms.IntegerField(label=label, min_value=0, max_value=most, **more)


def rows_field(label: Any, hint: Any) -> forms.CharField:
    """Lines of parts."""
    area = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(label=label, required=False, max_length=8000, widget=area, help_text=f"{hint}; {_LINES}")


class TermsForm(forms.Form):
    """A contract's terms besides its fees."""

    scope = rows_field(gettext_lazy("Services"), gettext_lazy("service | section"))
    reports = rows_field(gettext_lazy("Reports"), gettext_lazy("report | when | section"))
    committees = rows_field(gettext_lazy("Committees"), gettext_lazy("committee | when | section"))
    audit_rights = rows_field(gettext_lazy("Audit rights"), gettext_lazy("right | how often | section"))
    termination = rows_field(gettext_lazy("Termination"), gettext_lazy("by whom or why | notice | section"))
    lookback_months_count = count_field(gettext_lazy("Enrolment re-billed, months back"), 60)
    starts_until_day = count_field(gettext_lazy("Starts count until day"), 28)
    ends_from_day = count_field(gettext_lazy("Ends count from day"), 28)
    invoice_due_days = count_field(gettext_lazy("Invoices due after days"))
    reminder_days = words_field(
        gettext_lazy("Reminders after days"), 80, required=False, help_text=gettext_lazy("like 7, 21, 45")
    )
    run_out_months_count = count_field(gettext_lazy("Run-out, months"), 60)
    renewal_notice_days = count_field(gettext_lazy("Notice before the end, days"))
    write_off_limit_amount = money_field(gettext_lazy("Two people write off above"))
    by_division = forms.BooleanField(label=gettext_lazy("One invoice a division"), required=False)
    renews_itself = forms.BooleanField(label=gettext_lazy("Renews by itself"), required=False)

    def clean_reminder_days(self) -> tuple[int, ...]:
        """Days as numbers, each once and in order."""
        try:
            return tuple(sorted({int(part) for part in self.cleaned_data["reminder_days"].split(",") if part.strip()}))
        except ValueError:
            raise forms.ValidationError(_("Days are numbers with commas between them.")) from None

    def terms(self) -> dict[str, Any]:
        """The terms by name, as drafting and amending take them."""
        said = self.cleaned_data
        governance = {kind: rows for kind in GOVERNANCE if (rows := _rows(said[kind], 3))}
        rest = {name: said[name] for name in Terms.__dataclass_fields__ if name not in ("scope", "governance")}
        return {"scope": _rows(said["scope"], 2), "governance": governance, **rest}


class DraftForm(TermsForm):
    """A contract to be: who with, since when, in which terms."""

    number = words_field(gettext_lazy("Number of the contract"), 20)
    employer = forms.ChoiceField(label=gettext_lazy("With the employer or insurer"))
    starts_on = day_field(gettext_lazy("First day"), help_text=gettext_lazy("the first of a month"))
    ends_on = day_field(gettext_lazy("First day after"), required=False, help_text=gettext_lazy("blank: open end"))

    def __init__(self, *args: Any, employers: Iterable[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["employer"].choices = [("", ""), *employers]  # type: ignore[attr-defined]


class AmendForm(TermsForm):
    """What a contract says from a month on, why, and the fees that end with it."""

    starts_on = day_field(gettext_lazy("From"), help_text=gettext_lazy("the first of a month that is not closed"))
    signed_on = day_field(gettext_lazy("Signed on"))
    because = words_field(gettext_lazy("Why"), 300)
    ends_fees = forms.MultipleChoiceField(
        label=gettext_lazy("Fees that end then"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, fees: Iterable[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["ends_fees"].choices = list(fees)  # type: ignore[attr-defined]

    def changes(self, latest: ContractVersion) -> dict[str, Any]:
        """Only what is said otherwise than before."""
        before = as_typed(latest)
        now = as_typed_terms(self.terms())
        return {name: value for name, value in self.terms().items() if _differs(name, before, now)}


class SignForm(forms.Form):
    """When both parties signed."""

    signed_on = day_field(gettext_lazy("Signed on"))


class EndForm(forms.Form):
    """When a contract, or a fee, is in force no more, and why."""

    ends_on = day_field(gettext_lazy("First month without it"), help_text=gettext_lazy("the first of a month"))
    because = words_field(gettext_lazy("Why"), 300)


class FeeForm(forms.Form):
    """One fee as the contract words it."""

    name = words_field(gettext_lazy("Name"), 80)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=ContractFee.Kind.choices)
    purpose = forms.ChoiceField(label=gettext_lazy("For"), choices=ContractFee.Purpose.choices)
    section = words_field(gettext_lazy("Section of the contract"), 40)
    starts_on = day_field(gettext_lazy("First month"))
    ends_on = day_field(gettext_lazy("First month without it"), required=False)
    amount = money_field(gettext_lazy("Amount"), required=False)
    percent = percent_field(gettext_lazy("Or per cent"), required=False)
    tier = forms.ChoiceField(label=gettext_lazy("Coverage tier"), choices=TIERS, required=False)
    plan = words_field(gettext_lazy("Plan"), 40, required=False, help_text=gettext_lazy("its code; blank: any"))
    payee_name = words_field(gettext_lazy("Passed on to"), 120, required=False)
    months_count = count_field(gettext_lazy("Of a run-out fee: of how many months"), 60, required=False)
    in_run_out = forms.BooleanField(label=gettext_lazy("For the months after the end"), required=False)
    is_taxable = forms.BooleanField(label=gettext_lazy("The state taxes it"), required=False)

    def told(self) -> FeeTerms:
        """What the form says, as the verb takes it. Raises Invalid for a plan that there is not."""
        said = dict(self.cleaned_data)
        code = said.pop("plan").strip()
        plan_id = plan_id_of(code) if code else None
        if code and plan_id is None:
            raise Invalid("contracts.no_such_plan", _("There is no plan of this code."))
        said["amount"] = said["amount"] if said["amount"] is not None else Decimal("0.00")
        return FeeTerms(**said, plan_id=plan_id)


class GuaranteeForm(forms.Form):
    """A guarantee, with all that must be said of one."""

    name = words_field(gettext_lazy("Name"), 80)
    measure = forms.ChoiceField(label=gettext_lazy("Measures"), choices=Guarantee.Measure.choices)
    cadence = forms.ChoiceField(label=gettext_lazy("Every"), choices=Guarantee.Cadence.choices)
    within_days = count_field(gettext_lazy("Of turnaround: within days"), required=False)
    target_percent = percent_field(gettext_lazy("Promised, per cent"))
    at_risk_percent = percent_field(gettext_lazy("Fees at risk, per cent"))
    weight_percent = percent_field(gettext_lazy("Of them this one's part, per cent"))
    section = words_field(gettext_lazy("Section of the contract"), 40)
    starts_on = day_field(gettext_lazy("First month"))
    ends_on = day_field(gettext_lazy("First month without it"), required=False)
    standard = words_field(gettext_lazy("What is promised"), 300)
    criteria = words_field(gettext_lazy("How it is measured"), 300)
    damages = words_field(gettext_lazy("What a miss costs"), 300)
    population = words_field(gettext_lazy("Of what it is measured"), 300)
    sampling = words_field(gettext_lazy("Sampling method and confidence"), 300)
    frequency = words_field(gettext_lazy("How often"), 120)
    measured_by = words_field(gettext_lazy("Measured by"), 120)
    legal_review_on = day_field(gettext_lazy("Counsel looked at it on"), required=False)

    def told(self) -> GuaranteeTerms:
        """What the form says, as the verb takes it."""
        said = dict(self.cleaned_data)
        return GuaranteeTerms(**said | {"within_days": said["within_days"] or None})


class LimitForm(forms.Form):
    """Up to which amount a role may approve."""

    role = forms.ChoiceField(
        label=gettext_lazy("Who"),
        choices=[
            ("engine", gettext_lazy("the engine by itself")),
            (Role.EXAMINER, Role.EXAMINER.label),
            (Role.SENIOR_EXAMINER, Role.SENIOR_EXAMINER.label),
            (Role.TPA_MANAGER, Role.TPA_MANAGER.label),
        ],
    )
    amount = money_field(gettext_lazy("Up to"))
    starts_on = day_field(gettext_lazy("From"))
    section = words_field(gettext_lazy("Section of the contract"), 40)


class ReportForm(forms.Form):
    """A report that the contract wants by a day."""

    name = words_field(gettext_lazy("Report"), 120)
    due_on = day_field(gettext_lazy("Due on"))


class DeliverForm(forms.Form):
    """The day on which a report was delivered."""

    delivered_on = day_field(gettext_lazy("Delivered on"))


def as_typed(terms: ContractVersion) -> dict[str, Any]:
    """The terms of a version as the form shows them."""
    return as_typed_terms({name: getattr(terms, name) for name in Terms.__dataclass_fields__})


def as_typed_terms(terms: dict[str, Any]) -> dict[str, Any]:
    """Terms by name as the form shows them."""
    said = {name: value for name, value in terms.items() if name not in ("scope", "governance")}
    said["reminder_days"] = ", ".join(map(str, terms["reminder_days"]))
    said["scope"] = _text(terms["scope"])
    return said | {kind: _text(terms["governance"].get(kind, ())) for kind in GOVERNANCE}


def change_words(changes: dict[str, Any], latest: ContractVersion) -> list[tuple[str, str, str]]:
    """What an amendment would change: term, before, after."""
    before = as_typed(latest)
    after = as_typed_terms({name: getattr(latest, name) for name in Terms.__dataclass_fields__} | changes)
    names = {"scope": _("Services"), "reports": _("Reports"), "committees": _("Committees"),
             "audit_rights": _("Audit rights"), "termination": _("Termination")}  # fmt: skip
    return [
        (names.get(name) or term_name(name), str(before[name]) or NOTHING, str(after[name]) or NOTHING)
        for name in before
        if before[name] != after[name]
    ]


def _differs(name: str, before: dict[str, Any], now: dict[str, Any]) -> bool:
    names = GOVERNANCE if name == "governance" else (name,)
    return any(before[one] != now[one] for one in names)


def _rows(text: str, parts: int) -> Rows:
    """Lines with their parts; what is not said is blank."""
    rows = []
    for line in text.splitlines():
        if line.strip():
            said = [part.strip() for part in line.split("|", parts - 1)]
            rows.append(tuple(said + [""] * (parts - len(said))))
    return tuple(rows)


def _text(rows: Iterable[Iterable[str]]) -> str:
    return "\n".join(" | ".join(row) for row in rows)


def month_after(on: date) -> date:
    """The first of the next month: what most things begin with."""
    return on.replace(day=1).replace(year=on.year + on.month // 12, month=on.month % 12 + 1)
