"""The plain parts stay plain: they load no Django in a fresh Python, and read no clock and no environment."""

import ast
import subprocess
import sys
import tomllib

import pytest

from tpa.embedded import places

CONTRACTS = tomllib.loads((places.ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
(HEART,) = [contract for contract in CONTRACTS if contract["name"].startswith("Heart")]
PLAIN = HEART["source_modules"]

CLOCKS = {"today", "now", "utcnow", "time", "monotonic", "perf_counter", "localtime", "gmtime"}
CLOCK_OWNERS = {"date", "datetime", "time", "timezone"}


def modules_of(name):
    path = places.ROOT / name.replace(".", "/")
    return sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]


@pytest.mark.parametrize("name", PLAIN)
def test_it_loads_no_django(name):
    names = [str(path.relative_to(places.ROOT).with_suffix("")).replace("/", ".") for path in modules_of(name)]
    program = f"""
import importlib, sys
for name in {names!r}:
    importlib.import_module(name.removesuffix(".__init__"))
print(*{{"django", "celery", "psycopg2", "redis", "environ"}} & {{name.partition(".")[0] for name in sys.modules}})
"""
    ran = subprocess.run([sys.executable, "-c", program], cwd=places.ROOT, env={}, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == ""


@pytest.mark.parametrize(
    "path", [path for name in PLAIN for path in modules_of(name)], ids=lambda path: str(path.relative_to(places.ROOT))
)
def test_it_reads_no_clock_and_no_environment(path):
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owner, attribute = node.value.id, node.attr
            if (owner in CLOCK_OWNERS and attribute in CLOCKS) or (
                owner == "os" and attribute in ("environ", "getenv")
            ):
                found.append(f"{path.name}:{node.lineno} {owner}.{attribute}")
    assert found == []
