"""Sources: folders and buckets whose documents a collection holds as they are out there."""

import io
import os
from pathlib import Path

import pytest
from django.conf import settings

from factories import make_collection, make_member, make_upload
from lectern.documents.access import Access, change_access
from lectern.documents.models import Document
from lectern.documents.removal import remove_document
from lectern.errors import Conflict, Invalid, LecternError, NotAllowed, NotFound
from lectern.jobs.models import Job
from lectern.sdk.connectors import ConnectorError
from lectern.sources.folder import FolderConnection
from lectern.sources.keeping import remove_source, request_sync
from lectern.sources.models import Source, SourceItem, SourceRun
from lectern.sources.schedule import queue_due_syncs
from lectern.sources.syncing import CUT_OFF, sync_source
from lectern.tenants.models import Tenant
from lectern.tenants.scoping import tenant_context
from synced_sources import make_source, synced, titles


@pytest.fixture
def folder(tenant, tmp_path, monkeypatch):
    """The tenant's own folder below one that the operator allowed."""
    with tenant_context(tenant.tenant_id):
        slug = Tenant.objects.get(pk=tenant.tenant_id).slug
    own = tmp_path / "shares" / slug
    own.mkdir(parents=True)
    monkeypatch.setitem(settings.CONNECTORS_ALLOWED, "folder", [str(tmp_path / "shares")])
    return own


def test_the_files_of_a_folder_become_documents(tenant, collection, folder):
    (folder / "2024").mkdir()
    (folder / "2024" / "report.txt").write_text("Revenue rose by a tenth.")
    (folder / "note.md").write_text("# Note\n\nCosts fell.")
    source = make_source(tenant, collection)

    assert synced(source) == {"added": 2}
    assert titles() == ["note.md", "report.txt"]


def test_a_second_sync_fetches_nothing_again(tenant, collection, folder):
    (folder / "note.txt").write_text("Costs fell.")
    source = make_source(tenant, collection)
    synced(source)

    assert synced(source) == {"unchanged": 1}


def test_a_changed_file_becomes_the_next_version(tenant, collection, folder):
    file = folder / "note.txt"
    file.write_text("Costs fell.")
    source = make_source(tenant, collection)
    synced(source)

    file.write_text("Costs rose again.")

    assert synced(source) == {"changed": 1}
    (document,) = Document.objects.all()
    assert [version.number for version in document.versions.all()] == [2, 1]


def test_a_file_that_is_gone_takes_its_document_along(tenant, collection, folder):
    (folder / "kept.txt").write_text("This stays.")
    (folder / "gone.txt").write_text("This goes.")
    source = make_source(tenant, collection)
    synced(source)

    (folder / "gone.txt").unlink()

    assert synced(source) == {"unchanged": 1, "removed": 1}
    assert titles() == ["kept.txt"]


def test_an_empty_folder_removes_nothing_because_it_may_not_be_mounted(tenant, collection, folder):
    (folder / "note.txt").write_text("Costs fell.")
    source = make_source(tenant, collection)
    synced(source)

    (folder / "note.txt").unlink()

    with pytest.raises(Invalid, match="is empty, though it held 1 documents"):
        synced(source)
    assert titles() == ["note.txt"]


def test_a_document_that_was_here_before_stays_when_its_file_goes(tenant, collection, folder):
    make_upload(tenant, collection, "Costs fell.", "mine.txt")
    (folder / "note.txt").write_text("Costs fell.")
    (folder / "other.txt").write_text("Something else.")
    source = make_source(tenant, collection)
    synced(source)

    (folder / "note.txt").unlink()
    synced(source)

    assert titles() == ["mine.txt", "other.txt"]


def test_of_two_files_of_one_content_only_that_which_changed_changes(tenant, collection, folder):
    (folder / "one.txt").write_text("Costs fell.")
    (folder / "two.txt").write_text("Costs fell.")
    source = make_source(tenant, collection)
    synced(source)

    (folder / "one.txt").write_text("Costs rose.")
    synced(source)

    both = SourceItem.objects.select_related("document").order_by("key")
    assert len({item.document for item in both}) == 2
    assert {item.document.versions.count() for item in both} == {1}


