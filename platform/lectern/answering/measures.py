"""How good search and answers are, counted over questions whose answers are known.

A result counts as a *hit* if it is of the gold document and names a gold page (any, where the
question has none), and as *text* if it is of the gold document and holds the evidence: all of
it, or 60 characters from its start, middle or end. ``budget@N`` is *text* within the first N
characters of the results read in order: fair between chunks of different sizes. Texts are
compared on lower-case letters and digits. Questions without an answer count for refusals only.
``evidence page`` is how often the first result that holds the evidence names a gold page, and
``cited page`` how often all citations that quote of it do, where there are gold pages.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

DEPTHS = (1, 3, 5, 10)
BUDGETS = (2_000, 4_000, 8_000)
PIECE = 60
# Letters and digits of a quote; fewer stand in many places.
SHORTEST_QUOTE = 20

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One result of a search: its document, its physical pages and all the text it shows."""

    document: str
    pages: tuple[int, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A question that was asked, what is right, and what came back.

    ``answer`` None means that the documents do not answer; ``given`` None that Lectern refused.
    The text of a citation is its quote.
    """

    document: str
    pages: tuple[int, ...]
    evidence: str
    answer: str | None
    results: tuple[Result, ...]
    given: str | None
    citations: tuple[Result, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A mean between 0 and 1 over ``of`` questions; ``value`` is None where there were none."""

    name: str
    value: float | None
    of: int


def measures(cases: Sequence[Case]) -> list[Measure]:
    """All figures of ``cases``, those of search first."""
    answerable = [case for case in cases if case.answer is not None]
    return [*_search_measures(answerable), *_answer_measures(answerable), *_refusals(cases)]


def _search_measures(cases: Sequence[Case]) -> Iterator[Measure]:
    with_pages = [case for case in cases if case.pages]
    for name, selected, counts in (
        ("hit", cases, is_hit),
        ("doc", cases, is_of_document),
        ("page", with_pages, is_hit),
        ("text", cases, holds_evidence),
    ):
        ranks = [first_rank(case, counts) for case in selected]
        for depth in DEPTHS:
            found = [rank is not None and rank <= depth for rank in ranks]
            yield _mean(f"{name}@{depth}", found)
    for budget in BUDGETS:
        yield _mean(f"budget@{budget}", [within_budget(case, budget) for case in cases])
    holding = [(case, first_rank(case, holds_evidence)) for case in with_pages]
    pages = [is_hit(case, case.results[rank - 1]) for case, rank in holding if rank is not None]
    yield _mean("evidence page", pages)


def _answer_measures(cases: Sequence[Case]) -> Iterator[Measure]:
    yield _mean("answer contained", [answer_is_contained(case) for case in cases])
    yield _mean("answer F1", [answer_overlap(case) for case in cases])
    cited = [(case, list(_of_evidence(case))) for case in cases if case.pages]
    pages = [all(is_hit(case, citation) for citation in found) for case, found in cited if found]
    yield _mean("cited page", pages)


def _refusals(cases: Sequence[Case]) -> Iterator[Measure]:
    refused = [case.answer is None for case in cases if case.given is None]
    yield _mean("refusal precision", refused)
    yield _mean("refusal recall", [case.given is None for case in cases if case.answer is None])
    yield _mean("false refusals", [case.given is None for case in cases if case.answer is not None])


def _mean(name: str, values: Iterable[float]) -> Measure:
    listed = [float(value) for value in values]
    value = sum(listed) / len(listed) if listed else None
    return Measure(name=name, value=value, of=len(listed))


def first_rank(case: Case, counts: Callable[[Case, Result], bool]) -> int | None:
    """The rank, from 1, of the first result that ``counts``."""
    ranks = (rank for rank, result in enumerate(case.results, 1) if counts(case, result))
    return next(ranks, None)


def is_of_document(case: Case, result: Result) -> bool:
    """Whether the result is of the gold document."""
    return result.document == case.document


def is_hit(case: Case, result: Result) -> bool:
    """Whether the result is of the gold document and, where there are any, a gold page."""
    on_page = not case.pages or not set(case.pages).isdisjoint(result.pages)
    return is_of_document(case, result) and on_page


def holds_evidence(case: Case, result: Result) -> bool:
    """Whether the result is of the gold document and holds the evidence or a piece of it."""
    text = letters_and_digits(result.text)
    return is_of_document(case, result) and any(
        piece in text for piece in _pieces(letters_and_digits(case.evidence))
    )


def _of_evidence(case: Case) -> Iterator[Result]:
    """The citations that quote a part of the evidence."""
    evidence = letters_and_digits(case.evidence)
    for citation in case.citations:
        quote = letters_and_digits(citation.text)
        part = len(quote) >= SHORTEST_QUOTE and quote in evidence
        if holds_evidence(case, citation) or (part and is_of_document(case, citation)):
            yield citation


def within_budget(case: Case, budget: int) -> bool:
    """Whether the evidence is held within the first ``budget`` characters of the results."""
    left = budget
    for result in case.results:
        read = Result(document=result.document, pages=result.pages, text=result.text[:left])
        if holds_evidence(case, read):
            return True
        left -= len(read.text)
    return False


def answer_is_contained(case: Case) -> bool:
    """Whether the words of the gold answer stand, in order and together, in the answer given."""
    gold, given = _tokens(case.answer), _tokens(case.given)
    return bool(gold) and f" {' '.join(gold)} " in f" {' '.join(given)} "


def answer_overlap(case: Case) -> float:
    """The F1 of the words of the answer given against those of the gold answer (as in SQuAD)."""
    gold, given = Counter(_tokens(case.answer)), Counter(_tokens(case.given))
    shared = (gold & given).total()
    return 2 * shared / (gold.total() + given.total()) if shared else 0.0


def letters_and_digits(text: str) -> str:
    """``text`` in lower case without anything but letters and digits."""
    return "".join(char for char in text.casefold() if char.isalnum())


def _pieces(evidence: str) -> tuple[str, ...]:
    if not evidence:
        return ()
    if len(evidence) <= PIECE:
        return (evidence,)
    middle = (len(evidence) - PIECE) // 2
    # All of it need not be looked for: it cannot be there without its start.
    return evidence[:PIECE], evidence[middle : middle + PIECE], evidence[-PIECE:]


def _tokens(text: str | None) -> list[str]:
    if text is None:
        return []
    return [token.replace(",", "") for token in _TOKEN.findall(text.casefold())]
