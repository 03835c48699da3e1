"""Who takes part in what, and at whose prices, where it is only tried what would come out: never for a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from plans.facts import ParticipationFact


@dataclass(frozen=True, slots=True)
class Instead:
    """Networks for networks, and fee schedules under networks.

    `networks` by the code that the plan names: providers of the other network take part in it. `schedules` are ids, by
    the code that the plan names.
    """

    networks: Mapping[str, str] = field(default_factory=dict)
    schedules: Mapping[str, int] = field(default_factory=dict)

    def participations(self, found: Mapping[int, Sequence[ParticipationFact]]) -> dict[int, list[ParticipationFact]]:
        """Who takes part in what, by other networks and at other prices."""
        named_so = {other: network for network, other in self.networks.items()}
        return {provider_id: list(self._of_provider(own, named_so)) for provider_id, own in found.items()}

    def _of_provider(
        self, own: Sequence[ParticipationFact], named_so: Mapping[str, str]
    ) -> Sequence[ParticipationFact]:
        taken: list[ParticipationFact] = []
        for one in own:
            network = named_so.get(one.network) or ("" if one.network in self.networks else one.network)
            if network:
                schedule_id = self.schedules.get(network, one.schedule_id)
                taken.append(msgspec.structs.replace(one, network=network, schedule_id=schedule_id))
        return taken
