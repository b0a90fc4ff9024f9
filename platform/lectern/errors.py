"""The errors that operations raise and that people and integrators read.

Each carries one sentence for people and a stable ``code`` for programs. The API turns
them into problem JSON, the pages into a message; no view builds an error text of its own.
"""


class LecternError(Exception):
    """Something that a caller did or met, with a sentence that says what to do."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class Invalid(LecternError):
    """What was sent cannot be accepted as it is."""

    code = "invalid"


class TooLarge(Invalid):
    """What was sent is larger than the limit allows."""

    code = "too_large"


class NotAuthenticated(LecternError):
    """Nobody known sent this."""

    code = "not_authenticated"


class NotAllowed(LecternError):
    """The sender is known but may not do this; ``permission`` is what they would need."""

    code = "not_allowed"

    def __init__(self, message: str, *, permission: str = "") -> None:
        super().__init__(message)
        self.permission = permission


class NotFound(LecternError):
    """There is no such thing here, or the sender may not know of it."""

    code = "not_found"


class Conflict(LecternError):
    """The thing is not in a state that permits this now."""

    code = "conflict"


class Unavailable(LecternError):
    """A part that this needs does not answer; trying again later may help."""

    code = "unavailable"
