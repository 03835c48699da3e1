"""Encrypted fields: nothing readable lies in the database, nothing opens in the wrong place, keys can be changed."""

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.users import make_user
from tpa.foundation.encryption import UnreadableValue, blind_index, blind_indexes, decrypt, encrypt, is_stale
from tpa.foundation.models import IdempotentAnswer

OLD, NEW = "o" * 40, "n" * 40
PLACE = "employers.member.ssn"


@given(st.text())
def test_what_was_encrypted_is_read_again(text):
    assert decrypt(encrypt(text, context=PLACE), context=PLACE) == text


def test_the_same_text_looks_different_each_time():
    assert encrypt("123456789", context=PLACE) != encrypt("123456789", context=PLACE)
    assert encrypt("", context=PLACE) == ""


def test_a_value_moved_to_another_column_does_not_open():
    stored = encrypt("123456789", context=PLACE)
    with pytest.raises(UnreadableValue) as failure:
        decrypt(stored, context="plans.payee.account_number")
    assert "123456789" not in str(failure.value)


def test_a_damaged_value_does_not_open():
    stored = encrypt("123456789", context=PLACE)
    with pytest.raises(UnreadableValue):
        decrypt(stored[:-6] + ("AAAAAA" if stored[-6:] != "AAAAAA" else "BBBBBB"), context=PLACE)
    for nonsense in ("123456789", "ü", stored + "!", stored[:30], stored.partition(".")[0]):
        with pytest.raises(UnreadableValue):
            decrypt(nonsense, context=PLACE)


def test_a_ring_opens_old_values_and_writes_with_the_first_key(settings):
    settings.FIELD_KEY = OLD
    stored, index = encrypt("123456789", context=PLACE), blind_index("123456789", context=PLACE)
    settings.FIELD_KEY = f"{NEW}, {OLD}"
    assert decrypt(stored, context=PLACE) == "123456789"
    assert is_stale(stored)
    assert not is_stale(encrypt("123456789", context=PLACE))
    assert not is_stale("")
    assert index in blind_indexes("123456789", context=PLACE)
    assert blind_index("123456789", context=PLACE) == blind_indexes("123456789", context=PLACE)[0] != index
    settings.FIELD_KEY = NEW
    with pytest.raises(UnreadableValue):
        decrypt(stored, context=PLACE)


def test_an_index_says_nothing_across_columns():
    assert blind_index("123456789", context=PLACE) == blind_index("123456789", context=PLACE)
    assert blind_index("123456789", context=PLACE) != blind_index("123456789", context="employers.member.other")
    assert len(blind_index("123456789", context=PLACE)) == 64
    assert blind_index("", context=PLACE) == ""
    assert blind_indexes("", context=PLACE) == []


@pytest.mark.parametrize("secret", ["", "short"])
def test_a_missing_or_weak_secret_is_refused(settings, secret):
    settings.FIELD_KEY = secret
    with pytest.raises(ImproperlyConfigured):
        encrypt("x", context=PLACE)


@pytest.mark.django_db
def test_the_field_stores_only_what_cannot_be_read(django_user_model):
    answer = IdempotentAnswer.objects.create(
        user=make_user(), key="k", request_digest="d", status=201, body="Jane Roe", created_at="2026-11-24T00:00Z"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM foundation_idempotentanswer")
        assert "Jane" not in cursor.fetchone()[0]
    answer.refresh_from_db()
    assert answer.body == "Jane Roe"
    IdempotentAnswer.objects.update(body="John Doe")
    assert IdempotentAnswer.objects.get().body == "John Doe"
    answer.body = "Jim Poe"
    IdempotentAnswer.objects.bulk_update([answer], ["body"])
    assert IdempotentAnswer.objects.values_list("body", flat=True)[0] == "Jim Poe"


@pytest.mark.django_db
def test_the_field_can_not_be_searched():
    with pytest.raises(FieldError, match="blind index"):
        IdempotentAnswer.objects.filter(body="Jane Roe").exists()
    assert not IdempotentAnswer.objects.filter(body__isnull=True).exists()
