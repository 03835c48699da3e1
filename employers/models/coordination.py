"""Other payers' coverage, and what decides who pays first: the facts that are stored, never the answer alone."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tpa.foundation.models.scoped import ScopedQuerySet


class OtherCoverage(models.Model):
    """Another payer's coverage of a member. Who pays first was said, or follows from the rest."""

    class Kind(models.TextChoices):
        GROUP = "group", _("another group plan")
        MEDICARE = "medicare", _("Medicare")
        OTHER = "other", _("other")

    class Holder(models.TextChoices):
        SELF = "self", _("the member")
        SPOUSE = "spouse", _("the member's spouse")
        MOTHER = "mother", _("the mother")
        FATHER = "father", _("the father")
        MOTHERS_SPOUSE = "mothers_spouse", _("the mother's spouse")
        FATHERS_SPOUSE = "fathers_spouse", _("the father's spouse")
        OTHER = "other", _("somebody else")

    class Follows(models.TextChoices):
        BIRTHDAY = "birthday", _("the birthday rule, as we do")
        GENDER = "gender", _("the gender rule")
        NOTHING = "nothing", _("it does not coordinate")

    class Parents(models.TextChoices):
        TOGETHER = "together", _("live together")
        APART = "apart", _("live apart")

    class Custody(models.TextChoices):
        MOTHER = "mother", _("the mother")
        FATHER = "father", _("the father")
        JOINT = "joint", _("both")

    class Responsible(models.TextChoices):
        MOTHER = "mother", _("the mother")
        FATHER = "father", _("the father")
        BOTH = "both", _("both")

    class Entitlement(models.TextChoices):
        AGE = "age", _("age")
        DISABILITY = "disability", _("disability")
        ESRD = "esrd", _("kidney failure")

    class Standing(models.TextChoices):
        ACTIVE = "active", _("in employment")
        RETIRED = "retired", _("retired")
        LAID_OFF = "laid_off", _("laid off")
        CONTINUATION = "continuation", _("continuation (COBRA)")

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("employers.Member", on_delete=models.PROTECT, related_name="other_coverages")
    kind = models.CharField(max_length=10, choices=Kind)
    payer_name = models.CharField(max_length=120)
    payer_number = models.CharField(max_length=80, blank=True)
    policy_number = models.CharField(max_length=80, blank=True)
    pays_first = models.BooleanField(
        null=True, help_text=_("as somebody said; unknown: it follows from the facts below")
    )
    because = models.CharField(max_length=120, help_text=_("the rule that makes it first or second"))
    period = DateRangeField()
    holder = models.CharField(
        max_length=14, choices=Holder, blank=True, default="", help_text=_("whose coverage it is")
    )
    our_holder = models.CharField(
        max_length=14, choices=Holder, blank=True, default="", help_text=_("of a child: our subscriber, if no parent")
    )
    holder_birth_on = models.DateField(null=True)
    standing = models.CharField(
        max_length=12,
        choices=Standing,
        blank=True,
        default="",
        help_text=_("of its holder with the employer behind it"),
    )
    since_on = models.DateField(null=True, help_text=_("covered since, if longer than its first day here"))
    follows = models.CharField(
        max_length=8, choices=Follows, default=Follows.BIRTHDAY, help_text=_("its rule for children")
    )
    parents = models.CharField(max_length=8, choices=Parents, blank=True, default="")
    custody = models.CharField(max_length=6, choices=Custody, blank=True, default="")
    responsible = models.CharField(
        max_length=6, choices=Responsible, blank=True, default="", help_text=_("for the child's care, by court decree")
    )
    responsible_from_on = models.DateField(
        null=True,
        help_text=_("the day we knew of the decree, or the next plan year where benefits were paid before"),
    )
    entitled_by = models.CharField(max_length=10, choices=Entitlement, blank=True, default="")
    esrd_on = models.DateField(null=True, help_text=_("eligible or entitled by kidney failure since"))
    employee_count = models.IntegerField(null=True, help_text=_("of the employer behind it"))
    is_hdhp_with_hsa = models.BooleanField(
        default=False, help_text=_("it is a high-deductible plan, and the member puts money into an HSA")
    )
    answered_on = models.DateField(null=True, help_text=_("the day the member answered about other coverage"))
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["member"], condition=Q(superseded_at__isnull=True), name="other_cover_member")]

    def __str__(self) -> str:
        return f"{self.payer_name} for {self.member_id}"


class SubscriberStanding(models.Model):
    """How a subscriber stands with the employer in a period; told nothing: in employment. Never edited."""

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("employers.Member", on_delete=models.PROTECT, related_name="standings")
    standing = models.CharField(max_length=12, choices=OtherCoverage.Standing)
    period = DateRangeField()
    because = models.CharField(max_length=120, blank=True)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_standing_at_a_time",
                expressions=[("member", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(superseded_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.standing} {self.period}"


class Headcount(models.Model):
    """How many employees, full- and part-time, an employer has on each working day of a period: what the law on
    Medicare looks back on. Superseded, not edited."""

    employer = models.ForeignKey("employers.Employer", on_delete=models.PROTECT, related_name="headcounts")
    employee_count = models.IntegerField()
    period = DateRangeField()
    because = models.CharField(max_length=120, blank=True, help_text=_("who told it, or where it was read"))
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_headcount_at_a_time",
                expressions=[("employer", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(superseded_at__isnull=True),
            ),
            models.CheckConstraint(name="headcount_not_negative", condition=Q(employee_count__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.employer_id} {self.employee_count} {self.period}"
