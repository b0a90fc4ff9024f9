"""Which way up the words of a scanned page stand, and where they would stand upright."""

from collections.abc import Sequence
from dataclasses import dataclass

from lectern.documents.content import Box


@dataclass(frozen=True, slots=True)
class Turn:
    """A page of ``width`` and ``height`` whose lines run to the ``right``, left, up or down."""

    runs: str
    width: float
    height: float

    def upright(self, box: Box) -> Box:
        """Where a box stands on the page when it is held so that it can be read."""
        if self.runs == "left":
            return Box(
                self.width - box.x1, self.height - box.y1, self.width - box.x0, self.height - box.y0
            )
        if self.runs == "up":
            return Box(self.height - box.y1, box.x0, self.height - box.y0, box.x1)
        if self.runs == "down":
            return Box(box.y0, self.width - box.x1, box.y1, self.width - box.x0)
        return box

    def back(self, box: Box) -> Box:
        """Where on the page as it is a box stands that :meth:`upright` gave."""
        if self.runs == "up":
            return Turn("down", self.height, self.width).upright(box)
        if self.runs == "down":
            return Turn("up", self.height, self.width).upright(box)
        return self.upright(box)


def turn_of(lines: Sequence[Sequence[Box]], size: tuple[float, float]) -> Turn:
    """How a page is turned, told by the way from the first to the last word of its lines."""
    across = sum(line[-1].x0 + line[-1].x1 - line[0].x0 - line[0].x1 for line in lines)
    along = sum(line[-1].y0 + line[-1].y1 - line[0].y0 - line[0].y1 for line in lines)
    if abs(across) >= abs(along):
        runs = "right" if across >= 0 else "left"
    else:
        runs = "down" if along > 0 else "up"
    return Turn(runs, *size)
