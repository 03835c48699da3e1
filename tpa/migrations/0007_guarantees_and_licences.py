"""Guarantees with what is measured of them, licences and exemptions, renewals, and who else pays us."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models

from tpa.foundation.guards import append_only, employer_isolation

_OF_AN_EMPLOYER = (
    "tpa_guarantee",
    "tpa_guaranteeresult",
    "tpa_auditsample",
    "tpa_reportdelivery",
    "tpa_licenceexemption",
    "tpa_renewalnotice",
    "tpa_indirectcompensation",
)
_ONLY_GROWS = (
    "tpa_guarantee",
    "tpa_guaranteeresult",
    "tpa_licence",
    "tpa_licenceexemption",
    "tpa_renewalnotice",
    "tpa_indirectcompensation",
)


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0006_reprocessing"),
        ("employers", "0004_stop_loss_account"),
        ("tpa", "0006_receivables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Guarantee",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                (
                    "measure",
                    models.CharField(
                        choices=[
                            ("turnaround", "claims decided within so many days of receipt"),
                            ("financial_accuracy", "dollars paid right, of the dollars audited"),
                            ("payment_accuracy", "claims paid right, of the claims audited"),
                            ("procedural_accuracy", "claims handled right, of the claims audited"),
                            ("reports", "reports delivered by the day they were due"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "cadence",
                    models.CharField(
                        choices=[("month", "month"), ("quarter", "quarter"), ("year", "year")], max_length=8
                    ),
                ),
                (
                    "target_percent",
                    models.DecimalField(decimal_places=4, help_text="met when it is reached", max_digits=7),
                ),
                (
                    "within_days",
                    models.SmallIntegerField(help_text="for turnaround: calendar days from receipt", null=True),
                ),
                (
                    "at_risk_percent",
                    models.DecimalField(
                        decimal_places=4,
                        help_text="of the period's administration fees, for all guarantees together",
                        max_digits=7,
                    ),
                ),
                (
                    "weight_percent",
                    models.DecimalField(
                        decimal_places=4, help_text="this guarantee's part of what is at risk", max_digits=7
                    ),
                ),
                ("standard", models.CharField(help_text="what is promised", max_length=300)),
                ("criteria", models.CharField(help_text="how it is measured", max_length=300)),
                ("damages", models.CharField(help_text="what a miss costs", max_length=300)),
                ("population", models.CharField(help_text="of what it is measured", max_length=300)),
                (
                    "sampling",
                    models.CharField(help_text="method and confidence; or that all is measured", max_length=300),
                ),
                ("frequency", models.CharField(max_length=120)),
                ("measured_by", models.CharField(max_length=120)),
                ("section", models.CharField(max_length=40)),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField(help_text="whole months")),
                (
                    "legal_review_on",
                    models.DateField(help_text="for speed: when counsel looked at the penalty", null=True),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="guarantees", to="tpa.contract"
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
                    models.CheckConstraint(
                        condition=models.Q(
                            ("at_risk_percent__range", (0, 100)),
                            ("target_percent__range", (0, 100)),
                            ("weight_percent__range", (0, 100)),
                        ),
                        name="guarantee_percents",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("measure", "turnaround"), ("within_days__gt", 0)),
                            models.Q(models.Q(("measure", "turnaround"), _negated=True), ("within_days__isnull", True)),
                            _connector="OR",
                        ),
                        name="guarantee_of_turnaround_says_days",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GuaranteeResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(help_text="the first day after")),
                (
                    "good",
                    models.DecimalField(
                        decimal_places=2, help_text="claims, reports or dollars that were right", max_digits=14
                    ),
                ),
                ("measured", models.DecimalField(decimal_places=2, help_text="of so many", max_digits=14)),
                (
                    "reached_percent",
                    models.DecimalField(
                        decimal_places=4, help_text="null: nothing to measure", max_digits=7, null=True
                    ),
                ),
                ("is_met", models.BooleanField()),
                (
                    "fees_amount",
                    models.DecimalField(decimal_places=2, help_text="the period's administration fees", max_digits=14),
                ),
                ("credit_amount", models.DecimalField(decimal_places=2, default=0, max_digits=14)),
                (
                    "evidence",
                    models.JSONField(
                        help_text="what missed: [[what, when, how], …], the first five hundred, and how many"
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                (
                    "charge",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="guarantee_result",
                        to="tpa.charge",
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
                (
                    "guarantee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="results", to="tpa.guarantee"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("guarantee", "starts_on"), name="guarantee_measured_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__gt", models.F("starts_on")),
                            ("good__gte", 0),
                            ("measured__gte", models.F("good")),
                            models.Q(("is_met", False), ("credit_amount", 0), _connector="OR"),
                        ),
                        name="guarantee_result_is_sound",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IndirectCompensation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("payer_name", models.CharField(max_length=120)),
                ("service", models.CharField(help_text="for what", max_length=200)),
                ("reference", models.CharField(max_length=80, unique=True)),
                ("received_on", models.DateField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(max_length=80)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="indirect_compensation",
                        to="tpa.contract",
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
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True), name="compensation_is_something"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Licence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(choices=[("licence", "licence or registration"), ("bond", "bond")], max_length=8),
                ),
                ("state", models.CharField(max_length=2)),
                ("number", models.CharField(max_length=40)),
                ("issued_by", models.CharField(max_length=120)),
                (
                    "period",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        help_text="in force; its end is when it must be renewed"
                    ),
                ),
                ("report_on", models.DateField(help_text="the next annual report to the state", null=True)),
                ("bond_amount", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("citation", models.CharField(blank=True, max_length=200)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(max_length=80)),
            ],
            options={
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("kind", "="), ("state", "="), ("number", "="), ("period", "&&")],
                        name="one_licence_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("bond_amount__gt", 0), ("kind", "bond")),
                            models.Q(("bond_amount__isnull", True), ("kind", "licence")),
                            _connector="OR",
                        ),
                        name="bond_has_an_amount",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LicenceExemption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("state", models.CharField(max_length=2)),
                ("because", models.CharField(max_length=300)),
                ("citation", models.CharField(max_length=200)),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(max_length=80)),
                (
                    "employer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="employers.employer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("because", ""), _negated=True), models.Q(("citation", ""), _negated=True)
                        ),
                        name="exemption_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RenewalNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "subject",
                    models.CharField(
                        choices=[
                            ("contract", "contract"),
                            ("licence", "licence or bond"),
                            ("report", "annual report to a state"),
                        ],
                        max_length=8,
                    ),
                ),
                ("subject_id", models.BigIntegerField()),
                ("words", models.CharField(max_length=160)),
                ("ends_on", models.DateField()),
                ("ahead_days", models.SmallIntegerField()),
                ("noted_on", models.DateField()),
                (
                    "employer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="employers.employer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subject", "subject_id", "ends_on", "ahead_days"), name="renewal_noted_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("due_on", models.DateField()),
                ("delivered_on", models.DateField(null=True)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reports", to="tpa.contract"
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
                    models.UniqueConstraint(fields=("contract", "name", "due_on"), name="report_due_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditSample",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("claim_number", models.CharField(max_length=14)),
                ("paid_on", models.DateField()),
                ("paid_amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("correct_amount", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("is_handled_right", models.BooleanField(help_text="procedure kept, whatever was paid", null=True)),
                ("finding", models.CharField(blank=True, max_length=300)),
                ("audited_by", models.CharField(blank=True, max_length=80)),
                ("drawn_at", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[("drawn", "drawn"), ("audited", "audited")], default="drawn", max_length=8
                    ),
                ),
                ("status_at", models.DateTimeField()),
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="claims.decision"
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
                "indexes": [models.Index(fields=["employer", "paid_on"], name="audit_of_day")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "drawn"),
                            models.Q(
                                ("correct_amount__isnull", False),
                                ("is_handled_right__isnull", False),
                                models.Q(("audited_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="audited_says_what_is_right",
                    )
                ],
            },
        ),
        *(employer_isolation(table) for table in _OF_AN_EMPLOYER),
        *(append_only(table) for table in _ONLY_GROWS),
        # Their rows are locked, which wants the right to update; the triggers refuse every update all the same.
        migrations.RunSQL(
            "GRANT UPDATE ON tpa_receipt, tpa_guarantee TO steward_web, steward_worker;",
            "REVOKE UPDATE ON tpa_receipt, tpa_guarantee FROM steward_web, steward_worker;",
        ),
    ]
