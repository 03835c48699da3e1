"""Small tables of rules: read with what is wrong named by row, loaded in the place of what stood."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from plans.editing.load_edit_rules import load_edit_rules, load_shipped_rules
from plans.editing.selectors import standing_rules
from plans.editing.small_tables import read_small_tables, shipped_rules
from plans.models import EditRule
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Invalid

BY = Actor.system("tests")
OURS = "codes:\n  - {of: procedure, codes: [10004-10021], from_age: 3, from: 2026-01-01, through: 2026-03-31}\n"


@pytest.mark.django_db
def test_the_shipped_tables_are_there_after_migrating() -> None:
    assert standing_rules() == shipped_rules()
    count = EditRule.objects.count()
    load_shipped_rules()
    assert EditRule.objects.count() == count


@pytest.mark.django_db
def test_a_file_takes_their_place_and_they_do_not_come_back(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(OURS)
    call_command("load_edits", str(path))
    rules = standing_rules()
    assert (len(rules.codes), rules.modifiers, rules.bills) == (1, (), ())
    load_shipped_rules()
    assert standing_rules() == rules
    assert load_edit_rules(text=OURS, source="ours.yaml", by=BY) == 0


def test_days_are_turned_half_open_and_ranges_split() -> None:
    (rule,) = read_small_tables(OURS).codes
    assert (str(rule.starts_on), str(rule.ends_on), rule.codes) == ("2026-01-01", "2026-04-01", (("10004", "10021"),))
    assert rule.holds("10010")
    assert not rule.holds("10022")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("codes: [{of: procedure, codes: [10004], agee: 3}]", "codes row 1: agee is not known"),
        ("codes: [{of: procedure}]", "codes row 1: .*codes"),
        ("bills: [{name: x, bill_types: ['11']}, 7]", "bills row 2: this is no row"),
        ("modifiers: [{tells_apart: true}]", "modifiers row 1: name the modifiers"),
        ("codes: [{of: procedure, codes: [10004], from: soon}]", "codes row 1: from is no day"),
        ("prices: []", "and nothing else"),
        ("codes: [", "while parsing"),
    ],
)
def test_what_is_wrong_is_told_with_its_row(text: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        read_small_tables(text)


@pytest.mark.django_db
def test_the_command_tells_it_too(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("codes: [{of: procedure}]")
    with pytest.raises(CommandError, match="codes row 1"):
        call_command("load_edits", str(path))
