"""What ends and must be renewed: contracts, licences, bonds, and reports to states, told 180 to 30 days ahead."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tpa.contracts.letters import letter_page, renewal_letter
from tpa.foundation.access import Scope
from tpa.foundation.audit import Actor, record
from tpa.foundation.documents.keep_document import PDF, Written, keep_document
from tpa.foundation.documents.render_pdf import render_pdf
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.models import Document
from tpa.foundation.transitions import move, move_many
from tpa.models import Contract, Licence, RenewalNotice, RenewalTask

AHEAD_DAYS = (180, 120, 90, 60, 30)
Subject = RenewalNotice.Subject


class Renewal(NamedTuple):
    """Something that ends (`ends_on` is the first day without it), and which of the days ahead it has reached."""

    subject: str
    subject_id: int
    words: str
    employer_id: int | None
    ends_on: date
    left_days: int
    reached_days: int


class Mark(NamedTuple):
    """One of the days ahead of a contract's end, and when it was told, if it was."""

    ahead_days: int
    on: date
    noted_on: date | None


def renewal_marks(contract: Contract) -> list[Mark]:
    """The days ahead of its end, the first first; none while it has no end. One query."""
    ends_on = contract.period.upper
    if ends_on is None:
        return []
    notices = RenewalNotice.objects.filter(subject=Subject.CONTRACT, subject_id=contract.pk, ends_on=ends_on)
    noted = dict(notices.values_list("ahead_days", "noted_on"))
    return [Mark(days, ends_on - timedelta(days=days), noted.get(days)) for days in AHEAD_DAYS]


def renewals_due(scope: Scope, on: date) -> list[Renewal]:
    """What ends within 180 days and nothing follows, or has ended and was not renewed; the soonest first. Three
    queries."""
    return sorted([*_contracts(scope, on), *_licences(on)], key=lambda one: (one.ends_on, one.subject, one.subject_id))


def note_renewals(*, on: date, scope: Scope, by: Actor) -> list[RenewalNotice]:
    """Write down what reached the next of the days ahead, once each: a task for us, and of a contract a letter to the
    employer. Tasks of what was followed are closed. Returns what is new. Twice a day is harmless."""
    new = []
    due = renewals_due(scope, on)
    for one in due:
        with transaction.atomic():
            row, is_new = RenewalNotice.objects.get_or_create(
                subject=one.subject,
                subject_id=one.subject_id,
                ends_on=one.ends_on,
                ahead_days=one.reached_days,
                defaults={"employer_id": one.employer_id, "words": one.words[:160], "noted_on": on},
            )
            if is_new:
                record("tpa.renewalnotice.noted", by=by, about=row, detail={"ahead_days": one.reached_days})
                _ask(one)
                _tell(one, on)
                new.append(row)
    _close_followed({(one.subject, one.subject_id, one.ends_on) for one in due}, scope, by)
    return new


def finish_renewal(*, task_id: int, because: str, by: Actor) -> RenewalTask:
    """Say what was done about an end and return the task. Raises Invalid without words, Conflict when it is no longer
    open."""
    if not because.strip():
        raise Invalid("contracts.reason_wanted", _("Say what was done about it."))
    with transaction.atomic():
        task = RenewalTask.objects.select_for_update(no_key=True).filter(pk=task_id).first()
        if task is None:
            raise NotFound("contracts.no_such_task", _("There is no such task."))
        if task.status == RenewalTask.Status.OPEN:
            task.because, task.done_by = because.strip()[:300], str(by)[:80]
            task.save(update_fields=["because", "done_by"])
        move(task, RenewalTask.Status.DONE, by=by, because=because)
    return task


def tasks_of(scope: Scope) -> QuerySet[RenewalTask]:
    """What is to be seen to, the soonest end first."""
    open_tasks = RenewalTask.objects.visible_to(scope).filter(status=RenewalTask.Status.OPEN)
    return open_tasks.order_by("ends_on", "subject", "pk")


def _ask(one: Renewal) -> None:
    RenewalTask.objects.get_or_create(
        subject=one.subject,
        subject_id=one.subject_id,
        ends_on=one.ends_on,
        defaults={"employer_id": one.employer_id, "words": one.words[:160], "status_at": timezone.now()},
    )


def _tell(one: Renewal, on: date) -> None:
    """The letter to the employer, kept with the contract: one for each of the days ahead, of an end still to come."""
    if one.subject != Subject.CONTRACT or one.employer_id is None or one.left_days <= 0:
        return
    contract = Contract.objects.select_related("employer").get(pk=one.subject_id)
    terms = contract.versions.order_by("-starts_on")[0]
    with translation.override(settings.LANGUAGE_CODE):
        page = letter_page(renewal_letter(contract, terms, on=on, ends_on=one.ends_on), to=contract.employer)
    at = timezone.make_aware(datetime.combine(on, time(5)))
    keep_document(
        Written(
            kind=Document.Kind.LETTER,
            name=f"{contract.number}-ends-{one.ends_on}-{one.reached_days}.pdf",
            data=render_pdf(template="letter", data=page, at=at),
            media_type=PDF,
            subject_type=Contract._meta.label_lower,
            subject_id=contract.pk,
            employer_id=one.employer_id,
        ),
        at=at,
    )


def _close_followed(due: set[tuple[str, int, date]], scope: Scope, by: Actor) -> None:
    """What ends no more, or was renewed, is nobody's task."""
    followed = [task for task in tasks_of(scope) if (task.subject, task.subject_id, task.ends_on) not in due]
    move_many(RenewalTask, {task.pk: str(RenewalTask.Status.FOLLOWED) for task in followed}, by=by)


def _renewal(subject: str, subject_id: int, words: str, ends_on: date, on: date) -> Renewal | None:
    left = (ends_on - on).days
    reached = [days for days in AHEAD_DAYS if left <= days]
    return Renewal(subject, subject_id, words, None, ends_on, left, min(reached)) if reached else None


def _contracts(scope: Scope, on: date) -> list[Renewal]:
    """Contracts in force that end, unless the employer's next one is signed."""
    in_force = list(
        Contract.objects.visible_to(scope).filter(status=Contract.Status.IN_FORCE).select_related("employer")
    )
    followed = {(one.employer_id, one.period.lower) for one in in_force}
    found = []
    for contract in in_force:
        ends_on = contract.period.upper
        if ends_on is None or (contract.employer_id, ends_on) in followed:
            continue
        party = contract.employer.name
        one = _renewal(Subject.CONTRACT, contract.pk, f"{contract.number}, {party}", ends_on, on)
        if one is not None:
            found.append(one._replace(employer_id=contract.employer_id))
    return found


def _licences(on: date) -> list[Renewal]:
    licences = list(Licence.objects.order_by("state", "kind", "number", "period"))
    followed = {(one.kind, one.state, one.number, one.period.lower) for one in licences}
    found = []
    for licence in licences:
        words = f"{licence.state}: {licence.get_kind_display()} {licence.number}"
        ends_on = licence.period.upper
        if ends_on is not None and (licence.kind, licence.state, licence.number, ends_on) not in followed:
            found.append(_renewal(Subject.LICENCE, licence.pk, words, ends_on, on))
        if licence.report_on is not None and licence.report_on >= on:
            found.append(_renewal(Subject.REPORT, licence.pk, words, licence.report_on, on))
    return [one for one in found if one is not None]
