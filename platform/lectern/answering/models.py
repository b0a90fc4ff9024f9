"""What was asked, what was answered, and what each sentence of the answer rests on."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from lectern.documents.models import Collection, Document, DocumentVersion
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
    def table(self) -> list[list[str]]:
        """The cells of a quoted table row below the header of its table; empty for sentences."""
        if "\t" not in self.quote:
            return []
        lines = [*self.heading.splitlines(), *self.quote.splitlines()]
        return [line.split("\t") for line in lines if "\t" in line]


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
