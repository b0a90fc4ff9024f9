"""Every kind of job has a queue to wait in and a handler that does it."""

import inspect
import os
import subprocess
import sys

import pytest
from django.utils.module_loading import import_string

from lectern.jobs.broker import QUEUES
from lectern.jobs.models import Job
from lectern_workers.runner import HANDLERS


def test_every_kind_has_a_handler():
    assert set(HANDLERS) == set(Job.Kind)


def test_every_kind_has_a_queue():
    assert set(QUEUES) == set(Job.Kind)


@pytest.mark.parametrize("kind", list(Job.Kind))
def test_a_handler_takes_the_context_of_the_attempt_and_nothing_else(kind):
    handler = import_string(HANDLERS[kind])

    assert list(inspect.signature(handler).parameters) == ["context"]


def test_the_process_that_forks_the_others_loads_no_model():
    program = "import lectern_workers.app, lectern_workers.tasks, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "lectern.settings"},
    ).stdout.split()

    assert {"torch", "onnxruntime", "sentence_transformers"} & set(loaded) == set()
