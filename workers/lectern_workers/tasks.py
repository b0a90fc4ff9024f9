"""The only task, under a name that no renaming of modules changes."""

import logging
from uuid import UUID

from lectern.jobs.broker import RUN_JOB
from lectern_workers import sweeper
from lectern_workers.app import app
from lectern_workers.runner import run

log = logging.getLogger(__name__)


@app.task(name=RUN_JOB)
def run_job(job_id: str) -> None:
    """Run the job with this id if it waits; calls that are late, repeated or forged do nothing."""
    try:
        wanted = UUID(str(job_id))
    except ValueError:
        log.warning("call ignored, it names no job")
        return
    run(wanted)


sweeper.attend()
