"""Turns a scenario's words into the facts that the engine takes, and keeps what its claims leave behind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from claims.adjudication.edit_facts import coded_claim, prior_stay_of, touching
from claims.adjudication.engine.decision import ClaimDecision
from claims.adjudication.engine.facts import (
    Accumulated,
    AuthorizationFact,
    ClaimFacts,
    LinePrice,
    MotherFact,
    PriorLine,
    PriorStay,
    RemittanceFact,
    ResolutionFact,
)
from claims.adjudication.engine.newborns import counts_with_mother, is_newborn
from claims.adjudication.engine.procedures import ranked_before
from claims.adjudication.engine.years import LIFETIME, keys_of
from claims.facts import (
    OtherPayer,
    OtherPayerLine,
    PriorAdjustment,
    Repricing,
    Submission,
    SubmittedLine,
    SubmittedPerson,
    SubmittedProvider,
)
from claims.simulation.scenario_order import order_facts, our_side
from claims.simulation.scenario_rates import rate_of, reference_rate
from claims.simulation.scenario_tables import edit_book_of
from claims.simulation.scenarios import ClaimWords, LineWords, OtherPayment, Person, ScenarioWords, TableWords
from employers.facts import CoverageFact, MemberFact, OtherCoverageFact
from plans.design.terms import PlanTerms
from plans.networks.read_contract import read_contract
from tpa.foundation.values.money import ZERO, cents

_DAY = timedelta(days=1)
_LONG_AGO = date(2020, 1, 1)


class Family:
    """The people of one scenario with all that their claims stand on; it goes on as claims are decided."""

    def __init__(
        self,
        words: ScenarioWords,
        terms: PlanTerms,
        network: str,
        tables: TableWords | None = None,
        contracts: Mapping[str, Any] | None = None,
    ) -> None:
        self._words = words
        self._terms = terms
        self._network = network
        self._book = edit_book_of(tables) if tables is not None and terms.edits else None
        self._stays: dict[str, tuple[int, PriorStay]] = {}
        self._contracts = tuple(
            read_contract(document, schedule=schedule, starts_on=_LONG_AGO, contract_id=number)
            for number, (schedule, document) in enumerate({**(contracts or {}), **words.contracts}.items(), start=1)
        )
        self._ids = {name: number for number, name in enumerate(words.people, start=1)}
        self._sums: dict[tuple[date, str], dict[int, Decimal]] = defaultdict(dict)
        self._credited: dict[tuple[date, str, int], Decimal] = {}
        self._prior: dict[str, list[PriorLine]] = {}
        self.decided: dict[str, tuple[int, ClaimDecision]] = {}
        self._counted: dict[str, int] = {}
        first_day = next((claim.on for claim in words.claims if claim.on), _LONG_AGO)
        for used in words.before:
            year = used.year or (LIFETIME if used.bucket.startswith("auth:") else terms.year_on(first_day))
            self._add(self._ids[used.who], year, used.bucket, used.amount)
            if used.prior_carrier:
                self._credited[year, used.bucket, self._ids[used.who]] = cents(used.prior_carrier)

    def facts(self, number: str, claim: ClaimWords) -> ClaimFacts:
        """The facts of one claim as the family stands now."""
        submission = submission_of(claim, self._words.people[claim.who])
        if number in self.decided and self.decided[number][1].outcome == "pended":
            self._release(number)  # what it held while it waited
        person, member_id = self._words.people[claim.who], self._ids[claim.who]
        coverages = _coverages(person, member_id)
        prior = self._prior_lines(member_id, submission)
        member = MemberFact(
            member_id=member_id,
            family_id=1,
            employer_id=1,
            relationship=str(person.relationship),
            birth_on=person.born,
            sex=person.sex,
            is_disabled=person.disabled,
        )
        mother = self._mother(person, submission, member)
        return ClaimFacts(
            claim_number=number,
            received_on=claim.received or submission.service_to + 5 * _DAY,
            decided_on=claim.received or submission.service_to + 6 * _DAY,
            submission=submission,
            member=member,
            billing_provider_id=1,
            plan_hash=self._terms.content_hash,
            coverages=coverages,
            other_coverages=self._other_coverages(claim.who),
            prices=tuple(self._price(claim, line, index) for index, line in enumerate(claim.lines, start=1)),
            mother=mother,
            accumulated=self._accumulated(mother.member_id if mother and mother.is_counted else member_id, submission),
            prior_lines=prior,
            authorizations=tuple(
                AuthorizationFact(
                    number=permission.number,
                    code_from=permission.codes.partition("-")[0],
                    code_to=permission.codes.partition("-")[2] or permission.codes,
                    starts_on=permission.from_,
                    ends_on=permission.through + _DAY if permission.through else None,
                    units_left_count=permission.units,
                    npi=str(permission.provider),
                )
                for permission in self._words.permissions
                if permission.who == claim.who
            ),
            resolutions=tuple(
                ResolutionFact(
                    reason=answer.question,
                    answer=answer.answer,
                    line_number=answer.line,
                    amount=answer.amount,
                    carc=str(answer.carc),
                    because=answer.because,
                )
                for answer in claim.answers
            ),
            approval_limit_amount=claim.approval_limit,
            provider_excluded_on=claim.provider_excluded,
            edits=self._book.facts(coded_claim(submission, prior)) if self._book else None,
            our_side=our_side(self._words, submission.service_from),
            prior_remittances=tuple(_remittance(one) for one in claim.remitted),
            contracts=self._contracts,
            prior_stays=touching([stay for whose, stay in self._stays.values() if whose == member_id], submission)
            if self._book
            else (),
        )

    def remember(self, facts: ClaimFacts, decision: ClaimDecision) -> None:
        """Carry a decision forward, as the pipeline does."""
        member_id = facts.member.member_id
        self.decided[decision.claim_number] = (member_id, decision)
        self._counted[decision.claim_number] = facts.counted_member_id
        for used in decision.consumptions:
            self._add(facts.counted_member_id, used.year_on, used.bucket, used.amount)
        if (stay := prior_stay_of(facts.submission, decision)) is not None:
            self._stays[decision.claim_number] = (member_id, stay)
        npi, kind = facts.submission.billing_provider.npi, facts.submission.kind
        ranks = ranked_before(facts, decision)
        self._prior[decision.claim_number] = [
            PriorLine(
                claim_number=decision.claim_number,
                line_number=line.number,
                billing_npi=npi,
                procedure_code=line.procedure_code,
                modifiers=line.modifiers,
                revenue_code=line.revenue_code,
                service_from=line.service_from,
                service_to=line.service_to,
                units_count=line.units_count,
                billed_amount=line.billed_amount,
                outcome=decision.outcome,
                kind=kind,
                benefit=decided.benefit,
                allowed_amount=decided.figures.allowed_amount,
                copay_amount=decided.figures.copay_amount,
                tooth_numbers=line.tooth_numbers,
                rendering_npi=facts.submission.rendering_npi_of(line),
                ranked_amount=ranks[line.number].amount if line.number in ranks else None,
                ranked_paid_amount=ranks[line.number].paid_amount if line.number in ranks else None,
                multiple=ranks[line.number].indicator if line.number in ranks else "",
                ranked_family=ranks[line.number].family if line.number in ranks else "",
            )
            for line, decided in zip(facts.submission.lines, decision.lines, strict=True)
        ]

    def _mother(self, person: Person, submission: Submission, member: MemberFact) -> MotherFact | None:
        if not person.mother or not is_newborn(self._terms, submission, member):
            return None
        mother_id = self._ids[person.mother]
        return MotherFact(
            member_id=mother_id,
            coverages=_coverages(self._words.people[person.mother], mother_id),
            is_counted=counts_with_mother(self._terms, submission, member),
        )

    def reverse(self, number: str) -> None:
        """Take a claim back: what it used up is given back, and it is no prior claim any more."""
        self._release(number)
        del self.decided[number], self._counted[number]
        del self._prior[number]
        self._stays.pop(number, None)

    def _release(self, number: str) -> None:
        counted_id = self._counted[number]
        for used in self.decided[number][1].consumptions:
            self._add(counted_id, used.year_on, used.bucket, -used.amount)

    def sum_of(self, who: str, bucket: str, year: date) -> tuple[Decimal, Decimal]:
        """A bucket's sum: the person's and the family's."""
        parts = self._sums.get((year, bucket)) or self._sums.get((LIFETIME, bucket), {})
        return parts.get(self._ids[who], ZERO), sum(parts.values(), ZERO)

    def _add(self, member_id: int, year: date, bucket: str, amount: Decimal) -> None:
        parts = self._sums[year, bucket]
        parts[member_id] = parts.get(member_id, ZERO) + cents(amount)

    def _prior_lines(self, member_id: int, submission: Submission) -> tuple[PriorLine, ...]:
        days = {line.service_from for line in submission.lines}
        return tuple(
            line
            for number, lines in self._prior.items()
            if self.decided[number][0] == member_id
            for line in lines
            if line.service_from in days
        )

    def _accumulated(self, member_id: int, submission: Submission) -> tuple[Accumulated, ...]:
        keys = keys_of(self._terms, submission)
        return tuple(
            Accumulated(
                year_on=year,
                bucket=bucket,
                member_amount=parts.get(member_id, ZERO),
                family_amount=sum(parts.values(), ZERO),
                credited_amount=self._credited.get((year, bucket, member_id), ZERO),
            )
            for (year, bucket), parts in sorted(self._sums.items())
            if keys.hold(year, bucket)
        )

    def _other_coverages(self, who: str) -> tuple[OtherCoverageFact, ...]:
        return tuple(
            OtherCoverageFact(
                member_id=self._ids[who],
                kind=other.kind,
                payer_name=other.payer,
                pays_first=other.pays_first,
                because=other.because,
                starts_on=other.from_,
                ends_on=other.through + _DAY if other.through else None,
                order=None if other.order is None else order_facts(other.order),
                is_hdhp_with_hsa=other.hdhp_with_hsa,
            )
            for other in self._words.other_coverage
            if other.who == who
        )

    def _price(self, claim: ClaimWords, line: LineWords, number: int) -> LinePrice:
        network = next((said for said in (line.network, claim.network) if said is not None), self._network)
        return LinePrice(
            line_number=number,
            network=network,
            rate=rate_of(line) if network else None,
            references=tuple(
                reference_rate(900 + at, schedule, said) for at, (schedule, said) in enumerate(line.references.items())
            ),
            facility_network=line.facility_network,
            qualifying_amount=line.qualifying,
            out_of_network_amount=line.agreed,
        )


