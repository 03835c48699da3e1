"""Who is covered, and the account their care is paid from."""

from employers.models.coordination import Headcount, OtherCoverage, SubscriberStanding
from employers.models.eligibility import Coverage, EligibilityFile, EligibilityProblem
from employers.models.employer import Division, Employer, EmployerAlias, PlanOffering
from employers.models.funding import (
    FundingApproval,
    FundingItem,
    FundingReceipt,
    FundingRequest,
    FundingSettlement,
)
from employers.models.funding_terms import FundingTerms
from employers.models.ledger import ClaimsAccount, LedgerAccount, LedgerEntry, LedgerTransaction
from employers.models.members import Family, Member

__all__ = [
    "ClaimsAccount",
    "Coverage",
    "Division",
    "EligibilityFile",
    "EligibilityProblem",
    "Employer",
    "EmployerAlias",
    "Family",
    "FundingApproval",
    "FundingItem",
    "FundingReceipt",
    "FundingRequest",
    "FundingSettlement",
    "FundingTerms",
    "Headcount",
    "LedgerAccount",
    "LedgerEntry",
    "LedgerTransaction",
    "Member",
    "OtherCoverage",
    "PlanOffering",
    "SubscriberStanding",
]
