"""The lines that tell a person how far a start has come."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

TITLE_WIDTH = 30


@dataclass(slots=True)
class Phase:
    """One line; ``detail`` is printed behind the elapsed time when the phase is over."""

    detail: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """Writes one line per phase: its title when it begins, the seconds it took when it ends."""

    write: Callable[[str], object]

    @contextlib.contextmanager
    def phase(self, title: str) -> Iterator[Phase]:
        """Announce ``title``, run the body, and say how long it took or that it failed."""
        phase = Phase()
        began = time.monotonic()
        self.write(f"  {title:.<{TITLE_WIDTH}} ")
        try:
            yield phase
        except BaseException:
            self.write(f"stopped after {time.monotonic() - began:.1f} s\n")
            raise
        self.write(f"{time.monotonic() - began:6.1f} s  {phase.detail}".rstrip() + "\n")

    def say(self, text: str) -> None:
        """Write a line of its own."""
        self.write(f"{text}\n")
