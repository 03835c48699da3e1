"""Contracts say more than prices: their terms, formulas and localities; qualifying payment amounts."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models

from tpa.foundation.guards import superseded_only


class Migration(migrations.Migration):
    dependencies = [
        ("plans", "0003_edit_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="LocalityFactor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table", models.SlugField(help_text="which division of the country, as terms name it", max_length=40)),
                ("locality", models.CharField(max_length=10)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("indices", "geographic indices"),
                            ("anaesthesia", "conversion factor of anaesthesia"),
                        ],
                        max_length=12,
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=120)),
                ("work", models.DecimalField(decimal_places=4, max_digits=7, null=True)),
                ("practice", models.DecimalField(decimal_places=4, max_digits=7, null=True)),
                ("malpractice", models.DecimalField(decimal_places=4, max_digits=7, null=True)),
                ("anaesthesia_amount", models.DecimalField(decimal_places=4, max_digits=9, null=True)),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("recorded_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("superseded_at__isnull", True)),
                        expressions=[
                            (models.F("table"), "="),
                            (models.F("locality"), "="),
                            (models.F("kind"), "="),
                            (models.F("period"), "&&"),
                        ],
                        name="one_factor_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", "indices"),
                                ("malpractice__isnull", False),
                                ("practice__isnull", False),
                                ("work__isnull", False),
                            ),
                            models.Q(("anaesthesia_amount__isnull", False), ("kind", "anaesthesia")),
                            _connector="OR",
                        ),
                        name="factor_has_its_figure",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LocalityZip",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table", models.SlugField(max_length=40)),
                ("postal_code", models.CharField(max_length=5)),
                ("locality", models.CharField(max_length=10)),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("recorded_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("superseded_at__isnull", True)),
                        expressions=[
                            (models.F("table"), "="),
                            (models.F("postal_code"), "="),
                            (models.F("period"), "&&"),
                        ],
                        name="one_locality_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QualifyingAmount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "market",
                    models.SlugField(
                        blank=True, help_text="the plan; blank for all that are administered", max_length=40
                    ),
                ),
                ("code", models.CharField(max_length=10)),
                ("modifier", models.CharField(blank=True, max_length=2)),
                (
                    "region",
                    models.CharField(blank=True, help_text="the state of the service; blank for any", max_length=10),
                ),
                (
                    "median_amount",
                    models.DecimalField(decimal_places=6, help_text="of the base year, not rounded", max_digits=16),
                ),
                (
                    "factor",
                    models.DecimalField(decimal_places=10, help_text="of all years since, multiplied", max_digits=14),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("contract_count", models.IntegerField()),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("recorded_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("superseded_at__isnull", True)),
                        fields=["code"],
                        name="qualifying_amount_in_force",
                    ),
                ],
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("superseded_at__isnull", True)),
                        expressions=[
                            (models.F("market"), "="),
                            (models.F("code"), "="),
                            (models.F("modifier"), "="),
                            (models.F("region"), "="),
                            (models.F("period"), "&&"),
                        ],
                        name="one_qualifying_amount_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScheduleTerms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("document", models.JSONField(help_text="the terms, as docs/contracts.md names them")),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("recorded_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
                (
                    "indicators_schedule",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="plans.feeschedule"
                    ),
                ),
                (
                    "schedule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="terms", to="plans.feeschedule"
                    ),
                ),
            ],
            options={
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("superseded_at__isnull", True)),
                        expressions=[("schedule", "="), ("period", "&&")],
                        name="terms_once_at_a_time",
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="feerate",
            name="one_rate_at_a_time",
        ),
        migrations.RemoveConstraint(
            model_name="feerate",
            name="rate_has_its_figure",
        ),
        migrations.AddField(
            model_name="feerate",
            name="locality",
            field=models.CharField(
                blank=True, help_text="as the schedule's terms find it; blank for any", max_length=10
            ),
        ),
        migrations.AddField(
            model_name="feerate",
            name="values",
            field=models.JSONField(help_text="what is published beside a price, as plans.facts.ValuesFact", null=True),
        ),
        migrations.AlterField(
            model_name="feerate",
            name="method",
            field=models.CharField(
                choices=[
                    ("fee", "amount per unit"),
                    ("percent_of_billed", "per cent of billed"),
                    ("percent_of_reference", "per cent of a reference schedule"),
                    ("per_diem", "amount per day"),
                    ("case_rate", "amount per case"),
                    ("relative_value", "relative value units"),
                    ("anaesthesia", "base and time units"),
                    ("drg_weight", "weight of a DRG"),
                    ("percentiles", "percentiles of charges"),
                ],
                max_length=22,
            ),
        ),
        migrations.AddConstraint(
            model_name="feerate",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("superseded_at__isnull", True)),
                expressions=[
                    (models.F("schedule"), "="),
                    (models.F("code_kind"), "="),
                    (models.F("code"), "="),
                    (models.F("modifier"), "="),
                    (models.F("place_of_service"), "="),
                    (models.F("locality"), "="),
                    (models.F("period"), "&&"),
                ],
                name="one_rate_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="feerate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount__isnull", False), ("method__in", ["fee", "per_diem", "case_rate"])),
                    models.Q(("method", "percent_of_billed"), ("percent__isnull", False)),
                    models.Q(
                        ("method", "percent_of_reference"),
                        ("percent__isnull", False),
                        ("reference_schedule__isnull", False),
                    ),
                    models.Q(
                        ("amount__isnull", True),
                        ("method__in", ["relative_value", "anaesthesia", "drg_weight", "percentiles"]),
                        ("values__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="rate_has_its_figure",
            ),
        ),
        superseded_only("plans_scheduleterms"),
        superseded_only("plans_localityfactor"),
        superseded_only("plans_localityzip"),
        superseded_only("plans_qualifyingamount"),
    ]
