"""Who pays before us: asked where it is not plain who comes first, what they paid, or why they paid nothing."""

from __future__ import annotations

from collections.abc import Sequence

from claims.adjudication.engine.other_payers import Payment
from claims.adjudication.engine.prior_payers import PriorPayer, payers_before_us, prior_payments
from claims.adjudication.engine.work import Inputs, Line, Work
from employers.coordination.order_of_benefits import Patient, place_of
from employers.coordination.place import BEFORE, EQUAL, UNKNOWN, Place
from employers.facts import OtherCoverageFact, OurSideFact
from tpa.foundation.values.money import ZERO

Placed = list[tuple[OtherCoverageFact, Place]]


def check_other_payers(work: Work) -> None:
    """Find who pays before us and what they paid; ask what is not plain."""
    facts = work.facts
    if not (facts.other_coverages or facts.submission.other_payers or facts.prior_remittances):
        return
    covers = _in_force(work)
    placed = _placed(work, covers)
    payers = payers_before_us(facts)
    first = [cover for cover, place in placed if place.verdict == BEFORE]
    equal = [cover for cover, place in placed if place.verdict == EQUAL]
    _ask_what_is_unknown(work, placed)
    if equal and not first:
        work.payments = [Payment.in_equal_shares(1 + len(equal), work.terms.coordination) for _line in work.lines]
        return
    if not first and not payers:
        return
    payments = prior_payments(work.submission, payers)
    is_hdhp = work.terms.is_hsa_qualified and bool(covers) and all(cover.is_hdhp_with_hsa for cover in covers)
    if payments is not None:
        coordination = work.terms.coordination
        work.payments = [Payment(payment, coordination, is_hdhp=is_hdhp) for payment in payments]
    telling = sum(prior.says_amounts for prior in payers)
    if payments is None or telling < len({cover.payer_name for cover in first}):
        names = sorted({cover.payer_name for cover in first} or {prior.payer.name for prior in payers})
        work.ask_of_claim("primary_amounts_missing", (("payer", ", ".join(names)), *_because(placed, first)))
        return
    if covers and not first:
        evidence = (
            ("claim_names", ", ".join(prior.payer.name for prior in payers)),
            ("we_hold", ", ".join(cover.payer_name for cover in covers)),
            *_because(placed, covers),
        )
        work.ask_of_claim("order_of_benefits", evidence)
    for line, payment in zip(work.lines, payments, strict=True):
        if line.is_open and line.submitted.billed_amount and payment[:2] == (ZERO, ZERO):
            work.ask("other_payer_denied", line, _what_was_said(payers, line))


def _placed(work: Work, covers: Sequence[OtherCoverageFact]) -> Placed:
    """Each cover with its place; where it was derived, the trace says by which rule."""
    facts = work.facts
    ours = facts.our_side or OurSideFact()
    patient = Patient(facts.member, facts.coverages, ours, work.submission.service_from)
    placed = [(cover, place_of(cover, patient, covers)) for cover in covers]
    for cover, place in placed:
        if cover.order is not None:
            inputs = (("payer", cover.payer_name), ("pays", place.verdict), *place.inputs)
            for line in work.open_lines():
                line.note(f"order.{place.rule}", place.citation, inputs)
    return placed


def _ask_what_is_unknown(work: Work, placed: Placed) -> None:
    unknown = [(cover, place) for cover, place in placed if place.verdict == UNKNOWN]
    if unknown:
        wanted = ", ".join(f"{cover.payer_name}: {dict(place.inputs)['wanted']}" for cover, place in unknown)
        work.ask_of_claim("order_unknown", (("wanted", wanted), ("rule", unknown[0][1].rule)))


def _because(placed: Placed, covers: Sequence[OtherCoverageFact]) -> Inputs:
    """Why the first of these covers stands where it does: as somebody said, or the rule by which it was derived."""
    for cover, place in placed:
        if cover in covers:
            because = cover.because if cover.order is None else f"{place.rule} ({place.citation})"
            return (("because", because),)
    return ()


def _in_force(work: Work) -> list[OtherCoverageFact]:
    on = work.submission.service_from
    return [
        cover
        for cover in work.facts.other_coverages
        if cover.starts_on <= on and (cover.ends_on is None or on < cover.ends_on)
    ]


def _what_was_said(payers: Sequence[PriorPayer], line: Line) -> Inputs:
    adjustments = [one for prior in payers for entry in prior.lines.get(line.number, ()) for one in entry.adjustments]
    adjustments += [adjustment for prior in payers for adjustment in prior.payer.adjustments]
    said = ", ".join(f"{one.group}-{one.carc} {one.amount}" for one in adjustments)
    return (("payer", ", ".join(prior.payer.name for prior in payers)), ("adjustments", said))
