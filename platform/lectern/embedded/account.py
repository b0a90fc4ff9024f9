"""The account that the embedded Postgres runs under: Postgres refuses to run as root."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lectern.errors import Unavailable

SYSTEM_ACCOUNT = "lectern-postgres"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user of this machine; ``foreign`` when it is not the one that runs this process."""

    name: str
    uid: int
    gid: int
    foreign: bool

    def run(
        self, command: Sequence[str | Path], *, folder: Path, environment: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run ``command`` as this account and wait for it; the caller judges its exit status."""
        return subprocess.run(
            command,
            cwd=folder,
            env=dict(environment),
            user=self.uid if self.foreign else None,
            group=self.gid if self.foreign else None,
            extra_groups=[] if self.foreign else None,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def can_enter(self, folder: Path) -> bool:
        """Whether this account may reach what lies in ``folder``; the kernel is asked."""
        if not self.foreign:
            return os.access(folder, os.X_OK)
        asked = self.run(["test", "-x", folder], folder=Path("/"), environment=PLAIN_ENVIRONMENT)
        return asked.returncode == 0

    def make_folder(self, folder: Path) -> None:
        """Create ``folder``, private to this account, unless it exists."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.foreign:
            os.chown(folder, self.uid, self.gid)

    def let_in(self, folder: Path) -> None:
        """Let this account pass through ``folder``, which root made, without listing it."""
        if self.foreign:
            os.chown(folder, os.geteuid(), self.gid)
            folder.chmod(0o710)


PLAIN_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


def account_for(data: Path) -> Account:
    """The account for a data directory: its owner, this user, or for root a system account."""
    if os.geteuid() != 0:
        return _account(pwd.getpwuid(os.geteuid()), foreign=False)
    if data.exists() and data.stat().st_uid != 0:
        return _account(pwd.getpwuid(data.stat().st_uid), foreign=True)
    return _account(_system_account(), foreign=True)


def _account(entry: pwd.struct_passwd, *, foreign: bool) -> Account:
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid, foreign=foreign)


def _system_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_ACCOUNT)
    except KeyError:
        _create_system_account()
        return pwd.getpwnam(SYSTEM_ACCOUNT)


def _create_system_account() -> None:
    useradd = shutil.which("useradd", path=PLAIN_ENVIRONMENT["PATH"])
    if useradd is None:
        raise Unavailable(
            "Postgres does not run as root and this system has no useradd to make an account "
            "for it. Run Lectern as an ordinary user, or set LECTERN_DATABASE_URL."
        )
    made = subprocess.run(
        [
            useradd,
            *("--system", "--user-group", "--no-create-home"),
            *("--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"),
            SYSTEM_ACCOUNT,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    # 9: the account exists, because another start of Lectern was quicker.
    if made.returncode not in {0, 9}:
        raise Unavailable(
            f"The account {SYSTEM_ACCOUNT} for Postgres could not be made: {made.stderr.strip()} "
            "Run Lectern as an ordinary user, or set LECTERN_DATABASE_URL."
        )
