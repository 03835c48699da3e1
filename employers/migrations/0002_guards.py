"""What the database refuses: other employers' rows, edited coverage, and a ledger that does not balance."""

from __future__ import annotations

from django.db import migrations

from tpa.foundation.guards import append_only, employer_isolation, superseded_only

_OF_AN_EMPLOYER = (
    "employers_employeralias",
    "employers_division",
    "employers_planoffering",
    "employers_family",
    "employers_member",
    "employers_coverage",
    "employers_othercoverage",
    "employers_eligibilityfile",
    "employers_eligibilityproblem",
    "employers_claimsaccount",
    "employers_ledgeraccount",
    "employers_ledgertransaction",
    "employers_ledgerentry",
)

# A row names its parent together with the employer, so that it can not belong to another employer than its parent does.
_SAME_EMPLOYER = (
    ("employers_member", "family_id", "employers_family"),
    ("employers_coverage", "member_id", "employers_member"),
    ("employers_coverage", "family_id", "employers_family"),
    ("employers_coverage", "division_id", "employers_division"),
    ("employers_othercoverage", "member_id", "employers_member"),
    ("employers_ledgeraccount", "claims_account_id", "employers_claimsaccount"),
    ("employers_ledgertransaction", "claims_account_id", "employers_claimsaccount"),
)

# Looks at a posting when its transaction commits, from its head and from each of its entries, so that neither a head
# without entries nor an entry that comes later passes. As the owner: it must see every entry, whoever commits.
CHECK_POSTING = """
CREATE FUNCTION steward_check_posting() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    head record;
    found record;
BEGIN
    IF TG_TABLE_NAME = 'employers_ledgertransaction' THEN
        head := NEW;
        IF NEW.reverses_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM employers_ledgertransaction earlier
            WHERE earlier.id = NEW.reverses_id AND earlier.claims_account_id = NEW.claims_account_id
        ) THEN
            RAISE EXCEPTION 'posting % reverses one of another claims account', NEW.id
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    ELSE
        SELECT * INTO head FROM employers_ledgertransaction WHERE id = NEW.transaction_id;
    END IF;
    IF head.booked_in <> txid_current() THEN
        RAISE EXCEPTION 'posting % was posted before: nothing is added to it', head.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT count(*) AS entries, coalesce(sum(entry.amount), 0) AS total,
           coalesce(bool_and(account.claims_account_id = head.claims_account_id
                             AND entry.employer_id = head.employer_id), true) AS at_home
        INTO found
        FROM employers_ledgerentry entry JOIN employers_ledgeraccount account ON account.id = entry.account_id
        WHERE entry.transaction_id = head.id;
    IF found.entries < 2 THEN
        RAISE EXCEPTION 'posting % has % entries: it takes two sides', head.id, found.entries
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF found.total <> 0 THEN
        RAISE EXCEPTION 'posting % does not balance: its entries sum to %', head.id, found.total
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT found.at_home THEN
        RAISE EXCEPTION 'posting % moves money between claims accounts', head.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION steward_check_posting() SET search_path = %I, pg_temp', current_schema());
END $$;
REVOKE ALL ON FUNCTION steward_check_posting() FROM PUBLIC;
CREATE CONSTRAINT TRIGGER posting_balances AFTER INSERT ON employers_ledgertransaction
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION steward_check_posting();
CREATE CONSTRAINT TRIGGER posting_balances AFTER INSERT ON employers_ledgerentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION steward_check_posting();
"""
UNCHECK_POSTING = """
DROP TRIGGER posting_balances ON employers_ledgertransaction;
DROP TRIGGER posting_balances ON employers_ledgerentry;
DROP FUNCTION steward_check_posting();
"""

# Whose money it is, and for which plan, is settled when a claims account is opened.
KEEP_ACCOUNT = """
CREATE FUNCTION steward_keep_claims_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.id, NEW.employer_id, NEW.plan_id) IS NOT DISTINCT FROM
        (OLD.id, OLD.employer_id, OLD.plan_id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a claims account stays with its employer and plan: % is refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER keeps_its_plan BEFORE UPDATE OR DELETE ON employers_claimsaccount
    FOR EACH ROW EXECUTE FUNCTION steward_keep_claims_account();
"""
LET_ACCOUNT_GO = "DROP TRIGGER keeps_its_plan ON employers_claimsaccount; DROP FUNCTION steward_keep_claims_account();"


def _parents() -> list[migrations.RunSQL]:
    return [
        migrations.RunSQL(
            f"ALTER TABLE {parent} ADD CONSTRAINT {parent}_of_employer UNIQUE (id, employer_id)",
            f"ALTER TABLE {parent} DROP CONSTRAINT {parent}_of_employer",
        )
        for parent in sorted({parent for _child, _column, parent in _SAME_EMPLOYER})
    ]


def _children() -> list[migrations.RunSQL]:
    return [
        migrations.RunSQL(
            f"ALTER TABLE {child} ADD CONSTRAINT {child}_{column}_same_employer FOREIGN KEY ({column}, employer_id)"
            f" REFERENCES {parent} (id, employer_id) DEFERRABLE INITIALLY DEFERRED",
            f"ALTER TABLE {child} DROP CONSTRAINT {child}_{column}_same_employer",
        )
        for child, column, parent in _SAME_EMPLOYER
    ]


class Migration(migrations.Migration):
    dependencies = [("employers", "0001_initial"), ("foundation", "0002_guards")]

    operations = [
        employer_isolation("employers_employer", column="id"),
        *(employer_isolation(table) for table in _OF_AN_EMPLOYER),
        *_parents(),
        *_children(),
        superseded_only("employers_coverage"),
        superseded_only("employers_othercoverage"),
        append_only("employers_ledgeraccount"),
        append_only("employers_ledgertransaction"),
        append_only("employers_ledgerentry"),
        migrations.RunSQL(CHECK_POSTING, UNCHECK_POSTING),
        migrations.RunSQL(KEEP_ACCOUNT, LET_ACCOUNT_GO),
    ]
