"""Isolation forest, ECOD and k-nearest neighbours of PyOD on the splits that
`ebb reproduce tabular-anomalies` leaves beside its results.

    python anomalies.py results/tabular-anomalies

PyOD's defaults, columns scaled to [0, 1] by the training rows, as ADBench does. Prints a table of
mean AUROC and AUPRC over the seeds, with the least and greatest, and the means over tables.
Needs numpy, scikit-learn and pyod.
"""
import csv
import pathlib
import sys
import warnings

import numpy as np
from pyod.models.ecod import ECOD
from pyod.models.iforest import IForest
from pyod.models.knn import KNN
from sklearn.metrics import average_precision_score, roc_auc_score

warnings.filterwarnings("ignore")


def read(path):
    with open(path, newline="") as file:
        rows = csv.reader(file)
        label = next(rows).index("label")
        data = np.array([[float(cell) for cell in row] for row in rows])
    return np.delete(data, label, 1), data[:, label].astype(int)


def run(folder, seed):
    train, _ = read(folder / "train.csv")
    test, labels = read(folder / "test.csv")
    low, high = train.min(0), train.max(0)
    width = np.where(high > low, high - low, 1)
    train, test = (train - low) / width, (test - low) / width
    detectors = {"IForest": IForest(random_state=seed), "ECOD": ECOD(), "KNN": KNN()}
    figures = {}
    for name, detector in detectors.items():
        detector.fit(train)
        scores = detector.decision_function(test)
        figures[name] = roc_auc_score(labels, scores), average_precision_score(labels, scores)
    return figures


def main(results):
    means = {}
    print("| data | detector | AUROC | range | AUPRC | range |")
    print("|---|---|---:|---|---:|---|")
    for cell in sorted(path for path in results.iterdir() if any(path.glob("seed-*"))):
        runs = [run(path, int(path.name[5:])) for path in sorted(cell.glob("seed-*"))]
        for name in runs[0]:
            values = np.array([each[name] for each in runs])
            mean, least, most = values.mean(0), values.min(0), values.max(0)
            means.setdefault(name, []).append(mean)
            print(f"| {cell.name} | {name} | {mean[0]:.3f} | {least[0]:.3f}–{most[0]:.3f} "
                  f"| {mean[1]:.3f} | {least[1]:.3f}–{most[1]:.3f} |", flush=True)
    for name, values in means.items():
        auroc, auprc = np.mean(values, 0)
        print(f"| mean of {len(values)} | {name} | {auroc:.4f} | | {auprc:.4f} | |")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
