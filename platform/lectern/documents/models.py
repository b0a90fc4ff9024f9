"""Collections, documents, their versions and pages, and the chunks that search reads."""

from django.db import models
from django.db.models.functions import Now

from lectern.jobs.models import Job
from lectern.tenants.models import Tenant, TenantOwned, TenantOwnedManager, User, new_id


class Collection(TenantOwned):
    """Documents that are asked together, and what answers for them."""

    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    plugin = models.CharField(max_length=60, blank=True)
    # Names of what serves; empty is the built-in.
    retriever = models.CharField(max_length=200, blank=True)
    answerer = models.CharField(max_length=200, blank=True)
    # Sizes of the index, kept by the transactions that change it; BM25 needs both.
    chunk_count = models.PositiveIntegerField(default=0)
    term_count = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="collection_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class Document(TenantOwned):
    """A document as people know it; what it says is in its current version."""

    collection = models.ForeignKey(
        Collection, on_delete=models.DO_NOTHING, db_constraint=False, related_name="documents"
    )
    title = models.CharField(max_length=500)
    current_version = models.ForeignKey(
        "DocumentVersion",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["tenant", "collection", "-created_at"], name="document_by_time")
        ]

    def __str__(self) -> str:
        return self.title


class DocumentVersion(TenantOwned):
    """One file of a document. It is ready or not; why not is told by its job."""

    collection = models.ForeignKey(
        Collection, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    document = models.ForeignKey(
        Document, on_delete=models.DO_NOTHING, db_constraint=False, related_name="versions"
    )
    number = models.PositiveIntegerField()
    file = models.CharField(max_length=200)
    file_name = models.CharField(max_length=500)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    job = models.ForeignKey(
        Job, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    ready_at = models.DateTimeField(null=True)
    # Facts found by reading the file.
    paged = models.BooleanField(default=False)
    page_count = models.PositiveIntegerField(default=0)
    chunk_count = models.PositiveIntegerField(default=0)
    warnings = models.JSONField(default=list)
    uploaded_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "collection", "sha256"], name="version_bytes_once"
            ),
            models.UniqueConstraint(
                fields=["tenant", "document", "number"], name="version_number_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} v{self.number}"


class Page(TenantOwned):
    """The cleaned text of a page, where its words stand, and what was removed from it."""

    version = models.ForeignKey(
        DocumentVersion, on_delete=models.DO_NOTHING, db_constraint=False, related_name="pages"
    )
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    width = models.FloatField(null=True)
    height = models.FloatField(null=True)
    # WordBoxes.to_bytes(): where each word of the text stands on the page.
    words = models.BinaryField(default=bytes)
    # [kind, text, at] per removal: at is the offset in the text where it stood.
    removed = models.JSONField(default=list)
    # [kind, start, end, level, header_end] per block.
    blocks = models.JSONField(default=list)
    image_only = models.BooleanField(default=False)
    problem = models.TextField(blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "version", "number"], name="page_number_once")
        ]

    def __str__(self) -> str:
        return f"page {self.number}"


class Chunk(models.Model):
    """A piece of a page in the index. Bulk rows: partitioned, written by COPY, read by SQL.

    Only chunks of current versions exist. ``text`` is ``page.text[start:end]`` word for
    word; ``context`` (title, headings, a table's header) was put in front of it for the index.
    """

    pk = models.CompositePrimaryKey("tenant_id", "id")
    tenant = models.ForeignKey(Tenant, on_delete=models.DO_NOTHING, related_name="+")
    id = models.UUIDField(default=new_id)
    collection_id = models.UUIDField()
    document_id = models.UUIDField()
    version_id = models.UUIDField()
    position = models.PositiveIntegerField()
    page = models.PositiveIntegerField()
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    text = models.TextField()
    context = models.TextField()
    term_count = models.PositiveIntegerField()

    objects = TenantOwnedManager()

    class Meta:
        managed = False
        db_table = "documents_chunk"

    def __str__(self) -> str:
        return f"chunk {self.position}"
