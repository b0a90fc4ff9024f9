"""Nothing in the product runs code that it finds in data."""

import ast

import pytest

from source_tree import ROOT, python_files

# Each of these runs whatever a crafted file or string tells it to.
MODULES = {"pickle", "_pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
FUNCTIONS = {"torch.load", "yaml.load", "yaml.unsafe_load", "yaml.full_load"}
BUILTINS = {"eval", "exec"}


def dangers(source):
    """Each dangerous import or call of a module, as it is written."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            yield from (name for name in names if name.partition(".")[0] in MODULES)
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (n for n in names if n in FUNCTIONS or n.partition(".")[0] in MODULES)
        elif isinstance(node, ast.Call):
            yield from dangerous_call(node)


def dangerous_call(node):
    name = ast.unparse(node.func)
    unpickles = any(
        keyword.arg == "allow_pickle" and ast.unparse(keyword.value) != "False"
        for keyword in node.keywords
    )
    if name in FUNCTIONS | BUILTINS or unpickles:
        yield name


@pytest.mark.parametrize(
    "path",
    [*python_files("platform", "workers", "plugins", "benchmarks"), ROOT / "lectern"],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_a_module_runs_no_code_from_data(path):
    assert list(dangers(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("source", "danger"),
    [
        ("import pickle", "pickle"),
        ("from joblib import load", "joblib.load"),
        ("import torch\nweights = torch.load(path)", "torch.load"),
        ("from torch import load", "torch.load"),
        ("import yaml\nyaml.load(text)", "yaml.load"),
        ("eval(text)", "eval"),
        ("exec(text)", "exec"),
        ("np.load(path, allow_pickle=True)", "np.load"),
    ],
)
def test_the_guard_sees_each_danger(source, danger):
    assert list(dangers(source)) == [danger]


@pytest.mark.parametrize(
    "source",
    [
        "model.eval()",
        "np.load(path, allow_pickle=False)",
        "yaml.safe_load(text)",
        "json.loads(text)",
    ],
)
def test_the_guard_lets_harmless_calls_pass(source):
    assert list(dangers(source)) == []
