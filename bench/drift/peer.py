"""A peer on the same files: one run with its report, or the columns that it flags in many pairs.

    python bench/drift/peer.py evidently report REF.csv CUR.csv OUT.html
    python bench/drift/peer.py nannyml pairs FOLDER

`report` prints one line of JSON with the flagged columns and the size of the report; `pairs` prints one
a pair. Both peers run with their defaults. Evidently judges the window at once; NannyML alarms by chunk (ten),
so that a column counts as flagged when any chunk alarms.
"""

import argparse
import json
import os
import pathlib
import warnings

warnings.filterwarnings("ignore")
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("NML_DISABLE_USAGE_LOGGING", "1")

import pandas as pd

NUMBERS = [f"n{index:02d}" for index in range(15)]
TEXTS = [f"c{index}" for index in range(5)]


class Evidently:
    def __init__(self) -> None:
        from evidently import DataDefinition, Dataset, Report
        from evidently.presets import DataDriftPreset

        definition = DataDefinition(numerical_columns=NUMBERS, categorical_columns=TEXTS)
        self.data_set = lambda table: Dataset.from_pandas(table, data_definition=definition)
        self.report = lambda: Report([DataDriftPreset()])

    def run(self, reference: pd.DataFrame, current: pd.DataFrame):
        return self.report().run(self.data_set(current), self.data_set(reference))

    def flagged(self, result) -> list[str]:
        columns = []
        for metric in result.dict()["metrics"]:
            config = metric["config"]
            if "ValueDrift" not in config["type"]:
                continue
            value, threshold, p_value = float(metric["value"]), config.get("threshold"), "p_value" in (config.get("method") or "")
            if value < (threshold or 0.05) if p_value else value >= (threshold or 0.1):
                columns.append(config["column"])
        return columns

    def write(self, result, path: str) -> None:
        result.save_html(path)


class NannyML:
    def __init__(self) -> None:
        import nannyml

        self.calculator = lambda: nannyml.UnivariateDriftCalculator(
            column_names=NUMBERS + TEXTS, treat_as_categorical=TEXTS
        )

    def run(self, reference: pd.DataFrame, current: pd.DataFrame):
        for table in (reference, current):
            for column in TEXTS:
                table[column] = table[column].astype(object).astype("category")
        calculator = self.calculator()
        calculator.fit(reference)
        return calculator.calculate(current)

    def flagged(self, result) -> list[str]:
        table = result.filter(period="analysis").to_df()
        return [column for column in NUMBERS + TEXTS if table[(column, "jensen_shannon", "alert")].any()]

    def write(self, result, path: str) -> None:
        result.plot(kind="drift").write_html(path)


def read(path: pathlib.Path) -> pd.DataFrame:
    return pd.read_csv(path, usecols=NUMBERS + TEXTS)[NUMBERS + TEXTS]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer", choices=["evidently", "nannyml"])
    parser.add_argument("what", choices=["report", "pairs"])
    parser.add_argument("paths", type=pathlib.Path, nargs="+")
    options = parser.parse_args()
    peer = Evidently() if options.peer == "evidently" else NannyML()
    if options.what == "report":
        reference, current, *page = options.paths
        result = peer.run(read(reference), read(current))
        for path in page:
            peer.write(result, str(path))
        print(json.dumps({"flagged": peer.flagged(result), "bytes": sum(path.stat().st_size for path in page)}))
        return
    (folder,) = options.paths
    for reference in sorted(folder.glob("*-ref.csv")):
        name = reference.name.removesuffix("-ref.csv")
        result = peer.run(read(reference), read(folder / f"{name}-cur.csv"))
        print(json.dumps({"pair": name, "flagged": peer.flagged(result)}), flush=True)


if __name__ == "__main__":
    main()
