"""Reading that is killed, or whose document is deleted, at each of its stages."""

import threading
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.db import connection

from api_visits import READ_SECONDS, Customer
from lectern.documents.models import Collection, Document, DocumentVersion, Page
from lectern.tenants.scoping import tenant_context
from made_files import lines, make_pdf
from pausing import POINTS
from worker_processes import WorkerProcess, wait_until

LEASE_SECONDS = 5
REPORT = make_pdf(
    [
        [
            *lines(f"Section {number}", size=16, bold=True),
            *lines(
                f"Claims of kind {number} are submitted within {30 + number} days, with receipts",
                "for every item above 15 euros, to the office that has paid for the journey.",
                y=140,
            ),
        ]
        for number in range(1, 9)
    ]
)
# What must be the same however often reading began. The ids of chunks are new each time.
CHUNKS = """
SELECT count(*), count(DISTINCT c.position), count(e.chunk_id), sum(c.term_count),
       md5(string_agg(c.text || c.page || e.embedding::text || c.weights::text, ''
                      ORDER BY c.position))
FROM documents_chunk c LEFT JOIN documents_chunkembedding e
     ON e.tenant_id = c.tenant_id AND e.chunk_id = c.id
"""
TERMS = "SELECT md5(string_agg(term || chunks, '' ORDER BY term)) FROM documents_termfrequency"
VECTORS = "SELECT count(*) FROM documents_chunkembedding"

SEARCHED = ("chunks", "terms", "vectors", "counters", "pages")


class Crew:
    """The one worker there is, and the next when it was killed."""

    def __init__(self, environment, folder):
        self._folder = folder
        self._environment = environment | {"PAUSES": str(folder)}
        self._hired = 0
        self.replace()

    def replace(self):
        self._hired += 1
        log_file = self._folder / f"worker{self._hired}.log"
        self.worker = WorkerProcess("pausing_worker", self._environment, log_file)
        self.worker.await_ready()

    def stop_at(self, point):
        """Have the next document stop there, read by a worker that lives."""
        if not self.worker.alive():
            self.replace()
        for name in ("reached", "left", "go"):
            (self._folder / name).unlink(missing_ok=True)
        (self._folder / "at").write_text(point)

    def go_on(self):
        (self._folder / "go").touch()

    def wait_for(self, sign):
        wait_until((self._folder / sign).exists, seconds=READ_SECONDS, otherwise=self.worker.log)


@pytest.fixture(scope="module")
def crew(server_environment, tmp_path_factory):
    lease = {"LECTERN_JOB_LEASE_SECONDS": str(LEASE_SECONDS)}
    hired = Crew(server_environment | lease, tmp_path_factory.mktemp("crew"))
    yield hired
    hired.worker.end()


@pytest.fixture(scope="module")
def undisturbed(crew, web, django_db_blocker):
    """What there is after the document was read without a fault."""
    with django_db_blocker.unblock():
        calm = Customer(web.url)
        crew.stop_at("nowhere")
        calm.settled(calm.uploaded("report.pdf", REPORT))
        yield index_of(calm.administrator)
        connection.close()


def index_of(tenant):
    """Everything that search and reading see of the tenant's documents, and its counters."""
    with tenant_context(tenant.tenant_id), connection.cursor() as cursor:
        found = {}
        for name, query in [("chunks", CHUNKS), ("terms", TERMS), ("vectors", VECTORS)]:
            cursor.execute(query)
            found[name] = cursor.fetchone()
        found["counters"] = Collection.objects.values_list("chunk_count", "term_count").get()
        versions = DocumentVersion.objects.order_by("number")
        found["versions"] = list(versions.values_list("number", "page_count", "chunk_count"))
        found["documents"] = Document.objects.count()
        found["pages"] = list(Page.objects.order_by("number").values_list("number", "text"))
    return found


def files_of(tenant):
    """The files that are stored for the tenant: originals and pictures of pages."""
    folders = [Path(configured.STATE) / name for name in ("documents", "page-images")]
    return [
        file.name
        for folder in folders
        for file in (folder / str(tenant.tenant_id)).rglob("*")
        if file.is_file()
    ]


