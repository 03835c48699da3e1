"""What is agreed about who may approve how much."""

from __future__ import annotations

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.db import migrations, models

from tpa.foundation.guards import employer_isolation, superseded_only


class Migration(migrations.Migration):
    dependencies = [("foundation", "0002_guards")]

    operations = [
        migrations.CreateModel(
            name="ApprovalLimit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("employer_id", models.BigIntegerField(help_text="employers.Employer")),
                ("role", models.CharField(help_text="a role, or engine", max_length=20)),
                ("limit_amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("source", models.CharField(help_text="contract and section that say so", max_length=80)),
                ("recorded_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("superseded_at__isnull", True)),
                        expressions=[("employer_id", "="), ("role", "="), ("period", "&&")],
                        name="one_limit_at_a_time",
                    ),
                    models.CheckConstraint(condition=models.Q(("limit_amount__gte", 0)), name="limit_not_negative"),
                ]
            },
        ),
        employer_isolation("foundation_approvallimit"),
        superseded_only("foundation_approvallimit"),
    ]
