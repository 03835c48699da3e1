"""The Celery application with an engine that fails on marked claims: for tests of what a bad claim can do."""

from __future__ import annotations

import os
import signal
import time

from claims.adjudication import adjudicate_claims as room
from claims.adjudication.engine.adjudicate import adjudicate
from claims.adjudication.engine.decision import ClaimDecision
from claims.adjudication.engine.facts import ClaimFacts
from plans.design.terms import PlanTerms
from tpa.celery import app

MARK = os.environ.get("POISONED_CLAIM", "")
HOW = os.environ.get("POISON", "")


def poisoned(facts: ClaimFacts, terms: PlanTerms | None) -> ClaimDecision:
    if facts.submission.patient_control_number == MARK:
        if HOW == "raise":
            raise RuntimeError("a rule failed")
        if HOW == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        while HOW == "hang":
            time.sleep(0.01)
    return adjudicate(facts, terms)


room.adjudicate = poisoned
__all__ = ["app"]
