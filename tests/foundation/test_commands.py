"""The ground's commands: verify_audit with its anchors, rotate_field_keys, draw_statuses."""

import json
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command
from django.db import connection

from tests.factories.users import make_user
from tpa.foundation import audit
from tpa.foundation.audit import Actor
from tpa.foundation.management.commands import draw_statuses
from tpa.foundation.models import IdempotentAnswer

pytestmark = pytest.mark.django_db

BY = Actor.system("test")
OLD, NEW = "o" * 40, "n" * 40


def _verify(anchors, **options):
    out = StringIO()
    call_command("verify_audit", anchors=anchors, stdout=out, **options)
    return out.getvalue()


def _as_owner(sql):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE foundation_auditevent DISABLE TRIGGER USER")
        cursor.execute(sql)
        cursor.execute("ALTER TABLE foundation_auditevent ENABLE TRIGGER USER")


def test_verify_audit_writes_heads_down_and_holds_the_trail_to_them(tmp_path):
    anchors = tmp_path / "deep" / "anchors.jsonl"
    for _ in range(3):
        audit.record("test.thing.done", by=BY)
    assert "3 rows in 1 chains" in _verify(anchors)
    audit.record("test.thing.done", by=BY)
    assert json.loads(_verify(anchors, json=True)) == {"rows": 4, "chains": 1, "breaks": []}
    assert len(anchors.read_text().splitlines()) == 2
    _as_owner("DELETE FROM foundation_auditevent WHERE position > 2")
    with pytest.raises(CommandError, match="altered in 1 places"):
        _verify(anchors)
    assert len(anchors.read_text().splitlines()) == 2


def test_verify_audit_names_the_row(tmp_path):
    for _ in range(3):
        audit.record("test.thing.done", by=BY)
    _as_owner("UPDATE foundation_auditevent SET actor = 'user:1' WHERE position = 2")
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_audit", anchors=tmp_path / "a", stdout=out)
    assert ", place 2, row " in out.getvalue()
    assert "changed" in out.getvalue()


def test_keys_are_changed_while_the_house_is_open(settings):
    settings.FIELD_KEY = OLD
    user = make_user(second_factor=False)
    IdempotentAnswer.objects.create(
        user=user, key="k", request_digest="d", status=200, body="Jane Roe", created_at="2026-11-24T00:00Z"
    )
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    settings.FIELD_KEY = f"{NEW},{OLD}"
    out = StringIO()
    call_command("rotate_field_keys", stdout=out)
    assert "foundation.idempotentanswer.body: 1 values" in out.getvalue()
    assert "mfa.authenticator.secret: 1 values" in out.getvalue()
    settings.FIELD_KEY = NEW
    assert IdempotentAnswer.objects.get().body == "Jane Roe"
    assert TOTP(Authenticator.objects.get(user=user)).instance.data["secret"].startswith("e1.")
    again = StringIO()
    call_command("rotate_field_keys", stdout=again)
    assert "body: 0 values" in again.getvalue()


def test_a_picture_shows_every_permitted_move():
    page = draw_statuses.draw()
    assert "## foundation.EdiFile" in page
    assert "    [*] --> received" in page
    assert "    working --> answered" in page
    assert "    answered --> [*]" in page
    assert "    received --> answered" not in page.partition("## foundation.EdiFile")[2].partition("## ")[0]
