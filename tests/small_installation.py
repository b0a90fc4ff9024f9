"""An installation of two small parts, run by the real supervisor: ``python small_installation.py
STATE [SCENARIO]``. Its web part lists a folder, its other part sleeps."""

import sys
from pathlib import Path

from lectern.embedded.installation import Installation
from lectern.embedded.plan import Errand, Part, Plan, Probe, Step
from lectern.embedded.progress import Progress
from lectern.embedded.servers import ExternalUrls
from lectern.embedded.supervisor import Supervisor
from lectern.errors import LecternError

WEB = Part(
    name="web",
    title="Web",
    module=("http.server", "{port}", "--bind", "{host}"),
    probe=Probe.HTTP,
    stop_seconds=5.0,
)
VERSION = Step(name="version", title="Version", command=("version",), shown=True)
ONCE = Step(name="once", title="Only once", command=("version",), first_start_only=True)
BROKEN = Step(name="broken", title="A broken step", command=("no_such_command",))
OFTEN = Errand(name="often", command=("version",), every_seconds=0.1)
FAILING = Errand(name="failing", command=("no_such_command",), every_seconds=0.1)

SCENARIOS = {
    "plain": Plan(before=(), parts=(WEB,), after=()),
    "steps": Plan(before=(VERSION,), parts=(WEB,), after=(ONCE,)),
    "broken": Plan(before=(BROKEN,), parts=(WEB,), after=()),
    "errands": Plan(before=(), parts=(WEB,), after=(), errands=(FAILING, OFTEN)),
}


def main() -> None:
    """Run until a signal says stop."""
    state, scenario = Path(sys.argv[1]), sys.argv[2]
    installation = Installation(root=state, state=state, external=ExternalUrls())
    progress = Progress(lambda text: print(text, end="", flush=True))  # noqa: T201
    try:
        Supervisor(installation, progress, plan=SCENARIOS[scenario]).run()
    except LecternError as error:
        sys.exit(error.message)


if __name__ == "__main__":
    main()
