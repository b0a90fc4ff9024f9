"""Taking files in from the command line and waiting until they were read."""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.core.files import File
from django.core.files.uploadedfile import UploadedFile

from lectern.documents.models import Collection, DocumentVersion
from lectern.documents.states import StateName, state_of
from lectern.documents.uploads import accept_upload
from lectern.errors import LecternError
from lectern.tenants.access import Principal
from lectern.tenants.scoping import tenant_context

LOOK_AGAIN_AFTER_S = 0.25
LOOKED_AFTER_AT_ONCE = 500
FINISHED = {StateName.READY, StateName.ATTENTION, StateName.FAILED, StateName.CANCELLED}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """What became of one file; ``document_id`` is None if it was refused at once."""

    path: Path
    state: str
    reason: str = ""
    pages: int = 0
    chunks: int = 0
    document_id: UUID | None = None
    version_id: UUID | None = None

    @property
    def ready(self) -> bool:
        return self.state in {StateName.READY, StateName.ATTENTION}

    @property
    def finished(self) -> bool:
        return self.version_id is None or self.state in FINISHED


def files_below(paths: Sequence[Path]) -> list[Path]:
    """What ``paths`` name, and the files in folders among them, in order, without hidden ones."""
    files: list[Path] = []
    for path in paths:
        files += _files_in(path) if path.is_dir() else [path]
    return files


def _files_in(folder: Path) -> list[Path]:
    # Nothing but files: opening a pipe would wait for ever.
    inside = sorted(path for path in folder.rglob("*") if path.is_file())
    below = ((path, path.relative_to(folder).parts) for path in inside)
    return [path for path, parts in below if not any(part.startswith(".") for part in parts)]


def take_in(actor: Principal, collection: Collection, path: Path) -> FileReport:
    """Upload the file at ``path``; a refusal becomes the report's reason."""
    try:
        with path.open("rb") as file, tenant_context(actor.tenant_id):
            size = path.stat().st_size
            upload = accept_upload(
                actor, collection, UploadedFile(File(file), name=path.name, size=size)
            )
    except LecternError as error:
        return FileReport(path=path, state="refused", reason=error.message)
    except OSError as error:
        return FileReport(path=path, state="refused", reason=f"{path} cannot be read: {error}")
    return FileReport(
        path=path,
        state=StateName.QUEUED,
        document_id=upload.document.pk,
        version_id=upload.version.pk,
    )


def reports_until_read(actor: Principal, reports: Sequence[FileReport]) -> Iterator[FileReport]:
    """Each report as its file is finished, in the order in which that happens."""
    waiting = deque(reports)
    while waiting:
        looked_after = [waiting.popleft() for _ in range(min(len(waiting), LOOKED_AFTER_AT_ONCE))]
        unfinished = []
        for report in _looked_up(actor, looked_after):
            if report.finished:
                yield report
            else:
                unfinished.append(report)
        # To the end: of thousands that wait, none may keep another from being told.
        waiting.extend(unfinished)
        if unfinished:
            time.sleep(LOOK_AGAIN_AFTER_S)


def _looked_up(actor: Principal, reports: Sequence[FileReport]) -> list[FileReport]:
    with tenant_context(actor.tenant_id):
        versions = DocumentVersion.objects.select_related("job").in_bulk(
            [report.version_id for report in reports if report.version_id]
        )
    return [
        _report(report, versions.get(report.version_id)) if report.version_id else report
        for report in reports
    ]


def _report(report: FileReport, version: DocumentVersion | None) -> FileReport:
    if version is None:
        return FileReport(path=report.path, state=StateName.FAILED, reason="It was deleted.")
    state = state_of(version)
    return FileReport(
        path=report.path,
        state=state.name,
        reason=state.reason,
        pages=version.page_count,
        chunks=version.chunk_count,
        document_id=version.document_id,
        version_id=version.pk,
    )
