"""What the database itself refuses, as migration operations: for each app's `0002_guards.py`."""

from __future__ import annotations

from django.db import migrations

_EMPLOYERS = "current_setting('steward.employers', true)"
# In sub-selects, so that Postgres works them out once a query and not once a row.
_SEES_ALL = f"(SELECT {_EMPLOYERS} = '*')"
_SEEN = f"(SELECT string_to_array(nullif(nullif({_EMPLOYERS}, ''), '*'), ',')::bigint[])::bigint[]"


def employer_isolation(table: str, *, column: str = "employer_id") -> migrations.RunSQL:
    """Row-level security: a session sees and writes only rows of the employers named in `steward.employers`.

    The setting is '*' (all), a list like '3,17', or empty: nobody's rows. `steward_worker` passes by; the owner too.
    """
    return migrations.RunSQL(
        sql=f"""
            ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
            CREATE POLICY employer_isolation ON {table} USING ({_SEES_ALL} OR {column} = ANY ({_SEEN}));
        """,
        reverse_sql=f"""
            DROP POLICY employer_isolation ON {table};
            ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
        """,
    )


def append_only(table: str) -> migrations.RunSQL:
    """Rows of this table are added and read. UPDATE, DELETE and TRUNCATE are refused, to the owner too."""
    return migrations.RunSQL(
        sql=f"""
            CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION steward_refuse_change();
            CREATE TRIGGER append_only_table BEFORE TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION steward_refuse_change();
            REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM steward_web, steward_worker;
        """,
        reverse_sql=f"""
            DROP TRIGGER append_only_rows ON {table};
            DROP TRIGGER append_only_table ON {table};
            GRANT UPDATE, DELETE ON {table} TO steward_web, steward_worker;
        """,
    )


def superseded_only(table: str) -> migrations.RunSQL:
    """Rows of this table are never edited: all that may be written to one is, once, when it stopped being believed."""
    return migrations.RunSQL(
        sql=f"""
            CREATE OR REPLACE FUNCTION steward_supersede_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'UPDATE' AND OLD.superseded_at IS NULL AND NEW.superseded_at IS NOT NULL
                    AND to_jsonb(NEW) - 'superseded_at' = to_jsonb(OLD) - 'superseded_at' THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION '% is superseded, never edited: % is refused', TG_TABLE_NAME, TG_OP
                    USING ERRCODE = 'integrity_constraint_violation';
            END $$;
            CREATE TRIGGER superseded_only_rows BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION steward_supersede_only();
            CREATE TRIGGER superseded_only_table BEFORE TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION steward_refuse_change();
            REVOKE DELETE, TRUNCATE ON {table} FROM steward_web, steward_worker;
        """,
        reverse_sql=f"""
            DROP TRIGGER superseded_only_rows ON {table};
            DROP TRIGGER superseded_only_table ON {table};
            GRANT DELETE ON {table} TO steward_web, steward_worker;
        """,
    )