def history_of(visit, job_id):
    return [event["message"] for event in visit.sent("GET", f"/jobs/{job_id}/events")["items"]]


# --- the worker dies --------------------------------------------------------------------


@pytest.mark.parametrize("point", POINTS)
def test_reading_that_was_killed_is_done_once_by_the_next_worker(crew, undisturbed, visit, point):
    crew.stop_at(point)
    document = visit.uploaded("report.pdf", REPORT)
    crew.wait_for("reached")
    crew.worker.kill()

    crew.replace()
    job_id = visit.settled(document)["latest_version"]["job_id"]
    wait_until(
        lambda: visit.sent("GET", f"/jobs/{job_id}")["status"] == "succeeded",
        seconds=READ_SECONDS,
        otherwise=crew.worker.log,
    )

    assert index_of(visit.administrator) == undisturbed
    assert history_of(visit, job_id) == [
        "Attempt 1 of 3 started.",
        "Attempt 1 of 3: The worker stopped answering.",
        "Attempt 2 of 3 started.",
        "Attempt 2 succeeded.",
    ]


def test_a_version_whose_publishing_was_killed_leaves_the_former_to_readers(crew, visit):
    crew.stop_at("nowhere")
    document = visit.settled(visit.uploaded("old.txt", b"Claims are due within 90 days."))
    before = index_of(visit.administrator)
    crew.stop_at("in the transaction")
    visit.sent("POST", f"/documents/{document['id']}/versions", files={"file": ("r.pdf", REPORT)})
    crew.wait_for("reached")
    crew.worker.kill()

    answer = visit.ask("Within how many days are claims due?")

    meanwhile = index_of(visit.administrator)
    assert "within 90 days" in answer["text"]
    assert {each: meanwhile[each] for each in SEARCHED} == {each: before[each] for each in SEARCHED}


# --- the document is deleted ------------------------------------------------------------


@pytest.mark.parametrize("point", POINTS)
def test_a_document_that_is_deleted_while_it_is_read_is_gone(crew, visit, point):
    crew.stop_at(point)
    document = visit.uploaded("report.pdf", REPORT)
    job_id = document["latest_version"]["job_id"]
    crew.wait_for("reached")

    deleting = threading.Thread(
        target=visit.sent, args=("DELETE", f"/documents/{document['id']}"), daemon=True
    )
    deleting.start()
    # Within the transaction that publishes, deleting waits for its end.
    deleting.join(timeout=1 if point == "in the transaction" else READ_SECONDS)
    crew.go_on()
    deleting.join(timeout=READ_SECONDS)
    crew.wait_for("left")

    assert visit.http.get(f"/documents/{document['id']}").status_code == 404
    # Only a job that had published already may have had its verdict before it was withdrawn.
    verdicts = {"cancelled", "succeeded"} if point == "in the transaction" else {"cancelled"}
    assert visit.sent("GET", f"/jobs/{job_id}")["status"] in verdicts
    assert visit.ask("Within how many days are claims submitted?")["passages"] == []
    assert index_of(visit.administrator) == {
        "chunks": (0, 0, 0, None, None),
        "terms": (None,),
        "vectors": (0,),
        "counters": (0, 0),
        "versions": [],
        "documents": 0,
        "pages": [],
    }
    assert files_of(visit.administrator) == []


def test_a_collection_that_is_deleted_while_it_is_read_is_gone(crew, visit):
    crew.stop_at("storing")
    visit.uploaded("report.pdf", REPORT)
    crew.wait_for("reached")

    visit.sent("DELETE", f"/collections/{visit.collection}")
    crew.go_on()
    crew.wait_for("left")

    assert visit.http.get(f"/collections/{visit.collection}").status_code == 404
    with tenant_context(visit.administrator.tenant_id), connection.cursor() as cursor:
        cursor.execute(VECTORS)
        assert cursor.fetchone() == (0,)
        assert not Document.objects.exists()
    assert files_of(visit.administrator) == []


def test_after_all_of_it_the_worker_reads_on(crew, undisturbed, visit):
    crew.stop_at("nowhere")

    visit.settled(visit.uploaded("report.pdf", REPORT))

    assert crew.worker.alive()
    assert index_of(visit.administrator) == undisturbed
