"""/styleguide/: every component in every state, for those who build screens and those who judge them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from tpa.foundation.access import STAFF, open_to_anyone, requires
from tpa.foundation.templatetags.steward import CHIPS
from tpa.foundation.web.screens import Page, screen

TOKENS: Final = {
    "ground": ["paper", "surface", "surface-2", "surface-3", "line", "line-strong", "ink", "ink-2", "bar"],
    "accent": ["accent", "accent-strong", "accent-soft", "link", "focus"],
    "meaning": ["neutral", "info", "good", "wait", "bad", "past"],
    "meaning, soft": ["neutral-soft", "info-soft", "good-soft", "wait-soft", "bad-soft", "past-soft"],
}


class SampleForm(forms.Form):
    """Each kind of field once."""

    number = forms.CharField(
        label=gettext_lazy("Claim number"), help_text=gettext_lazy("As printed on the remittance.")
    )
    amount = forms.DecimalField(label=gettext_lazy("Amount"), max_digits=14, decimal_places=2)
    on = forms.DateField(label=gettext_lazy("Date of service"), widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=[("P", "professional"), ("I", "institutional")])
    note = forms.CharField(label=gettext_lazy("Note"), widget=forms.Textarea(attrs={"rows": 2}), required=False)
    agreed = forms.BooleanField(label=gettext_lazy("The member was asked"), required=False)


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Invented data only."""
    return screen(request, "styleguide.html", samples())


def samples() -> dict[str, Any]:
    """What the components are shown with."""
    today = timezone.localdate()
    refused = SampleForm({"refused-number": "", "refused-amount": "ten", "refused-kind": "P"}, prefix="refused")
    refused.is_valid()
    return {
        "tokens": TOKENS,
        "statuses": list(CHIPS),
        "today": today,
        "dues": [today - timedelta(days=4), today, today + timedelta(days=2), today + timedelta(days=6)],
        "far": today + timedelta(days=30),
        "amounts": [Decimal("1234567.89"), Decimal("0.00"), Decimal("-45.10"), None],
        "lines": [
            ("1", "99213", Decimal("180.00"), Decimal("112.40"), Decimal("25.00"), Decimal("87.40")),
            ("2", "80053", Decimal("64.00"), Decimal("18.22"), Decimal("18.22"), Decimal("0.00")),
        ],
        "waterfall": [
            ("billed", _("Billed"), Decimal("244.00")),
            ("provider", _("Not owed: contract"), Decimal("113.38")),
            ("member", _("Member: deductible"), Decimal("18.22")),
            ("member", _("Member: copay"), Decimal("25.00")),
            ("paid", _("Plan pays"), Decimal("87.40")),
        ],
        "events": [
            {
                "picture": "player-pause",
                "sentence": _("Pended: the amount is above the examiner's authority"),
                "at": timezone.now() - timedelta(hours=5),
                "who": "engine 1.0",
                "origin": "engine",
            },
            {
                "picture": "note",
                "sentence": _("Note"),
                "at": timezone.now() - timedelta(hours=1),
                "who": "Nadia Fox",
                "origin": "screen",
                "quote": _("Asked the provider's office for the operative report."),
            },
        ],
        "spans": [
            ("Ana", [(date(today.year, 1, 1), None, "on", _("PPO"))]),
            (
                "Ben",
                [
                    (date(today.year, 1, 1), date(today.year, 4, 1), "on", _("PPO")),
                    (date(today.year, 4, 1), date(today.year, 6, 1), "gap", _("no coverage")),
                    (date(today.year, 6, 1), None, "on", _("PPO")),
                ],
            ),
        ],
        "year_start": date(today.year, 1, 1),
        "year_end": date(today.year + 1, 1, 1),
        "page": Page([], next=1, previous=2),
        "form": SampleForm(),
        "refused": refused,
        "D": {name: Decimal(value) for name, value in {"z": "0", "a": "420.00", "b": "80.00", "c": "500.00"}.items()},
    }


styleguide = open_to_anyone(styleguide) if settings.DEBUG else requires(*STAFF)(styleguide)
