"""What we take in: the guides by which files are read, and the kind of work that loads each transaction."""

from __future__ import annotations

from claims.edi.guides import INBOUND as CLAIMS
from claims.edi.guides import PRIOR_PAYERS
from claims.intake.load_835_set import LOAD_835
from claims.intake.load_set import LOAD_837
from employers.edi.guides import INBOUND as ENROLMENT
from employers.eligibility.load_834_set import LOAD_834
from tpa.foundation.x12.guides import INBOUND as PAYMENTS

LOAD_820 = "load_820"
"""Payments of invoices: asked for here, loaded on the floor that bills (`tpa/billing/load_820_set.py`)."""

SHELF = CLAIMS | PRIOR_PAYERS | ENROLMENT | PAYMENTS
KINDS = {
    **dict.fromkeys(("837P", "837I", "837D"), LOAD_837),
    "834": LOAD_834,
    "835": LOAD_835,
    "820": LOAD_820,
}
