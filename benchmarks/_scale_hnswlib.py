"""hnswlib on the same vectors: ``_scale_hnswlib.py FOLDER``, in the peers' own environment.

Reads vectors.npy, questions.npy, allowed.npz and truth.npz; writes hnswlib.json with the
recall and the milliseconds of each question for every filter.
"""

import json
import sys
import time
from pathlib import Path

import hnswlib
import numpy as np

M, EF_CONSTRUCTION, EF_SEARCH, NEAREST = 24, 128, 200, 10


def main(folder: Path) -> None:
    vectors, questions = np.load(folder / "vectors.npy"), np.load(folder / "questions.npy")
    index = hnswlib.Index(space="ip", dim=vectors.shape[1])
    index.set_num_threads(1)
    index.init_index(max_elements=len(vectors), M=M, ef_construction=EF_CONSTRUCTION)
    started = time.process_time()
    index.add_items(vectors, num_threads=1)
    figures = {"build_s": time.process_time() - started, "filters": {}}
    index.set_ef(EF_SEARCH)
    allowed, truth = np.load(folder / "allowed.npz"), np.load(folder / "truth.npz")
    for name in truth.files:
        mask = allowed[name]
        # With a filter hnswlib asks Python about every candidate; it has no other way.
        chosen = None if mask.all() else (lambda label, mask=mask: bool(mask[label]))
        hits, taken = [], []
        for question, nearest in zip(questions, truth[name], strict=True):
            started = time.perf_counter()
            try:
                found = index.knn_query(question, k=NEAREST, num_threads=1, filter=chosen)[0][0]
            except RuntimeError:  # fewer than ten were found
                found = []
            taken.append((time.perf_counter() - started) * 1000)
            hits.append(len(set(found) & set(nearest)) / len(nearest))
        figures["filters"][name] = {"recall": float(np.mean(hits)), "ms": taken}
    (folder / "hnswlib.json").write_text(json.dumps(figures))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
