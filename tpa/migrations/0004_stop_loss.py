"""Stop-loss: policies, standings, notices, requests and what carriers paid."""

import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0004_payment_instructions"),
        ("employers", "0004_stop_loss_account"),
        ("tpa", "0003_contract_terms"),
    ]

    operations = [
        migrations.CreateModel(
            name="StopLossPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(help_text="the carrier's", max_length=40, unique=True)),
                ("carrier_name", models.CharField(max_length=120)),
                ("carrier_address_line", models.CharField(blank=True, max_length=120)),
                ("carrier_place", models.CharField(blank=True, max_length=120)),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "draft"), ("in_force", "in force"), ("ended", "ended early")],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("status_at", models.DateTimeField()),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField(help_text="the term")),
                ("ends_early_on", models.DateField(help_text="ended early: the first day without it", null=True)),
                (
                    "terminal_months_count",
                    models.SmallIntegerField(
                        help_text="terminal liability: how much longer payments count when it ends early; 0: not bought"
                    ),
                ),
                (
                    "notice_percent",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="of the specific deductible, from which the carrier is told",
                        max_digits=5,
                    ),
                ),
                ("stay_days", models.SmallIntegerField(help_text="a longer stay in hospital is told")),
                ("follow_up_days", models.SmallIntegerField(help_text="how often the carrier is told again")),
                (
                    "follow_up_amount",
                    models.DecimalField(
                        decimal_places=2, help_text="told again, or filed, as soon as it is so much more", max_digits=14
                    ),
                ),
                ("proof_days", models.SmallIntegerField(help_text="proof of loss: after the payment that made it")),
                (
                    "proof_unit",
                    models.CharField(
                        choices=[("days", "calendar days"), ("business_days", "business days")], max_length=15
                    ),
                ),
                ("is_advance_funded", models.BooleanField(help_text="the carrier pays before we do")),
                (
                    "least_advance_amount",
                    models.DecimalField(decimal_places=2, help_text="an advance is asked for above it", max_digits=14),
                ),
                (
                    "advance_lead_days",
                    models.SmallIntegerField(help_text="an advance is asked for so long before the window ends"),
                ),
                ("pay_within_days", models.SmallIntegerField(help_text="business days in which an advance is paid on")),
                (
                    "radar_days",
                    models.SmallIntegerField(help_text="claims are paid first when their window ends so soon"),
                ),
                (
                    "benefit_names",
                    models.JSONField(
                        default=dict, help_text="the plan's benefits that are drugs or vision: name and which"
                    ),
                ),
                ("signed_on", models.DateField(null=True)),
                (
                    "counted_run_id",
                    models.BigIntegerField(default=0, help_text="the last payment run that its standings count"),
                ),
                (
                    "watched_claim_id",
                    models.BigIntegerField(default=0, help_text="the last claim looked at for triggers"),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "stop-loss policies",
                "indexes": [
                    models.Index(fields=["employer", "-id"], name="stoploss_policy_of_employer"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status", "draft"), ("signed_on__isnull", False), _connector="OR"),
                        name="policy_signed_before_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period__startswith__isnull", False), ("period__endswith__isnull", False)),
                        name="policy_has_an_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "ended"), _negated=True),
                            ("ends_early_on__isnull", False),
                            _connector="OR",
                        ),
                        name="policy_ended_early_says_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StopLossNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("percent", "share of the deductible reached"),
                            ("diagnosis", "trigger diagnosis"),
                            ("stay", "long stay in hospital"),
                            ("follow_up", "follow-up"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("due", "due"), ("sent", "sent"), ("waived", "waived")], default="due", max_length=10
                    ),
                ),
                ("status_at", models.DateTimeField()),
                ("raised_at", models.DateTimeField()),
                ("because", models.CharField(help_text="what was found", max_length=200)),
                ("eligible_amount", models.DecimalField(decimal_places=2, help_text="paid by then", max_digits=14)),
                ("attachment_amount", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                (
                    "claim",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="claims.claim"
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.member"
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="tpa.stoplosspolicy"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["status", "-id"], name="stoploss_notice_open"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "follow_up"), _negated=True),
                        fields=("policy", "member", "kind"),
                        name="noticed_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "follow_up"), ("status", "due")),
                        fields=("policy", "member"),
                        name="one_follow_up_due",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StopLossCoverage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(choices=[("specific", "specific"), ("aggregate", "aggregate")], max_length=10),
                ),
                ("section", models.CharField(help_text="where the policy says so", max_length=40)),
                (
                    "incurred",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        help_text="when a claim must have been incurred"
                    ),
                ),
                ("paid", django.contrib.postgres.fields.ranges.DateRangeField(help_text="when it must have been paid")),
                (
                    "benefits",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10),
                        help_text="medical, drug, dental, vision; none named: all of them",
                        size=None,
                    ),
                ),
                ("reimburse_percent", models.DecimalField(decimal_places=2, max_digits=5)),
                (
                    "most_amount",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="reimbursed at most; of specific: for one person",
                        max_digits=14,
                        null=True,
                    ),
                ),
                (
                    "attachment_amount",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="of specific: the deductible of each person",
                        max_digits=14,
                        null=True,
                    ),
                ),
                (
                    "corridor_amount",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        help_text="aggregating specific: excess that stays with employer",
                        max_digits=14,
                    ),
                ),
                (
                    "corridor_percent",
                    models.DecimalField(
                        decimal_places=2,
                        default=100,
                        help_text="of aggregate: raises factors of expected claims",
                        max_digits=6,
                    ),
                ),
                ("minimum_percent", models.DecimalField(decimal_places=2, default=0, max_digits=5)),
                ("minimum_floor_amount", models.DecimalField(decimal_places=2, default=0, max_digits=14)),
                ("quoted_month_amount", models.DecimalField(decimal_places=2, default=0, max_digits=14)),
                (
                    "person_limit_amount",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="of aggregate: how much of one person counts",
                        max_digits=14,
                        null=True,
                    ),
                ),
                ("counts_lasers", models.BooleanField(default=False, help_text="of aggregate: a laser raises that")),
                (
                    "has_accommodation",
                    models.BooleanField(default=False, help_text="of aggregate: advances month by month"),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="coverages", to="tpa.stoplosspolicy"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("policy", "kind"), name="one_coverage_of_a_kind"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("attachment_amount__isnull", True), ("kind", "aggregate")),
                            models.Q(("attachment_amount__gt", 0), ("kind", "specific")),
                            _connector="OR",
                        ),
                        name="specific_has_a_deductible",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reimburse_percent__range", (0, 100))), name="coverage_percent"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StopLossRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=60, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("specific", "specific"),
                            ("advance", "specific, in advance"),
                            ("aggregate", "aggregate"),
                            ("accommodation", "monthly accommodation"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("filed", "filed"),
                            ("paid", "paid"),
                            ("short_paid", "paid short"),
                            ("denied", "denied"),
                            ("appealed", "appealed"),
                            ("closed", "closed"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("status_at", models.DateTimeField()),
                ("assembled_at", models.DateTimeField()),
                ("filed_on", models.DateField(null=True)),
                (
                    "prove_by_on",
                    models.DateField(help_text="proof of loss must be with the carrier by then", null=True),
                ),
                ("eligible_amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("attachment_amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("corridor_amount", models.DecimalField(decimal_places=2, default=0, max_digits=14)),
                (
                    "reimbursable_amount",
                    models.DecimalField(decimal_places=2, help_text="what the carrier owes in all", max_digits=14),
                ),
                (
                    "filed_before_amount",
                    models.DecimalField(decimal_places=2, help_text="of it, what earlier requests ask", max_digits=14),
                ),
                ("requested_amount", models.DecimalField(decimal_places=2, max_digits=14)),
                (
                    "facts",
                    models.JSONField(
                        default=dict, help_text="eligibility and other payers as they stood, for the packet"
                    ),
                ),
                (
                    "coverage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="requests", to="tpa.stoplosscoverage"
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.member"
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="requests", to="tpa.stoplosspolicy"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["policy", "-id"], name="stoploss_request_of_policy"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "requested_amount",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("reimbursable_amount"), "-", models.F("filed_before_amount")
                                ),
                            )
                        ),
                        name="request_is_the_rest",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("requested_amount", 0), _negated=True), name="request_asks_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["open", "withdrawn"]), ("filed_on__isnull", False), _connector="OR"
                        ),
                        name="request_filed_on_a_day",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "open")),
                        fields=("coverage", "member"),
                        name="one_open_request",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StopLossReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("received_on", models.DateField()),
                ("bank_reference", models.CharField(max_length=60)),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="receipts", to="tpa.stoplossrequest"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("request", "bank_reference"), name="received_once"),
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True), name="receipt_moves_money"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StopLossRequestClaim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("paid", "paid"),
                            ("to_pay", "approved, to be paid with the advance"),
                            ("taken_back", "taken back"),
                        ],
                        max_length=10,
                    ),
                ),
                ("claim_number", models.CharField(max_length=14)),
                ("incurred_on", models.DateField()),
                ("benefit", models.CharField(max_length=10)),
                ("paid_on", models.DateField(null=True)),
                ("trace_number", models.CharField(blank=True, max_length=10)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("is_withdrawn", models.BooleanField(default=False)),
                (
                    "claim",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="claims.claim"
                    ),
                ),
                (
                    "claims_account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="employers.claimsaccount",
                    ),
                ),
                (
                    "coverage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tpa.stoplosscoverage"
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="claims.decision"
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="tpa.stoplossrequest"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_withdrawn", False)),
                        fields=("coverage", "decision", "incurred_on", "benefit", "purpose"),
                        name="told_in_one_packet",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StopLossStanding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "eligible_amount",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="paid in both windows; of the group: as far as it counts",
                        max_digits=14,
                    ),
                ),
                (
                    "attachment_amount",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="above it the carrier pays; null: left out by a laser",
                        max_digits=14,
                        null=True,
                    ),
                ),
                (
                    "corridor_amount",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        help_text="of the excess, what stays with the employer first",
                        max_digits=14,
                    ),
                ),
                (
                    "reimbursable_amount",
                    models.DecimalField(decimal_places=2, help_text="what the carrier owes", max_digits=14),
                ),
                ("used_percent", models.IntegerField(help_text="of the attachment, in whole per cent")),
                ("owed_on", models.DateField(help_text="the payment's day that made the carrier owe", null=True)),
                ("reckoned_at", models.DateTimeField()),
                (
                    "coverage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="standings", to="tpa.stoplosscoverage"
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.member"
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="standings", to="tpa.stoplosspolicy"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["policy", "-used_percent"], name="stoploss_standing_highest"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("coverage", "member"), name="one_standing_a_person", nulls_distinct=False
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StopLossTrigger",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code_from", models.CharField(max_length=7)),
                ("code_to", models.CharField(max_length=7)),
                ("name", models.CharField(max_length=80)),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="triggers", to="tpa.stoplosspolicy"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code_from__lte", models.F("code_to"))), name="trigger_range"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StopLossFactor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tier", models.CharField(max_length=3)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                (
                    "coverage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="factors", to="tpa.stoplosscoverage"
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("coverage", "tier"), name="one_factor_a_tier"),
                    models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="factor_not_negative"),
                ],
            },
        ),
        migrations.CreateModel(
            name="StopLossLaser",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                (
                    "coverage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lasers", to="tpa.stoplosscoverage"
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.member"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("coverage", "member"), name="one_laser_a_person")],
            },
        ),
    ]
