"""requirements.lock: everything that pyproject.toml asks for, each with its hash, from nowhere in particular."""

import re
import tomllib

from tpa.embedded import places

LOCK = (places.ROOT / "requirements.lock").read_text()
LOCKED = re.findall(r"^([a-z0-9-]+)==", LOCK, re.MULTILINE)
PROJECT = tomllib.loads((places.ROOT / "pyproject.toml").read_text())["project"]


def test_everything_asked_for_is_locked():
    extras = PROJECT["optional-dependencies"].values()
    asked = [re.match(r"[\w-]+", word)[0] for word in sum(extras, PROJECT["dependencies"])]
    assert [name for name in asked if name not in LOCKED] == []


def test_everything_has_a_hash():
    blocks = re.split(r"^(?=[a-z0-9-]+==)", LOCK, flags=re.MULTILINE)[1:]
    assert [block.split("==")[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_no_psycopg_3():
    """Django silently prefers it over psycopg2 wherever it is installed, and our COPY is written for psycopg2."""
    assert [name for name in LOCKED if re.fullmatch(r"psycopg(-binary|-c|-pool)?", name)] == []
    assert "psycopg2-binary" in LOCKED


def test_it_names_no_host():
    assert "//" not in LOCK
