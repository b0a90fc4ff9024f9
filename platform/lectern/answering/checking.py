"""What the collection's plugin says about an answer before anybody sees it."""

from collections.abc import Sequence
from itertools import groupby

from lectern import sdk
from lectern.answering.citing import CitationDraft, CitedText
from lectern.documents.passages import Passage
from lectern.plugins.registry import plugin_named, run_checks


def check(
    plugin_name: str, question: str, answer: CitedText, passages: Sequence[Passage]
) -> list[sdk.Finding]:
    """The findings of the plugin's answer checks, in their order; none without a plugin."""
    return run_checks(plugin_named(plugin_name), _as_plugins_see_it(question, answer, passages))


def blocked(findings: Sequence[sdk.Finding]) -> str:
    """Why the answer must not be shown; empty if it may be."""
    return " ".join(f.message for f in findings if f.severity is sdk.Severity.BLOCK)


def _as_plugins_see_it(question: str, answer: CitedText, passages: Sequence[Passage]) -> sdk.Answer:
    by_sentence = groupby(answer.citations, key=lambda citation: citation.sentence)
    sentences = [
        sdk.Sentence(
            text=answer.text[start:end],
            citations=[_citation(citation) for citation in citations],
            computed=answer.computed,
        )
        for (start, end), citations in by_sentence
    ]
    return sdk.Answer(
        question=question,
        text=answer.text,
        sentences=sentences,
        passages=[_passage(passage) for passage in passages],
    )


def _citation(citation: CitationDraft) -> sdk.Citation:
    return sdk.Citation(
        quote=citation.quote,
        document=citation.passage.document_title,
        page=citation.passage.page,
        passage=_passage(citation.passage),
    )


def _passage(passage: Passage) -> sdk.Passage:
    text = f"{passage.context}\n{passage.text}" if passage.context else passage.text
    return sdk.Passage(text=text, document=passage.document_title, page=passage.page)
