"""Models that an operator adds: used as they are meant, or refused with a reason."""

import numpy as np
import pytest

from lectern.backends.engines import Shelf, ingestion_embedder, question_embedder
from lectern.backends.installed import FACTS, add, facts_of, installed
from lectern.backends.weights import BUILT_IN, weights_folder
from lectern.errors import Invalid, Unavailable
from small_models import DIMENSIONS, change, save_small_model, write


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    """A state folder in which one model was added."""
    folder = tmp_path_factory.mktemp("state")
    add(folder, "small", save_small_model(tmp_path_factory.mktemp("small")))
    return folder


@pytest.fixture
def folder(tmp_path):
    """A model that could be added."""
    return save_small_model(tmp_path / "model")


def test_an_added_model_is_listed_after_the_built_in_one(state):
    first, added = installed(state)

    assert first == BUILT_IN
    assert added.name.startswith("small-")
    assert (added.dimensions, added.most_pieces, added.pooling) == (DIMENSIONS, 64, "mean")


def test_both_engines_of_an_added_model_give_vectors_that_may_be_mixed(state):
    name = installed(state)[1].name
    texts = ["Revenue rose.", "The weather was fine. " * 40]

    questions = question_embedder(state, name).embed(texts)
    documents = ingestion_embedder(state, name).embed(texts)

    assert questions.shape == (2, DIMENSIONS)
    assert np.all(np.sum(questions * documents, axis=1) > 0.999)


def test_a_model_that_is_damaged_is_not_used(state, tmp_path, folder):
    facts = add(tmp_path, "other", folder)
    with (tmp_path / "models" / facts.name / "model.onnx").open("r+b") as file:
        file.write(b"\0\0")

    with pytest.raises(Unavailable, match="damaged"):
        question_embedder(tmp_path, facts.name)


def test_a_model_that_is_not_installed_is_named(state):
    with pytest.raises(Unavailable, match="The embedder nobody is not installed"):
        facts_of(state, "nobody")


def test_the_first_state_is_pooled_where_the_model_says_so(tmp_path, folder):
    change(
        folder / "1_Pooling" / "config.json",
        pooling_mode_mean_tokens=False,
        pooling_mode_cls_token=True,
    )

    facts = add(tmp_path, "first", folder)

    assert facts.pooling == "cls"
    assert question_embedder(tmp_path, facts.name).embed(["Revenue"]).shape == (1, DIMENSIONS)


def test_no_code_beside_a_model_is_run_while_it_is_added(tmp_path, folder, monkeypatch):
    ran = tmp_path / "ran"
    for name in ("torch.py", "transformers.py"):
        (folder / name).write_text(f"open({str(ran)!r}, 'w')")
    monkeypatch.chdir(folder)

    add(tmp_path, "beside", folder)

    assert not ran.exists()


def only_pickle(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def half_the_weights(folder):
    # The shapes no longer say what the configuration says.
    change(folder / "config.json", num_hidden_layers=3)


BAD = {
    "pickle": (only_pickle, "pytorch_model.bin, a kind that can hold code"),
    "code": (
        lambda folder: change(folder / "config.json", auto_map={"AutoModel": "evil.Model"}),
        "brings code of its own",
    ),
    "kind": (lambda folder: change(folder / "config.json", model_type="llama"), "a 'llama' model"),
    "size": (lambda folder: change(folder / "config.json", hidden_size=9999), "9999 dimensions"),
    "tokenizer": (lambda folder: (folder / "tokenizer.json").unlink(), "no tokenizer.json"),
    "layers": (
        lambda folder: write(folder / "modules.json", [{"type": "x.Dense", "path": "2_Dense"}]),
        "'Dense'",
    ),
    "elsewhere": (
        lambda folder: write(folder / "modules.json", [{"type": "x.Pooling", "path": "../.."}]),
        "how it pools",
    ),
    "pooling": (
        lambda folder: change(folder / "1_Pooling" / "config.json", pooling_mode_max_tokens=True),
        "pools in a way",
    ),
    "no JSON": (lambda folder: (folder / "config.json").write_text("{"), "cannot be read as JSON"),
}


@pytest.mark.parametrize("spoil", BAD)
def test_a_model_that_cannot_be_used_is_refused_with_the_reason(tmp_path, folder, spoil):
    spoiled, reason = BAD[spoil]
    spoiled(folder)

    with pytest.raises(Invalid, match=reason):
        add(tmp_path, "bad", folder)

    assert installed(tmp_path) == [BUILT_IN]


def test_a_model_whose_weights_are_incomplete_is_not_installed(tmp_path, folder):
    half_the_weights(folder)

    with pytest.raises(Unavailable, match="missing"):
        add(tmp_path, "bad", folder)

    assert installed(tmp_path) == [BUILT_IN]
    assert list((tmp_path / "models").glob(f"*/{FACTS}")) == []


@pytest.mark.parametrize("name", ["", "../x", "Über", "a" * 61])
def test_a_name_that_is_no_folder_name_is_refused(tmp_path, name):
    with pytest.raises(Invalid, match="no name for a model"):
        add(tmp_path, name, weights_folder())


def test_of_many_embedders_a_process_keeps_those_used_last(tmp_path):
    loaded = []
    shelf = Shelf(lambda _state, name: loaded.append(name), most=2)

    for name in ("a", "b", "a", "c", "a", "b"):
        shelf.take(tmp_path, name)

    assert loaded == ["a", "b", "c", "b"]