def test_a_file_that_parts_from_a_restricted_document_is_read_by_no_others(
    tenant, collection, folder
):
    for name in ("one.txt", "two.txt"):
        (folder / name).write_text("Costs fell.")
    source = make_source(tenant, collection)
    synced(source)
    change_access(tenant, list(Document.objects.all()), Access(restricted=True))

    (folder / "one.txt").write_text("Costs rose.")
    synced(source)

    assert [document.restricted for document in Document.objects.all()] == [True, True]


def test_a_document_goes_with_the_last_file_of_its_content(tenant, collection, folder):
    for name in ("one.txt", "two.txt"):
        (folder / name).write_text("Costs fell.")
    (folder / "other.txt").write_text("Something else.")
    source = make_source(tenant, collection)
    synced(source)

    for name in ("one.txt", "two.txt"):
        (folder / name).unlink()
        synced(source)

    assert titles() == ["other.txt"]


def test_what_a_person_deleted_here_does_not_come_back_by_itself(tenant, collection, folder):
    (folder / "note.txt").write_text("Costs fell.")
    source = make_source(tenant, collection)
    synced(source)
    remove_document(tenant, Document.objects.get())

    assert synced(source) == {"unchanged": 1}
    assert titles() == []


def test_a_file_that_cannot_be_taken_has_its_reason_and_harms_no_other(tenant, collection, folder):
    (folder / "note.txt").write_text("Costs fell.")
    (folder / "empty.txt").write_text("")
    source = make_source(tenant, collection)

    assert synced(source) == {"added": 1, "problems": 1}
    assert "is empty (0 bytes)" in SourceItem.objects.get(key="empty.txt").problem


def test_a_file_whose_name_is_no_unicode_harms_no_other(tenant, collection, folder):
    (folder / "good.txt").write_text("Costs fell.")
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text("Costs rose.")
    source = make_source(tenant, collection)

    assert synced(source) == {"added": 1, "problems": 1}
    assert [item.key for item in source.items.exclude(problem="")] == [r"caf\udce9.txt"]
    assert synced(source) == {"unchanged": 1, "problems": 1}


def test_links_and_hidden_files_are_left_out(tenant, collection, folder, tmp_path):
    (tmp_path / "secret.txt").write_text("Nobody's business.")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "up").symlink_to(tmp_path)
    (folder / ".hidden.txt").write_text("Hidden.")
    source = make_source(tenant, collection)

    assert synced(source) == {}


@pytest.mark.parametrize("wanted", ["..", "../other", "/", "../../etc"])
def test_a_tenant_cannot_leave_its_own_folder(tenant, collection, folder, wanted):
    (folder.parent / "other").mkdir()
    (folder.parent / "other" / "theirs.txt").write_text("Another tenant's.")
    source = make_source(tenant, collection, folder=wanted)

    if wanted == "/":
        assert synced(source) == {}
    else:
        with pytest.raises(LecternError, match="There is no folder"):
            synced(source)
    assert titles() == []


def test_a_folder_that_is_away_is_said_and_removes_nothing(tenant, collection, folder):
    (folder / "in").mkdir()
    (folder / "in" / "note.txt").write_text("Costs fell.")
    source = make_source(tenant, collection, folder="in")
    synced(source)
    (folder / "in").rename(folder / "away")

    with pytest.raises(LecternError, match="There is no folder 'in'"):
        synced(source)
    assert titles() == ["note.txt"]
    assert "There is no folder" in source.runs.first().error


def test_nothing_may_be_watched_unless_the_operator_allows_it(tenant, collection):
    source = make_source(tenant, collection)

    with pytest.raises(Invalid, match="LECTERN_WATCHED_FOLDERS"):
        synced(source)


def test_a_missing_or_unknown_setting_is_named(tenant, collection):
    with pytest.raises(Invalid, match="Bucket is missing"):
        make_source(tenant, collection, "s3", endpoint="http://127.0.0.1:1")
    with pytest.raises(Invalid, match="no setting 'colour'"):
        make_source(tenant, collection, colour="red")


