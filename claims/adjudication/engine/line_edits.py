"""Edits of a line by itself: codes valid on the day, fit for patient and place, modifiers that go with them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from claims.adjudication.engine.failure import Failure, Failures
from claims.adjudication.engine.placement import age_on
from claims.adjudication.engine.reasons import (
    DIAGNOSIS_AGE,
    DIAGNOSIS_SEX,
    REASONS,
    WRONG_MODIFIER,
    WRONG_PLACE,
)
from claims.adjudication.engine.work import Inputs, Line, Work
from plans.facts import CodeRule, EditFacts, InvalidCode

PROCEDURE_SETS = frozenset({"hcpcs", "procedure", "dental"})
_DIAGNOSES, _PLACES, _MODIFIERS = "icd10cm", "place_of_service", "modifier"


def procedure_codes(work: Work, rows: EditFacts) -> Failures:
    """The procedure was never issued, or was gone on the day of service."""
    invalid = {(one.code, one.on): one for one in rows.invalid if one.code_set in PROCEDURE_SETS}
    if invalid:
        for line in work.open_lines():
            found = invalid.get((line.submitted.procedure_code, line.submitted.service_from))
            if found:
                yield Failure(line, _invalid(found))


def diagnosis_codes(work: Work, rows: EditFacts) -> Failures:
    """A diagnosis that the line is billed for was never issued, is a heading, or was gone on the day."""
    invalid = {(one.code, one.on): one for one in rows.invalid if one.code_set == _DIAGNOSES}
    if invalid:
        for line in work.open_lines():
            for code in _diagnoses(work, line):
                found = invalid.get((code, line.submitted.service_from))
                if found:
                    yield Failure(line, _invalid(found))


def diagnosis_pointers(work: Work, rows: EditFacts) -> Failures:
    """A professional line must point to a diagnosis; and some diagnoses only come beside another."""
    unleading = [rule for rule in rows.codes if rule.of == "diagnosis" and not rule.leads]
    for line in work.open_lines():
        if work.submission.kind == "P" and not line.submitted.diagnosis_pointers:
            yield Failure(line, (("pointers", "none"), ("diagnoses", str(len(work.submission.diagnoses)))))
            continue
        leading = next(iter(_diagnoses(work, line)), "")
        on = line.submitted.service_from
        if leading and any(rule.holds(leading) and rule.is_in_force(on) for rule in unleading):
            yield Failure(line, (("leading_diagnosis", leading),))


def modifiers(work: Work, rows: EditFacts) -> Failures:
    """A modifier is not valid, stands twice, contradicts another, or does not go with the procedure."""
    invalid = {(one.code, one.on): one for one in rows.invalid if one.code_set == _MODIFIERS}
    for line in work.open_lines():
        submitted, on = line.submitted, line.submitted.service_from
        carried = submitted.modifiers
        for place, modifier in enumerate(carried):
            if (gone := invalid.get((modifier, on))) is not None:
                yield Failure(line, _invalid(gone), WRONG_MODIFIER)
            elif modifier in carried[:place]:
                yield Failure(line, (("modifier", modifier), ("found", "twice")))
            for rule in rows.modifiers:
                if rule.modifier != modifier or not rule.is_in_force(on):
                    continue
                against = [other for other in carried if other in rule.not_with]
                if against:
                    yield Failure(line, (("modifier", modifier), ("not_with", against[0])))
                elif not rule.fits(submitted.procedure_code):
                    yield Failure(line, (("modifier", modifier), ("procedure", submitted.procedure_code)))


def places(work: Work, rows: EditFacts) -> Failures:
    """The place of service does not exist, or the procedure is never done there."""
    submission = work.submission
    if submission.kind == "I":
        return
    invalid = {(one.code, one.on): one for one in rows.invalid if one.code_set == _PLACES}
    rules = [rule for rule in rows.codes if rule.of == "procedure" and rule.places]
    for line in work.open_lines():
        submitted, on = line.submitted, line.submitted.service_from
        place = submitted.place_of_service or submission.facility_code
        if (gone := invalid.get((place, on))) is not None:
            yield Failure(line, _invalid(gone), WRONG_PLACE)
        for rule in _about(rules, submitted.procedure_code, on):
            if place not in rule.places and not _is_known(work, line, rule):
                evidence = (
                    ("procedure", submitted.procedure_code),
                    ("place", place),
                    ("places", " ".join(rule.places)),
                )
                yield Failure(line, evidence)


def ages(work: Work, rows: EditFacts) -> Failures:
    """Of a patient whose birth date is known, a code that is only for older or younger ones."""
    member = work.facts.member
    rules = [rule for rule in rows.codes if rule.from_age is not None or rule.under_age is not None]
    for line in work.open_lines() if rules else ():
        age = age_on(member.birth_on, line.submitted.service_from)
        if age is None:
            continue
        for rule, code in _rules_of(work, line, rules):
            if (rule.from_age is not None and age < rule.from_age) or (
                rule.under_age is not None and age >= rule.under_age
            ):
                limits = f"{rule.from_age or 0}-" + ("" if rule.under_age is None else str(rule.under_age - 1))
                because = DIAGNOSIS_AGE if rule.of == "diagnosis" else REASONS["edit_ages"].denial
                yield Failure(line, ((rule.of, code), ("age", str(age)), ("ages", limits)), because)


def sexes(work: Work, rows: EditFacts) -> Failures:
    """A code that is only for the other sex; where the record says none, nothing is asked."""
    sex = work.facts.member.sex
    rules = [rule for rule in rows.codes if rule.sexes]
    for line in work.open_lines() if sex in ("F", "M") else ():
        for rule, code in _rules_of(work, line, rules):
            if sex not in rule.sexes:
                because = DIAGNOSIS_SEX if rule.of == "diagnosis" else REASONS["edit_sexes"].denial
                yield Failure(line, ((rule.of, code), ("sex", sex), ("sexes", " ".join(rule.sexes))), because)


def _rules_of(work: Work, line: Line, rules: list[CodeRule]) -> Iterator[tuple[CodeRule, str]]:
    """Of the rules those about the line's procedure and diagnoses, each with the code it is about."""
    on = line.submitted.service_from
    coded = [("procedure", line.submitted.procedure_code)]
    coded += [("diagnosis", code) for code in _diagnoses(work, line)]
    for of, code in coded:
        for rule in _about(rules, code, on):
            if rule.of == of and not _is_known(work, line, rule):
                yield rule, code


def _about(rules: list[CodeRule], code: str, on: date) -> Iterator[CodeRule]:
    return (rule for rule in rules if code and rule.holds(code) and rule.is_in_force(on))


def _is_known(work: Work, line: Line, rule: CodeRule) -> bool:
    """Does the claim say by modifier or condition code that the provider knows, and means it?"""
    return bool(
        set(rule.unless_modifiers).intersection(line.submitted.modifiers)
        or set(rule.unless_conditions).intersection(work.submission.condition_codes)
    )


def _diagnoses(work: Work, line: Line) -> Iterator[str]:
    """What the line is billed for: what it points to, else the principal one; the leading one first."""
    diagnoses = work.submission.diagnoses
    for pointer in line.submitted.diagnosis_pointers or (1,):
        if 0 < pointer <= len(diagnoses):
            yield diagnoses[pointer - 1]


def _invalid(found: InvalidCode) -> Inputs:
    evidence: Inputs = (("code_set", found.code_set), ("code", found.code), ("on", str(found.on)))
    return (*evidence, ("ended_on", str(found.ended_on))) if found.ended_on else evidence
