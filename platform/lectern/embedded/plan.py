"""What ``lectern up`` runs on one machine, in this order. Edit here to add a part."""

from dataclasses import dataclass
from enum import Enum


class Probe(Enum):
    """How a long-running part shows that it serves."""

    HTTP = "http"  # any answer to a request on the web port
    CELERY = "celery"  # an answer to a ping through the broker


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A management command that runs to its end before what follows it is started.

    ``first_start_only``: not again once it has succeeded on this state folder, and never on a
    database that is not embedded. ``shown``: its output is for the person who started Lectern.
    ``inputs``: patterns of files below the root; with them, the step runs again only when one
    of these has changed, or when ``output``, the folder of the state that it fills, is gone.
    """

    name: str
    title: str
    command: tuple[str, ...]
    first_start_only: bool = False
    shown: bool = False
    inputs: tuple[str, ...] = ()
    output: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A Python module that is kept running; ``{host}``, ``{port}``, ``{node}`` are filled in.

    ``stop_seconds``: how long it may take to finish what it is doing when it is stopped.
    """

    name: str
    title: str
    module: tuple[str, ...]
    probe: Probe
    stop_seconds: float
    environment: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A management command that is run so many seconds after the start and after its last end."""

    name: str
    command: tuple[str, ...]
    every_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Steps, then parts (all started at once), then the steps that need the parts; then errands."""

    before: tuple[Step, ...]
    parts: tuple[Part, ...]
    after: tuple[Step, ...]
    errands: tuple[Errand, ...] = ()


PLAN = Plan(
    before=(
        Step(
            name="migrate",
            title="Tables",
            command=("migrate", "--database", "owner", "--no-input", "--skip-checks"),
        ),
        Step(
            name="static",
            title="Page assets",
            command=("collectstatic", "--no-input", "--skip-checks"),
            inputs=("platform/**/static/**/*", "requirements/base.lock", "pyproject.toml"),
            output="static",
        ),
        Step(name="models", title="Embedding model", command=("prepare_models",)),
    ),
    parts=(
        Part(
            name="worker",
            title="Worker",
            module=(
                *("celery", "-A", "lectern_workers.app", "worker", "-n", "{node}"),
                *("-Q", "interactive,ingest", "-c", "2", "--loglevel", "INFO"),
                *("--without-gossip", "--without-mingle"),
            ),
            probe=Probe.CELERY,
            stop_seconds=30.0,
            # Asked to stop, it gives its jobs back instead of finishing them.
            environment=(("REMAP_SIGTERM", "SIGQUIT"),),
        ),
        Part(
            name="web",
            title="Web",
            module=(
                *("uvicorn", "lectern.asgi:application", "--host", "{host}", "--port", "{port}"),
                *("--no-access-log", "--lifespan", "off", "--timeout-graceful-shutdown", "20"),
            ),
            probe=Probe.HTTP,
            stop_seconds=25.0,
            # Hands memory back that loading the embedding model needed for a moment: 20 MB less.
            environment=(("MALLOC_ARENA_MAX", "2"), ("MALLOC_TRIM_THRESHOLD_", "131072")),
        ),
    ),
    after=(
        Step(
            name="demo",
            title="Sample tenants",
            command=("demo",),
            first_start_only=True,
            shown=True,
        ),
    ),
    errands=(
        # Only the tables' owner may build an index, and no process that serves people is that.
        Errand(name="vector_index", command=("vector_index",), every_seconds=300.0),
    ),
)
