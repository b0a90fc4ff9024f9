"""The deployment files, checked as far as they can be without a container engine."""

import re
from pathlib import Path

import yaml
from django.conf import settings

from lectern.embedded.plan import PLAN

DEPLOY = Path(settings.ROOT) / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def test_every_variable_that_compose_asks_for_is_in_the_example():
    asked = set(re.findall(r"\$\{([A-Z_]+):\?\}", (DEPLOY / "compose.yaml").read_text()))
    named = set(re.findall(r"^([A-Z_]+)=", (DEPLOY / "example.env").read_text(), re.MULTILINE))

    assert asked == named


def test_compose_runs_the_parts_that_lectern_up_runs():
    assert {part.name for part in PLAN.parts} <= set(COMPOSE["services"])


def test_the_worker_of_compose_reads_the_queues_of_lectern_up():
    worker = next(part for part in PLAN.parts if part.name == "worker")
    queues = worker.module[worker.module.index("-Q") + 1]

    assert f"--queues={queues}" in COMPOSE["services"]["worker"]["command"]
    for name, value in worker.environment:
        assert COMPOSE["services"]["worker"]["environment"].get(name, value) == value


def test_no_command_line_holds_a_password():
    for name, service in COMPOSE["services"].items():
        run = [*service.get("command", []), *service.get("healthcheck", {}).get("test", [])]
        assert not re.search(r"(?<!\$)\$\{?[A-Z_]*PASSWORD", " ".join(run)), name
        assert " -a " not in " ".join(run), name


def test_nothing_is_published_beyond_this_machine_by_default():
    published = [
        port for service in COMPOSE["services"].values() for port in service.get("ports", [])
    ]

    assert published == ["${LECTERN_BIND:-127.0.0.1}:8000:8000"]


def test_what_serves_and_what_reads_cannot_sign_in_as_the_owner_of_the_tables():
    given = {
        name: set(service.get("environment", {})) for name, service in COMPOSE["services"].items()
    }

    assert {name for name, names in given.items() if "LECTERN_DATABASE_OWNER_URL" in names} == {
        "prepare",
        "index",
    }


def test_the_image_copies_what_is_there():
    root = Path(settings.ROOT)
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.M)

    assert copied
    for source in " ".join(copied).split():
        assert (root / source).exists(), source
