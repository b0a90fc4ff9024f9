"""Leaves a process the files it needs and no others, by Landlock (Linux 5.13; landlock(7)).

What is not listed cannot be opened, run, made or deleted, by whatever code takes the process
over, not even as root; nor can it connect by TCP or signal processes that are not fenced in.
Files that are open already stay so.
"""

import ctypes
import os
import sys
from collections.abc import Iterable
from pathlib import Path

# The same numbers on x86-64 and arm64.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_TELL_VERSION = 1
_PATH_BENEATH = 1
_RUN, _WRITE_FILE, _READ_FILE, _READ_DIR, _TRUNCATE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14
_REMOVE_FILE, _MAKE_FILE = 1 << 5, 1 << 8
_READ = _READ_FILE | _READ_DIR
_WORK = _READ | _WRITE_FILE | _REMOVE_FILE | _MAKE_FILE | _TRUNCATE
_ON_FILES = _RUN | _READ_FILE | _WRITE_FILE | _TRUNCATE
# Which rights over files each version of the interface knows: 13, then one more at a time.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
_NEWEST_FILE_RIGHTS = 16
_BIND_AND_CONNECT_TCP = 0b11
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11

# What Python, its libraries and PDFium read of a system: code, fonts, time zones.
SYSTEM_FILES = (
    "/usr",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/fonts",
    "/dev/null",
    "/dev/urandom",
)
# What the kernel runs to start any program that is linked to libraries.
_LOADERS = (Path("/lib64/ld-linux-x86-64.so.2"), Path("/lib/ld-linux-aarch64.so.1"))


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def landlock_version() -> int:
    """The version of Landlock that this kernel has; less than 1 if it has none."""
    libc = ctypes.CDLL(None, use_errno=True)
    return int(libc.syscall(_CREATE_RULESET, None, 0, _TELL_VERSION))


def fence_files(
    *, readable: Iterable[Path], runnable: Iterable[Path] = (), work_folder: Path
) -> bool:
    """Leave this process ``readable``, what Python needs, and ``work_folder`` to write in.

    ``runnable`` are the programs that it, and they, may start.

    False, and nothing is changed, on a kernel without Landlock. It must be told beforehand
    that it gains no new privileges (``PR_SET_NO_NEW_PRIVS``).
    """
    version = landlock_version()
    if version < 1:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    handled = (1 << _FILE_RIGHTS.get(version, _NEWEST_FILE_RIGHTS)) - 1
    ruleset = _new_ruleset(libc, version, handled)
    for path in (*map(Path, SYSTEM_FILES), *map(Path, _python_files()), *readable):
        _allow(libc, ruleset, path, _READ & handled)
    programs = list(runnable)
    for path in (*programs, *(_LOADERS if programs else ())):
        _allow(libc, ruleset, path, _READ_FILE | _RUN)
    _allow(libc, ruleset, work_folder, _WORK & handled)
    _checked(libc.syscall(_RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)
    return True


def _new_ruleset(libc: ctypes.CDLL, version: int, handled: int) -> int:
    rules = _Ruleset(
        files=handled,
        network=_BIND_AND_CONNECT_TCP if version >= 4 else 0,
        scoped=_ABSTRACT_SOCKETS_AND_SIGNALS if version >= 6 else 0,
    )
    size = 8 if version < 4 else 16 if version < 6 else 24
    return _checked(libc.syscall(_CREATE_RULESET, ctypes.byref(rules), size, 0))


def _python_files() -> list[str]:
    # The folders of modules are listed too: an editable installation's are its source roots.
    return [sys.prefix, sys.base_prefix, *(entry for entry in sys.path if entry)]


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    allowed = rights if path.is_dir() else rights & _ON_FILES
    rule = _PathBeneath(allowed=allowed, folder=opened)
    _checked(libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0))
    os.close(opened)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"Landlock: {os.strerror(number)}")
    return result
