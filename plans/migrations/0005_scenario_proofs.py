"""Scenarios stand with the plan version that must pass them; what proved them is kept, and only grows."""

import django.db.models.deletion
from django.db import migrations, models

from tpa.foundation.guards import append_only

# As 0002 has it, and the scenarios never change either.
FREEZE_PUBLISHED = """
CREATE OR REPLACE FUNCTION steward_freeze_plan_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'draft' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.status <> 'draft'
        AND (NEW.plan_id, NEW.number, NEW.source, NEW.document, NEW.content_hash, NEW.scenarios, NEW.published_at)
            IS NOT DISTINCT FROM
            (OLD.plan_id, OLD.number, OLD.source, OLD.document, OLD.content_hash, OLD.scenarios, OLD.published_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a published plan version never changes: % is refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("plans", "0004_contract_terms")]

    operations = [
        migrations.AddField(
            model_name="planversion",
            name="scenarios",
            field=models.TextField(
                blank=True, default="", help_text="claims in words that it must pass: docs/scenarios.md"
            ),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="ScenarioProof",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content_hash", models.CharField(help_text="of the document that was tried", max_length=64)),
                ("scenarios_hash", models.CharField(help_text="SHA-256 of the scenarios' text", max_length=64)),
                ("engine_version", models.CharField(max_length=12)),
                ("ran_at", models.DateTimeField()),
                ("ran_by_id", models.BigIntegerField(null=True)),
                ("passed_count", models.IntegerField()),
                ("failed_count", models.IntegerField()),
                (
                    "results",
                    models.JSONField(help_text="per scenario: name, clauses, and what differs, line by line"),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="proofs", to="plans.planversion"
                    ),
                ),
            ],
        ),
        migrations.RunSQL(FREEZE_PUBLISHED, migrations.RunSQL.noop),
        append_only("plans_scenarioproof"),
    ]
