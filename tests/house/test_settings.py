"""Settings: every one is documented, no secret has a default, and logs keep what people told us to themselves."""

import json
import logging
import re
import subprocess
import sys

import pytest
import structlog

from tpa.embedded import places
from tpa.settings import logging as log_lines

OPERATIONS = (places.ROOT / "docs" / "operations.md").read_text()
READ = re.compile(r"""env(?:iron)?(?:\.\w+\(|\[)\s*"((?:STEWARD_\w+|DATABASE_URL|REDIS_URL))\"""")


def read_in_code():
    names = set()
    for folder in ("tpa", "plans", "employers", "claims"):
        for module in (places.ROOT / folder).rglob("*.py"):
            names |= set(READ.findall(module.read_text()))
    return names


def documented():
    return set(re.findall(r"^\| `([A-Z_]+)` \|", OPERATIONS, re.MULTILINE))


def test_every_setting_is_documented_and_every_documented_one_is_read():
    assert read_in_code() == documented()


@pytest.mark.parametrize("missing", ["STEWARD_SECRET_KEY", "STEWARD_FIELD_KEY", "DATABASE_URL", "REDIS_URL"])
def test_what_is_secret_has_no_default(missing):
    env = {"DATABASE_URL": "postgres://nowhere/x", "REDIS_URL": "redis://nowhere/0"}
    env |= {"STEWARD_SECRET_KEY": "s", "STEWARD_FIELD_KEY": "f"}
    del env[missing]
    ran = subprocess.run([sys.executable, "-c", "import tpa.settings"], cwd=places.ROOT, env=env, capture_output=True)
    assert ran.returncode != 0
    assert missing in ran.stderr.decode()


def a_line(caplog_handler, **event):
    """What would be written for one event."""
    record = logging.LogRecord("steward", logging.ERROR, "f", 1, "it broke", (), event.pop("exc_info", None))
    return json.loads(caplog_handler.format(record))


@pytest.fixture
def formatter():
    before = structlog.get_config()
    configuration = log_lines.configuration(debug=False, level="INFO")
    line = dict(configuration["formatters"]["line"])
    yield line.pop("()")(**line)
    structlog.configure(**before)


def test_an_exception_is_told_without_what_it_said(formatter):
    try:
        try:
            raise KeyError("Jane Roe")
        except KeyError as error:
            raise ValueError("123-45-6789") from error
    except ValueError:
        line = a_line(formatter, exc_info=sys.exc_info())
    assert "Jane" not in json.dumps(line)
    assert "6789" not in json.dumps(line)
    assert [entry for entry in line["raised"] if not entry.startswith(" ")] == [
        "builtins.ValueError",
        "builtins.KeyError",
    ]
    assert any("test_settings.py" in entry for entry in line["raised"])


@pytest.mark.django_db
def test_postgres_names_the_constraint_and_not_the_row(formatter):
    from django.db import IntegrityError, connection, transaction

    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE person (ssn text CONSTRAINT one_person UNIQUE)")
        try:
            with transaction.atomic():
                cursor.execute("INSERT INTO person VALUES ('123-45-6789'), ('123-45-6789')")
        except IntegrityError:
            line = a_line(formatter, exc_info=sys.exc_info())
    assert "6789" not in json.dumps(line)
    assert any("constraint_name=one_person" in entry for entry in line["raised"])


def test_an_address_is_told_without_its_query():
    event = log_lines.without_query(None, "info", {"request": "GET /members?q=Roe"})
    assert event["request"] == "GET /members"
