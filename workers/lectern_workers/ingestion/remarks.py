"""What people are told about a document that was read, but not all of it."""

from collections.abc import Sequence
from itertools import groupby

from lectern.documents.content import DocumentFacts, PageContent
from lectern.documents.text_recognition import HOW_TO_ADD

_MOST_REMARKS = 20
_MOST_RANGES = 10


def remarks(facts: DocumentFacts, pages: Sequence[PageContent]) -> list[str]:
    """Sentences for people: the pages that are missing first, then all else worth knowing."""
    missing = [page for page in pages if page.problem and not page.text]
    found = [_about_missing(facts, missing, len(pages))] if missing else []
    found += facts.warnings
    pictures = [page.number for page in pages if page.image_only and not page.problem]
    if pictures:
        shown = _in_ranges(pictures)
        found.append(f"Image only, not searchable: page {shown}. {HOW_TO_ADD}")
    found += [page.problem for page in pages if page.problem and page.text]
    return found[:_MOST_REMARKS]


def _about_missing(facts: DocumentFacts, missing: Sequence[PageContent], count: int) -> str:
    left = count - len(missing)
    pages = "pages" if facts.paged else "parts"
    rest = f"The other {left:,} {pages} are searchable." if left != 1 else "The other one is."
    if len(missing) == 1:
        return f"{missing[0].problem} {rest}"
    where = _in_ranges([page.number for page in missing])
    return (
        f"{len(missing):,} of {count:,} {pages} could not be read: {where}. {rest} "
        "Each of them tells why."
    )


def _in_ranges(numbers: Sequence[int]) -> str:
    """Rising numbers in words: "3, 7-12, 20 and more"."""
    runs = [
        [number for _, number in run]
        for _, run in groupby(enumerate(numbers), key=lambda each: each[1] - each[0])
    ]
    shown = [f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]
    more = " and more" if len(shown) > _MOST_RANGES else ""
    return ", ".join(shown[:_MOST_RANGES]) + more
