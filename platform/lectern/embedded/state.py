"""The state folder (``var``): where an installation keeps everything that is not code."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from lectern.embedded.account import account_for
from lectern.embedded.private_files import read_private, write_private
from lectern.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class StateFolder:
    """The names of the files under one state folder."""

    path: Path

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def broker(self) -> Path:
        return self.path / "broker"

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def logs(self) -> Path:
        return self.path / "log"

    @property
    def secret_key(self) -> Path:
        return self.path / "secret-key"

    def log(self, part: str) -> Path:
        """The log of one part of the installation."""
        return self.logs / f"{part}.log"


def prepare_state(path: Path) -> StateFolder:
    """Have the state folder with its secret key; NotAllowed when the folder is another user's."""
    state = StateFolder(path)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.geteuid() not in {0, path.stat().st_uid}:
        raise NotAllowed(
            f"{path} belongs to another user. Run Lectern as that user, or choose another "
            "state folder with LECTERN_STATE."
        )
    for folder in (state.run, state.logs):
        folder.mkdir(mode=0o700, exist_ok=True)
    if read_private(state.secret_key) is None:
        write_private(state.secret_key, secrets.token_urlsafe(64))
    return state


def let_postgres_through(state: StateFolder) -> None:
    """Let the account of root's embedded Postgres pass through the state folder, not list it."""
    account_for(state.postgres / "cluster" / "data").let_in(state.path)
