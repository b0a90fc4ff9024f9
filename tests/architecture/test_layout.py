"""The folders keep their shape: source roots are no packages, files are short and well named."""

import pytest

from source_tree import ROOT, SOURCE_ROOTS, python_files

LONGEST = 400
CATCH_ALLS = {"utils", "util", "helpers", "helper", "common", "core", "services", "misc"}


@pytest.mark.parametrize("root", SOURCE_ROOTS)
def test_a_source_root_is_no_package(root):
    # platform/__init__.py would replace Python's own platform module for everything run here.
    assert sorted(path.name for path in (ROOT / root).glob("*.py")) == []


def test_pythons_own_platform_module_is_found():
    import platform

    assert platform.python_implementation()


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_has_at_most_400_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


def test_no_module_or_folder_is_a_catch_all():
    named = [
        str(path.relative_to(ROOT))
        for path in python_files()
        if CATCH_ALLS & {part.removesuffix(".py") for part in path.relative_to(ROOT).parts}
    ]

    assert named == []


def test_every_package_says_that_it_is_typed():
    packages = [
        path.parent
        for root in SOURCE_ROOTS
        for path in [*(ROOT / root).glob("*/__init__.py"), *(ROOT / root).glob("*/*/__init__.py")]
        if not (path.parent.parent / "__init__.py").exists()
    ]

    assert [str(folder) for folder in packages if not (folder / "py.typed").exists()] == []


def test_every_module_says_what_it_is_for():
    silent = [
        str(path.relative_to(ROOT))
        for path in python_files()
        if not path.read_text(encoding="utf-8").lstrip("#!/usrbinevpytho3 \n").startswith('"""')
    ]

    assert silent == []
