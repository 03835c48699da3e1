"""What the database refuses: changes of a published plan, of who took part in a network, of a price."""

from __future__ import annotations

from django.db import migrations

from tpa.foundation.guards import superseded_only

# A published wording never changes; where it applies and whether another took over may.
FREEZE_PUBLISHED = """
CREATE FUNCTION steward_freeze_plan_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'draft' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.status <> 'draft'
        AND (NEW.plan_id, NEW.number, NEW.source, NEW.document, NEW.content_hash, NEW.published_at)
            IS NOT DISTINCT FROM
            (OLD.plan_id, OLD.number, OLD.source, OLD.document, OLD.content_hash, OLD.published_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a published plan version never changes: % is refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER published_is_frozen BEFORE UPDATE OR DELETE ON plans_planversion
    FOR EACH ROW EXECUTE FUNCTION steward_freeze_plan_version();
"""
THAW = "DROP TRIGGER published_is_frozen ON plans_planversion; DROP FUNCTION steward_freeze_plan_version();"


class Migration(migrations.Migration):
    dependencies = [("plans", "0001_initial"), ("foundation", "0002_guards")]

    operations = [
        superseded_only("plans_networkparticipation"),
        superseded_only("plans_feerate"),
        migrations.RunSQL(FREEZE_PUBLISHED, THAW),
    ]
