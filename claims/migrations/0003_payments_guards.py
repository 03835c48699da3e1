"""What the database guards of payments: numbers that never repeat, payments that stand and are their items' sum."""

from __future__ import annotations

from django.db import migrations

from tpa.foundation.guards import append_only

# Ten digits for traces (NACHA's TRN, the 835's TRN02), checks from a series of their own.
NUMBERS = """
CREATE SEQUENCE claims_trace_number AS bigint START 1000000001 MAXVALUE 9999999999;
CREATE SEQUENCE claims_check_number AS bigint START 100001 MAXVALUE 9999999999;
"""

# At commit, when the items stand: what a payment says its items come to is what they come to.
ITEMS_SUM = """
CREATE FUNCTION claims_payment_is_its_items() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    items numeric;
BEGIN
    SELECT sum(amount) INTO items FROM claims_paymentitem WHERE payment_id = NEW.id;
    IF items IS DISTINCT FROM NEW.items_amount THEN
        RAISE EXCEPTION 'payment % says % and its items come to %', NEW.id, NEW.items_amount, items
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER payment_is_its_items AFTER INSERT ON claims_payment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION claims_payment_is_its_items();
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0002_guards")]

    operations = [
        migrations.RunSQL(NUMBERS, "DROP SEQUENCE claims_trace_number; DROP SEQUENCE claims_check_number;"),
        append_only("claims_payment"),
        migrations.RunSQL(
            ITEMS_SUM,
            "DROP TRIGGER payment_is_its_items ON claims_payment; DROP FUNCTION claims_payment_is_its_items();",
        ),
    ]
