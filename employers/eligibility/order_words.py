"""The order of benefits in plain words: its rules, its verdicts, and what it stands on."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

RULES: Final = {
    "said": _("recorded as told"),
    "no_coordination": _("a plan that does not coordinate pays first"),
    "dependent": _("the own plan before a dependent's"),
    "dependent.medicare": _("turned round by Medicare between the two plans"),
    "child": _("a child of two plans"),
    "birthday": _("the birthday rule"),
    "same_birthday": _("one birthday: the longer coverage"),
    "gender": _("the other plan's gender rule"),
    "decree": _("the court decree"),
    "custody": _("the parent with custody"),
    "active": _("active before retired or laid off"),
    "continuation": _("continuation comes last"),
    "longer": _("the longer coverage"),
    "equal_shares": _("no rule decides: equal shares"),
    "medicare": _("Medicare beside an employer's plan"),
    "medicare.aged": _("Medicare by age, beside an employer's plan"),
    "medicare.disabled": _("Medicare by disability, beside an employer's plan"),
    "medicare.esrd": _("Medicare by kidney failure: the coordination period"),
}
VERDICTS: Final = {
    "before": _("pays before us"),
    "after": _("pays after us"),
    "equal": _("shares equally with us"),
    "unknown": _("not known who pays first"),
}
INPUTS: Final = {
    "wanted": _("missing"),
    "theirs": _("theirs"),
    "ours": _("ours"),
    "responsible": _("responsible"),
    "heeded_from": _("heeded from"),
    "custody": _("custody"),
    "entitled_by": _("entitled by"),
    "standing": _("our subscriber is"),
    "employees_at_least": _("employees at least"),
    "large_enough": _("large enough"),
    "esrd_from": _("since"),
    "coordinated_until": _("coordinated until"),
    "because": _("because"),
}
