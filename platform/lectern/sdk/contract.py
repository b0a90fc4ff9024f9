"""The values that a plugin is made of, and the values it is given.

A plugin is one ``DomainPlugin``. Its functions are pure: values in, values out; no
database, network, files or clock. Every value is a frozen dataclass built with keywords,
so a field can be added without breaking a plugin written before it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

# The generation of this contract. It rises only when something is removed or changes meaning.
API_VERSION = 1

# What one call of a plugin's function should need at most, in seconds. The platform does
# not interrupt a longer call; it reports it.
TIME_LIMIT = 1.0


class Severity(StrEnum):
    """What a finding does to an answer."""

    NOTE = "note"
    """Shown beside the answer."""
    WARNING = "warning"
    """Shown on the answer, before it is trusted."""
    BLOCK = "block"
    """The answer is withheld and becomes a refusal that gives the message as its reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a document. ``number`` is physical, from 1; None where there are no pages."""

    text: str
    document: str
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of a document that was retrieved for a question."""

    text: str
    document: str
    page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """The words of a document that a sentence rests on.

    ``quote`` is what the reader sees highlighted on ``page``; ``passage`` is the retrieved
    text around it, where it is known.
    """

    quote: str
    document: str
    page: int | None = None
    passage: Passage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of an answer with what it rests on; no citation means that nothing was found.

    Of a ``computed`` one the platform worked out the figures from the cells that it cites; they
    stand in no source, but follow from them.
    """

    text: str
    citations: Sequence[Citation] = ()
    computed: bool = False

    def __post_init__(self) -> None:
        _keep_as_tuples(self, "citations")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as its reader would see it.

    ``text`` holds the sentences in their order; ``passages`` are all that were retrieved,
    cited or not. ``settings`` is an instance of the plugin's settings class, or None for a
    plugin without settings.
    """

    question: str
    text: str
    sentences: Sequence[Sentence] = ()
    passages: Sequence[Passage] = ()
    settings: object = None

    def __post_init__(self) -> None:
        _keep_as_tuples(self, "sentences", "passages")

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations of all sentences, in order."""
        return tuple(citation for sentence in self.sentences for citation in sentence.citations)

    def placed_sentences(self) -> tuple[tuple[int, Sentence], ...]:
        """Each sentence with the offset in ``text`` at which it starts.

        A sentence that does not stand in the text, after the one before it, is left out.
        """
        placed: list[tuple[int, Sentence]] = []
        position = 0
        for sentence in self.sentences:
            start = self.text.find(sentence.text, position)
            if start >= 0:
                placed.append((start, sentence))
                position = start + len(sentence.text)
        return tuple(placed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check has to say about an answer, in one sentence for its reader.

    ``span`` gives the first and the one-past-last offset in the answer's text that the
    finding is about. ``check`` is filled in by the platform.
    """

    message: str
    severity: Severity = Severity.WARNING
    span: tuple[int, int] | None = None
    check: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptExample:
    """A question with its passages and the answer that a model should give."""

    question: str
    passages: Sequence[str]
    answer: str

    def __post_init__(self) -> None:
        _keep_as_tuples(self, "passages")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """Instructions for a generating model; the platform adds passages and question.

    The prompt named ``answer`` is the one used to answer questions.
    """

    name: str
    system: str
    examples: Sequence[PromptExample] = ()

    def __post_init__(self) -> None:
        _keep_as_tuples(self, "examples")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCheck:
    """A function that looks at every answer before it is shown."""

    name: str
    check: Callable[[Answer], Sequence[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluator:
    """A function that scores an answer against a reference answer, from 0 to 1."""

    name: str
    score: Callable[[Answer, str], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Enricher:
    """A function that reads metadata from a page while its document is taken in."""

    name: str
    enrich: Callable[[Page], Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleDraft:
    """A training example that a person has still to accept; ``passage`` is its evidence."""

    question: str
    answer: str
    passage: Passage


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetRecipe:
    """A function that drafts training examples from passages."""

    name: str
    examples: Callable[[Iterable[Passage]], Iterable[ExampleDraft]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a panel. The platform escapes and renders it."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A small table beside an answer."""

    name: str
    title: str
    rows: Callable[[Answer], Sequence[Row]]


Contribution = Prompt | AnswerCheck | Evaluator | Enricher | DatasetRecipe | Panel


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainPlugin:
    """All that an industry plugin brings.

    ``name`` equals the name of its entry point in the group ``lectern.plugins``.
    ``api_version`` is the generation of the contract it was written for. ``settings`` is a
    frozen dataclass whose fields all have defaults; they become a form.
    """

    name: str
    title: str
    api_version: int
    prompts: Sequence[Prompt] = ()
    answer_checks: Sequence[AnswerCheck] = ()
    evaluators: Sequence[Evaluator] = ()
    enrichers: Sequence[Enricher] = ()
    dataset_recipes: Sequence[DatasetRecipe] = ()
    panels: Sequence[Panel] = ()
    settings: type | None = None

    def __post_init__(self) -> None:
        _keep_as_tuples(self, *CONTRIBUTIONS)

    def prompt(self, name: str) -> Prompt | None:
        """The prompt of that name, if the plugin has one."""
        return next((prompt for prompt in self.prompts if prompt.name == name), None)


# The fields of DomainPlugin that hold contributions, with the type of each.
CONTRIBUTIONS: Mapping[str, type[Contribution]] = {
    "prompts": Prompt,
    "answer_checks": AnswerCheck,
    "evaluators": Evaluator,
    "enrichers": Enricher,
    "dataset_recipes": DatasetRecipe,
    "panels": Panel,
}


def _keep_as_tuples(value: object, *fields: str) -> None:
    """Replace the sequences in a frozen value by tuples, so that it stays as it was built."""
    for field in fields:
        object.__setattr__(value, field, tuple(getattr(value, field)))
