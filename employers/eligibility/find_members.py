"""Finds members by name, however it is spelt, or by the number on the card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Greatest

from employers.models import Member
from tpa.foundation.access import Scope


@dataclass(frozen=True, slots=True)
class FoundMember:
    """A member as a list of hits shows one."""

    member_id: int
    name: str
    birth_on: date | None
    subscriber_number: str
    employer_name: str


def find_members(*, scope: Scope, words: str, limit: int = 20) -> list[FoundMember]:
    """Members whose last name is like one of the words (a slip is forgiven), the likest first; or by card number."""
    return [
        FoundMember(
            member_id=member.pk,
            name=str(member),
            birth_on=member.birth_on,
            subscriber_number=member.family.subscriber_number,
            employer_name=str(member.employer),
        )
        for member in like_members(scope, words)[:limit]
    ]


def like_members(scope: Scope, words: str) -> QuerySet[Member]:
    """The same as rows, for this app's own lists."""
    members = Member.objects.visible_to(scope).select_related("family", "employer")
    parts = [part for part in words.replace(",", " ").split() if part][:4]
    if not parts:
        return members.none()
    if any(character.isdigit() for character in words):
        number = "".join(words.split())
        return members.filter(
            Q(family__subscriber_number__istartswith=number) | Q(own_number__istartswith=number)
        ).order_by("family__subscriber_number", "person_number")
    wanted = Q()
    for part in parts:
        wanted |= Q(last_name__trigram_similar=part) | Q(last_name__istartswith=part)
    # The whole text against the whole name puts "Ana Reyes" before all other people called Reyes.
    likeness = [TrigramSimilarity("last_name", part) for part in parts]
    first = [TrigramSimilarity("first_name", part) for part in parts]
    best_last = Greatest(*likeness, Value(0.0))
    best_first = Greatest(*first, Value(0.0))
    return members.filter(wanted).order_by(
        (best_last + best_first / Value(2.0)).desc(), "last_name", "first_name", "pk"
    )
