"""The client of a bucket: listing it and fetching its objects."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import PurePosixPath
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from lectern.sdk.connectors import Connection, ConnectorError, Item, Site, copy

_COPIED_AT_ONCE = 1 << 20
_PATIENCE = Config(
    connect_timeout=5,
    read_timeout=30,
    retries={"total_max_attempts": 3, "mode": "standard"},
    # Other makers' servers have no host name for each bucket.
    s3={"addressing_style": "path"},
    # No proxy of the environment: the operator allowed this address and no other.
    proxies={},
)
# What the server says when trying again is no use.
_REFUSALS = {"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "NoSuchBucket"}


class BucketConnection:
    """The objects of a bucket below one prefix."""

    def __init__(self, client: Any, bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix

    def items(self) -> Iterator[Item]:
        """Each object that is no folder marker, in the order of the keys."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix
        )
        try:
            for page in pages:
                for found in page.get("Contents", []):
                    if not found["Key"].endswith("/"):
                        yield _item(found)
        except (BotoCoreError, ClientError) as error:
            raise _explained(error, f"The bucket {self._bucket}") from error

    def fetch(self, item: Item, into: BinaryIO, *, most_bytes: int) -> None:
        """Copy the object as it was listed; one that was replaced since is left for later."""
        try:
            got = self._client.get_object(
                Bucket=self._bucket, Key=item.key, IfMatch=item.fingerprint
            )
            parts = got["Body"].iter_chunks(_COPIED_AT_ONCE)
            copy(parts, into, item, most_bytes=most_bytes)
        except (BotoCoreError, ClientError) as error:
            raise _explained(error, item.key) from error


def connect(settings: Mapping[str, str], site: Site) -> Connection:
    """The bucket that ``settings`` name, at an address that the operator allowed."""
    address = settings["endpoint"].strip().rstrip("/")
    if address not in {allowed.rstrip("/") for allowed in site.allowed}:
        raise ConnectorError(
            f"Lectern may not connect to {address}. The operator can allow it with "
            "LECTERN_S3_ENDPOINTS.",
            permanent=True,
        )
    try:
        client = Session().create_client(
            "s3",
            region_name=settings["region"],
            endpoint_url=address,
            aws_access_key_id=settings["access_key"],
            aws_secret_access_key=settings["secret_key"],
            config=_PATIENCE,
        )
    except (BotoCoreError, ValueError) as error:
        raise ConnectorError(
            f"These settings make no connection: {error}. Correct them.", permanent=True
        ) from error
    client.meta.events.register_first("before-send.s3", partial(_stay_at, address))
    return BucketConnection(client, settings["bucket"].strip(), settings["prefix"].strip())


def _stay_at(address: str, *, request: Any, **_: Any) -> None:
    """Send nothing anywhere else.

    The names of access points and of directory buckets lead to hosts of their own, and a
    server may name another region.
    """
    if urlsplit(request.url)[:2] != urlsplit(address)[:2]:
        raise ConnectorError(
            f"This bucket is not at {address}, and Lectern connects to nowhere else for it. Name "
            "a bucket, not an access point or a directory bucket, and its own region.",
            permanent=True,
        )


def _item(found: Mapping[str, Any]) -> Item:
    return Item(
        key=found["Key"],
        name=PurePosixPath(found["Key"]).name,
        fingerprint=found["ETag"],
        size=found["Size"],
    )


def _explained(error: BotoCoreError | ClientError, what: str) -> ConnectorError:
    if not isinstance(error, ClientError):
        return ConnectorError(f"{what} cannot be reached ({type(error).__name__}).")
    code = str(error.response.get("Error", {}).get("Code", ""))
    if code in {"PreconditionFailed", "412"}:
        return ConnectorError(f"{what} changed while it was read. The next sync takes it.")
    return ConnectorError(
        f"{what} cannot be read: the server says {code or 'nothing that it explains'}. "
        "Check the keys, the bucket and what they may do.",
        permanent=code in _REFUSALS,
    )
