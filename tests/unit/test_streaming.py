"""The stream of an answer: it always ends with a last event and never falls silent."""

import asyncio
import json
import time
from uuid import UUID

import pytest
from django.db import OperationalError

from lectern.answering.ask import Done, Sources
from lectern.answering.streaming import HEARTBEAT, server_sent
from lectern.errors import Conflict

ID = UUID(int=7)
SOURCES = Sources(question_id=ID, passages=(), searched_for="Who?")
DONE = Done(answer_id=ID, outcome="answered", text="Yes.")


def streamed(events, **options):
    async def collect():
        return [part async for part in server_sent(events, **options)]

    return asyncio.run(collect())


def names_in(parts):
    lines = b"".join(parts).decode().splitlines()
    return [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]


def failing(error):
    yield SOURCES
    raise error


def test_a_stream_carries_its_events_in_order_and_ends_with_done():
    assert names_in(streamed(iter([SOURCES, DONE]))) == ["sources", "done"]


def test_each_event_is_framed_with_a_number_and_one_line_of_json():
    (first, _) = streamed(iter([SOURCES, DONE]))

    number, name, data, *end = first.decode().split("\n")
    assert (number, name, end) == ("id: 1", "event: sources", ["", ""])
    assert json.loads(data.removeprefix("data: ")) == {"question_id": str(ID), "passages": []}


def test_nothing_follows_the_last_event():
    assert names_in(streamed(iter([DONE, SOURCES]))) == ["done"]


def test_an_expected_error_is_the_last_event_with_its_own_words():
    *_, last = streamed(failing(Conflict("The document is gone. Ask again.", code="gone")))

    assert b"event: error" in last
    assert b"The document is gone. Ask again." in last


@pytest.mark.parametrize(
    ("error", "code"),
    [(OperationalError("host db.internal"), "unavailable"), (KeyError("secret"), "internal")],
)
def test_any_other_error_is_the_last_event_and_tells_no_inner_detail(error, code):
    *_, last = streamed(failing(error))

    assert f'"code": "{code}"'.encode() in last
    assert b"secret" not in last
    assert b"db.internal" not in last


def test_events_that_end_without_a_last_one_are_an_error():
    assert names_in(streamed(iter([SOURCES]))) == ["sources", "error"]


def test_a_slow_step_is_bridged_by_comments():
    def slow():
        time.sleep(0.2)
        yield DONE

    parts = streamed(slow(), heartbeat_seconds=0.05)

    assert parts.count(HEARTBEAT) >= 2
    assert names_in(parts) == ["done"]


def test_a_reader_who_leaves_stops_it_after_the_step_under_way():
    taken = []

    def steps():
        for number in range(5):
            taken.append(number)
            time.sleep(0.05)
            yield SOURCES

    async def leave_after_one():
        stream = server_sent(steps())
        await anext(stream)
        await stream.aclose()
        count = len(taken)
        await asyncio.sleep(0.2)
        return count

    assert asyncio.run(leave_after_one()) == len(taken) <= 2
