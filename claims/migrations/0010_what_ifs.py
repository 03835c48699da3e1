"""What-ifs that somebody asked for, and the pieces of their answers."""

import django.db.models.deletion
from django.db import migrations, models

from tpa.foundation.guards import employer_isolation


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0009_prior_credit"),
        ("employers", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="WhatIf",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(help_text="what it is about, in the words of who asked", max_length=120)),
                ("tried", models.JSONField(help_text="claims.trials.tried.Tried")),
                (
                    "status",
                    models.CharField(
                        choices=[("asked", "asked"), ("done", "done"), ("failed", "failed")],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("status_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField()),
                ("asked_by_id", models.BigIntegerField(null=True)),
                ("piece_count", models.IntegerField(help_text="pieces of work, some families each")),
                (
                    "answer",
                    models.JSONField(help_text="once it is done: dollars before and after, members masked", null=True),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WhatIfPiece",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.IntegerField()),
                ("tally", models.JSONField(help_text="claims.trials.tally.Tally")),
                (
                    "employer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="employers.employer",
                    ),
                ),
                (
                    "what_if",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pieces", to="claims.whatif"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("what_if", "number"), name="what_if_piece_once")],
            },
        ),
        employer_isolation("claims_whatif"),
        employer_isolation("claims_whatifpiece"),
    ]
