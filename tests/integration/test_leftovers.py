"""Files that a killed upload or deletion left behind."""

import io
import os
import time
from datetime import timedelta
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command

from factories import make_upload
from lectern.documents.leftovers import leftover_files, remove_leftovers
from lectern.documents.models import Collection
from lectern.jobs.sweep import sweep, turn_to_tidy
from lectern.management.diagnosis import diagnose
from lectern.tenants.access import Principal
from lectern.tenants.models import new_id

TWO_DAYS_S = 2 * 24 * 3600


def stored(actor: Principal, *, age_s: float) -> str:
    """A stored file of no version, as a process killed in the middle of an upload leaves it."""
    path = storages["documents"].save(f"{actor.tenant_id}/{new_id()}", ContentFile(b"text"))
    then = time.time() - age_s
    os.utime(storages["documents"].path(path), (then, then))
    return path


def test_a_file_without_a_version_is_left_over_after_a_day(tenant: Principal):
    old = stored(tenant, age_s=TWO_DAYS_S)
    stored(tenant, age_s=60)

    assert old in leftover_files()
    assert len([path for path in leftover_files() if str(tenant.tenant_id) in path]) == 1


def test_the_file_of_a_version_is_not_left_over(tenant: Principal, collection: Collection):
    upload = make_upload(tenant, collection)
    then = time.time() - TWO_DAYS_S
    os.utime(storages["documents"].path(upload.version.file), (then, then))

    assert upload.version.file not in leftover_files()


def test_leftovers_are_removed_with_their_pictures(tenant: Principal, settings):
    path = stored(tenant, age_s=TWO_DAYS_S)
    picture = Path(settings.STATE) / "page-images" / path / "1.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"picture")
    told = io.StringIO()

    call_command("remove_leftovers", stdout=told)

    assert not storages["documents"].exists(path)
    assert not picture.exists()
    assert "removed" in told.getvalue()


def test_pictures_of_a_version_that_is_gone_are_removed(tenant: Principal, settings):
    folder = Path(settings.STATE) / "page-images" / str(tenant.tenant_id) / str(new_id())
    folder.mkdir(parents=True)
    (folder / "1.png").write_bytes(b"picture")

    remove_leftovers()

    assert not folder.exists()


def test_pictures_of_a_version_stay(tenant: Principal, collection: Collection, settings):
    version = make_upload(tenant, collection).version
    folder = Path(settings.STATE) / "page-images" / str(tenant.tenant_id) / str(version.pk)
    folder.mkdir(parents=True)

    remove_leftovers()

    assert folder.exists()


def test_stored_files_are_tidied_by_one_worker_once_in_a_while(db):
    sweep()

    turns = [turn_to_tidy(timedelta(hours=1)) for _ in range(3)]

    assert turns[1:] == [False, False]
    assert turn_to_tidy(timedelta(0))


def test_the_doctor_tells_of_leftovers(tenant: Principal):
    stored(tenant, age_s=TWO_DAYS_S)

    (told,) = [diagnosis for diagnosis in diagnose() if diagnosis.subject == "stored files"]

    assert not told.well
    assert "remove_leftovers" in told.remedy
