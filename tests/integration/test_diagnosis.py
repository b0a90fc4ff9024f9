"""What the doctor says of this machine's kernel."""

from pathlib import Path

from lectern.management.diagnosis import diagnose


def test_the_doctor_tells_which_fences_reading_processes_get(db):
    said = {diagnosis.subject: diagnosis.seen for diagnosis in diagnose()}

    assert said["fence around files"].startswith(("Landlock", "none"))
    assert said["fence around network"].startswith(("a network namespace", "Python's hook only"))


def test_looking_at_the_network_fence_leaves_the_network_as_it_is(db):
    before = Path("/proc/self/ns/net").readlink()

    list(diagnose())

    assert Path("/proc/self/ns/net").readlink() == before
