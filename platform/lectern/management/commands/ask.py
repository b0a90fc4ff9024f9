"""``lectern ask``: a question from the command line, answered as on the page."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from lectern.answering.ask import answer_of, answer_question
from lectern.answering.models import Answer
from lectern.management.selection import add_selection, collection_named, operator_in
from lectern.tenants.scoping import tenant_context


class Command(BaseCommand):
    """Prints the answer, then each citation with its page and its quote."""

    help = "Asks a collection a question and prints the answer with its citations."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("question")
        add_selection(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        actor = operator_in(options["tenant"])
        with tenant_context(actor.tenant_id):
            collection = collection_named(options["collection"])
            answer = answer_of(answer_question(actor, collection, options["question"]))
            self.stdout.write(told(answer))


def told(answer: Answer) -> str:
    """``answer`` as text for a terminal. Runs inside the tenant."""
    lines = [answer.text]
    for citation in answer.citations.all():
        quote = " ".join(citation.quote.split())
        lines.append(
            f"  [{citation.number}] {citation.document_title}, page {citation.page}: “{quote}”"
        )
    if answer.outcome == Answer.Outcome.REFUSED and answer.passages:
        lines.append("  Closest passages:")
        for passage in answer.passages[:3]:
            start = " ".join(passage["text"].split())[:100]
            lines.append(f"  - {passage['title']}, page {passage['page']}: {start}…")
    return "\n".join(lines)
