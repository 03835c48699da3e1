"""Reads payees: who they are, where they sit, and how they take their money."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from plans.models import Payee


@dataclass(frozen=True, slots=True)
class PayeeFact:
    """A payee as a payment needs it. `takes_ach`: wants ACH and has told where to."""

    payee_id: int
    tin: str
    npi: str
    name: str
    address_line: str
    city: str
    state: str
    postal_code: str
    bank_routing_number: str
    bank_account_number: str
    takes_ach: bool
    bank_account_type: str = "checking"


def payee_by_npi(npi: str) -> int | None:
    """The payee of this NPI; None for nobody we know. One query."""
    return Payee.objects.filter(npi=npi).order_by("pk").values_list("pk", flat=True).first()


def payees_by_id(payee_ids: Collection[int]) -> dict[int, PayeeFact]:
    """The payees among these ids; one query."""
    return {
        payee.pk: PayeeFact(
            payee_id=payee.pk,
            tin=payee.tin,
            npi=payee.npi,
            name=payee.name,
            address_line=payee.address_line,
            city=payee.city,
            state=payee.state,
            postal_code=payee.postal_code,
            bank_routing_number=payee.bank_routing_number,
            bank_account_number=payee.bank_account_number,
            takes_ach=bool(
                payee.method == Payee.Method.ACH and payee.bank_routing_number and payee.bank_account_number
            ),
            bank_account_type=payee.bank_account_type,
        )
        for payee in Payee.objects.filter(pk__in=list(payee_ids))
    }
