"""The embedded broker keeps what it was given, whatever happens to its process."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import redis

from lectern.embedded.broker import EmbeddedValkey
from lectern.errors import Unavailable


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    """A running broker that this test may break."""
    server = EmbeddedValkey(tmp_path / "broker")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def client(broker: EmbeddedValkey) -> Iterator[redis.Redis]:
    """A connection to it, made anew when it was lost."""
    with redis.Redis.from_url(broker.start(), decode_responses=True) as connected:
        yield connected


def test_a_second_start_finds_the_running_server(broker, tmp_path):
    pid = broker.pid()

    url = EmbeddedValkey(tmp_path / "broker").start()

    assert (url, broker.pid()) == (broker.start(), pid)


def test_a_killed_broker_starts_again_with_what_it_held(broker, client):
    client.rpush("calls", "first", "second")
    time.sleep(1.5)  # it writes to disk each second
    os.kill(broker.pid(), signal.SIGKILL)

    broker.start()

    assert client.lrange("calls", 0, -1) == ["first", "second"]


def test_a_stopped_broker_forgets_nothing(broker, client):
    client.rpush("calls", "written just now")
    broker.stop()

    broker.start()

    assert client.lrange("calls", 0, -1) == ["written just now"]


def test_a_log_cut_short_by_a_crash_is_read_up_to_the_cut(broker, client, tmp_path):
    client.rpush("calls", "whole")
    time.sleep(1.5)
    os.kill(broker.pid(), signal.SIGKILL)
    (written,) = (tmp_path / "broker" / "data").rglob("*.incr.aof")
    written.write_bytes(written.read_bytes() + b"*3\r\n$5\r\nrpush\r\n$5\r\ncal")

    broker.start()

    assert client.lrange("calls", 0, -1) == ["whole"]


def test_files_that_cannot_be_read_back_are_told(broker, tmp_path):
    broker.stop()
    (manifest,) = (tmp_path / "broker" / "data").rglob("*.manifest")
    manifest.write_text("not a manifest\n")

    with pytest.raises(Unavailable, match="manifest"):
        broker.start()


def test_nobody_gets_in_without_the_password(broker):
    address = redis.connection.parse_url(broker.start())
    with (
        redis.Redis(host=address["host"], port=address["port"]) as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()


def test_the_password_is_not_among_the_arguments(broker):
    password = redis.connection.parse_url(broker.start())["password"]

    assert password not in " ".join(psutil.Process(broker.pid()).cmdline())


def test_it_listens_on_this_machine_only(broker):
    listening = psutil.Process(broker.pid()).net_connections()

    assert {connection.laddr.ip for connection in listening} == {"127.0.0.1"}


def test_it_refuses_rather_than_forgets(client):
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_stopping_says_whether_it_ran(broker):
    assert [broker.stop(), broker.stop(), broker.running()] == [True, False, False]
