"""What a confined process can no longer do, whatever it was made to run."""

import ctypes
import subprocess
import sys

import pytest

from made_files import saved


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.create_connection(('127.0.0.1', 1))",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.fork()",
        "import os; os.kill(1, 0)",
    ],
)
def test_a_confined_process_reaches_no_network_and_starts_no_other(attempt):
    ended = confined(f"{attempt}; print('done')")

    assert ended.returncode == 77
    assert ended.stdout == b""


def confined(code, *, readable="/nowhere", folder=None, programs=()):
    """What became of a process that ran ``code`` after it had confined itself."""
    program = (
        "from pathlib import Path; from lectern.documents.confinement import *; "
        f"confine(Limits(), readable=Path({str(readable)!r}), "
        f"programs=[Path(program) for program in {list(programs)!r}])\n{code}"
    )
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=False, cwd=folder
    )


HAS_LANDLOCK = ctypes.CDLL(None).syscall(444, None, 0, 1) > 0


@pytest.mark.parametrize(
    "attempt",
    [
        "open({other!r})",
        "open({other!r}, 'a')",
        "open({own!r}, 'a')",
        "Path({other!r}).unlink()",
        "list(Path({other!r}).parent.iterdir())",
        "open('/proc/1/environ')",
        "open('/etc/passwd')",
        "sys.exit(ctypes.CDLL(None).execv(b'/bin/true', None))",
    ],
)
def test_a_confined_process_opens_no_file_but_its_own_where_the_kernel_allows_it(tmp_path, attempt):
    own, other = saved(tmp_path, "own", b"own"), saved(tmp_path, "other", b"secret")
    folder = tmp_path / "work"
    folder.mkdir()
    code = f"print(open({str(own)!r}).read()); "

    ended = confined(
        code + attempt.format(own=str(own), other=str(other)), readable=own, folder=folder
    )

    assert ended.stdout == b"own\n"
    assert not HAS_LANDLOCK or ended.returncode in (1, 255)


def test_a_confined_process_works_in_its_own_folder(tmp_path):
    ended = confined(
        "Path('a').write_text('x'); Path('a').unlink(); print('done')", folder=tmp_path
    )

    assert ended.stdout == b"done\n"


@pytest.mark.parametrize(
    "call",
    [
        "socket(2, 1, 0)",  # TCP
        "socket(2, 2, 0)",  # UDP
        "socket(1, 1, 0)",  # to processes of this machine
        "socket(16, 3, 0)",  # to the kernel's network
        "ptrace(16, 1, 0, 0)",
        "fork()",
        "unshare(0x10000000)",
        "mount(b'none', b'/mnt', b'tmpfs', 0, 0)",
        "kill(1, 0)",
        "kill(-1, 0)",
    ],
)
def test_what_is_not_python_in_a_confined_process_is_refused_by_the_kernel(call):
    probe = f"libc = ctypes.CDLL(None, use_errno=True); print(libc.{call}, ctypes.get_errno())"

    assert confined(probe).stdout == b"-1 1\n"


def test_a_confined_process_starts_the_programs_it_is_given_and_no_others():
    code = (
        "for name in ('id', 'env'): print(len(subprocess.check_output(['/usr/bin/' + name])) > 0)"
    )

    ended = confined(code, programs=["/usr/bin/id"])

    assert ended.stdout.splitlines()[:1] == [b"True"]
    assert not HAS_LANDLOCK or b"PermissionError" in ended.stderr
