"""Looks where the members of contracts in force live: no service in a state without licence or recorded exemption."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from employers.eligibility.selectors import lives_by_state
from tpa.foundation.audit import Actor
from tpa.foundation.service_bars import Barred, set_service_bars
from tpa.models import Contract, Licence, LicenceExemption


def watch_states(*, on: date, by: Actor) -> Barred:
    """Bar the states in which we may not serve an employer on a day, and lift the bars where a licence or an exemption
    was recorded since, or nobody lives any more. Payment runs pay nothing for who lives there meanwhile. Six queries,
    whatever the contracts."""
    wanted: dict[tuple[int, str], str] = {}
    for (employer_id, number), states in states_barred(on).items():
        for state, count in states.items():
            wanted[employer_id, state] = _(
                "%(contract)s: no licence and no exemption for %(state)s, %(count)s covered"
            ) % {
                "contract": number,
                "state": state,
                "count": count,
            }
    return set_service_bars(wanted=wanted, by=by)


def states_barred(on: date, *, employer_id: int | None = None) -> dict[tuple[int, str], dict[str, int]]:
    """(employer, contract's number) → the states in which it may not be served on a day, with how many covered members
    live there (none: the employer's own state). Four queries."""
    in_force = Contract.objects.filter(status=Contract.Status.IN_FORCE, period__contains=on)
    if employer_id is not None:
        in_force = in_force.filter(employer=employer_id)
    contracts = list(in_force.select_related("employer").order_by("number"))
    lives = lives_by_state([one.employer_id for one in contracts], on)
    licensed = set(
        Licence.objects.filter(kind=Licence.Kind.LICENCE, period__contains=on).values_list("state", flat=True)
    )
    exempt: dict[int | None, set[str]] = defaultdict(set)
    for state, for_id in LicenceExemption.objects.filter(Q(period__contains=on)).values_list("state", "employer"):
        exempt[for_id].add(state)
    found = {}
    for contract in contracts:
        employer = contract.employer
        allowed = licensed | exempt[None] | exempt[employer.pk]
        states = {state: 0 for state in (employer.state.strip().upper(),) if state} | lives.get(employer.pk, {})
        missing = {state: count for state, count in sorted(states.items()) if state not in allowed}
        if missing:
            found[employer.pk, contract.number] = missing
    return found
