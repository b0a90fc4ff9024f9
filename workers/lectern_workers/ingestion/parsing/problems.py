"""What a reader says when a document cannot be read."""


class Unreadable(Exception):
    """The document cannot be read, now or later: a stable code and a sentence for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @classmethod
    def password(cls, name: str) -> "Unreadable":
        """The document is protected by a password."""
        return cls(
            "password",
            f"{name} is protected by a password. Remove the password and upload it again.",
        )
