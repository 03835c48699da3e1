"""Other coverage of one member: recorded with what decides who pays first, ended; and how our subscriber stands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from employers.eligibility.add_other_coverage import add_other_coverage
from employers.eligibility.end_other_coverage import end_other_coverage
from employers.eligibility.order_words import RULES, VERDICTS
from employers.eligibility.places_on import places_on
from employers.eligibility.record_standing import record_standing
from employers.eligibility.selectors import members_of, other_coverages_of, standings_of
from employers.facts import OrderFacts, OtherCoverageRecord
from employers.models import Member, OtherCoverage
from tpa.foundation.access import Scope, requires
from tpa.foundation.audit import record_read
from tpa.foundation.errors import DomainError
from tpa.foundation.models import Role
from tpa.foundation.values.periods import Period
from tpa.foundation.web.screens import screen

_DAY: Final = {"type": "date", "min": "1900-01-01"}
_ONE: Final = timedelta(days=1)


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs=_DAY), **more)


def _choice(label: Any, words: Any, **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=[("", gettext_lazy("not known")), *words.choices], required=False, **more
    )


class CoverForm(forms.Form):
    """Another payer's coverage. Who pays first is said, or follows from the rest."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=OtherCoverage.Kind.choices)
    payer_name = forms.CharField(label=gettext_lazy("Payer"), max_length=120)
    payer_number = forms.CharField(label=gettext_lazy("Payer's number"), max_length=80, required=False)
    policy_number = forms.CharField(label=gettext_lazy("Policy number"), max_length=80, required=False)
    starts_on = _day(gettext_lazy("First day"))
    last_on = _day(gettext_lazy("Last day"), required=False)
    answered_on = _day(gettext_lazy("The member answered on"), required=False)
    pays_first = forms.ChoiceField(
        label=gettext_lazy("Who pays first"),
        choices=[
            ("", gettext_lazy("follows from the facts below")),
            ("yes", gettext_lazy("they do, as told")),
            ("no", gettext_lazy("we do, as told")),
        ],
        required=False,
    )
    because = forms.CharField(label=gettext_lazy("Told by whom, or by which rule"), max_length=120, required=False)
    holder = _choice(gettext_lazy("Whose coverage it is"), OtherCoverage.Holder)
    holder_birth_on = _day(gettext_lazy("Holder born on"), required=False)
    standing = _choice(gettext_lazy("The holder is"), OtherCoverage.Standing)
    since_on = _day(gettext_lazy("Covered there since"), required=False)
    follows = forms.ChoiceField(label=gettext_lazy("Its rule for children"), choices=OtherCoverage.Follows.choices)
    parents = _choice(gettext_lazy("The parents"), OtherCoverage.Parents)
    custody = _choice(gettext_lazy("Custody has"), OtherCoverage.Custody)
    responsible = _choice(gettext_lazy("Responsible by court decree"), OtherCoverage.Responsible)
    responsible_from_on = _day(gettext_lazy("Decree heeded from"), required=False)
    our_holder = _choice(gettext_lazy("Our subscriber, if no parent"), OtherCoverage.Holder)
    entitled_by = _choice(gettext_lazy("Medicare by"), OtherCoverage.Entitlement)
    esrd_on = _day(gettext_lazy("Kidney failure since"), required=False)
    employee_count = forms.IntegerField(
        label=gettext_lazy("Employees of its employer"), min_value=0, max_value=9_999_999, required=False
    )
    is_hdhp_with_hsa = forms.BooleanField(
        label=gettext_lazy("High-deductible plan, and the member has an HSA"), required=False
    )

    def told(self) -> OtherCoverageRecord:
        """What the form says, as the verb takes it."""
        said = self.cleaned_data
        order = OrderFacts(**{name: said[name] for name in OrderFacts.__struct_fields__})
        return OtherCoverageRecord(
            kind=said["kind"],
            payer_name=said["payer_name"],
            payer_number=said["payer_number"],
            policy_number=said["policy_number"],
            pays_first={"yes": True, "no": False}.get(said["pays_first"]),
            because=said["because"],
            starts_on=said["starts_on"],
            ends_on=said["last_on"] + _ONE if said["last_on"] else None,
            order=None if said["pays_first"] else order,
            is_hdhp_with_hsa=said["is_hdhp_with_hsa"],
            answered_on=said["answered_on"],
        )


