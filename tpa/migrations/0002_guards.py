"""What the database refuses of contracts and invoices: other employers' rows, edits, and sums that do not add up."""

from __future__ import annotations

from django.db import migrations

from tpa.foundation.guards import append_only, employer_isolation

_OF_AN_EMPLOYER = (
    "tpa_contract",
    "tpa_contractfee",
    "tpa_monthclose",
    "tpa_invoice",
    "tpa_invoiceline",
    "tpa_invoiceclaim",
    "tpa_invoicemember",
)
_ONLY_GROWS = ("tpa_monthclose", "tpa_invoiceline", "tpa_invoiceclaim", "tpa_invoicemember")

# The columns named in the trigger may change, all others not; rows stay.
ONLY_CHANGES = """
CREATE FUNCTION tpa_only_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - TG_ARGV = to_jsonb(OLD) - TG_ARGV THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% stands: this % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER contract_stands BEFORE UPDATE OR DELETE ON tpa_contract
    FOR EACH ROW WHEN (OLD.status <> 'draft') EXECUTE FUNCTION tpa_only_changes('status', 'status_at', 'period');
CREATE TRIGGER invoice_stands BEFORE UPDATE OR DELETE ON tpa_invoice
    FOR EACH ROW EXECUTE FUNCTION tpa_only_changes('status', 'status_at');
"""

# A fee of a signed contract is ended once and nothing else; while the contract is a draft all may be put right.
FEE_ENDS_ONCE = """
CREATE FUNCTION tpa_fee_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM tpa_contract WHERE id = OLD.contract_id AND status = 'draft') THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'period' = to_jsonb(OLD) - 'period'
        AND lower(NEW.period) = lower(OLD.period) AND upper_inf(OLD.period) AND NOT upper_inf(NEW.period) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a fee is ended once: this % is refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER fee_ends_once BEFORE UPDATE OR DELETE ON tpa_contractfee
    FOR EACH ROW EXECUTE FUNCTION tpa_fee_ends_once();
"""

# At commit: an invoice is the sum of its lines, each line of claims or members the sum of what is behind it.
INVOICE_ADDS_UP = """
CREATE FUNCTION tpa_invoice_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken record;
BEGIN
    IF NEW.total_amount <> (SELECT coalesce(sum(amount), 0) FROM tpa_invoiceline WHERE invoice_id = NEW.id) THEN
        RAISE EXCEPTION 'invoice % is not the sum of its lines', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    FOR broken IN
        SELECT l.id FROM tpa_invoiceline l
          LEFT JOIN LATERAL (SELECT sum(amount) AS amount, count(*) AS n
                               FROM tpa_invoiceclaim WHERE line_id = l.id) c ON true
          LEFT JOIN LATERAL (SELECT sum(amount) AS amount, sum(count) AS n
                               FROM tpa_invoicemember WHERE line_id = l.id) m ON true
         WHERE l.invoice_id = NEW.id
           AND ((c.amount IS NOT NULL AND (c.amount, c.n) IS DISTINCT FROM (l.amount, l.quantity_count::bigint))
                OR (m.amount IS NOT NULL AND (m.amount, m.n) IS DISTINCT FROM (l.amount, l.quantity_count::bigint))
                OR (l.kind = 'claims' AND c.amount IS NULL) OR (l.kind = 'retro' AND m.amount IS NULL))
    LOOP
        RAISE EXCEPTION 'invoice line % is not the sum of what is behind it', broken.id
            USING ERRCODE = 'integrity_constraint_violation';
    END LOOP;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER invoice_adds_up AFTER INSERT ON tpa_invoice
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tpa_invoice_adds_up();
"""


class Migration(migrations.Migration):
    dependencies = [("tpa", "0001_initial"), ("foundation", "0002_guards")]

    operations = [
        *(employer_isolation(table) for table in _OF_AN_EMPLOYER),
        *(append_only(table) for table in _ONLY_GROWS),
        migrations.RunSQL(
            ONLY_CHANGES,
            "DROP TRIGGER contract_stands ON tpa_contract; DROP TRIGGER invoice_stands ON tpa_invoice;"
            " DROP FUNCTION tpa_only_changes();",
        ),
        migrations.RunSQL(
            FEE_ENDS_ONCE, "DROP TRIGGER fee_ends_once ON tpa_contractfee; DROP FUNCTION tpa_fee_ends_once();"
        ),
        migrations.RunSQL(
            INVOICE_ADDS_UP, "DROP TRIGGER invoice_adds_up ON tpa_invoice; DROP FUNCTION tpa_invoice_adds_up();"
        ),
    ]
