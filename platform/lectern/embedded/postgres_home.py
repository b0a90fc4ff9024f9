"""Where the files of the embedded Postgres are, and who may reach them."""

import os
import pwd
import secrets
from dataclasses import dataclass
from pathlib import Path

from lectern.embedded.account import Account, account_for
from lectern.embedded.private_files import read_private, write_private
from lectern.errors import Conflict, NotAllowed

# For root only: where the database goes when its account cannot reach the state folder.
SYSTEM_FOLDER = Path("/var/lib/lectern")
LOG_LIMIT = 10 * 2**20


@dataclass(frozen=True, slots=True)
class PostgresHome:
    """The names of the files: ours directly in ``folder``, the server's in ``cluster``."""

    folder: Path

    @property
    def cluster(self) -> Path:
        return (self.folder / "cluster").resolve()

    @property
    def data(self) -> Path:
        return self.cluster / "data"

    @property
    def socket_folder(self) -> Path:
        return self.cluster / "socket"

    @property
    def log(self) -> Path:
        return self.cluster / "server.log"

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    @property
    def lock_file(self) -> Path:
        return self.folder / "lock"

    @property
    def port_file(self) -> Path:
        return self.folder / "port"

    @property
    def password_file(self) -> Path:
        return self.folder / "passwords.json"

    @property
    def provided_file(self) -> Path:
        """Notes which roles and privileges the database was last given."""
        return self.folder / "provided"

    def log_end(self, lines: int = 20) -> str:
        """The last lines of the server's log."""
        if not self.log.is_file():
            return "(it is empty)"
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def make_home(home: PostgresHome) -> None:
    """Create the outer folder; NotAllowed when it is another user's."""
    home.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = home.folder.stat().st_uid
    if os.geteuid() not in {0, owner}:
        raise NotAllowed(
            f"{home.folder} belongs to {_name(owner)}. Run Lectern as {_name(owner)}, or choose "
            "another state folder with LECTERN_STATE."
        )


def prepare_home(home: PostgresHome) -> Account:
    """Create what ``home`` holds, with its owners; the account the server will run under.

    Root's server runs under an account that often cannot reach root's files. Its cluster
    then lies in a system folder, and ``home`` holds a link to it: no folder above ``home``
    is ever opened to others.
    """
    account = account_for(home.data)
    account.let_in(home.folder)
    link = home.folder / "cluster"
    if not link.exists() and not account.can_enter(home.folder):
        _place_elsewhere(link)
    account.make_folder(home.cluster)
    if link.is_symlink():
        _refuse_a_copied_home(home)
    _shorten_log(home)
    return account


def _place_elsewhere(link: Path) -> None:
    elsewhere = SYSTEM_FOLDER / f"postgres-{secrets.token_hex(8)}"
    SYSTEM_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(elsewhere)


def _refuse_a_copied_home(home: PostgresHome) -> None:
    """Two copies of a state folder must not write to the one database both point at."""
    note = home.cluster / "home"
    first = Path(read_private(note) or home.folder)
    if first != home.folder and (first / "cluster").resolve() == home.cluster:
        raise Conflict(
            f"{home.folder} is a copy of {first} and points at the same database. "
            f"Delete {home.folder} to start with an empty one."
        )
    write_private(note, str(home.folder))


def _shorten_log(home: PostgresHome) -> None:
    if home.log.is_file() and home.log.stat().st_size > LOG_LIMIT:
        home.log.replace(home.log.with_suffix(".log.1"))


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