class StandingForm(forms.Form):
    """How the subscriber stands with the employer."""

    standing = forms.ChoiceField(label=gettext_lazy("The subscriber is"), choices=OtherCoverage.Standing.choices)
    starts_on = _day(gettext_lazy("From"))
    last_on = _day(gettext_lazy("To"), required=False)
    because = forms.CharField(label=gettext_lazy("Known from"), max_length=120)


@requires(Role.EXAMINER, Role.SENIOR_EXAMINER, Role.TPA_MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def other_coverage(request: HttpRequest, member_id: int) -> HttpResponse:
    """GET shows what is recorded with the forms; POST does one thing (`do`) and comes back."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    member = members_of(scope).filter(pk=member_id).first()
    if member is None:
        raise Http404
    record_read(member, by=scope.actor, purpose="other coverage")
    cover, standing = CoverForm(initial={"follows": "birthday"}), StandingForm()
    status = 200
    if request.method == "POST":
        do = request.POST.get("do", "")
        form: forms.Form
        if do == "standing":
            form = standing = StandingForm(request.POST)
        else:
            form = cover = CoverForm(request.POST)
        done = _end(request, member, scope) if do == "end" else _save(form, member, scope)
        if done:
            messages.success(request, _("Recorded."))
            return HttpResponseRedirect(reverse("employers:other_coverage", args=[member.pk]))
        status = 422
        if do == "end":
            cover = CoverForm(initial={"follows": "birthday"})
            messages.error(request, _("It could not be ended on that day."))
    return _page(request, member, scope, {"form": cover, "standing_form": standing}, status)


def _save(form: forms.Form, member: Member, scope: Scope) -> bool:
    if not form.is_valid():
        return False
    try:
        if isinstance(form, CoverForm):
            add_other_coverage(member_id=member.pk, told=form.told(), by=scope.actor)
        else:
            said = form.cleaned_data
            record_standing(
                member_id=_subscriber_of(member),
                standing=said["standing"],
                period=Period.from_inclusive(said["starts_on"], said["last_on"]),
                because=said["because"],
                by=scope.actor,
            )
    except DomainError as refused:
        field = refused.extra.get("field")
        form.add_error(field if field in form.fields else None, str(refused))
    except ValueError:
        form.add_error("last_on", _("The last day is before the first."))
    return form.is_valid()


def _end(request: HttpRequest, member: Member, scope: Scope) -> bool:
    typed = request.POST
    cover_id, last_on = typed.get("cover", ""), forms.DateField(required=False)
    try:
        day = last_on.clean(typed.get("last_on", ""))
        mine = OtherCoverage.objects.filter(pk=int(cover_id), member=member).exists()
        if not mine or day is None:
            return False
        end_other_coverage(other_coverage_id=int(cover_id), last_on=day, because=_("ended on screen"), by=scope.actor)
    except (DomainError, ValueError, forms.ValidationError):
        return False
    return True


def _subscriber_of(member: Member) -> int:
    if member.relationship == Member.Relationship.SELF:
        return member.pk
    found: int = Member.objects.get(family=member.family_id, relationship=Member.Relationship.SELF).pk
    return found


def _page(request: HttpRequest, member: Member, scope: Scope, context: dict[str, Any], status: int) -> HttpResponse:
    today = timezone.localdate()
    placed = [
        (row, None if place is None else (VERDICTS[place.verdict], _rule(row, place.rule), place.citation))
        for row, place in places_on(list(other_coverages_of(scope, member.pk)), today)
    ]
    for form in (context["form"], context["standing_form"]):
        for field in form.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")
    shown = {"member": member, "placed": placed, "standings": standings_of(scope, member.family_id), "today": today}
    return screen(request, "employers/other_coverage.html", {**shown, **context}, status=status)


def _rule(row: OtherCoverage, rule: str) -> object:
    return row.because if row.pays_first is not None else RULES[rule]
