"""Adds providers with their payees, many at once: from a network's roster."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from plans.models import Payee, Provider
from tpa.foundation.audit import Actor, Subjects, record
from tpa.foundation.errors import Invalid
from tpa.foundation.values.identifiers import is_aba, is_tin


class ProviderRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A provider as a roster has it, and the tax identity that is paid. ACH needs both bank numbers."""

    npi: str
    name: str
    tin: str = ""
    first_name: str = ""
    entity: str = "2"
    taxonomy_code: str = ""
    address_line: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    bank_routing_number: str = ""
    bank_account_number: str = ""


def add_providers(*, records: Sequence[ProviderRecord], by: Actor) -> dict[str, int]:
    """Add those whose NPI is new, and payees for new pairs of TIN and NPI; returns the ids of all by NPI.

    A roster is trusted with its NPIs (old ones may miss the check digit). Raises `Invalid` with the NPIs of records
    whose TIN or bank routing number can be none; nothing is added then.
    """
    wrong = [
        one.npi
        for one in records
        if (one.tin and not is_tin(one.tin)) or (one.bank_routing_number and not is_aba(one.bank_routing_number))
    ]
    if wrong:
        raise Invalid("provider.numbers", _("Some tax or bank routing numbers can be none."), npis=wrong[:100])
    with transaction.atomic():
        Payee.objects.bulk_create([_payee(one) for one in records], ignore_conflicts=True)
        npis = [one.npi for one in records]
        payees = {(tin, npi): pk for tin, npi, pk in Payee.objects.filter(npi__in=npis).values_list("tin", "npi", "pk")}
        known = dict(Provider.objects.filter(npi__in=npis).values_list("npi", "pk"))
        new = {one.npi: _provider(one, payees[one.tin, one.npi]) for one in records if one.npi not in known}
        added = {row.npi: row.pk for row in Provider.objects.bulk_create(new.values())}
        if added:
            record("plans.provider.added", by=by, about=Subjects.rows(Provider, added.values()))
    return known | added


def _payee(one: ProviderRecord) -> Payee:
    takes_ach = bool(one.bank_routing_number and one.bank_account_number)
    return Payee(
        tin=one.tin,
        npi=one.npi,
        name=" ".join(filter(None, (one.first_name, one.name)))[:120],
        address_line=one.address_line[:120],
        city=one.city[:60],
        state=one.state[:2],
        postal_code=one.postal_code[:15],
        method=Payee.Method.ACH if takes_ach else Payee.Method.CHECK,
        bank_routing_number=one.bank_routing_number,
        bank_account_number=one.bank_account_number,
    )


def _provider(one: ProviderRecord, payee_id: int) -> Provider:
    return Provider(
        npi=one.npi,
        entity=one.entity,
        name=one.name[:120],
        first_name=one.first_name[:60],
        taxonomy_code=one.taxonomy_code[:10],
        payee_id=payee_id,
    )