def submission_of(claim: ClaimWords, person: Person) -> Submission:
    """The claim as it would be submitted."""
    assert claim.on is not None
    subscriber = SubmittedPerson(last_name="Reyes", first_name="Ana", number="H00100001", birth_on=person.born)
    is_institutional = claim.kind == "I"
    lines = tuple(_line(claim, line, index) for index, line in enumerate(claim.lines, start=1))
    return Submission(
        kind=claim.kind,
        patient_control_number="SCENARIO",
        billed_amount=sum((line.billed_amount for line in lines), ZERO),
        subscriber=subscriber,
        billing_provider=SubmittedProvider(
            name="Lakeside Family Practice", npi=str(claim.provider), taxonomy_code=claim.taxonomy
        ),
        rendering_provider=SubmittedProvider(name="Okafor", entity="1", npi=str(claim.rendering))
        if claim.rendering
        else None,
        lines=lines,
        relationship=str(person.relationship),
        frequency_code=str(claim.frequency),
        facility_code=str(claim.bill_type if is_institutional else claim.place),
        payer_sequence=_our_sequence(claim),
        authorization_number=str(claim.authorization),
        accident_codes=claim.accident,
        diagnoses=tuple(str(code).replace(".", "") for code in claim.diagnoses),
        drg_code=str(claim.drg),
        discharge_status=str(claim.discharge_status),
        repricing=_repricing(claim.repriced),
        admitted_on=claim.admitted,
        discharged_on=claim.discharged,
        admission_type=str(claim.admission_type),
        condition_codes=tuple(str(code) for code in claim.conditions),
        statement_from=claim.on if is_institutional else None,
        statement_to=(claim.through or claim.on) if is_institutional else None,
        other_payers=_other_payers(claim),
        submission_type="31" if claim.demand else "CH",
        is_predetermination=claim.predetermination,
        delay_reason_code=str(claim.delay_reason),
    )


