"""What we take in: the guides by which files are read, and the kind of work that loads each transaction."""

from __future__ import annotations

from claims.edi.guides import INBOUND as CLAIMS
from claims.intake.load_set import LOAD_837
from employers.edi.guides import INBOUND as ENROLMENT
from employers.eligibility.load_834_set import LOAD_834
from tpa.foundation.x12.guides import INBOUND as PAYMENTS

LOAD_820 = "load_820"
"""Payments of invoices: asked for here, loaded on the floor that bills (`tpa/billing/load_820_set.py`)."""

SHELF = CLAIMS | ENROLMENT | PAYMENTS
KINDS = {"837P": LOAD_837, "837I": LOAD_837, "837D": LOAD_837, "834": LOAD_834, "820": LOAD_820}
