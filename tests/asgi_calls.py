"""Requests as the server hands them to the application, seen part by part."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from lectern.asgi import application


@dataclass(slots=True)
class Exchange:
    """A request and what came back; ``in_use`` counts database connections at each part."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    parts: list[bytes] = field(default_factory=list)
    in_use: list[int] = field(default_factory=list)

    @property
    def body(self) -> bytes:
        return b"".join(self.parts)


def connections_in_use() -> int:
    """How many connections of the pool are given out at this moment."""
    stats = connection.pool.get_stats()
    return int(stats["pool_size"] - stats["pool_available"])


async def exchange(
    method: str,
    path: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    leave_after: Callable[[Exchange], bool] = lambda _: False,
) -> Exchange:
    """Send one request; the client goes away once ``leave_after`` is true of a sent part."""
    result = Exchange()
    left = asyncio.Event()
    sent = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if sent:
            return sent.pop()
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            result.status = message["status"]
            result.headers = {k.decode().lower(): v.decode() for k, v in message["headers"]}
            return
        # Nothing moves on before this returns, as with a reader who takes the parts slowly.
        await asyncio.sleep(0.01)
        result.in_use.append(connections_in_use())
        result.parts.append(message.get("body", b""))
        if leave_after(result):
            left.set()

    fields = {"host": "localhost", "content-length": str(len(body))} | (headers or {})
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in fields.items()],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
    }
    await application(scope, receive, send)
    return result