def _our_sequence(claim: ClaimWords) -> str:
    """After the last of the payers before us."""
    before = [other.sequence for other in (*claim.others, *(line.other for line in claim.lines)) if other]
    if not before:
        return "P"
    return "T" if "S" in before else "S"


def _line(claim: ClaimWords, line: LineWords, number: int) -> SubmittedLine:
    starts = line.on or claim.on
    assert starts is not None
    if line.minutes is not None:
        units, basis = line.minutes, "MJ"
    elif line.days is not None:
        units, basis = line.days, "DA"
    else:
        units, basis = line.units, "UN"
    return SubmittedLine(
        number=number,
        billed_amount=cents(line.billed),
        service_from=starts,
        service_to=line.through or claim.through or starts,
        units_count=units,
        unit_basis=basis,
        procedure_qualifier="AD" if claim.kind == "D" else "HC",
        procedure_code=str(line.code),
        modifiers=tuple(str(modifier) for modifier in line.modifiers),
        revenue_code=f"{line.revenue:0>4}" if line.revenue else "",
        place_of_service=str(line.place),
        diagnosis_pointers=line.diagnoses if claim.kind == "P" else (),
        authorization_number=str(line.authorization),
        rendering_npi=str(line.rendering),
        is_emergency=line.emergency,
        tooth_numbers=tuple(str(tooth) for tooth in line.teeth),
        repricing=_repricing(line.repriced),
        other_payers=_line_payments(line.other) if line.other else (),
    )


