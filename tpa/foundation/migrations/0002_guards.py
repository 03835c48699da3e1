"""What Postgres itself guards: the roles of the processes, the audit trail that only grows, isolation of employers."""

from __future__ import annotations

from django.db import migrations

from tpa.foundation.guards import append_only, employer_isolation

# Roles belong to the cluster and may be there already, or be made by another database at this very moment.
ROLES = """
DO $$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN SELECT * FROM (VALUES ('steward_web', 'NOBYPASSRLS'), ('steward_worker', 'BYPASSRLS')) r (name, kind)
    LOOP
        PERFORM pg_advisory_xact_lock(7300);
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN %s', wanted.name, wanted.kind);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;
            END;
        END IF;
        IF NOT pg_has_role(current_user, wanted.name, 'MEMBER') THEN
            EXECUTE format('GRANT %I TO %I', wanted.name, current_user);
        END IF;
    END LOOP;
    IF NOT (SELECT rolbypassrls FROM pg_roles WHERE rolname = 'steward_worker') THEN
        RAISE EXCEPTION 'steward_worker must have BYPASSRLS: as a superuser say ALTER ROLE steward_worker BYPASSRLS';
    END IF;
END $$;
"""

GRANTS = """
DO $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO steward_web, steward_worker', current_schema());
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO steward_web, steward_worker',
        current_schema());
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO steward_web, steward_worker',
        current_schema());
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES'
        ' TO steward_web, steward_worker', current_schema());
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT USAGE, SELECT ON SEQUENCES'
        ' TO steward_web, steward_worker', current_schema());
END $$;
"""

# ISA13, GS06: each number of ours is given out once.
CONTROL_NUMBERS = "CREATE SEQUENCE foundation_control_number AS bigint MAXVALUE 999999999 CYCLE"

REFUSE_CHANGE = """
CREATE FUNCTION steward_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""

# Gives the transaction a chain of the audit trail that no other transaction is writing, and where that chain stands.
# As the owner: whoever writes must see the last row of the chain, whosever it is.
AUDIT_LANE = """
CREATE FUNCTION steward_audit_lane(lanes int, OUT lane int, OUT place bigint, OUT last_hash bytea)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    home int := pg_backend_pid() % lanes;
    taken boolean := false;
BEGIN
    FOR step IN 0 .. lanes - 1 LOOP
        lane := (home + step) % lanes;
        taken := pg_try_advisory_xact_lock(7301, lane);
        EXIT WHEN taken;
    END LOOP;
    IF NOT taken THEN
        lane := home;
        PERFORM pg_advisory_xact_lock(7301, lane);
    END IF;
    SELECT event.position, event.hash INTO place, last_hash FROM foundation_auditevent event
        WHERE event.lane = steward_audit_lane.lane ORDER BY event.position DESC LIMIT 1;
    place := coalesce(place, 0);
    last_hash := coalesce(last_hash, decode(repeat('00', 32), 'hex'));
END $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION steward_audit_lane(int) SET search_path = %I, pg_temp', current_schema());
END $$;
REVOKE ALL ON FUNCTION steward_audit_lane(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION steward_audit_lane(int) TO steward_web, steward_worker;
"""

# Everybody adds to the trail, in whosever name; read is only what is about one's own employers.
AUDIT_ISOLATION = """
ALTER TABLE foundation_auditevent ENABLE ROW LEVEL SECURITY;
CREATE POLICY audit_grows ON foundation_auditevent FOR INSERT WITH CHECK (true);
CREATE POLICY employer_isolation ON foundation_auditevent FOR SELECT USING (
    (SELECT current_setting('steward.employers', true) = '*')
    OR employer_id = ANY ((SELECT string_to_array(
        nullif(nullif(current_setting('steward.employers', true), ''), '*'), ',')::bigint[])::bigint[])
);
"""


class Migration(migrations.Migration):
    dependencies = [("foundation", "0001_initial")]

    operations = [
        migrations.RunSQL(ROLES, migrations.RunSQL.noop),
        migrations.RunSQL(CONTROL_NUMBERS, "DROP SEQUENCE foundation_control_number"),
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
        migrations.RunSQL(REFUSE_CHANGE, "DROP FUNCTION steward_refuse_change()"),
        migrations.RunSQL(AUDIT_LANE, "DROP FUNCTION steward_audit_lane(int)"),
        append_only("foundation_auditevent"),
        employer_isolation("foundation_document"),
        migrations.RunSQL(
            AUDIT_ISOLATION,
            "DROP POLICY audit_grows ON foundation_auditevent; DROP POLICY employer_isolation ON foundation_auditevent;"
            " ALTER TABLE foundation_auditevent DISABLE ROW LEVEL SECURITY;",
        ),
    ]
