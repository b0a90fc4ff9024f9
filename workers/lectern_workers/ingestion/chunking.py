"""Cutting pages into chunks that can be found, understood alone, and quoted.

A chunk never crosses a page, so that it is cited by the page on which it stands. It is a
run of whole blocks where they fit; a long paragraph is cut between sentences and a table
between rows. What a chunk needs to be understood (the document's title, the headings above
it, a table's header) is put in front of it as context, never into its text.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from lectern.documents.content import ChunkDraft, DocumentFacts, PageContent
from lectern_workers.ingestion.lengths import tokens
from lectern_workers.ingestion.pieces import Outline, Path, Piece, pieces_of
from lectern_workers.ingestion.titles import title_of

# Estimated tokens of context and text together: the embedding model reads 256, and one
# block in twenty is a fifth longer than estimated.
TARGET = 210
# A new section begins a new chunk once the one before it has this share of the target.
_ENOUGH = 0.4
_HEADINGS_SHOWN = 2
_LONGEST_HEADING = 90
_HEADINGS = ("title", "heading")
_JOINT = " \u203a "


def chunk(
    facts: DocumentFacts, pages: Sequence[PageContent], *, title: str, subject: str = ""
) -> list[ChunkDraft]:
    """The chunks of a cleaned document, in order, numbered from 0.

    ``title`` is the name of its file, used only when the document does not say its own.
    ``subject`` is put in front of it: whose document it is and of when.
    """
    named = (subject, title_of(facts, pages, title))
    outline = Outline()
    drafts: list[ChunkDraft] = []

    def room(path: Path) -> int:
        return TARGET - tokens(_context(named, path))

    for page in pages:
        for run in _packed(pieces_of(page, outline, room), room):
            drafts.append(_draft(len(drafts), page, run, named))
    return drafts


def _packed(pieces: Iterable[Piece], room: Callable[[Path], int]) -> list[list[Piece]]:
    """The pieces in runs that each make a chunk: full, but sections kept apart."""
    runs: list[list[Piece]] = []
    left = size = 0
    for bundle in _bundles(pieces):
        more = sum(piece.tokens for piece in bundle)
        section = bundle[0].kind in _HEADINGS and size >= _ENOUGH * TARGET
        if not runs or more > left or bundle[0].above or section:
            runs.append([])
            left, size = room(bundle[0].path) - tokens(bundle[0].above), 0
        runs[-1] += bundle
        left -= more
        size += more
    return runs


def _bundles(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Pieces that must not be parted: headings, and what leads to a table, with what follows."""
    bundle: list[Piece] = []
    for piece in pieces:
        bundle.append(piece)
        if not piece.leads:
            yield bundle
            bundle = []
    if bundle:
        yield bundle


def _draft(
    position: int, page: PageContent, run: Sequence[Piece], named: tuple[str, str]
) -> ChunkDraft:
    subject, title = named
    start, end = run[0].start, run[-1].end
    text = page.text[start:end]
    below = next((piece.path for piece in run if piece.kind not in _HEADINGS), run[-1].path)
    names = _context((subject, "" if text.startswith(title) else title), run[0].path)
    return ChunkDraft(
        position=position,
        page=page.number,
        start=start,
        end=end,
        text=text,
        context="\n".join(part for part in (names, run[0].above) if part),
        heading=below[-1][1] if below else "",
    )


def _context(named: tuple[str, str], path: Path) -> str:
    """The document's subject, its title and the nearest headings, outermost first, none twice."""
    names = [*named, *(heading for _, heading in path[-_HEADINGS_SHOWN:])]
    shown = [_shortened(" ".join(name.split())) for name in names if name]
    return _JOINT.join(dict.fromkeys(shown))


def _shortened(name: str) -> str:
    """A long name without its middle: what tells documents apart ("2017") is often its end."""
    if len(name) <= _LONGEST_HEADING:
        return name
    half = _LONGEST_HEADING // 2
    return f"{name[:half].rsplit(' ', 1)[0]} \u2026 {name[-half:].split(' ', 1)[-1]}"
