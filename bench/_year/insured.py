"""The year's stop-loss: policies read from their documents, and the desk that tells, files, appeals and books."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

import yaml
from django.db.models import Sum

from bench._year.funded import LEVEL
from bench._year.intake import drain
from bench._year.policies import DOCUMENTS
from bench._year.world import BY, House, World
from employers.eligibility.selectors import coverage_facts, members_of
from tpa.foundation.access import system_scope
from tpa.foundation.values.money import ZERO
from tpa.models import StopLossNotice, StopLossRequest
from tpa.stoploss.accrue_shares import accrue_shares
from tpa.stoploss.answer_request import answer_request
from tpa.stoploss.assemble_due import assemble_due
from tpa.stoploss.draft_policy import draft_policy
from tpa.stoploss.file_request import file_request
from tpa.stoploss.radar import hand_down
from tpa.stoploss.raise_notices import raise_notices
from tpa.stoploss.read_policy import read_policy
from tpa.stoploss.reckon_standings import reckon_standings
from tpa.stoploss.record_reimbursement import BankReceipt, record_reimbursement
from tpa.stoploss.send_notice import send_notice
from tpa.stoploss.sign_policy import sign_policy
from tpa.stoploss.waive_notice import waive_notice
from tpa.stoploss.write_packet import PACKETS, write_packet

Status = StopLossRequest.Status


@dataclass(slots=True)
class Insured:
    """A policy in force: its document as it was signed, whom it insures, and who is treated at great cost."""

    policy_id: int
    number: str
    document: Mapping[str, Any]
    house: House


@dataclass(slots=True)
class Desk:
    """All policies of the year, and those who are costly, by employer."""

    policies: list[Insured] = field(default_factory=list)
    costly: dict[str, list[str]] = field(default_factory=dict)


def insure(world: World, *, costly_each: int) -> Desk:
    """Sign every policy. Of each employer so many subscribers are costly, the first of them lasered where one is."""
    desk = Desk()
    for house in world.houses:
        # The level-funded employer has nobody who is costly: its term ends with a surplus.
        desk.costly[house.code] = _who_stays(house, costly_each) if house.code != LEVEL else []
    for key, text in DOCUMENTS.items():
        house = world.house(key.partition("/")[0])
        document = yaml.safe_load(text.format(first=desk.costly[house.code][0]))
        words = read_policy(document, find_member=partial(_member, house))
        policy = draft_policy(employer_id=house.employer_id, words=words, by=BY)
        sign_policy(policy_id=policy.pk, signed_on=date(2025, 12, 15), by=BY)
        desk.policies.append(Insured(policy.pk, policy.number, document, house))
    return desk


def _member(house: House, subscriber_number: str, person_number: str) -> int:
    members = members_of(system_scope("year"), employer_id=house.employer_id)
    return members.get(family__subscriber_number=subscriber_number, person_number=person_number).pk


def _who_stays(house: House, count: int) -> list[str]:
    """The first subscribers with coverage, spread over the employer's plans."""
    members = members_of(system_scope("year"), employer_id=house.employer_id).filter(relationship="18")
    rows = list(members.order_by("pk").values_list("pk", "family__subscriber_number"))
    covered = coverage_facts([pk for pk, _number in rows])
    numbers = [number for pk, number in rows if covered.get(pk)]
    step = max(1, len(numbers) // count)
    return numbers[::step][:count]


def watch(insured: Insured, on: date, rng: Random) -> None:
    """What follows a payment run: standings, notices sent or waived, what must be paid in time, requests filed."""
    found = reckon_standings(policy_id=insured.policy_id, on=on)
    raise_notices(policy_id=insured.policy_id, on=on, by=BY)
    hand_down(found, on=on, by=BY)
    accrue_shares(position=found, on=on, by=BY)
    assemble_due(position=found, on=on, by=BY)
    drain(PACKETS, lambda piece: write_packet(request_id=piece["request"]))
    due = StopLossNotice.objects.filter(policy=insured.policy_id, status=StopLossNotice.Status.DUE)
    for notice_id in list(due.order_by("pk").values_list("pk", flat=True)):
        if rng.random() < 0.1:
            waive_notice(notice_id=notice_id, because="told by telephone already", by=BY)
        else:
            send_notice(notice_id=notice_id, by=BY)
    opened = StopLossRequest.objects.filter(policy=insured.policy_id, status=Status.OPEN)
    for request_id in list(opened.order_by("pk").values_list("pk", flat=True)):
        file_request(request_id=request_id, filed_on=on, by=BY)


def hear(insured: Insured, on: date, rng: Random, *, all_of_it: bool = False) -> None:
    """What the carrier answers after some weeks: pays, pays a part, pays short and is appealed to, denies at first."""
    filed = StopLossRequest.objects.filter(policy=insured.policy_id, status__in=[Status.FILED, Status.APPEALED])
    if not all_of_it:
        filed = filed.filter(filed_on__lte=on - timedelta(days=21))
    for request in filed.order_by("pk"):
        came = request.receipts.aggregate(sum=Sum("amount"))["sum"] or ZERO
        left = request.requested_amount - came
        chance = 1.0 if all_of_it else rng.random()
        if chance < 0.08 and request.status == Status.FILED and not came:
            answer_request(request_id=request.pk, to=Status.DENIED, because="no proof of loss", by=BY)
            answer_request(request_id=request.pk, to=Status.APPEALED, because="the proof was in the packet", by=BY)
            continue
        is_part = chance < 0.30 and left > 100
        amount = (left / 2).quantize(Decimal("0.01")) if is_part else left
        is_all = is_part and chance < 0.18
        receipt = BankReceipt(amount, on, f"WIRE {request.number} {on:%m%d}", is_all=is_all)
        record_reimbursement(request_id=request.pk, receipt=receipt, by=BY, because="half is not eligible")
        if is_all:
            answer_request(request_id=request.pk, to=Status.APPEALED, because="all of it is in the packet", by=BY)
