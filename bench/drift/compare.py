"""Checks drift with the library and with its Python peers, and prints Markdown tables.

    python bench/drift/compare.py DRIFT_BINARY DATA_FOLDER [--what null,power,cost] [--files FOLDER]

`null` splits files at random and counts how often a column is flagged: the public data sets in
`--files` where they are, and generated tables. `power` counts how often the column that changed is
flagged, and how often another one is. `cost` is CPU seconds (user and system, all threads) and the
peak of resident memory of one process each, by the kernel's account, import and page included.
"""

import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
PEERS = ["evidently", "nannyml"]
PUBLIC = ["wine.csv", "breast-cancer.csv", "bank.csv"]


def run(command: list[str]) -> dict:
    """The lines of JSON that the process prints, with its CPU seconds and its peak memory in MiB."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)} ended with status {status}")
    lines = [json.loads(line) for line in output.splitlines() if line.startswith(b"{")]
    return {"lines": lines, "cpu": usage.ru_utime + usage.ru_stime, "memory": usage.ru_maxrss / 1024}


def commands(options) -> dict[str, list[str]]:
    peer = lambda name: [str(options.venvs / name / "bin" / "python"), str(HERE / "peer.py"), name]
    return {"ours": [str(options.binary)], **{name: peer(name) for name in PEERS}}


def null(options) -> None:
    print("| data | rows a side | columns | splits | a column flagged | columns flagged |")
    print("|---|---|---|---|---|---|")
    files = [(path, None) for path in map(options.files.joinpath, PUBLIC) if path.exists()]
    files += [(options.data / f"{rows}-ref.csv", None) for rows in (200, 2000, 20000)]
    for path, _ in files:
        (found,) = run([str(options.binary), "splits", str(path), "--splits", str(options.splits)])["lines"]
        name = "generated" if path.parent == options.data else path.stem
        print(
            f"| {name} | {found['rows'] // 2:,} | {found['columns']} | {found['splits']} "
            f"| {100 * found['alarms'] / found['splits']:.1f} % | {found['flagged_columns']} |",
            flush=True,
        )


def power(options) -> None:
    truth = json.loads((options.data / "power" / "truth.json").read_text())
    rates = {}
    for name, command in commands(options).items():
        kept = options.data / f"power-{name}.json"
        if name in PEERS and kept.exists():
            lines = json.loads(kept.read_text())
        else:
            lines = run([*command, "pairs", str(options.data / "power")])["lines"]
            kept.write_text(json.dumps(lines))
        counts = collections.defaultdict(lambda: [0, 0, 0])
        for line in lines:
            of = truth[line["pair"]]
            count = counts[of["scenario"]]
            count[0] += 1
            count[1] += of["column"] in line["flagged"]
            count[2] += any(column != of["column"] for column in line["flagged"])
        rates[name] = counts
    print("| what changes | pairs | " + " | ".join(f"{name}: found | {name}: others" for name in rates) + " |")
    print("|---|---|" + "---|---|" * len(rates))
    for scenario in dict.fromkeys(of["scenario"] for of in truth.values()):
        cells = []
        for counts in rates.values():
            pairs, found, others = counts[scenario]
            cells += ["" if scenario == "nothing" else f"{100 * found / pairs:.0f} %", f"{100 * others / pairs:.0f} %"]
        print(f"| {scenario} | {pairs} | " + " | ".join(cells) + " |")


def cost(options) -> None:
    print("| rows a side | tool | CPU s | ratio | MiB | ratio | page, MB |")
    print("|---|---|---|---|---|---|---|")
    for rows in options.sizes:
        files = [str(options.data / f"{rows}-{part}.csv") for part in ("ref", "cur")]
        ours = None
        for name, command in commands(options).items():
            page = [] if name == "nannyml" else [str(options.data / f"{name}-{rows}.html")]
            used = run([*command, "report", *files, *page])
            ours = ours or used
            size = used["lines"][0]["bytes"] / 1e6
            print(
                f"| {rows:,} | {name} | {used['cpu']:.2f} | {used['cpu'] / ours['cpu']:.0f} | {used['memory']:.0f} "
                f"| {used['memory'] / ours['memory']:.1f} | {f'{size:.2f}' if page else ''} |",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--what", default="null,power,cost")
    parser.add_argument("--splits", type=int, default=1000)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--files", type=pathlib.Path, default=HERE / "../../../shared/data")
    parser.add_argument("--venvs", type=pathlib.Path, default=pathlib.Path(".venv"), help="the folder of the peers' environments")
    options = parser.parse_args()
    for what in (null, power, cost):
        if what.__name__ in options.what:
            print(f"\n### {what.__name__}\n")
            what(options)


if __name__ == "__main__":
    main()