def test_a_source_that_is_due_is_queued_once(tenant, collection, folder):
    source = make_source(tenant, collection, every_minutes=5)
    Job.objects.update(status="succeeded")
    assert queue_due_syncs() == 0

    Source.objects.update(next_sync_at="2020-01-01T00:00Z")

    assert queue_due_syncs() == 1
    assert queue_due_syncs() == 0
    assert Job.objects.filter(kind="sync_source", status="queued").count() == 1
    source.refresh_from_db()
    assert source.next_sync_at is not None


def test_removing_a_source_takes_its_documents_along_or_leaves_them(tenant, collection, folder):
    (folder / "note.txt").write_text("Costs fell.")
    source = make_source(tenant, collection)
    synced(source)

    assert remove_source(tenant, source, with_documents=False) == 0
    assert titles() == ["note.txt"]

    again = make_source(tenant, collection)
    synced(again)
    SourceItem.objects.update(brought=True)
    assert remove_source(tenant, again, with_documents=True) == 1
    assert titles() == []


def test_a_run_that_was_cut_off_says_so(tenant, collection, folder):
    (folder / "note.txt").write_text("Costs fell.")
    source = make_source(tenant, collection)
    SourceRun.objects.create(tenant_id=tenant.tenant_id, source=source)

    synced(source)

    runs = source.runs.order_by("started_at")
    assert [run.error for run in runs] == [CUT_OFF, ""]
    assert runs[1].counts["added"] == 1


def test_two_sources_of_one_name_are_refused(tenant, collection, folder):
    make_source(tenant, collection)

    with pytest.raises(Conflict, match="has a source 'Our folder' already"):
        make_source(tenant, collection)


def test_only_who_may_manage_sources_does(tenant, collection, folder):
    source = make_source(tenant, collection)
    reader = make_member(tenant)

    with pytest.raises(NotAllowed):
        request_sync(reader, source)


def test_a_source_that_was_removed_meanwhile_ends_its_job(tenant, collection, folder):
    source = make_source(tenant, collection)
    job = Job.objects.get(kind="sync_source")
    remove_source(tenant, source, with_documents=False)

    with pytest.raises(NotFound):
        sync_source(source.tenant_id, source.pk, job.pk, lambda *_: None)


def test_a_file_that_changed_since_it_was_listed_waits_for_the_next_sync(folder):
    file = folder / "note.txt"
    file.write_text("Costs fell.")
    connection = FolderConnection(folder)
    (item,) = connection.items()

    file.write_text("Costs fell, and then they rose.")

    with pytest.raises(ConnectorError, match="changed while it was copied"):
        connection.fetch(item, io.BytesIO(), most_bytes=1000)


def test_no_more_of_a_file_is_copied_than_may_be(folder):
    (folder / "a.txt").write_text("This is longer than four bytes.")
    connection = FolderConnection(folder)
    (item,) = connection.items()
    copied = io.BytesIO()

    with pytest.raises(ConnectorError, match="is larger than"):
        connection.fetch(item, copied, most_bytes=4)

    assert copied.getvalue() == b""


def test_a_file_swapped_for_a_link_is_not_followed(folder, tmp_path):
    (tmp_path / "secret.txt").write_text("Nobody's business.")
    file = folder / "note.txt"
    file.write_text("Costs fell.")
    connection = FolderConnection(folder)
    (item,) = connection.items()

    file.unlink()
    file.symlink_to(tmp_path / "secret.txt")

    with pytest.raises(ConnectorError, match="cannot be opened"):
        connection.fetch(item, io.BytesIO(), most_bytes=1000)


def test_documents_of_two_collections_do_not_meet(tenant, collection, folder):
    other = make_collection(tenant)
    (folder / "note.txt").write_text("Costs fell.")
    synced(make_source(tenant, collection))
    synced(make_source(tenant, other))

    assert titles() == ["note.txt", "note.txt"]