def _other_payers(claim: ClaimWords) -> tuple[OtherPayer, ...]:
    others = claim.others or tuple(line.other for line in claim.lines if line.other)[:1]
    return tuple(
        OtherPayer(
            name=other.payer,
            number=other.payer,
            sequence=other.sequence,
            paid_amount=other.paid if claim.others else None,
            paid_on=other.on,
            remaining_member_amount=other.left if claim.others else None,
            adjustments=_adjustments(other) if claim.others else (),
        )
        for other in others
    )


def _line_payments(other: OtherPayment) -> tuple[OtherPayerLine, ...]:
    return (
        OtherPayerLine(
            payer_number=other.payer,
            paid_amount=other.paid or ZERO,
            paid_on=other.on,
            adjustments=_adjustments(other),
            remaining_member_amount=other.left,
        ),
    )


def _remittance(other: OtherPayment) -> RemittanceFact:
    """What a payer before us told us itself, of the claim as a whole."""
    return RemittanceFact(
        payer=OtherPayer(
            name=other.payer,
            sequence=other.sequence,
            paid_amount=other.paid,
            remaining_member_amount=other.left,
            adjustments=_adjustments(other),
        )
    )


def _adjustments(other: OtherPayment) -> tuple[PriorAdjustment, ...]:
    found = []
    for words in other.adjustments:
        codes, amount = words.split()
        group, _dash, carc = codes.partition("-")
        found.append(PriorAdjustment(group=group, carc=carc, amount=cents(amount)))
    return tuple(found)


def _repricing(amount: Decimal | None) -> Repricing | None:
    return None if amount is None else Repricing(method="10", allowed_amount=cents(amount))


def _coverages(person: Person, member_id: int) -> tuple[CoverageFact, ...]:
    if person.covered is None:
        return (CoverageFact(member_id=member_id, plan_id=1, tier="FAM", starts_on=_LONG_AGO),)
    return tuple(
        CoverageFact(
            member_id=member_id,
            plan_id=1,
            tier=period.tier,
            starts_on=period.from_,
            ends_on=period.through + _DAY if period.through else None,
        )
        for period in person.covered
    )
