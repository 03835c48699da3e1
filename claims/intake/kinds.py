"""What we take in: the guides by which files are read, and the kind of work that loads each transaction."""

from __future__ import annotations

from claims.edi.guides import INBOUND as CLAIMS
from claims.intake.load_set import LOAD_837
from employers.edi.guides import INBOUND as ENROLMENT
from employers.eligibility.load_834_set import LOAD_834

SHELF = CLAIMS | ENROLMENT
KINDS = {"837P": LOAD_837, "837I": LOAD_837, "837D": LOAD_837, "834": LOAD_834}
