"""Takes system calls from a process that reading a file never needs, by seccomp (seccomp(2)).

The kernel then answers "not permitted" to whoever takes the process over, in whatever
language: no socket, not even an io_uring to open one with, no other namespace or mount, no
look into another process; and, where nothing is to be started, no signal to any.
"""

import ctypes
import os
import struct
from collections.abc import Iterable
from itertools import chain

_PR_SET_SECCOMP = 22
_FILTER = 2
# Opcodes of the classic packet filter, and offsets into struct seccomp_data.
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_AT, _MACHINE_AT = 0, 4
_ALLOW, _NOT_PERMITTED = 0x7FFF0000, 0x00050001
# The second set of numbers that x86-64 kernels answer to, for 32-bit pointers.
_X32 = 0x40000000

_X86_64, _ARM64 = "x86_64", "aarch64"
_MACHINES = {_X86_64: 0xC000003E, _ARM64: 0xC00000B7}
_NEVER = {
    "socket": (41, 198),
    "io_uring_setup": (425, 425),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_open": (434, 434),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
}
_ONLY_TO_START_PROGRAMS = {
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    # arm64 has only the one way, besides clone3, to make a process or a thread.
    "fork": (57, 220),
    "vfork": (58, 220),
    "clone": (56, 220),
    "clone3": (435, 435),
    "execve": (59, 221),
    "execveat": (322, 281),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def fence_calls(*, starts_programs: bool) -> bool:
    """Refuse those calls to this process, and to all that it starts, for good.

    False, and nothing is changed, on a processor whose numbers are not known or a kernel
    without seccomp. It must be told beforehand that it gains no new privileges.
    """
    machine = os.uname().machine
    if machine not in _MACHINES:
        return False
    refused = _NEVER if starts_programs else _NEVER | _ONLY_TO_START_PROGRAMS
    column = list(_MACHINES).index(machine)
    steps = _steps(_MACHINES[machine], (numbers[column] for numbers in refused.values()))
    program = _Program(length=len(steps) // 8, steps=steps)
    libc = ctypes.CDLL(None, use_errno=True)
    return not libc.prctl(_PR_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0)


def _steps(machine: int, refused: Iterable[int]) -> bytes:
    """The filter: load, compare, and at the end either answer."""
    numbers = list(refused)
    # Each comparison skips to "not permitted", which stands after the last of them and "allow".
    tests = [(_EQUAL, number, len(numbers) - at) for at, number in enumerate(numbers)]
    steps = chain(
        [(_LOAD, 0, 0, _MACHINE_AT), (_EQUAL, 0, len(numbers) + 3, machine)],
        [(_LOAD, 0, 0, _NUMBER_AT), (_AT_LEAST, len(numbers) + 1, 0, _X32)],
        [(code, skip, 0, number) for code, number, skip in tests],
        [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _NOT_PERMITTED)],
    )
    return b"".join(struct.pack("HBBI", *step) for step in steps)
