"""The parts of a remittance that know nothing of claims: payer, payee, names, CAS and PLB, figures and text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from claims.edi.fit_delimiters import MARKS
from claims.facts import Fact
from tpa.foundation.x12.tokens import Delimiters

if TYPE_CHECKING:
    from claims.edi.x835 import Adjustment

_TRIPLES = 6  # in one CAS segment
_PAIRS = 6  # in one PLB segment


class PayerParty(Fact, frozen=True, kw_only=True):
    """Who pays, and whom to ask about the file. `phone` is ten digits, `postal_code` five or nine."""

    name: str
    tin: str
    address_line: str
    city: str
    state: str
    postal_code: str
    contact_name: str
    phone: str = ""
    email: str = ""
    payer_number: str = ""
    web: str = ""


class Payee(Fact, frozen=True, kw_only=True):
    """Who is paid: by NPI, or by TIN when there is none. A subscriber who is paid is told by `member_number`."""

    name: str
    npi: str = ""
    tin: str = ""
    member_number: str = ""
    address_line: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""


class BankTransfer(Fact, frozen=True, kw_only=True):
    """From which account to which an ACH credit goes. Account kind DA (checking) or SG (savings)."""

    payer_routing_number: str
    payer_account_number: str
    payee_routing_number: str
    payee_account_number: str
    payee_account_kind: str = "DA"


class RemittanceName(Fact, frozen=True, kw_only=True):
    """A person, or with `entity` 2 an organisation. Qualifier MI member number, XX NPI, C what was corrected."""

    last_name: str
    first_name: str = ""
    middle_name: str = ""
    entity: str = "1"
    qualifier: str = ""
    number: str = ""


class ProviderAdjustment(Fact, frozen=True, kw_only=True):
    """Money beside the claims (PLB): positive reduces the payment.

    FB balance forward (negative: moved to a later payment, positive: brought from an earlier one), WO overpayment
    taken back, 72 refund received, L6 interest (negative: paid), CS other.
    """

    reason: str
    amount: Decimal
    reference: str = ""


def payer_segments(payer: PayerParty) -> Iterator[list[str]]:
    yield ["N1", "PR", tidy(payer.name, 60)]
    yield ["N3", tidy(payer.address_line, 55)]
    yield ["N4", tidy(payer.city, 30), payer.state, payer.postal_code]
    if payer.payer_number:
        yield ["REF", "2U", payer.payer_number]
    contact = ["PER", "BL", tidy(payer.contact_name, 60)]
    if payer.phone:
        contact += ["TE", payer.phone]
    if payer.email:
        contact += ["EM", payer.email]
    yield contact
    if payer.web:
        yield ["PER", "IC", "", "UR", tidy(payer.web.partition("://")[2] or payer.web, 256)]


def payee_segments(payee: Payee) -> Iterator[list[str]]:
    """N1*PE. The TIN stands beside an NPI; a subscriber is named by a number of ours, which FI can hold as well."""
    if payee.npi:
        yield ["N1", "PE", tidy(payee.name, 60), "XX", payee.npi]
    else:
        yield ["N1", "PE", tidy(payee.name, 60), "FI", payee.tin or payee.member_number]
    if payee.address_line:
        yield ["N3", tidy(payee.address_line, 55)]
    if payee.city:
        yield ["N4", tidy(payee.city, 30), payee.state, payee.postal_code]
    if payee.npi and payee.tin:
        yield ["REF", "TJ", payee.tin]


def name_segment(role: str, name: RemittanceName) -> list[str]:
    first, middle = tidy(name.first_name, 35), tidy(name.middle_name, 25)
    return ["NM1", role, name.entity, tidy(name.last_name, 60), first, middle, "", "", name.qualifier, name.number]


def cas_segments(adjustments: Iterable[Adjustment]) -> Iterator[list[str]]:
    """A group at a time, a reason once in its group, six to a segment; what adds up to nothing is left out."""
    groups: dict[str, dict[str, Decimal]] = {}
    for adjustment in adjustments:
        reasons = groups.setdefault(adjustment.group, {})
        reasons[adjustment.carc] = reasons.get(adjustment.carc, 0) + adjustment.amount
    for group, reasons in groups.items():
        segment: list[str] = []
        for carc, amount in reasons.items():
            if not amount:
                continue
            if not segment:
                segment = ["CAS", group, carc, amount_text(amount)]
                continue
            segment += ["", carc, amount_text(amount)]
            if len(segment) >= 3 * _TRIPLES:
                yield segment
                segment = []
        if segment:
            yield segment


def provider_adjustment_segments(
    provider: str, year: str, adjustments: tuple[ProviderAdjustment, ...], delimiters: Delimiters
) -> Iterator[list[str]]:
    """PLB segments, six adjustments to each. The fiscal year of the provider is taken to be the calendar's."""
    for start in range(0, len(adjustments), _PAIRS):
        segment = ["PLB", provider, f"{year}1231"]
        for one in adjustments[start : start + _PAIRS]:
            reason = (one.reason, one.reference) if one.reference else (one.reason,)
            segment += [delimiters.component.join(reason), amount_text(one.amount)]
        yield segment


@lru_cache(maxsize=1 << 15)
def amount_text(amount: Decimal) -> str:
    """A figure as X12 wants it: no exponent, no zeros that say nothing."""
    text = f"{amount:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


@lru_cache(maxsize=1 << 12)
def tidy(text: str, length: int) -> str:
    """Text that every reader of X12 takes: no delimiters, no accents, cut to the element's length."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    if not text.isprintable():
        text = "".join(mark if mark.isprintable() else " " for mark in text)
    return text.translate(MARKS).strip()[:length].rstrip()
