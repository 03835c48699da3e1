"""Key a paper claim: a form like the claim itself, through the same door as the API."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.forms.formsets import BaseFormSet, formset_factory
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from claims.facts import Submission, SubmittedLine, SubmittedPerson, SubmittedProvider
from claims.intake.submit_claim import submit_claim
from claims.tasks import ring_for_decision
from tpa.foundation.access import Scope, requires
from tpa.foundation.errors import DomainError
from tpa.foundation.models import Role
from tpa.foundation.values.identifiers import is_npi
from tpa.foundation.values.money import ZERO
from tpa.foundation.web.screens import screen

RELATIONSHIPS = [
    ("18", gettext_lazy("the subscriber")),
    ("01", gettext_lazy("spouse")),
    ("19", gettext_lazy("child")),
    ("G8", gettext_lazy("other")),
]
_DAY = {"type": "date", "min": "1900-01-01"}


class ClaimForm(forms.Form):
    """All of a claim but its lines."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Form"),
        choices=[
            ("P", gettext_lazy("professional (1500)")),
            ("I", gettext_lazy("institutional (UB-04)")),
            ("D", gettext_lazy("dental")),
        ],
    )
    received_on = forms.DateField(label=gettext_lazy("Received on"), widget=forms.DateInput(attrs=_DAY))
    patient_control_number = forms.CharField(label=gettext_lazy("Patient control number"), max_length=38)
    frequency_code = forms.ChoiceField(
        label=gettext_lazy("Kind of bill"),
        choices=[
            ("1", gettext_lazy("1 original")),
            ("7", gettext_lazy("7 replacement")),
            ("8", gettext_lazy("8 void")),
        ],
    )
    original_claim_number = forms.CharField(label=gettext_lazy("Claim it takes back"), max_length=14, required=False)
    subscriber_number = forms.CharField(label=gettext_lazy("Number on the card"), max_length=80)
    group_number = forms.CharField(label=gettext_lazy("Group number"), max_length=30, required=False)
    relationship = forms.ChoiceField(label=gettext_lazy("The patient is"), choices=RELATIONSHIPS)
    last_name = forms.CharField(label=gettext_lazy("Patient's last name"), max_length=60)
    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=35)
    birth_on = forms.DateField(label=gettext_lazy("Born"), widget=forms.DateInput(attrs=_DAY))
    sex = forms.ChoiceField(
        label=gettext_lazy("Sex"),
        choices=[("F", gettext_lazy("female")), ("M", gettext_lazy("male")), ("U", gettext_lazy("unknown"))],
    )
    billing_npi = forms.CharField(label=gettext_lazy("Billing NPI"), max_length=10)
    billing_tin = forms.CharField(label=gettext_lazy("Tax number"), max_length=10, required=False)
    billing_name = forms.CharField(label=gettext_lazy("Billing provider's name"), max_length=120)
    rendering_npi = forms.CharField(label=gettext_lazy("Rendering NPI"), max_length=10, required=False)
    facility_code = forms.CharField(
        label=gettext_lazy("Place of service or type of bill"), max_length=2, help_text=gettext_lazy("two characters")
    )
    diagnoses = forms.CharField(
        label=gettext_lazy("Diagnoses"), max_length=200, help_text=gettext_lazy("principal first, parted by spaces")
    )
    authorization_number = forms.CharField(label=gettext_lazy("Authorization"), max_length=50, required=False)
    benefits_assigned = forms.BooleanField(
        label=gettext_lazy("Pay the provider (benefits assigned)"), required=False, initial=True
    )

    def clean_billing_npi(self) -> str:
        return _npi(self.cleaned_data["billing_npi"])

    def clean_rendering_npi(self) -> str:
        number = self.cleaned_data["rendering_npi"]
        return _npi(number) if number else ""

    def clean_diagnoses(self) -> tuple[str, ...]:
        codes = re.split(r"[\s,;]+", self.cleaned_data["diagnoses"].upper().replace(".", "").strip())
        bad = [code for code in codes if not re.fullmatch(r"[A-Z][0-9][0-9A-Z]{1,5}", code)]
        if bad:
            raise forms.ValidationError(_("Not a diagnosis code: %(codes)s") % {"codes": ", ".join(bad)})
        return tuple(codes)


class LineForm(forms.Form):
    """One line of the grid."""

    service_from = forms.DateField(label=gettext_lazy("From"), widget=forms.DateInput(attrs=_DAY))
    service_to = forms.DateField(label=gettext_lazy("To"), widget=forms.DateInput(attrs=_DAY), required=False)
    procedure_code = forms.CharField(label=gettext_lazy("Procedure"), max_length=10, required=False)
    modifiers = forms.CharField(label=gettext_lazy("Modifiers"), max_length=11, required=False)
    revenue_code = forms.CharField(label=gettext_lazy("Revenue code"), max_length=4, required=False)
    diagnosis_pointers = forms.RegexField(
        label=gettext_lazy("Diagnoses"), regex=r"^[1-9][0-9]?([ ,]+[1-9][0-9]?){0,3}$", max_length=11, required=False
    )
    units_count = forms.DecimalField(
        label=gettext_lazy("Units"), max_digits=9, decimal_places=3, min_value=Decimal("0.001"), initial=1
    )
    billed_amount = forms.DecimalField(
        label=gettext_lazy("Charge"), max_digits=12, decimal_places=2, min_value=ZERO, localize=True
    )


