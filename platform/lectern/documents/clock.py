"""How long the steps of one piece of work took."""

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Clock:
    """Milliseconds per step, in the order of the steps."""

    steps: dict[str, float] = field(default_factory=dict)
    last: float = field(default_factory=time.perf_counter)

    def note(self, step: str) -> None:
        """Count the time since the step before, or since the start, as that of ``step``."""
        now = time.perf_counter()
        self.steps[step] = round((now - self.last) * 1000, 2)
        self.last = now
