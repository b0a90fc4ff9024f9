"""The plot of the scale benchmark: ``_scale_plot.py FIGURES.json PLOT.svg``, in the peers' own
environment."""

import json
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "lectern"
import matplotlib.pyplot as plt

WAYS = {"Lectern": "o-", "raw SQL": "s--", "hnswlib": "^:", "Lectern, whole search": "d-."}


def main(source: Path, target: Path) -> None:
    rows = json.loads(source.read_text())
    filters = list(dict.fromkeys(row["filter"] for row in rows))
    figure, axes = plt.subplots(
        2, len(filters), figsize=(3.4 * len(filters), 6), sharex=True, sharey="row", squeeze=False
    )
    for column, name in enumerate(filters):
        for way, style in WAYS.items():
            points = [row for row in rows if row["filter"] == name and row["way"] == way]
            sizes = [row["chunks"] for row in points]
            axes[0][column].plot(sizes, [row["p50"] for row in points], style, label=way)
            known = [row for row in points if row["recall"] is not None]
            axes[1][column].plot(
                [row["chunks"] for row in known], [row["recall"] for row in known], style
            )
        axes[0][column].set(title=f"filter: {name}", xscale="log", yscale="log")
        axes[1][column].set(xlabel="chunks", ylim=(0, 1.02))
    axes[0][0].set_ylabel("p50, ms")
    axes[1][0].set_ylabel("recall@10")
    axes[0][0].legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(target, metadata={"Date": None})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
