"""One thing done to a contract on a form of its own: signed, ended, amended; a fee, guarantee, limit, report added."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tpa.contracts.add_fee import add_fee
from tpa.contracts.add_guarantee import add_guarantee
from tpa.contracts.amend_contract import Amendment, amend_contract
from tpa.contracts.compare_versions import rate_words
from tpa.contracts.end_contract import end_contract
from tpa.contracts.end_fee import end_fee
from tpa.contracts.reports import deliver_report, expect_report
from tpa.contracts.selectors import fees_of
from tpa.contracts.set_authority_limit import set_authority_limit
from tpa.contracts.sign_contract import sign_contract
from tpa.foundation.access import Scope, requires
from tpa.foundation.audit import Actor
from tpa.foundation.errors import DomainError
from tpa.foundation.models import Role
from tpa.foundation.web.screens import screen
from tpa.models import Contract, ContractVersion
from tpa.web.staff import contract_forms as typed

Do = Callable[[Contract, Any, int, Actor], object]


@dataclass(frozen=True, slots=True)
class Work:
    """A form, what it is called, what its button says, and the verb. `row` is what it is done to: a fee, a report."""

    form: type[forms.Form]
    title: Promise | str
    button: Promise | str
    done: Promise | str
    do: Do


def _sign(found: Contract, form: Any, _row: int, by: Actor) -> object:
    return sign_contract(contract_id=found.pk, signed_on=form.cleaned_data["signed_on"], by=by)


def _end(found: Contract, form: Any, _row: int, by: Actor) -> object:
    return end_contract(contract_id=found.pk, by=by, **form.cleaned_data)


def _amend(found: Contract, form: Any, _row: int, by: Actor) -> object:
    said = form.cleaned_data
    amendment = Amendment(
        starts_on=said["starts_on"],
        because=said["because"],
        signed_on=said["signed_on"],
        changes=form.changes(_latest(found)),
        ends_fees=tuple(int(one) for one in said["ends_fees"]),
    )
    return amend_contract(contract_id=found.pk, amendment=amendment, by=by)


def _fee(found: Contract, form: Any, _row: int, by: Actor) -> object:
    return add_fee(contract_id=found.pk, terms=form.told(), by=by)


def _end_fee(found: Contract, form: Any, row: int, by: Actor) -> object:
    fee_id = found.fees.filter(pk=row).values_list("pk", flat=True).first() or 0
    return end_fee(fee_id=fee_id, by=by, **form.cleaned_data)


def _guarantee(found: Contract, form: Any, _row: int, by: Actor) -> object:
    return add_guarantee(contract_id=found.pk, terms=form.told(), by=by)


def _limit(found: Contract, form: Any, _row: int, by: Actor) -> object:
    return set_authority_limit(contract_id=found.pk, by=by, **form.cleaned_data)


def _report(found: Contract, form: Any, _row: int, by: Actor) -> object:
    return expect_report(contract_id=found.pk, by=by, **form.cleaned_data)


def _deliver(found: Contract, form: Any, row: int, by: Actor) -> object:
    report_id = found.reports.filter(pk=row).values_list("pk", flat=True).first() or 0
    return deliver_report(report_id=report_id, by=by, **form.cleaned_data)


WORK = {
    "sign": Work(typed.SignForm, gettext_lazy("Sign it"), gettext_lazy("Sign"),
                 gettext_lazy("The contract is in force; what it says changes by amendments only."), _sign),
    "end": Work(typed.EndForm, gettext_lazy("End it"), gettext_lazy("End"),
                gettext_lazy("The contract has its end; run-out and look-back are closed still."), _end),
    "amend": Work(typed.AmendForm, gettext_lazy("Amend it"), gettext_lazy("Amend"),
                  gettext_lazy("The amendment stands from its month on."), _amend),
    "fee": Work(typed.FeeForm, gettext_lazy("Add a fee"), gettext_lazy("Add"), gettext_lazy("The fee is added."), _fee),
    "end-fee": Work(typed.EndForm, gettext_lazy("End a fee"), gettext_lazy("End"),
                    gettext_lazy("The fee has its end."), _end_fee),
    "guarantee": Work(typed.GuaranteeForm, gettext_lazy("Add a guarantee"), gettext_lazy("Add"),
                      gettext_lazy("The guarantee is added; it is measured once its period is closed."), _guarantee),
    "limit": Work(typed.LimitForm, gettext_lazy("Who may approve how much"), gettext_lazy("Agree"),
                  gettext_lazy("The limit stands from its day on."), _limit),
    "report": Work(typed.ReportForm, gettext_lazy("Expect a report"), gettext_lazy("Expect"),
                   gettext_lazy("The report is expected."), _report),
    "deliver": Work(typed.DeliverForm, gettext_lazy("A report was delivered"), gettext_lazy("Record"),
                    gettext_lazy("The delivery is recorded."), _deliver),
}  # fmt: skip


@requires(Role.TPA_MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def contract_work(request: HttpRequest, contract_id: int, what: str) -> HttpResponse:
    """GET shows the form; POST does it, or says why not and keeps what was typed. Of an amendment `preview` shows what
    it would change and changes nothing."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    found = get_object_or_404(Contract.objects.visible_to(scope).select_related("employer"), pk=contract_id)
    work = WORK.get(what)
    if work is None:
        raise Http404
    text = request.GET.get("row", "")
    row = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    if request.method != "POST":
        return _page(request, scope, found, what, _form(work, scope, found, initial=_usual(found, what)))
    form = _form(work, scope, found, data=request.POST)
    if isinstance(form, typed.AmendForm) and "preview" in request.POST and form.is_valid():
        latest = _latest(found)
        seen = typed.change_words(form.changes(latest), latest)
        return _page(request, scope, found, what, form, preview=seen)
    if form.is_valid():
        try:
            work.do(found, form, row, scope.actor)
        except DomainError as problem:
            form.add_error(None, problem.message)
        else:
            messages.success(request, str(work.done))
            return HttpResponseRedirect(reverse("tpa:contract", args=[found.pk]))
    return _page(request, scope, found, what, form, status=422)


def _latest(found: Contract) -> ContractVersion:
    return found.versions.order_by("-number")[0]


def _form(work: Work, scope: Scope, found: Contract, **more: Any) -> forms.Form:
    if work.form is typed.AmendForm:
        fees = fees_of(scope, found.pk).filter(period__endswith__isnull=True)
        more["fees"] = [(fee.pk, f"{fee.name} {fee.tier} · {rate_words(fee)}") for fee in fees]
    form = work.form(**more)
    for field in form.fields.values():
        field.widget.attrs.setdefault("autocomplete", "off")
    return form


def _usual(found: Contract, what: str) -> dict[str, Any]:
    today = timezone.localdate()
    usual: dict[str, Any] = {"signed_on": today, "delivered_on": today, "starts_on": typed.month_after(today)}
    if found.status == Contract.Status.DRAFT:
        usual["starts_on"] = found.period.lower
    return usual | (typed.as_typed(_latest(found)) if what == "amend" else {})


def _page(
    request: HttpRequest, scope: Scope, found: Contract, what: str, form: forms.Form, status: int = 200, **more: Any
) -> HttpResponse:
    work = WORK[what]
    context = {"contract": found, "what": what, "form": form, "title": work.title, "button": work.button, **more}
    return screen(request, "tpa/contract_work.html", context, status=status)