LineFormSet = formset_factory(LineForm, extra=0, min_num=1, validate_min=True, max_num=99, validate_max=True)


@requires(Role.EXAMINER, Role.SENIOR_EXAMINER, Role.TPA_MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def key_claim(request: HttpRequest) -> HttpResponse:
    """GET gives an empty form; POST keys the claim and goes to its page, or says what is wrong and keeps the text."""
    if request.method != "POST":
        form = ClaimForm(initial={"received_on": timezone.localdate(), "facility_code": "11"})
        return _form(request, form, LineFormSet(prefix="line"), 200)
    form, lines = ClaimForm(request.POST), LineFormSet(request.POST, prefix="line")
    if form.is_valid() & lines.is_valid():
        try:
            return _submit(request, form, lines)
        except DomainError as refused:
            _tell(form, lines, refused)
    return _form(request, form, lines, 422)


def _form(request: HttpRequest, form: ClaimForm, lines: BaseFormSet[LineForm], status: int) -> HttpResponse:
    for field in form.fields.values():
        field.widget.attrs.setdefault("autocomplete", "off")
    return screen(request, "claims/key_claim.html", {"form": form, "lines": lines}, status=status)


def _submit(request: HttpRequest, form: ClaimForm, lines: BaseFormSet[LineForm]) -> HttpResponse:
    scope: Scope = request.scope  # type: ignore[attr-defined]
    accepted = submit_claim(
        submission=_submission(form.cleaned_data, [line.cleaned_data for line in lines.forms]),
        origin="paper",
        by=scope,
        received_on=form.cleaned_data["received_on"],
    )
    ring_for_decision(accepted.family_id)
    messages.success(request, _("Claim %(number)s is keyed.") % {"number": accepted.claim_number})
    return HttpResponseRedirect(reverse("claims:claim", args=[accepted.claim_id]))


def _submission(said: dict[str, Any], rows: list[dict[str, Any]]) -> Submission:
    patient = SubmittedPerson(
        last_name=said["last_name"],
        first_name=said["first_name"],
        number=said["subscriber_number"],
        birth_on=said["birth_on"],
        sex=said["sex"],
    )
    is_subscriber = said["relationship"] == "18"
    lines = tuple(_line(number, row, said) for number, row in enumerate(rows, start=1))
    rendering = said["rendering_npi"]
    return Submission(
        kind=said["kind"],
        patient_control_number=said["patient_control_number"],
        billed_amount=sum((line.billed_amount for line in lines), ZERO),
        subscriber=patient if is_subscriber else SubmittedPerson(last_name=said["last_name"], number=patient.number),
        patient=None if is_subscriber else patient,
        relationship=said["relationship"],
        billing_provider=SubmittedProvider(
            name=said["billing_name"], npi=said["billing_npi"], tin=re.sub(r"\D", "", said["billing_tin"])
        ),
        rendering_provider=SubmittedProvider(name=said["billing_name"], npi=rendering) if rendering else None,
        lines=lines,
        frequency_code=said["frequency_code"],
        original_claim_number=said["original_claim_number"],
        facility_code=said["facility_code"],
        group_number=said["group_number"],
        authorization_number=said["authorization_number"],
        benefits_assigned=said["benefits_assigned"],
        diagnoses=said["diagnoses"],
    )


def _line(number: int, row: dict[str, Any], said: dict[str, Any]) -> SubmittedLine:
    pointers = re.findall(r"\d+", row["diagnosis_pointers"])
    return SubmittedLine(
        number=number,
        billed_amount=row["billed_amount"],
        service_from=row["service_from"],
        service_to=row["service_to"] or row["service_from"],
        units_count=row["units_count"],
        procedure_qualifier="AD" if said["kind"] == "D" else "HC",
        procedure_code=row["procedure_code"].upper(),
        modifiers=tuple(row["modifiers"].upper().replace(",", " ").replace(":", " ").split()),
        revenue_code=row["revenue_code"],
        place_of_service=said["facility_code"] if said["kind"] != "I" else "",
        diagnosis_pointers=tuple(int(pointer) for pointer in pointers) or ((1,) if said["diagnoses"] else ()),
    )


def _tell(form: ClaimForm, lines: BaseFormSet[LineForm], refused: DomainError) -> None:
    """Puts each fault beside the field that it names; what names none stands on top."""
    fields = {"billing_provider/npi": "billing_npi", "original_claim_number": "original_claim_number"}
    for fault in refused.extra.get("errors", []):
        pointer = fault["pointer"].removeprefix("#/")
        place = re.fullmatch(r"lines/(\d+)(?:/(\w+))?", pointer)
        if place and int(place[1]) < len(lines.forms):
            row = lines.forms[int(place[1])]
            row.add_error(place[2] if place[2] in row.fields else None, fault["detail"])
        else:
            name = fields.get(pointer, pointer)
            form.add_error(name if name in form.fields else None, fault["detail"])
    if not refused.extra.get("errors"):
        form.add_error(None, str(refused))


def _npi(number: str) -> str:
    if not is_npi(number):
        raise forms.ValidationError(_("The check digit of this NPI is wrong."))
    return number
