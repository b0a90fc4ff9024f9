"""Taking files in from the command line, and choosing where commands work."""

import os
from pathlib import Path

import pytest
from django.core.management import CommandError

from factories import make_collection, make_tenant
from lectern.documents.models import DocumentVersion
from lectern.jobs.models import Job
from lectern.management import intake
from lectern.management.commands.evaluate import throw_away
from lectern.management.intake import files_below, reports_until_read, take_in
from lectern.management.selection import operator_in
from lectern.tenants.scoping import tenant_context


def names(*paths: Path) -> list[str]:
    return [path.name for path in files_below(paths)]


def test_hidden_files_and_what_is_in_hidden_folders_are_left_out(tmp_path: Path):
    (tmp_path / ".git").mkdir()
    for file in ("note.txt", ".DS_Store", ".git/config"):
        (tmp_path / file).write_text("text")

    assert names(tmp_path) == ["note.txt"]


def test_a_hidden_file_that_is_named_is_taken(tmp_path: Path):
    (tmp_path / ".note.txt").write_text("text")

    assert names(tmp_path / ".note.txt") == [".note.txt"]


def test_a_folder_below_a_hidden_one_can_be_named(tmp_path: Path):
    (tmp_path / ".hidden" / "docs").mkdir(parents=True)
    (tmp_path / ".hidden" / "docs" / "note.txt").write_text("text")

    assert names(tmp_path / ".hidden" / "docs") == ["note.txt"]


def test_a_pipe_in_a_folder_holds_nothing_up(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.txt")

    assert names(tmp_path) == []


def test_many_files_are_looked_after_a_few_at_a_time(committed, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(intake, "LOOKED_AFTER_AT_ONCE", 2)
    monkeypatch.setattr(intake, "LOOK_AGAIN_AFTER_S", 0.0)
    actor = make_tenant()
    with tenant_context(actor.tenant_id):
        collection = make_collection(actor)
    taken = []
    for number in range(5):
        file = tmp_path / f"note{number}.txt"
        file.write_text(f"Note {number}.")
        taken.append(take_in(actor, collection, file))
    with tenant_context(actor.tenant_id):
        last = DocumentVersion.objects.filter(pk=taken[-1].version_id)
        Job.objects.filter(pk__in=last.values("job")).update(status="failed", error="Damaged.")

    # The first four still wait; the last is told all the same.
    report = next(reports_until_read(actor, taken))

    assert report.path.name == "note4.txt"


def test_evaluations_share_one_tenant_and_commands_do_not_count_it(committed):
    make_tenant()
    make_tenant()
    first, _ = throw_away("")
    second, _ = throw_away("")

    with pytest.raises(CommandError) as refusal:
        operator_in("")

    assert first.tenant_id == second.tenant_id
    assert "evaluation" not in str(refusal.value)
