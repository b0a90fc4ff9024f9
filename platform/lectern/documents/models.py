"""Collections, documents, their versions and pages, and the chunks that search reads."""

from django.db import models
from django.db.models.functions import Now

from lectern.backends.weights import EMBEDDER_NAME
from lectern.jobs.models import Job
from lectern.tenants.models import Group, Tenant, TenantOwned, TenantOwnedManager, User, new_id


class Collection(TenantOwned):
    """Documents that are asked together, and what answers for them."""

    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    plugin = models.CharField(max_length=60, blank=True)
    # Names of what serves; empty is the built-in. The retriever is an embedder's name: questions
    # are compared with the vectors of that embedder and of no other.
    retriever = models.CharField(max_length=200, blank=True)
    answerer = models.CharField(max_length=200, blank=True)
    # Sizes of the index, kept by the transactions that change it; BM25 needs both.
    chunk_count = models.PositiveIntegerField(default=0)
    term_count = models.PositiveBigIntegerField(default=0)
    # What was learnt from the collection's own documents; empty means the built-in weights.
    tuning = models.JSONField(default=dict, db_default={})
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="collection_name_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def embedder(self) -> str:
        """The name of the embedder whose vectors are searched."""
        return self.retriever or EMBEDDER_NAME


class Retriever(TenantOwned):
    """An embedder whose vectors are kept for a collection, besides the one in use or as it.

    New documents get vectors of each. ``filled_at``: since when no chunk lacks one; null while
    the vectors are still being made.
    """

    collection = models.ForeignKey(
        Collection, on_delete=models.DO_NOTHING, db_constraint=False, related_name="retrievers"
    )
    name = models.CharField(max_length=200)
    dimensions = models.PositiveIntegerField()
    job = models.ForeignKey(
        Job, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    filled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "collection", "name"], name="retriever_name_once"
            )
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
    # The mail that this came with; it goes when the mail goes.
    parent = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="attachments",
    )
    # Only the groups of its readers, and who may change documents, see a restricted one.
    restricted = models.BooleanField(default=False, db_default=False)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["tenant", "collection", "-created_at"], name="document_by_time"),
            models.Index(
                fields=["tenant", "collection"],
                condition=models.Q(restricted=True),
                name="document_restricted",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class DocumentReader(TenantOwned):
    """A group whose members read a restricted document."""

    document = models.ForeignKey(
        Document, on_delete=models.DO_NOTHING, db_constraint=False, related_name="readers"
    )
    group = models.ForeignKey(
        Group, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "document", "group"], name="document_reader_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.group_id} reads {self.document_id}"


class DocumentMetadata(TenantOwned):
    """One thing known about a document: its company, a period that it covers, its type.

    ``source`` names the enricher that read it, or is ``PERSON``: what people say stays when
    the document is read again. ``page`` is where it was read.
    """

    PERSON = "person"

    document = models.ForeignKey(
        Document, on_delete=models.DO_NOTHING, db_constraint=False, related_name="metadata"
    )
    name = models.CharField(max_length=40)
    value = models.CharField(max_length=200)
    # The value as questions are compared with it: folded, in single spaces.
    folded = models.CharField(max_length=200)
    source = models.CharField(max_length=100)
    page = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["name", "value"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "document", "name", "folded"], name="metadata_once"
            )
        ]
        indexes = [models.Index(fields=["tenant", "name", "folded"], name="metadata_by_value")]

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"


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


class DocumentTable(TenantOwned):
    """A table of a version. Its cells are the page's text: this says where and what they are.

    ``segments`` is a list of [page, start, end]: the body rows are the lines of these ranges
    of the pages' texts and the cells stand between tabs. ``columns`` has one object a column:
    {"path": header texts from the outermost, "unit", "period", "kind"}.
    """

    version = models.ForeignKey(
        DocumentVersion, on_delete=models.DO_NOTHING, db_constraint=False, related_name="tables"
    )
    number = models.PositiveIntegerField()
    # The page where it starts.
    page = models.PositiveIntegerField()
    title = models.TextField(blank=True)
    columns = models.JSONField(default=list)
    segments = models.JSONField(default=list)
    row_count = models.PositiveIntegerField(default=0)
    unit = models.CharField(max_length=100, blank=True)
    period = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "version", "number"], name="table_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"table {self.number}"


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
