"""Files that a killed upload or deletion left behind."""

import io
import os
import time
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command

from factories import make_upload
from lectern.documents.leftovers import leftover_files
from lectern.documents.models import Collection
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


def test_the_doctor_tells_of_leftovers(tenant: Principal):
    stored(tenant, age_s=TWO_DAYS_S)

    (told,) = [diagnosis for diagnosis in diagnose() if diagnosis.subject == "stored files"]

    assert not told.well
    assert "remove_leftovers" in told.remedy
