"""Enters a stop-loss policy from the text of its document: read, shown before it is drafted, drafted."""

from __future__ import annotations

import yaml
from django.utils.translation import gettext as _

from employers.eligibility.selectors import members_of
from tpa.foundation.access import Scope
from tpa.foundation.errors import Invalid
from tpa.models import StopLossPolicy
from tpa.stoploss.draft_policy import check_policy, draft_policy
from tpa.stoploss.policy_words import PolicyWords
from tpa.stoploss.read_policy import read_policy

MOST_BYTES = 200_000


def enter_policy(*, scope: Scope, employer_id: int, text: str) -> StopLossPolicy:
    """Draft the policy that a document says and return it. Raises what `policy_in` and `draft_policy` raise."""
    words = policy_in(scope, employer_id, text)
    return draft_policy(employer_id=employer_id, words=words, by=scope.actor)


def policy_in(scope: Scope, employer_id: int, text: str) -> PolicyWords:
    """What a document says, with nothing written. Raises Invalid, in words, for what is no YAML, lacks something, or
    names a person who is no member of the employer."""
    if len(text.encode()) > MOST_BYTES:
        raise Invalid("stoploss.document", _("The document is too long."))
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as fault:
        raise Invalid("stoploss.document", _("The document is no YAML: %(fault)s.") % {"fault": fault}) from None
    if not isinstance(document, dict):
        raise Invalid("stoploss.document", _("The document says nothing of a policy."))

    def find_member(subscriber_number: str, person_number: str) -> int:
        found = members_of(scope, employer_id=employer_id).filter(
            family__subscriber_number=subscriber_number, person_number=person_number
        )
        member = found.first()
        if member is None:
            raise Invalid("stoploss.laser", _("A laser names somebody who is no member of the employer."))
        return member.pk

    words = read_policy(document, find_member=find_member)
    check_policy(employer_id, words)
    return words
