"""The reading of documents, which stops at a point of its work until a test lets it go on.

The folder that the environment names by ``PAUSES`` is how the test and the worker talk: the
test writes the point into ``at``, the worker makes ``reached``, waits for ``go``, and makes
``left`` when the attempt is over. Only first attempts stop.
"""

import os
import time
from pathlib import Path
from typing import Any
from unittest import mock

from lectern_workers.context import JobContext
from lectern_workers.ingestion import pipeline

# Where reading can be stopped: by the stage that it shows, and before and after it commits.
STAGES = ("parsing page", "cleaning", "embedding", "storing")
POINTS = (*STAGES, "in the transaction", "after the transaction")

_progress = JobContext.progress
_publish = pipeline.publish


def ingest_document(context: JobContext) -> dict[str, Any]:
    """The product's handler, with places to stop in its first attempt."""
    if context.attempt > 1:
        return pipeline.ingest_document(context)
    try:
        with (
            mock.patch.object(JobContext, "progress", _show_and_pause),
            mock.patch.object(pipeline, "publish", _publish_and_pause),
        ):
            result = pipeline.ingest_document(context)
        _pause("after the transaction")
        return result
    finally:
        _sign("left").touch()


def _show_and_pause(context: JobContext, stage: str, done: int = 0, total: int = 0) -> None:
    _progress(context, stage, done, total)
    if stage != "parsing page" or done:  # in the middle of the pages
        _pause(stage)


def _publish_and_pause(*content: Any) -> None:
    _publish(*content)
    _pause("in the transaction")


def _pause(point: str) -> None:
    if _sign("go").exists() or _sign("at").read_text() != point:
        return
    _sign("reached").touch()
    while not _sign("go").exists():
        time.sleep(0.05)


def _sign(name: str) -> Path:
    return Path(os.environ["PAUSES"]) / name
