"""Stored files that no version owns: what a killed upload or deletion left behind.

An upload stores its file before its rows are committed, and a deletion removes files after:
whatever is killed in between leaves a file without a row, never a row without a file.
"""

from datetime import timedelta
from uuid import UUID

from django.core.files.storage import storages
from django.utils import timezone

from lectern.documents.models import DocumentVersion
from lectern.documents.page_images import forget_images, versions_with_images
from lectern.documents.removal import delete_files
from lectern.tenants.people import all_tenants
from lectern.tenants.scoping import tenant_context

# Longer than any upload: a younger file may belong to one that is not committed yet.
LEFT_ALONE_FOR = timedelta(days=1)


def leftover_files() -> list[str]:
    """The paths of stored files that belong to no version and are older than any upload."""
    return [path for tenant_id in all_tenants() for path in _leftovers_of(tenant_id)]


def remove_leftovers() -> int:
    """Delete the files left over, with the pictures of their pages; how many they were."""
    removed = 0
    for tenant_id in all_tenants():
        paths = _leftovers_of(tenant_id)
        delete_files(
            DocumentVersion(id=UUID(path.rpartition("/")[2]), tenant_id=tenant_id, file=path)
            for path in paths
        )
        for version_id in _pictured(tenant_id):
            forget_images(DocumentVersion(id=version_id, tenant_id=tenant_id))
        removed += len(paths)
    return removed


def _pictured(tenant_id: UUID) -> list[UUID]:
    """The versions that have pictures and no row: one was drawn while it was being deleted."""
    drawn = versions_with_images(tenant_id)
    with tenant_context(tenant_id):
        rows = DocumentVersion.objects.filter(pk__in=drawn)
        known = set(rows.values_list("pk", flat=True))
    return [version_id for version_id in drawn if version_id not in known]


def _leftovers_of(tenant_id: UUID) -> list[str]:
    storage = storages["documents"]
    try:
        names = storage.listdir(str(tenant_id))[1]
    except FileNotFoundError:
        return []
    # The rows are read after the names, so that the row of each file seen is seen as well.
    with tenant_context(tenant_id):
        owned = set(DocumentVersion.objects.values_list("file", flat=True))
    before = timezone.now() - LEFT_ALONE_FOR
    paths = (f"{tenant_id}/{name}" for name in names)
    return [
        path for path in paths if path not in owned and storage.get_modified_time(path) < before
    ]
