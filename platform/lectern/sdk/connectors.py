"""The contract of a connector: what lists and fetches documents from a place outside Lectern.

A connector is trusted code that the operator installs; it is named by an entry point of the
group ``lectern.connectors``. Unlike a plugin's functions it may use the network, and it asks
nobody which tenant it works for: the platform gives it the settings that an administrator
typed and, in ``Site``, what the operator allows.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol


class ConnectorError(Exception):
    """The source, or one item of it, cannot be read; the message is for administrators.

    ``permanent`` says that trying again is no use before somebody changes something.
    """

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One document of a source, as it is now.

    ``key`` names it in the source for good; ``name`` is its file name for people. Another
    ``fingerprint`` means another content; ``size`` is in bytes, None where it is not known.
    """

    key: str
    name: str
    fingerprint: str
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One field of a connector's form. A ``secret`` one is stored encrypted and never shown."""

    name: str
    label: str
    help: str = ""
    default: str = ""
    required: bool = True
    secret: bool = False
    choices: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """For whom a connector works, and the places that the operator opened for it."""

    tenant: str
    allowed: Sequence[str] = ()


class Connection(Protocol):
    """An open source."""

    def items(self) -> Iterator[Item]:
        """All documents of the source. Raises ``ConnectorError`` rather than leave some out:
        what is missing here is removed from Lectern."""
        ...

    def fetch(self, item: Item, into: BinaryIO, *, most_bytes: int) -> None:
        """Write the content of ``item``; ``ConnectorError`` if it is gone, changed meanwhile,
        or has more than ``most_bytes``."""
        ...


def copy(parts: Iterable[bytes], into: BinaryIO, item: Item, *, most_bytes: int) -> None:
    """Write the content of ``item`` part by part; ``ConnectorError`` beyond ``most_bytes``."""
    copied = 0
    for part in parts:
        copied += len(part)
        if copied > most_bytes:
            raise ConnectorError(
                f"{item.key} is larger than {most_bytes // 2**20} MB, the limit of this site. "
                "Split it.",
                permanent=True,
            )
        into.write(part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """A kind of source. ``connect`` checks the settings and raises ``ConnectorError``."""

    name: str
    title: str
    connect: Callable[[Mapping[str, str], Site], Connection]
    settings: Sequence[Setting] = ()
