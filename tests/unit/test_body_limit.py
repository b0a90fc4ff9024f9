"""Bodies that are too long are refused before they are stored."""

import asyncio
import json

from lectern.asgi import BodyLimit


async def reading(scope, receive, send):
    read = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        read += message["body"]
        if not message["more_body"]:
            break
    await send({"type": "read", "read": read})


def sent_by(limit: int, *, headers: list, chunks: list[bytes]) -> list[dict]:
    messages = [
        {"type": "http.request", "body": chunk, "more_body": chunk is not chunks[-1]}
        for chunk in chunks
    ]
    sent: list[dict] = []

    async def receive():
        return messages.pop(0)

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "headers": headers}
    asyncio.run(BodyLimit(reading, limit)(scope, receive, send))
    return sent


def test_a_body_within_the_limit_passes():
    sent = sent_by(10, headers=[(b"content-length", b"6")], chunks=[b"abc", b"def"])

    assert sent == [{"type": "read", "read": b"abcdef"}]


def test_a_body_that_declares_too_much_is_refused_unread():
    start, body = sent_by(5_000_000, headers=[(b"content-length", b"5000001")], chunks=[b"abc"])

    assert start["status"] == 413
    assert json.loads(body["body"])["code"] == "too_large"


def test_a_body_of_undeclared_length_is_cut_off_at_the_limit():
    sent = sent_by(5, headers=[], chunks=[b"abc", b"def", b"ghi"])

    assert sent == [{"type": "read", "read": b"abc"}]
