"""The memory of the worker while it reads a long PDF, and of the web process beside it.

    ./lectern bench memory PDF... [--pages 500]

The pages of the given files are joined, over and over, to one document of so many pages.
Lectern must be running. Shown is the peak of the proportional set size (memory shared by
processes counts once) of the worker with all its children, the confined reader included.
"""

import argparse
import os
import tempfile
import threading
import time
from itertools import cycle
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lectern.settings")
django.setup()

import psutil
import pypdfium2

from lectern.documents.collections import create_collection, remove_collection
from lectern.embedded.health import health_of
from lectern.management.installation import this_installation
from lectern.management.intake import reports_until_read, take_in
from lectern.tenants.access import system_principal
from lectern.tenants.models import new_id
from lectern.tenants.people import found_tenant
from lectern.tenants.scoping import tenant_context

LOOK_EVERY_S = 0.2


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--pages", type=int, default=500)
    given = parser.parse_args()
    parts = {part.name: part.pid for part in health_of(this_installation())}
    actor = system_principal(found_tenant(name="Memory", slug=f"memory-{new_id().hex[-12:]}").pk)
    with tenant_context(actor.tenant_id):
        collection = create_collection(actor, name="Memory")
    with tempfile.TemporaryDirectory() as folder:
        long = joined(given.files, given.pages, Path(folder) / "long.pdf")
        peak = Peak(parts["worker"])
        started = time.monotonic()
        (report,) = reports_until_read(actor, [take_in(actor, collection, long)])
        seconds = time.monotonic() - started
        peak.stop()
    print(f"{report.state}: {report.pages} pages, {report.chunks} chunks in {seconds:.0f} s")
    print(
        f"worker, all processes: peak PSS {peak.most / 1e6:.0f} MB, before {peak.first / 1e6:.0f}"
    )
    print(f"web: RSS {psutil.Process(parts['web']).memory_info().rss / 1e6:.0f} MB")
    with tenant_context(actor.tenant_id):
        remove_collection(actor, collection)


def joined(files: list[Path], pages: int, target: Path) -> Path:
    """A PDF of ``pages`` pages, taken from ``files`` in turn."""
    long = pypdfium2.PdfDocument.new()
    for file in cycle(files):
        source = pypdfium2.PdfDocument(file)
        left = pages - len(long)
        long.import_pages(source, list(range(min(left, len(source)))))
        if len(long) >= pages:
            break
    long.save(target)
    return target


class Peak:
    """The most memory that a process and its descendants had, watched from a thread."""

    def __init__(self, pid: int | None) -> None:
        self._process = psutil.Process(pid)
        self.first = self.most = self._now()
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look)
        self._watch.start()

    def stop(self) -> None:
        self._over.set()
        self._watch.join()

    def _look(self) -> None:
        while not self._over.wait(LOOK_EVERY_S):
            self.most = max(self.most, self._now())

    def _now(self) -> int:
        total = 0
        for process in [self._process, *self._process.children(recursive=True)]:
            try:
                total += process.memory_full_info().pss
            except psutil.Error:  # it ended meanwhile
                continue
        return total


if __name__ == "__main__":
    main()
