"""What every embedder promises, whichever engine runs it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fakes import HashEmbedder
from lectern.backends.onnx_embedder import OnnxEmbedder
from lectern.backends.openvino_embedder import OpenvinoEmbedder
from lectern.backends.weights import exported_folder

if TYPE_CHECKING:
    from pathlib import Path

    from lectern.backends.embedder import Embedder

TEXTS = [
    "The deficit was $666 billion in fiscal year 2017.",
    "Bell's palsy is a weakness of the muscles of the face.",
    "A table of receipts. " * 200,
    "",
    "Revenue rose.",
    "Outlays of the Department of Labor were lower than estimated.",
    "x",
    "The diagnosis is made from a sample of blood.",
    "Vaccines protect against rotavirus.",
    "The auditor expressed no opinion on the statements.",
]


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported_folder(tmp_path_factory.mktemp("state"))


@pytest.fixture(scope="session", params=["onnx", "openvino", "hash"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    if request.param == "hash":
        return HashEmbedder()
    engine = OnnxEmbedder if request.param == "onnx" else OpenvinoEmbedder
    return engine(request.getfixturevalue("exported"))


class TestEveryEmbedder:
    def test_it_gives_one_row_of_its_dimensions_for_each_text(self, embedder):
        vectors = embedder.embed(TEXTS)

        assert vectors.shape == (len(TEXTS), embedder.dimensions)
        assert vectors.dtype == np.float32

    def test_every_row_has_length_one(self, embedder):
        vectors = embedder.embed(TEXTS)

        assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)

    def test_no_texts_give_no_rows(self, embedder):
        assert embedder.embed([]).shape == (0, embedder.dimensions)

    def test_rows_stand_in_the_order_of_the_texts(self, embedder):
        forwards = embedder.embed(TEXTS)
        backwards = embedder.embed(TEXTS[::-1])[::-1]

        assert np.all(np.sum(forwards * backwards, axis=1) > 0.999)

    def test_a_text_has_the_same_vector_alone_as_among_others(self, embedder):
        among_others = embedder.embed(TEXTS)[0]
        alone = embedder.embed(TEXTS[:1])[0]

        assert float(among_others @ alone) > 0.999

    def test_the_same_call_gives_the_same_vectors(self, embedder):
        assert np.array_equal(embedder.embed(TEXTS), embedder.embed(TEXTS))

    def test_a_text_is_closer_to_its_question_than_to_another(self, embedder):
        question, other, text = embedder.embed(
            ["What was the deficit in fiscal year 2017?", "What is Bell's palsy?", TEXTS[0]]
        )

        assert float(question @ text) > float(other @ text) + 0.2


def test_both_engines_of_one_name_give_vectors_that_may_be_mixed(exported):
    onnx, openvino = OnnxEmbedder(exported), OpenvinoEmbedder(exported)

    assert onnx.name == openvino.name
    assert np.all(np.sum(onnx.embed(TEXTS) * openvino.embed(TEXTS), axis=1) > 0.9999)


def test_a_model_once_converted_is_not_converted_again(exported):
    written = (exported / "model.onnx").stat().st_mtime_ns

    again = exported_folder(exported.parent.parent)

    assert again == exported
    assert (again / "model.onnx").stat().st_mtime_ns == written


def test_a_damaged_model_is_converted_again(exported, tmp_path):
    folder = tmp_path / "models" / exported.name
    shutil.copytree(exported, folder)
    with (folder / "model.onnx").open("r+b") as file:
        file.write(b"\0\0")

    again = exported_folder(tmp_path)

    assert again == folder
    assert OnnxEmbedder(again).embed(TEXTS[:1]).shape == (1, 384)
    assert [entry.name for entry in folder.parent.iterdir()] == [folder.name]


def test_a_model_of_which_a_file_is_missing_is_converted_again(exported, tmp_path):
    folder = tmp_path / "models" / exported.name
    shutil.copytree(exported, folder, ignore=shutil.ignore_patterns("model.xml"))

    assert OpenvinoEmbedder(exported_folder(tmp_path)).embed(TEXTS[:1]).shape == (1, 384)


def test_nothing_half_made_is_left_beside_the_converted_model(exported):
    assert [entry.name for entry in exported.parent.iterdir()] == [exported.name]
