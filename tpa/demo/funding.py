"""How the demonstration's employers fund their accounts, and what is asked of one of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from claims.payments.raise_funding_request import raise_funding_request
from employers.funding.agree_funding_terms import TermsWords, agree_funding_terms
from tpa.foundation.audit import Actor

D = Decimal
_YEAR: dict[str, Any] = {"starts_on": date(2026, 1, 1), "ends_on": date(2027, 1, 1)}
_OPEN_FILES = TermsWords(mode="own_account", starts_on=date(2026, 1, 1), section="4.1", expires_days=10)
_TERMS = {
    "CASC01": TermsWords(
        mode="imprest",
        section="Exhibit C 2",
        target_amount=D("2000000.00"),
        refill_below_amount=D("1900000.00"),
        due_days=3,
        expires_days=10,
        two_people_above_amount=D("100000.00"),
        **_YEAR,
    ),
    # The claims fund is a fee of the contract: the deposit comes with the invoice.
    "MEAD01": TermsWords(
        mode="level",
        section="Appendix B",
        run_out_months_count=6,
        surplus_percent=D("50.00"),
        surplus_as="credit",
        deficit_percent=D("0.00"),
        **_YEAR,
    ),
}


def agree_funding(*, code: str, account_id: int, by: Actor) -> None:
    """Record how an employer's account is funded; of one whose claims the TPA advances nothing is asked."""
    words = _OPEN_FILES if code.startswith("OPEN") else _TERMS.get(code)
    if words is not None:
        agree_funding_terms(claims_account_id=account_id, words=words, by=by)


def ask_for_money(*, account_id: int, on: date, by: Actor) -> None:
    """A request that waits for the employer."""
    raise_funding_request(claims_account_id=account_id, on=on, by=by)
