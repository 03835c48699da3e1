"""Names of the facts that a decision stands on, for what differs between then and now."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

FACTS: Final = {
    "coverages": _("coverage"),
    "plan_hash": _("plan version"),
    "other_coverages": _("other coverage"),
    "prices": _("network or price"),
    "authorizations": _("authorization"),
    "member": _("member's data"),
    "provider_excluded_on": _("provider's exclusion"),
    "approval_limit_amount": _("approval limit"),
    "resolutions": _("answers"),
    "accumulated": _("what was used up before"),
    "prior_lines": _("other claims of these days"),
    "engine": _("rules of the engine"),
}


def fact_words(name: str) -> str:
    """A fact's name as people say it."""
    return str(FACTS.get(name) or name.replace("_", " "))
