"""What was agreed about funding a claims account, with dates."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from employers.models.ledger import ClaimsAccount
from tpa.foundation.models.scoped import ScopedQuerySet


def _money(**options: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(max_digits=14, decimal_places=2, **options)


class FundingTerms(models.Model):
    """What was agreed about funding an account, for a period. Never edited: superseded by what is agreed next.

    Without terms nothing is asked: what the TPA advances is on the invoice.
    """

    class Mode(models.TextChoices):
        OWN_ACCOUNT = "own_account", _("own account, pay as presented")
        PREFUND = "prefund", _("paid in before claims are paid")
        WEEKLY_PULL = "weekly_pull", _("pulled once a week")
        LEVEL = "level", _("level-funded")
        IMPREST = "imprest", _("imprest: refilled to a target")

    class SurplusAs(models.TextChoices):
        REFUND = "refund", _("paid back")
        CREDIT = "credit", _("stays in the account")

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    claims_account = models.ForeignKey(ClaimsAccount, on_delete=models.PROTECT, related_name="funding_terms")
    mode = models.CharField(max_length=12, choices=Mode)
    period = DateRangeField()
    section = models.CharField(max_length=80, blank=True, help_text=_("of the agreement that says so"))
    due_days = models.SmallIntegerField(default=1, help_text=_("bank days from a request until its money is wanted"))
    expires_days = models.SmallIntegerField(null=True, help_text=_("bank days after which it lapses if not approved"))
    two_people_above_amount = _money(null=True, help_text=_("a request above it wants two people; none: one will do"))
    pull_weekday = models.SmallIntegerField(null=True, help_text=_("of a weekly pull: Monday is 0"))
    target_amount = _money(null=True, help_text=_("of an imprest account: what it is refilled to"))
    refill_below_amount = _money(null=True, help_text=_("below which an imprest account is refilled"))
    deposit_amount = _money(null=True, help_text=_("of level funding: a month's; none: it comes with the invoice"))
    deposit_day = models.SmallIntegerField(null=True, help_text=_("of the month, on which the deposit is wanted"))
    reserve_percent = models.DecimalField(
        max_digits=5, decimal_places=2, default=0, help_text=_("of each deposit, kept for the run-out")
    )
    run_out_months_count = models.SmallIntegerField(null=True, help_text=_("after the term, until it is settled"))
    surplus_percent = models.DecimalField(
        max_digits=5, decimal_places=2, null=True, help_text=_("of a surplus, the employer's share")
    )
    surplus_as = models.CharField(max_length=6, choices=SurplusAs, blank=True)
    deficit_percent = models.DecimalField(
        max_digits=5, decimal_places=2, null=True, help_text=_("of a deficit, what the employer bears")
    )
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("funding terms")
        constraints = [
            ExclusionConstraint(
                name="funding_terms_one_at_a_time",
                expressions=[("claims_account", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(superseded_at__isnull=True),
            ),
            models.CheckConstraint(
                name="funding_days_are_sound",
                condition=Q(due_days__range=(0, 60))
                & (Q(expires_days__isnull=True) | Q(expires_days__range=(1, 60)))
                & (Q(two_people_above_amount__isnull=True) | Q(two_people_above_amount__gte=0))
                & Q(reserve_percent__range=(0, 100)),
            ),
            models.CheckConstraint(
                name="weekly_pull_has_its_day",
                condition=Q(mode="weekly_pull", pull_weekday__isnull=False, pull_weekday__range=(0, 4))
                | (~Q(mode="weekly_pull") & Q(pull_weekday__isnull=True)),
            ),
            models.CheckConstraint(
                name="imprest_has_its_target",
                condition=Q(
                    mode="imprest",
                    refill_below_amount__isnull=False,
                    refill_below_amount__gte=0,
                    target_amount__isnull=False,
                    target_amount__gt=F("refill_below_amount"),
                )
                | (~Q(mode="imprest") & Q(target_amount__isnull=True, refill_below_amount__isnull=True)),
            ),
            models.CheckConstraint(
                name="level_funding_has_its_shares",
                condition=Q(
                    mode="level",
                    run_out_months_count__isnull=False,
                    run_out_months_count__range=(0, 36),
                    surplus_percent__isnull=False,
                    surplus_percent__range=(0, 100),
                    deficit_percent__isnull=False,
                    deficit_percent__range=(0, 100),
                    surplus_as__in=["refund", "credit"],
                )
                & (
                    Q(deposit_amount__isnull=False, deposit_amount__gt=0)
                    & Q(deposit_day__isnull=False, deposit_day__range=(1, 28))
                    | Q(deposit_amount__isnull=True, deposit_day__isnull=True)
                )
                | (
                    ~Q(mode="level")
                    & Q(
                        run_out_months_count__isnull=True,
                        surplus_percent__isnull=True,
                        deficit_percent__isnull=True,
                        surplus_as="",
                        deposit_amount__isnull=True,
                        deposit_day__isnull=True,
                        reserve_percent=0,
                    )
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mode} of {self.claims_account_id} from {self.period.lower}"
