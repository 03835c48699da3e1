"""What the database refuses of stop-loss: other employers' rows, terms edited in force, figures of requests changed."""

from __future__ import annotations

from django.db import migrations

from tpa.foundation.guards import append_only, employer_isolation

_OF_AN_EMPLOYER = (
    "tpa_stoplosspolicy",
    "tpa_stoplosscoverage",
    "tpa_stoplossfactor",
    "tpa_stoplosslaser",
    "tpa_stoplosstrigger",
    "tpa_stoplossstanding",
    "tpa_stoplossnotice",
    "tpa_stoplossrequest",
    "tpa_stoplossrequestclaim",
    "tpa_stoplossreceipt",
)

ONLY_CHANGES = """
CREATE TRIGGER stoploss_policy_stands BEFORE UPDATE OR DELETE ON tpa_stoplosspolicy
    FOR EACH ROW WHEN (OLD.status <> 'draft') EXECUTE FUNCTION
    tpa_only_changes('status', 'status_at', 'ends_early_on', 'counted_run_id', 'watched_claim_id');
CREATE TRIGGER stoploss_notice_stands BEFORE UPDATE OR DELETE ON tpa_stoplossnotice
    FOR EACH ROW EXECUTE FUNCTION tpa_only_changes('status', 'status_at');
CREATE TRIGGER stoploss_request_stands BEFORE UPDATE OR DELETE ON tpa_stoplossrequest
    FOR EACH ROW EXECUTE FUNCTION tpa_only_changes('status', 'status_at', 'filed_on');
CREATE TRIGGER stoploss_request_claim_stands BEFORE UPDATE OR DELETE ON tpa_stoplossrequestclaim
    FOR EACH ROW EXECUTE FUNCTION tpa_only_changes('is_withdrawn');
"""
ONLY_CHANGES_BACK = """
DROP TRIGGER stoploss_policy_stands ON tpa_stoplosspolicy;
DROP TRIGGER stoploss_notice_stands ON tpa_stoplossnotice;
DROP TRIGGER stoploss_request_stands ON tpa_stoplossrequest;
DROP TRIGGER stoploss_request_claim_stands ON tpa_stoplossrequestclaim;
"""

# Coverages, factors, lasers and triggers are written while their policy is a draft, and never afterwards.
TERMS_STAND = """
CREATE FUNCTION tpa_stoploss_terms_stand() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    term jsonb := to_jsonb(coalesce(NEW, OLD));
BEGIN
    IF EXISTS (
        SELECT 1 FROM tpa_stoplosspolicy p
         WHERE p.status = 'draft' AND p.id = coalesce(
               (term ->> 'policy_id')::bigint,
               (SELECT policy_id FROM tpa_stoplosscoverage WHERE id = (term ->> 'coverage_id')::bigint))
    ) THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    RAISE EXCEPTION 'the terms of a policy in force stand: this % is refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER terms_stand BEFORE INSERT OR UPDATE OR DELETE ON tpa_stoplosscoverage
    FOR EACH ROW EXECUTE FUNCTION tpa_stoploss_terms_stand();
CREATE TRIGGER terms_stand BEFORE INSERT OR UPDATE OR DELETE ON tpa_stoplossfactor
    FOR EACH ROW EXECUTE FUNCTION tpa_stoploss_terms_stand();
CREATE TRIGGER terms_stand BEFORE INSERT OR UPDATE OR DELETE ON tpa_stoplosslaser
    FOR EACH ROW EXECUTE FUNCTION tpa_stoploss_terms_stand();
CREATE TRIGGER terms_stand BEFORE INSERT OR UPDATE OR DELETE ON tpa_stoplosstrigger
    FOR EACH ROW EXECUTE FUNCTION tpa_stoploss_terms_stand();
"""
TERMS_STAND_BACK = """
DROP TRIGGER terms_stand ON tpa_stoplosscoverage;
DROP TRIGGER terms_stand ON tpa_stoplossfactor;
DROP TRIGGER terms_stand ON tpa_stoplosslaser;
DROP TRIGGER terms_stand ON tpa_stoplosstrigger;
DROP FUNCTION tpa_stoploss_terms_stand();
"""


class Migration(migrations.Migration):
    dependencies = [("tpa", "0004_stop_loss")]

    operations = [
        *(employer_isolation(table) for table in _OF_AN_EMPLOYER),
        append_only("tpa_stoplossreceipt"),
        migrations.RunSQL(ONLY_CHANGES, ONLY_CHANGES_BACK),
        migrations.RunSQL(TERMS_STAND, TERMS_STAND_BACK),
    ]
