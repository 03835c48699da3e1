"""Keeps payment runs of an employer out: for the run itself, and for who closes the books meanwhile."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _

from tpa.foundation.errors import Conflict


def hold_payments(*, employer_id: int, wait: bool) -> None:
    """Let no (other) payment run of the employer begin until the transaction ends.

    `wait` for one that is under way to end; without it Conflict is raised at once.
    """
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('payment_run', %s))", [employer_id])
            return
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('payment_run', %s))", [employer_id])
        if not cursor.fetchone()[0]:
            raise Conflict("payments.run_under_way", _("A payment run for this employer is under way."))
