"""Whether this process lives, and whether everything that it needs is there."""

from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from lectern.backends.weights import EMBEDDER_NAME
from lectern.embedded.servers import broker_answers
from lectern.jobs.sweep import seconds_since_sweep

# A sweep that was missed once may be late; missed four times, nobody sweeps.
LATE_SWEEPS = 4
# Seconds.
MIGRATIONS_KEPT = 10


def live(request: HttpRequest) -> JsonResponse:
    """That this process answers. Touches nothing else."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """Each part that this site needs, as ``ok`` or in a word what is wrong; 503 if any is.

    Anybody may ask, so it names no host, version or path.
    """
    checks = {name: _outcome(check) for name, check in CHECKS.items()}
    well = all(outcome == "ok" for outcome in checks.values())
    body = {"status": "ok" if well else "not ready", "checks": checks}
    return JsonResponse(body, status=200 if well else 503)


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _migrations() -> str:
    # Reads every migration file, and anybody may ask, as often as they like.
    return str(cache.get_or_set("readiness-migrations", _migrations_now, MIGRATIONS_KEPT))


def _migrations_now() -> str:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return "missing" if missing else "ok"


def _broker() -> str:
    url = settings.BROKER_URL
    return "ok" if url and broker_answers(url) else "does not answer"


def _sweep() -> str:
    age = seconds_since_sweep()
    if age is None:
        return "never"
    return "ok" if age <= LATE_SWEEPS * settings.JOB_SWEEP_SECONDS else "late"


def _model() -> str:
    # Looking for the file only: loading the model would make this check slow and large.
    return "ok" if (settings.STATE / "models" / EMBEDDER_NAME).is_dir() else "missing"


def _outcome(check: Callable[[], str]) -> str:
    try:
        return check()
    except Error:
        return "does not answer"


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
    "sweep": _sweep,
    "model": _model,
}
