"""A provider joins a network, or is paid by another schedule there from a day on."""

from __future__ import annotations

from plans.networks.add_participations import ParticipationTerms, add_participations
from tpa.foundation.audit import Actor


def add_participation(*, terms: ParticipationTerms, by: Actor) -> int:
    """One of `add_participations`; returns the participation's id."""
    [participation_id] = add_participations(terms=[terms], by=by)
    return participation_id
