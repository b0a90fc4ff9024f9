"""Running a plugin's enrichers over the pages of a document, whatever they do."""

import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lectern.sdk import DomainPlugin, Enricher, Page

log = logging.getLogger(__name__)

# What all enrichers of a plugin may take for one document, in seconds: pages after that are
# not shown to them.
MOST_SECONDS = 20.0
_MOST_VALUES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Enriched:
    """A value that an enricher read from a page."""

    enricher: str
    name: str
    value: str
    page: int | None


def run_enrichers(plugin: DomainPlugin, pages: Sequence[Page]) -> list[Enriched]:
    """What the plugin's enrichers read from ``pages``, each value once, in their order.

    An enricher that raises or returns something else is left out, and the log says so.
    """
    found: dict[tuple[str, str], Enriched] = {}
    until = time.monotonic() + MOST_SECONDS
    for enricher in plugin.enrichers:
        try:
            for each in _read(plugin, enricher, pages, until):
                found.setdefault((each.name, each.value), each)
        # A plugin is somebody else's code: the document is read whatever it does.
        except Exception as error:
            # Not the error's message: it may quote the document.
            kind = type(error).__name__
            log.warning(
                "enricher failed plugin=%s enricher=%s error=%s", plugin.name, enricher.name, kind
            )
    return list(found.values())[:_MOST_VALUES]


def _read(
    plugin: DomainPlugin, enricher: Enricher, pages: Iterable[Page], until: float
) -> Iterator[Enriched]:
    for page in pages:
        if time.monotonic() > until:
            log.warning("enricher slow plugin=%s enricher=%s", plugin.name, enricher.name)
            return
        for name, value in _pairs(enricher.enrich(page)):
            yield Enriched(enricher=enricher.name, name=name, value=value, page=page.number)


def _pairs(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise TypeError("an enricher gives names and values that are text")
        if name.strip() and value.strip():
            yield " ".join(name.lower().split()), " ".join(value.split())
