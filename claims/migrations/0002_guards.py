"""What the database refuses: other employers' rows, and changes of what was decided."""

from __future__ import annotations

from django.db import migrations

from tpa.foundation.guards import append_only, employer_isolation

_OF_AN_EMPLOYER = (
    "claims_claim",
    "claims_claimevent",
    "claims_claimnote",
    "claims_decision",
    "claims_claimline",
    "claims_accumulatorentry",
    "claims_pend",
    "claims_resolution",
    "claims_authorization",
    "claims_paymentrun",
    "claims_payment",
    "claims_paymentitem",
)
_ONLY_GROWS = (
    "claims_claimevent",
    "claims_claimnote",
    "claims_decision",
    "claims_claimline",
    "claims_accumulatorentry",
    "claims_resolution",
    "claims_paymentitem",
)


class Migration(migrations.Migration):
    dependencies = [("claims", "0001_initial"), ("foundation", "0002_guards")]

    operations = [
        *(employer_isolation(table) for table in _OF_AN_EMPLOYER),
        *(append_only(table) for table in _ONLY_GROWS),
    ]
