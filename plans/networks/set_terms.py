"""Sets what a fee schedule's contract says beyond its prices, for a period."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from plans.models import FeeSchedule
from plans.networks.read_contract import read_contract
from plans.networks.take_over import TERMS, TakenOver, take_over
from tpa.foundation.audit import Actor, record
from tpa.foundation.errors import NotFound
from tpa.foundation.values.periods import Period


def set_terms(*, schedule_code: str, document: Mapping[str, Any], period: Period, by: Actor) -> TakenOver:
    """The terms take over their days; what stood for other days stays. The same again changes nothing.

    Raises Invalid for a document that `read_contract` refuses, NotFound for a schedule that is not there.
    """
    contract = read_contract(document, schedule=schedule_code, starts_on=period.start, ends_on=period.end)
    with transaction.atomic():
        schedule = FeeSchedule.objects.select_for_update(no_key=True).filter(code=schedule_code).first()
        if schedule is None:
            raise NotFound("schedule.unknown", _("There is no such fee schedule."))
        indicators = None
        if contract.indicators_from:
            indicators = FeeSchedule.objects.filter(code=contract.indicators_from).first()
            if indicators is None:
                raise NotFound("schedule.unknown", _("There is no such fee schedule."))
        text = msgspec.json.encode(dict(document)).decode()
        row = (schedule.pk, text, indicators.pk if indicators else None)
        done = take_over(TERMS, [(1, row)], period, at=timezone.now())
        if done.added_count:
            record("plans.feeschedule.terms_set", by=by, about=schedule, detail={"from": str(period.start)})
    return done
