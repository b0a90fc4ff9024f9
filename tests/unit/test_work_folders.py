"""Folders of confined processes: gone with their work, and after those who were killed."""

import subprocess
import sys
import tempfile

import pytest

from lectern.documents.work_folders import remove_abandoned, work_folder

HOLDS = (
    "import time; from lectern.documents.work_folders import work_folder\n"
    "with work_folder() as folder:\n"
    "    (folder / 'page').write_text('secret'); print(folder, flush=True); time.sleep(60)"
)


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


@pytest.fixture
def holder():
    """Another process, which works in a folder of its own."""
    process = subprocess.Popen([sys.executable, "-c", HOLDS], stdout=subprocess.PIPE)
    process.stdout.readline()
    yield process
    process.kill()
    process.wait()


def test_a_folder_is_gone_with_all_in_it_when_its_work_is_done(tmp_path):
    with work_folder() as folder:
        (folder / "page").write_text("secret")

    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_is_left_alone(holder, tmp_path):
    removed = remove_abandoned()

    assert removed == 0
    assert [file.name for folder in tmp_path.iterdir() for file in folder.iterdir()] == ["page"]


def test_the_next_to_work_removes_the_folder_of_one_that_was_killed(holder, tmp_path):
    holder.kill()
    holder.wait()

    with work_folder() as folder:
        assert list(tmp_path.iterdir()) == [folder]


def test_a_link_in_place_of_a_folder_is_not_followed(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "lectern-reads-link").symlink_to(elsewhere)

    assert remove_abandoned() == 0
    assert elsewhere.is_dir()
