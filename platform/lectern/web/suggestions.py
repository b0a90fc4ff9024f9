"""Questions that a collection's own documents suggest, for a reader who has asked none yet."""

from pathlib import PurePath

from django.utils.translation import gettext as _

from lectern.documents.models import Collection, Document, Page

EXAMPLES = 3
PAGES_READ = 6
HEADING_CHARACTERS = range(4, 60)


def example_questions(collection: Collection | None) -> list[str]:
    """Up to three questions about headings in the newest documents; none without headings."""
    if collection is None:
        return []
    ready = Document.objects.filter(collection=collection, current_version__isnull=False)
    questions = [
        _("What does %(title)s say about %(heading)s?")
        % {"title": PurePath(document.title).stem, "heading": heading}
        for document in ready.order_by("-created_at")[:EXAMPLES]
        if (heading := _heading(document))
    ]
    return questions[:EXAMPLES]


def _heading(document: Document) -> str:
    """The first heading below the title that reads like a subject; empty if there is none."""
    pages = Page.objects.filter(version_id=document.current_version_id, number__lte=PAGES_READ)
    for page in pages.only("text", "blocks"):
        for kind, start, end, *_rest in page.blocks:
            text = " ".join(page.text[start:end].split()).lstrip("0123456789.# ")
            if kind == "heading" and len(text) in HEADING_CHARACTERS and not text.isupper():
                return text.rstrip(":.")
    return ""
