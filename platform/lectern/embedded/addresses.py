"""Where the running embedded servers answer, for processes that did not start them."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from lectern.embedded.private_files import read_private, write_private

# In front of every key in the broker, which others may use as well.
BROKER_PREFIX = "lectern:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """URLs with passwords; an empty one belongs to a server that is not embedded."""

    app_url: str = ""
    owner_url: str = ""
    broker_url: str = ""


def address_file(state: Path) -> Path:
    """The file, readable by its owner only, that holds the addresses."""
    return state / "run" / "addresses.json"


def write(state: Path, addresses: Addresses) -> None:
    """Publish ``addresses`` to every process that is given the same state folder."""
    file = address_file(state)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(file, json.dumps(asdict(addresses)))


def withdraw(state: Path) -> None:
    """Unpublish the addresses, because nothing answers there any more."""
    address_file(state).unlink(missing_ok=True)


def read(state: Path) -> Addresses | None:
    """The addresses last published in ``state``, or None when nothing runs."""
    stored = read_private(address_file(state))
    if stored is None:
        return None
    try:
        return Addresses(**json.loads(stored))
    except (ValueError, TypeError):
        # Written by another release; the next start publishes it anew.
        return None
