"""Questions that a collection's own documents suggest, for a reader who has asked none yet."""

from collections.abc import Iterator
from itertools import islice
from pathlib import PurePath

from django.utils.translation import gettext as _

from lectern.documents.models import Collection, Document, Page
from lectern.documents.readable import readable_documents
from lectern.tenants.access import Principal

EXAMPLES = 3
PER_DOCUMENT = 2
PAGES_READ = 6
HEADING_CHARACTERS = range(4, 60)


def example_questions(actor: Principal, collection: Collection | None) -> list[str]:
    """Up to three questions about headings in the newest documents; none without headings."""
    if collection is None:
        return []
    ready = readable_documents(actor).filter(collection=collection, current_version__isnull=False)
    found = [
        _("What does %(title)s say about %(heading)s?")
        % {"title": _spoken(document.title), "heading": heading}
        for document in ready.order_by("-created_at")[:EXAMPLES]
        for heading in islice(_headings(document), PER_DOCUMENT)
    ]
    return found[:EXAMPLES]


def _headings(document: Document) -> Iterator[str]:
    """The headings that read like subjects; not the first, which mostly repeats the title."""
    pages = Page.objects.filter(version_id=document.current_version_id, number__lte=PAGES_READ)
    headings = (
        " ".join(page.text[start:end].split())
        for page in pages.only("text", "blocks")
        for kind, start, end, *_rest in page.blocks
        if kind == "heading"
    )
    for heading in islice(headings, 1, None):
        subject = heading.lstrip("0123456789. ").rstrip(":.")
        if len(subject) in HEADING_CHARACTERS and not subject.isupper():
            yield subject


def _spoken(title: str) -> str:
    """A file's name without what only computers need."""
    return PurePath(title).stem.replace("_", " ").replace("-", " ")
