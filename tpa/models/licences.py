"""Where we may serve: licences and bonds, exemptions; what falls due; and who else pays us."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


class Licence(models.Model):
    """A licence, registration or bond of a state for a period. A renewal is a further row."""

    class Kind(models.TextChoices):
        LICENCE = "licence", _("licence or registration")
        BOND = "bond", _("bond")

    kind = models.CharField(max_length=8, choices=Kind)
    state = models.CharField(max_length=2)
    number = models.CharField(max_length=40)
    issued_by = models.CharField(max_length=120)
    period = DateRangeField(help_text=_("in force; its end is when it must be renewed"))
    report_on = models.DateField(null=True, help_text=_("the next annual report to the state"))
    bond_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    citation = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_licence_at_a_time",
                expressions=[
                    ("kind", RangeOperators.EQUAL),
                    ("state", RangeOperators.EQUAL),
                    ("number", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                name="bond_has_an_amount",
                condition=Q(kind="bond", bond_amount__gt=0) | Q(kind="licence", bond_amount__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.number}"


class LicenceExemption(models.Model):
    """Why no licence is wanted in a state, for one employer or for all. Somebody has answered for it."""

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=2)
    because = models.CharField(max_length=300)
    citation = models.CharField(max_length=200)
    period = DateRangeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(name="exemption_says_why", condition=~Q(because="") & ~Q(citation=""))]

    def __str__(self) -> str:
        return f"{self.state}: {self.because}"


class RenewalNotice(models.Model):
    """That an end was noted so many days ahead: once for each contract or licence, end and number of days."""

    class Subject(models.TextChoices):
        CONTRACT = "contract", _("contract")
        LICENCE = "licence", _("licence or bond")
        REPORT = "report", _("annual report to a state")

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, null=True, related_name="+")
    subject = models.CharField(max_length=8, choices=Subject)
    subject_id = models.BigIntegerField()
    words = models.CharField(max_length=160)
    ends_on = models.DateField()
    ahead_days = models.SmallIntegerField()
    noted_on = models.DateField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "subject_id", "ends_on", "ahead_days"], name="renewal_noted_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.words} in {self.ahead_days}"


class RenewalTask(models.Model):
    """That what ends is to be seen to: open from the first of the days ahead until somebody says what was done, or
    what follows is recorded."""

    class Status(models.TextChoices):
        OPEN = "open", _("to be seen to")
        DONE = "done", _("seen to")
        FOLLOWED = "followed", _("what follows is recorded")

    MOVES = {Status.OPEN: {Status.DONE, Status.FOLLOWED}}

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, null=True, related_name="+")
    subject = models.CharField(max_length=8, choices=RenewalNotice.Subject)
    subject_id = models.BigIntegerField()
    words = models.CharField(max_length=160)
    ends_on = models.DateField()
    because = models.CharField(max_length=300, blank=True, help_text=_("what was done"))
    done_by = models.CharField(max_length=80, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    status_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "subject_id", "ends_on"], name="one_task_an_end"),
            models.CheckConstraint(
                name="task_done_says_what", condition=~Q(status="done") | (~Q(because="") & ~Q(done_by=""))
            ),
        ]

    def __str__(self) -> str:
        return self.words


class IndirectCompensation(models.Model):
    """What somebody else than the plan pays us for serving it: told to the employer with our fees."""

    contract = models.ForeignKey("tpa.Contract", on_delete=models.PROTECT, related_name="indirect_compensation")
    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    payer_name = models.CharField(max_length=120)
    service = models.CharField(max_length=200, help_text=_("for what"))
    reference = models.CharField(max_length=80, unique=True)
    received_on = models.DateField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(name="compensation_is_something", condition=~Q(amount=0))]

    def __str__(self) -> str:
        return f"{self.amount} from {self.payer_name}"
