"""The connector for a folder of the machine, or a share that is mounted there."""

import os
import stat
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import BinaryIO

from lectern.sdk.connectors import (
    Connection,
    Connector,
    ConnectorError,
    Item,
    Setting,
    Site,
    copy,
)

# Directories below directories; a link that leads back up is not followed anyway.
DEEPEST = 40
_COPIED_AT_ONCE = 1 << 20


class FolderConnection:
    """The files below one folder. Hidden files and links are left out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def items(self) -> Iterator[Item]:
        """Each regular file below the folder, in the order of their paths."""
        yield from self._below(self._folder, DEEPEST)

    def fetch(self, item: Item, into: BinaryIO, *, most_bytes: int) -> None:
        """Copy the file, unless it is larger than allowed or changes while it is copied."""
        path = self._folder / item.key
        try:
            # A file that has become a link since it was listed is not followed.
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            raise ConnectorError(
                f"{item.key} cannot be opened: {error.strerror}. Check its permissions."
            ) from error
        with os.fdopen(descriptor, "rb") as file:
            self._check_place(descriptor, item)
            copy(iter(partial(file.read, _COPIED_AT_ONCE), b""), into, item, most_bytes=most_bytes)
            if _fingerprint(os.fstat(descriptor)) != item.fingerprint:
                raise ConnectorError(
                    f"{item.key} changed while it was copied. The next sync takes it."
                )

    def _below(self, folder: Path, deeper: int) -> Iterator[Item]:
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            raise ConnectorError(
                f"The folder {self._named(folder)} cannot be listed: {error.strerror}. "
                "Mount it, or let Lectern's account read it."
            ) from error
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False) and deeper:
                yield from self._below(folder / entry.name, deeper - 1)
            elif entry.is_file(follow_symlinks=False):
                found = entry.stat(follow_symlinks=False)
                yield Item(
                    key=str((folder / entry.name).relative_to(self._folder)),
                    name=entry.name,
                    fingerprint=_fingerprint(found),
                    size=found.st_size,
                )

    def _check_place(self, descriptor: int, item: Item) -> None:
        """Refuse what a swapped directory on the way has made of the path."""
        real = Path(f"/proc/self/fd/{descriptor}").readlink()
        regular = stat.S_ISREG(os.fstat(descriptor).st_mode)
        if not regular or not real.is_relative_to(self._folder):
            raise ConnectorError(f"{item.key} leads out of the folder; it was not read.")

    def _named(self, folder: Path) -> str:
        return str(folder.relative_to(self._folder.parent))


def connect(settings: Mapping[str, str], site: Site) -> Connection:
    """The folder that ``settings`` name, below the tenant's own folder of one that is allowed.

    A tenant reaches ``ROOT/its short name/…`` and nothing else of a root.
    """
    wanted = settings["folder"].strip().strip("/")
    if not site.allowed:
        raise ConnectorError(
            "No folder may be watched here. The operator can allow one with "
            "LECTERN_WATCHED_FOLDERS.",
            permanent=True,
        )
    for root in site.allowed:
        own = (Path(root) / site.tenant).resolve()
        folder = (own / wanted).resolve()
        if folder.is_relative_to(own) and folder.is_dir():
            return FolderConnection(folder)
    raise ConnectorError(
        f"There is no folder {wanted or site.tenant!r} for this tenant. Lectern looks for it as "
        f"{site.tenant}/{wanted} in the folders that the operator allowed with "
        "LECTERN_WATCHED_FOLDERS. Make it, or mount it, and sync again.",
    )


FOLDER = Connector(
    name="folder",
    title="Watched folder",
    connect=connect,
    settings=[
        Setting(
            name="folder",
            label="Folder",
            help="Below this tenant's own folder on the machine; empty for all of it.",
            required=False,
        )
    ],
)


def _fingerprint(found: os.stat_result) -> str:
    return f"{found.st_size}-{found.st_mtime_ns}"
