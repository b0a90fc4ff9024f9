"""No file names a package registry or a path of the machine it was written on."""

import re

import pytest

from source_tree import ROOT, project_files

# Which registry serves an installation is its operator's choice, by pip's own configuration.
REGISTRIES = re.compile(
    r"pypi[.]org|pythonhosted[.]org|download[.]pytorch[.]org|anaconda[.]org|"
    r"registry[.]npmjs[.]org|huggingface[.]co/"
)
MACHINE_PATHS = re.compile(
    r"(?<![\w.])/(?:work/(?:main|shared)|tmp/lectern/|root/[.])|shared/desig[n]/"
)
BINARY = {".pdf", ".png", ".jpg", ".jpeg", ".ico", ".woff2", ".docx", ".xlsx", ".safetensors",
          ".onnx", ".zip", ".gz", ".webp"}  # fmt: skip

TEXT_FILES = [path for path in project_files() if path.suffix not in BINARY]


def found(pattern, path):
    text = path.read_text(encoding="utf-8", errors="replace")
    return sorted({match[0] for match in pattern.finditer(text)})


@pytest.mark.parametrize("path", TEXT_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_names_no_package_registry(path):
    assert found(REGISTRIES, path) == []


@pytest.mark.parametrize("path", TEXT_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_names_no_path_of_one_machine(path):
    assert found(MACHINE_PATHS, path) == []
