"""Trains with the library and with its Python peers in turn, and prints Markdown tables.

    python bench/training/compare.py TRAIN_BINARY DATA_FOLDER [--runs 3] [--what fit,search,automl,unsupervised]

Every training is a process of its own. CPU seconds (user and system, all threads) and the
peak of resident memory are the kernel's account of it, medians of the runs; a ratio is
ours to the peer's. `import` is what the peer's process takes to import its libraries, which
the third ratio leaves out.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
# The same trees for all three: 100 rounds of the library's usual size.
BOOSTING = {"learner": "boosting", "n_estimators": 100, "early_stopping_rounds": 0}
FITS = [
    ("lightgbm", {**BOOSTING, "max_leaves": 31, "max_depth": 0, "grow_policy": "lossguide", "eta": 0.1, "min_child_weight": 1e-3}),
    ("xgboost", {**BOOSTING, "max_depth": 6, "eta": 0.1}),
    ("random_forest", {"learner": "random_forest", "n_estimators": 100}),
    ("linear", {"learner": "linear", "encoding": "standardised", "alpha": 1.0}),
]

# Without a target: the learner, its parameters, and the data.
LABELS = [
    ("dbscan", {"eps": 0.05, "min_samples": 10}, "plane-100000"),
    ("isolation_forest", {"n_estimators": 100, "contamination": 0.05}, "space-100000"),
]


def for_data(candidate: dict, name: str) -> str:
    """The generated sets have categories of many levels, which tell trees more by their target means."""
    trees = "target" if name.startswith("generated") else "native"
    return json.dumps({"encoding": trees, **candidate})


def run(command: list[str]) -> dict:
    """What the process prints, with its CPU seconds and its peak memory in MiB."""
    environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)} ended with status {status}")
    answer = json.loads(output)
    return {**answer, "cpu": usage.ru_utime + usage.ru_stime, "memory": usage.ru_maxrss / 1024}


def medians(runs: list[dict]) -> dict:
    middle = {key: statistics.median(run[key] for run in runs) for key in ("cpu", "memory", "score")}
    return {**runs[0], **middle}


def in_turn(runs: int, commands: list[list[str]]) -> list[dict]:
    results = [[] for _ in commands]
    for _ in range(runs):
        for result, command in zip(results, commands):
            result.append(run(command))
    return [medians(result) for result in results]


def imports(runs: int) -> float:
    """CPU seconds of the peers' imports."""
    code = "import pandas, sklearn.ensemble, sklearn.metrics, lightgbm; print('{\"score\": 0}')"
    return medians([run([sys.executable, "-c", code]) for _ in range(runs)])["cpu"]


def fits(options, peer: list[str]) -> None:
    spent = imports(options.runs)
    print(f"Imports take a peer {spent:.2f} CPU seconds.\n")
    print("| data | peer | metric | peer's score | our score | peer's CPU s | our CPU s | ratio | ratio without imports | peer's MiB | our MiB | ratio |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    trains = [path for path in options.data.glob("*-train.csv") if path.name != "split-train.csv"]
    for train in sorted(trains, key=lambda path: path.stat().st_size):
        test = train.with_name(train.name.replace("-train", "-test"))
        for learner, candidate in FITS:
            if options.only and options.only not in f"{train.stem} {learner}":
                continue
            theirs, ours = in_turn(
                options.runs,
                [
                    [*peer, "fit", learner, str(train), str(test)],
                    [str(options.binary), "fit", for_data(candidate, train.name), str(train), str(test)],
                ],
            )
            print(
                f"| {train.stem.removesuffix('-train')} | {learner} | {ours['metric']} | {theirs['score']:.4f} | {ours['score']:.4f} "
                f"| {theirs['cpu']:.2f} | {ours['cpu']:.2f} | {ours['cpu'] / theirs['cpu']:.2f} | {ours['cpu'] / (theirs['cpu'] - spent):.2f} "
                f"| {theirs['memory']:.0f} | {ours['memory']:.0f} | {ours['memory'] / theirs['memory']:.2f} |",
                flush=True,
            )


def labels(options, peer: list[str]) -> None:
    spent = imports(options.runs)
    print(f"Imports take a peer {spent:.2f} CPU seconds.\n")
    print("| data | learner | peer's noise | our noise | peer's CPU s | our CPU s | ratio | ratio without imports | peer's MiB | our MiB | ratio |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for learner, params, name in LABELS:
        data = options.data / f"{name}.csv"
        if not data.exists() or (options.only and options.only not in f"{name} {learner}"):
            continue
        candidate = json.dumps({"learner": learner, "encoding": "scaled", **params})
        theirs, ours = in_turn(
            options.runs,
            [
                [*peer, "label", learner, str(data), "--params", json.dumps(params)],
                [str(options.binary), "label", candidate, str(data)],
            ],
        )
        print(
            f"| {name} | {learner} | {theirs['score']:.4f} | {ours['score']:.4f} "
            f"| {theirs['cpu']:.2f} | {ours['cpu']:.2f} | {ours['cpu'] / theirs['cpu']:.2f} | {ours['cpu'] / (theirs['cpu'] - spent):.2f} "
            f"| {theirs['memory']:.0f} | {ours['memory']:.0f} | {ours['memory'] / theirs['memory']:.2f} |",
            flush=True,
        )


def searches(options, peer: list[str], budget: list[str], names: list[str]) -> None:
    print("| data | budget | seed | metric | peer's score | our score | peer's trials | our trials | peer's CPU s | our CPU s | ratio |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for name in names:
        data = options.data / f"{name}.csv"
        if not data.exists() or (options.only and options.only not in name):
            continue
        for seed in range(1, options.seeds + 1):
            # The split is ours: what a training holds out follows from the rows and the seed.
            split = [str(options.data / f"split-{part}.csv") for part in ("train", "test")]
            seeded = ["--seed", str(seed)]
            run([str(options.binary), "split", str(data), *split, *seeded])
            theirs = run([*peer, "search", *split, *budget, *seeded])
            ours = run([str(options.binary), "search", str(data), *budget, *seeded])
            print(
                f"| {name} | {' '.join(budget)[2:]} | {seed} | {ours['metric']} | {theirs['score']:.4f} | {ours['score']:.4f} "
                f"| {theirs['trials']} | {ours['trials']} | {theirs['cpu']:.1f} | {ours['cpu']:.1f} | {ours['cpu'] / theirs['cpu']:.2f} |",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=3, help="how often each fit is measured")
    parser.add_argument("--seeds", type=int, default=3, help="how many seeds each search is run with")
    parser.add_argument("--seconds", type=float, default=60, help="the budget of the AutoML comparison")
    parser.add_argument("--what", default="fit,search,automl")
    parser.add_argument("--only", help="only data and learners whose name holds this")
    options = parser.parse_args()
    peer = [sys.executable, str(HERE / "peer.py")]
    small = ["breast-cancer", "wine", "diabetes", "bank"]
    if "fit" in options.what:
        fits(options, peer)
    if "unsupervised" in options.what:
        labels(options, peer)
    if "search" in options.what:
        searches(options, peer, ["--trials", "20"], [*small, "generated-100000"])
    if "automl" in options.what:
        searches(options, peer, ["--seconds", f"{options.seconds:g}"], small)


if __name__ == "__main__":
    main()
