"""What was asked, what was answered, and what each sentence of the answer rests on."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import MD5, Now

from lectern.documents.content import below_their_headers
from lectern.documents.models import Collection, Document, DocumentVersion
from lectern.jobs.models import Job
from lectern.tenants.models import TenantOwned, User


class Question(TenantOwned):
    """A question as it was asked."""

    collection = models.ForeignKey(
        Collection, on_delete=models.DO_NOTHING, db_constraint=False, related_name="questions"
    )
    # Set when the question was asked within one document.
    document = models.ForeignKey(
        Document, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    text = models.TextField()
    # The question that this one follows up, and what was searched for in its place: the
    # question as it stands alone. Empty where it was searched as asked.
    previous = models.ForeignKey(
        "self", null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    standalone = models.TextField(blank=True, db_default="")
    asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_with_key = models.UUIDField(null=True)
    asked_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["tenant", "-asked_at"], name="question_by_time")]

    def __str__(self) -> str:
        return self.text[:80]


class Answer(TenantOwned):
    """An answer or a refusal. A record of what happened: never changed, except by removal."""

    class Outcome(models.TextChoices):
        ANSWERED = "answered", "Answered"
        REFUSED = "refused", "Not in these documents"
        FAILED = "failed", "Failed"

    question = models.ForeignKey(
        Question, on_delete=models.DO_NOTHING, db_constraint=False, related_name="answers"
    )
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    text = models.TextField()
    engine = models.CharField(max_length=60)
    adapter = models.CharField(max_length=200, blank=True)
    # The calibrated probability that the passages hold the answer, 0 to 1.
    confidence = models.FloatField()
    # The passages read, in order: ids, place, scores and text, so that a later change of the
    # documents does not change what this answer was made from.
    passages = models.JSONField(default=list)
    # How it was computed from cited cells: operation, formula, operands; empty for quotations.
    computation = models.JSONField(default=dict, db_default={})
    # Milliseconds per step.
    timings = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=["answered", "refused", "failed"]),
                name="answer_outcome_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.outcome}: {self.text[:60]}"


class Citation(TenantOwned):
    """The place on a page that one sentence of an answer rests on."""

    answer = models.ForeignKey(
        Answer, on_delete=models.DO_NOTHING, db_constraint=False, related_name="citations"
    )
    number = models.PositiveIntegerField()
    # The sentence: a range of the answer's text.
    sentence_start = models.PositiveIntegerField()
    sentence_end = models.PositiveIntegerField()
    # The source; null once the document was deleted, and then removed_at says when.
    document = models.ForeignKey(
        Document, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    version = models.ForeignKey(
        DocumentVersion,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    document_title = models.CharField(max_length=500)
    page = models.PositiveIntegerField()
    page_label = models.CharField(max_length=200, blank=True)
    # A range of the page's cleaned text, and where it stands: [x0, y0, x1, y1] in points.
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    boxes = models.JSONField(default=list)
    quote = models.TextField()
    heading = models.TextField(blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "answer", "number"], name="citation_once"),
            models.CheckConstraint(
                condition=Q(version__isnull=False) | Q(removed_at__isnull=False),
                name="citation_has_source",
            ),
        ]

    def __str__(self) -> str:
        return f"[{self.number}] {self.document_title}, page {self.page}"

    @property
    def table(self) -> list[tuple[str, ...]]:
        """The cells of a quoted table row below the header of its table; empty for sentences."""
        if "\t" not in self.quote:
            return []
        lines = [*self.heading.splitlines(), *self.quote.splitlines()]
        return below_their_headers([line.split("\t") for line in lines if "\t" in line], "")


class Finding(TenantOwned):
    """What a plugin's check said about an answer."""

    answer = models.ForeignKey(
        Answer, on_delete=models.DO_NOTHING, db_constraint=False, related_name="findings"
    )
    plugin = models.CharField(max_length=60)
    check_name = models.CharField(max_length=100)
    severity = models.CharField(max_length=10)
    message = models.TextField()
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.message


class GoldenQuestion(TenantOwned):
    """A question whose right place, and perhaps right answer, a person has confirmed.

    An empty ``answer`` means that only the place is known. Of a question that is not
    ``answerable`` the documents say nothing, and a refusal is right.
    """

    collection = models.ForeignKey(
        Collection, on_delete=models.DO_NOTHING, db_constraint=False, related_name="golden"
    )
    text = models.TextField()
    answer = models.TextField(blank=True)
    answerable = models.BooleanField(default=True)
    document = models.ForeignKey(
        Document, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    pages = models.JSONField(default=list)
    evidence = models.TextField(blank=True)
    # Whether it is asked of its document alone.
    within_document = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            # By its digest: an index takes no long text.
            models.UniqueConstraint(
                "tenant",
                "collection",
                "document",
                MD5("text"),
                nulls_distinct=False,
                name="golden_question_once",
            )
        ]

    def __str__(self) -> str:
        return self.text[:80]


class GoldenRun(TenantOwned):
    """All golden questions of a collection, asked once: when, of what, and the figures."""

    class Cause(models.TextChoices):
        REQUEST = "request", "Asked for"
        INDEX = "index", "The index changed"

    collection = models.ForeignKey(
        Collection, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    cause = models.CharField(max_length=10, choices=Cause.choices)
    job = models.ForeignKey(
        Job, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    # What was measured: embedder, tuning, documents and chunks; then each figure by name.
    subject = models.JSONField(default=dict)
    figures = models.JSONField(default=dict)
    requested_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["tenant", "collection", "-created_at"], name="golden_runs")]

    def __str__(self) -> str:
        return f"golden run {self.created_at:%Y-%m-%d %H:%M}"


class GoldenResult(TenantOwned):
    """How one golden question went in one run."""

    run = models.ForeignKey(
        GoldenRun, on_delete=models.DO_NOTHING, db_constraint=False, related_name="results"
    )
    question = models.ForeignKey(
        GoldenQuestion, on_delete=models.DO_NOTHING, db_constraint=False, related_name="results"
    )
    # The place of the first passage from the right page, from 1; None when none was found.
    rank = models.PositiveIntegerField(null=True)
    refused = models.BooleanField()
    # Whether the answer holds the golden one; None where there is none to compare with.
    answered_right = models.BooleanField(null=True)
    milliseconds = models.FloatField()
    # [document id, page, score] of the passages, best first.
    passages = models.JSONField(default=list)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "run", "question"], name="golden_result_once")
        ]

    def __str__(self) -> str:
        return f"{self.question_id}: {self.rank}"
