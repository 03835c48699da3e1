"""The Celery application with an engine that fails on marked claims: for tests of what a bad claim can do."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

from celery import signals

from tpa.celery import app

MARK = os.environ.get("POISONED_CLAIM", "")
HOW = os.environ.get("POISON", "")


@signals.celeryd_after_setup.connect
def poison(**_: Any) -> None:
    """Before the children are made, once Django's models may be imported."""
    from claims.adjudication import adjudicate_claims as room

    healthy = room.adjudicate

    def poisoned(facts: Any, terms: Any) -> Any:
        if facts.submission.patient_control_number == MARK:
            if HOW == "raise":
                raise RuntimeError("a rule failed")
            if HOW == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            while HOW == "hang":
                time.sleep(0.01)
        return healthy(facts, terms)

    room.adjudicate = poisoned


__all__ = ["app"]
