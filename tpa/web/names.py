"""How people are called on screens who stand in rows as `user:5`."""

from __future__ import annotations

from collections.abc import Iterable

from tpa.foundation.models import User


def actor_names(actors: Iterable[str]) -> dict[str, str]:
    """Actor → name, for those who are people; our own work keeps its name. One query."""
    ids = {int(actor[5:]) for actor in actors if actor.startswith("user:")}
    return {f"user:{user.pk}": str(user) for user in User.objects.filter(pk__in=ids)} if ids else {}
