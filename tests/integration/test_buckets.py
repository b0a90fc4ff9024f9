"""Buckets as sources: what is listed, what is fetched, and at which address alone."""

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from types import SimpleNamespace

import pytest
from botocore.session import Session
from django.conf import settings
from moto.server import ThreadedMotoServer

from lectern.errors import Invalid, LecternError
from lectern.sources.keeping import change_source
from synced_sources import make_source, synced, titles

_buckets = count(1)


@pytest.fixture
def bucket(monkeypatch):
    """A bucket on a server that speaks S3, here on this machine."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    monkeypatch.setitem(settings.CONNECTORS_ALLOWED, "s3", [address])
    client = Session().create_client(
        "s3",
        region_name="us-east-1",
        endpoint_url=address,
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )
    # The server keeps its buckets from one start to the next.
    name = f"reports-{next(_buckets)}"
    client.create_bucket(Bucket=name)
    yield SimpleNamespace(
        client=client,
        name=name,
        settings={
            "endpoint": address,
            "bucket": name,
            "access_key": "key",
            "secret_key": "secret",
        },
    )
    server.stop()


@contextmanager
def redirecting(status, address):
    """The address of a server that sends everybody to ``address`` and to another region."""

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.send_header("Location", address + self.path)
            self.send_header("x-amz-bucket-region", "eu-north-1")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_objects_of_a_bucket_are_followed(tenant, collection, bucket):
    for key in ("q1/report.txt", "q1/", "q2/report.txt"):
        bucket.client.put_object(Bucket=bucket.name, Key=key, Body=f"This is {key}.".encode())
    source = make_source(tenant, collection, "s3", prefix="q", **bucket.settings)
    assert synced(source) == {"added": 2}

    bucket.client.put_object(Bucket=bucket.name, Key="q1/report.txt", Body=b"This is new.")
    bucket.client.delete_object(Bucket=bucket.name, Key="q2/report.txt")

    assert synced(source) == {"changed": 1, "removed": 1}
    assert titles() == ["report.txt"]


def test_a_bucket_is_read_at_an_allowed_address_only(tenant, collection, bucket):
    elsewhere = bucket.settings | {"endpoint": "http://127.0.0.1:1"}
    source = make_source(tenant, collection, "s3", **elsewhere)

    with pytest.raises(Invalid, match="may not connect to"):
        synced(source)


@pytest.mark.parametrize(
    "wanted",
    [
        "arn:aws:s3:us-west-2:123456789012:accesspoint/elsewhere",
        "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-1/accesspoint/elsewhere",
        "elsewhere--use1-az1--x-s3",
    ],
)
def test_a_bucket_whose_name_leads_to_another_host_is_not_asked_for(
    tenant, collection, monkeypatch, wanted
):
    address = "https://s3.invalid"
    monkeypatch.setitem(settings.CONNECTORS_ALLOWED, "s3", [address])
    keys = {"endpoint": address, "access_key": "key", "secret_key": "secret"}
    source = make_source(tenant, collection, "s3", bucket=wanted, **keys)

    with pytest.raises(Invalid, match="connects to nowhere else"):
        synced(source)


@pytest.mark.parametrize("status", [301, 307])
def test_a_server_that_leads_elsewhere_is_not_followed(
    tenant, collection, bucket, monkeypatch, status
):
    with redirecting(status, bucket.settings["endpoint"]) as address:
        monkeypatch.setitem(settings.CONNECTORS_ALLOWED, "s3", [address])
        bucket.client.put_object(Bucket=bucket.name, Key="a.txt", Body=b"This is A.")
        source = make_source(tenant, collection, "s3", **(bucket.settings | {"endpoint": address}))

        with pytest.raises(LecternError, match="cannot be read"):
            synced(source)


def test_a_bucket_that_is_not_there_is_said(tenant, collection, bucket):
    source = make_source(tenant, collection, "s3", **(bucket.settings | {"bucket": "nowhere"}))

    with pytest.raises(Invalid, match="NoSuchBucket"):
        synced(source)


def test_a_secret_is_stored_encrypted_and_stays_when_left_out(tenant, collection, bucket):
    source = make_source(tenant, collection, "s3", **bucket.settings)
    assert b"secret" not in bytes(source.secrets)
    assert "secret_key" not in source.settings

    without = {name: value for name, value in bucket.settings.items() if name != "secret_key"}
    bucket.client.put_object(Bucket=bucket.name, Key="a.txt", Body=b"This is A.")
    change_source(tenant, source, name="Renamed", settings=without, every_minutes=None)

    source.refresh_from_db()
    assert synced(source) == {"added": 1}
