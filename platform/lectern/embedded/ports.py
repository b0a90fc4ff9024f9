"""Free ports on the loopback interface, kept from one start to the next."""

import socket
from pathlib import Path

from lectern.embedded.private_files import read_private, write_private

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen on ``port`` of the loopback interface now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def any_free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port


def remembered_port(file: Path, *, preferred: int | None = None) -> int:
    """The port stored in ``file`` if it is still free, else ``preferred``, else any; stored."""
    stored = read_private(file) or ""
    candidates = [int(stored)] if stored.isdigit() else []
    if preferred is not None:
        candidates.append(preferred)
    port = next((port for port in candidates if is_free(port)), None) or any_free_port()
    write_private(file, str(port))
    return port
