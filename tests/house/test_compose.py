"""docker-compose.yml starts what ./run starts: the same commands under the same roles, all of them watched."""

import json
from pathlib import Path

import pytest
import yaml

from tpa.embedded import places
from tpa.embedded.processes import PREPARE, table
from tpa.embedded.valkey import EmbeddedValkey

COMPOSE = yaml.safe_load((places.ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = table("0.0.0.0:8000")


def test_services_are_those_of_the_table():
    assert set(SERVICES) == {process.name for process in OURS} | {"prepare", "postgres", "redis"}


@pytest.mark.parametrize("process", OURS, ids=lambda process: process.name)
def test_commands_and_roles_agree(process):
    service = SERVICES[process.name]
    assert tuple(service["command"]) == process.command
    assert service["environment"]["STEWARD_DB_ROLE"] == process.role


def test_the_database_is_prepared_first_by_its_owner():
    assert tuple(SERVICES["prepare"]["command"]) == PREPARE
    assert "STEWARD_DB_ROLE" not in SERVICES["prepare"]["environment"]
    for process in OURS:
        needs = SERVICES[process.name]["depends_on"]
        assert needs["prepare"] == {"condition": "service_completed_successfully"}


def test_every_long_running_service_has_a_health_check():
    assert [name for name, service in SERVICES.items() if name != "prepare" and "healthcheck" not in service] == []


def test_no_secret_has_a_default():
    text = (places.ROOT / "docker-compose.yml").read_text()
    for secret in ("STEWARD_SECRET_KEY", "STEWARD_FIELD_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"):
        assert f"${{{secret}:?}}" in text
        assert f"${{{secret}:-" not in text


def test_both_redis_servers_are_configured_alike():
    ours = EmbeddedValkey(Path("anywhere"))
    ours.password = "secret"
    alike = ("appendonly", "appendfsync", "save", "maxmemory-policy")
    shell = SERVICES["redis"]["command"][2]
    assert [line for line in ours.configuration().splitlines() if line.startswith(alike) and line not in shell] == []


def test_the_image_serves_by_default_what_the_web_service_does():
    (command,) = [line for line in (places.ROOT / "Dockerfile").read_text().splitlines() if line.startswith("CMD")]
    assert json.loads(command.removeprefix("CMD ")) == SERVICES["web"]["command"]
