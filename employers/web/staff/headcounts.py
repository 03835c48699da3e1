"""How many employees an employer has, by date: the history that the law on Medicare looks back on."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from employers.models import Employer, Headcount
from employers.onboarding.record_headcount import record_headcount
from tpa.foundation.access import Scope, requires
from tpa.foundation.errors import DomainError
from tpa.foundation.models import Role
from tpa.foundation.values.periods import Period
from tpa.foundation.web.screens import screen

_DAY: Final = {"type": "date", "min": "1900-01-01"}


class HeadcountForm(forms.Form):
    """Employees on each working day of a period, full- and part-time."""

    employee_count = forms.IntegerField(label=gettext_lazy("Employees"), min_value=0, max_value=9_999_999)
    starts_on = forms.DateField(label=gettext_lazy("From"), widget=forms.DateInput(attrs=_DAY))
    last_on = forms.DateField(label=gettext_lazy("To"), widget=forms.DateInput(attrs=_DAY), required=False)
    because = forms.CharField(label=gettext_lazy("Known from"), max_length=120)


@requires(Role.EXAMINER, Role.SENIOR_EXAMINER, Role.TPA_MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def headcounts(request: HttpRequest, employer_id: int) -> HttpResponse:
    """GET shows the history; POST records a period and comes back."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    employer = Employer.objects.visible_to(scope).filter(pk=employer_id).first()
    if employer is None:
        raise Http404
    form, status = HeadcountForm(), 200
    if request.method == "POST":
        form = HeadcountForm(request.POST)
        if form.is_valid() and _record(form, employer, scope):
            messages.success(request, _("Recorded."))
            return HttpResponseRedirect(reverse("employers:headcounts", args=[employer.pk]))
        status = 422
    for field in form.fields.values():
        field.widget.attrs.setdefault("autocomplete", "off")
    history = Headcount.objects.visible_to(scope).filter(employer=employer, superseded_at__isnull=True)
    context: dict[str, Any] = {"employer": employer, "form": form, "history": list(history.order_by("-period"))}
    return screen(request, "employers/headcounts.html", context, status=status)


def _record(form: HeadcountForm, employer: Employer, scope: Scope) -> bool:
    said = form.cleaned_data
    try:
        record_headcount(
            employer_id=employer.pk,
            employee_count=said["employee_count"],
            period=Period.from_inclusive(said["starts_on"], said["last_on"]),
            because=said["because"],
            by=scope.actor,
        )
    except DomainError as refused:
        form.add_error(None, str(refused))
    except ValueError:
        form.add_error("last_on", _("The last day is before the first."))
    return form.is_valid()
