"""An answer as server-sent events (WHATWG HTML, section 9.2), for pages and for the API.

The stream always ends with ``done`` or ``error``. Between two events no database
connection is held, and a silent step is bridged by comments.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from asgiref.sync import sync_to_async
from django.db import Error, connection

from lectern.answering.ask import Done, Event, Sentence, Sources
from lectern.errors import LecternError

log = logging.getLogger(__name__)

CONTENT_TYPE = "text/event-stream"
# Proxies cut what is silent for 15 s and longer; nginx holds back what is not marked.
HEARTBEAT_SECONDS = 10.0
HEARTBEAT = b": still working\n\n"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The answer could not be finished; this is then the last event."""

    message: str
    code: str


StreamEvent = Event | Failed
Description = tuple[str, Mapping[str, Any]]


def as_json(event: StreamEvent) -> Description:
    """The name of ``event`` and its data, with ids as plain UUIDs."""
    match event:
        case Sources():
            passages = [
                {"title": passage.document_title, "page": passage.page}
                for passage in event.passages
            ]
            return "sources", {"question_id": str(event.question_id), "passages": passages}
        case Sentence():
            return "sentence", {
                "number": event.citation.number,
                "text": event.text,
                "title": event.citation.passage.document_title,
                "page": event.citation.passage.page,
                "page_label": event.citation.page_label,
            }
        case Done():
            return "done", {"answer_id": str(event.answer_id), "outcome": event.outcome}
        case Failed():
            return "error", {"code": event.code, "message": event.message}


async def server_sent(
    events: Iterator[Event],
    *,
    describe: Callable[[StreamEvent], Description] = as_json,
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
) -> AsyncIterator[bytes]:
    """``events`` as the body of a streaming response, each step taken in the request's thread.

    A reader who leaves stops it: the step under way is finished, the next never begins.
    """
    step = _begin(events)
    try:
        for number in count(1):
            while not (await asyncio.wait({step}, timeout=heartbeat_seconds))[0]:
                yield HEARTBEAT
            event = step.result()
            yield message(number, *describe(event))
            if isinstance(event, Done | Failed):
                return
            step = _begin(events)
    finally:
        # The thread cannot be interrupted, and shutting it down before it is through would
        # hold up every other request of this process.
        await asyncio.wait({step})


def _begin(events: Iterator[Event]) -> asyncio.Future[StreamEvent]:
    return asyncio.ensure_future(sync_to_async(_next)(events))


def message(number: int, name: str, data: Mapping[str, Any]) -> bytes:
    """One event of the stream. JSON has no raw line break, so one ``data`` line is enough."""
    return f"id: {number}\nevent: {name}\ndata: {json.dumps(data)}\n\n".encode()


def _next(events: Iterator[Event]) -> StreamEvent:
    """The next event, or how it failed; gives the connection back to the pool either way."""
    try:
        return next(events)
    except LecternError as error:
        return Failed(message=error.message, code=error.code)
    except Error:
        log.exception("answer stream lost the database")
        return Failed(
            message="The database does not answer. Ask again in a few seconds.", code="unavailable"
        )
    # Whatever it was, the reader is owed a last event.
    except Exception:
        log.exception("answer stream failed")
        return Failed(
            message="Something failed here while the answer was written. Ask again, and tell the "
            "operator if it happens twice.",
            code="internal",
        )
    finally:
        connection.close()
