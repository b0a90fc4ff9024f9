"""What the web server runs."""

import io
import json
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import IO, Any, NoReturn
from uuid import uuid4

import django
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lectern.settings")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

# Several files may come in one request.
LARGEST_UPLOADS_TOGETHER = 4


class BodyLimit:
    """Refuses a body that is longer than any upload may be, before it has filled the disk.

    Django looks at a body's length only once all of it was written to a temporary file.
    """

    def __init__(self, application: Application, most: int) -> None:
        """``most`` is the longest body that is let through, in bytes."""
        self._application = application
        self._most = most

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _declared_length(scope) > self._most:
            await self._refuse(send)
            return
        await self._application(scope, self._counted(receive), send)

    def _counted(self, receive: Receive) -> Receive:
        """``receive``, for bodies of undeclared length: the sender is cut off at the limit."""
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            return {"type": "http.disconnect"} if received > self._most else message

        return counted

    async def _refuse(self, send: Send) -> None:
        problem = {
            "type": "urn:lectern:problem:too_large",
            "title": "Content Too Large",
            "status": 413,
            "code": "too_large",
            "detail": f"A request may have at most {self._most // 1_000_000} MB. Send fewer or "
            "smaller files at once.",
            "request_id": uuid4().hex,
        }
        headers = [(b"content-type", b"application/problem+json"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(problem).encode()})


class Handler(ASGIHandler):
    """Django's, for bodies that find no room on the disk.

    Django writes a body to a temporary file before its handling of errors begins.
    """

    async def read_body(self, receive: Any) -> IO[bytes]:
        """The body; if there was no room for it, one that cannot be read, and says why."""
        last: Message = {}

        async def noted() -> Message:
            nonlocal last
            last = await receive()
            return last

        try:
            return await super().read_body(noted)
        except OSError as error:
            # A sender hears no answer before it has sent everything.
            while last.get("more_body", False):
                await noted()
            if last["type"] == "http.disconnect":
                raise RequestAborted from error
            return _Unkept(error)


class _Unkept(io.BytesIO):
    """Raises, instead of being read, what kept it from being written."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self._error = error

    def read(self, size: int | None = -1, /) -> NoReturn:
        raise OSError(*self._error.args)


def _declared_length(scope: Message) -> int:
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    return int(declared) if declared.isdigit() else 0


def _application() -> Application:
    django.setup(set_prefix=False)
    from django.conf import settings

    most = LARGEST_UPLOADS_TOGETHER * settings.MAX_UPLOAD_MB * 1024 * 1024
    handler: Any = Handler()
    return BodyLimit(handler, most)


application = _application()
