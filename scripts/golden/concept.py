#!/usr/bin/env python3
"""Writes shared/tests/golden/concept.json: where river's detectors see a change.

Usage, from the root of the project, in an environment with river 0.26.1:
    python scripts/golden/concept.py

Streams are made by a generator that the Rust test repeats bit for bit: in each part,
so many values of the given mean, 0 or 1 (`bits`) or uniform around it.
"""

import json
from pathlib import Path

from river import drift

OUT = Path(__file__).resolve().parents[2] / "shared/tests/golden/concept.json"
MASK = (1 << 64) - 1

STREAMS = [
    {"seed": 1, "bits": True, "parts": [[1000, 0.5], [1000, 0.7]]},
    {"seed": 2, "bits": True, "parts": [[4000, 0.1]]},
    {"seed": 3, "bits": True, "parts": [[700, 0.05], [300, 0.4], [2000, 0.06]]},
    {"seed": 4, "bits": True, "parts": [[3000, 0.2], [3000, 0.25], [3000, 0.6]]},
    {"seed": 5, "bits": False, "parts": [[1500, 0.3], [1500, 0.5]]},
    {"seed": 6, "bits": False, "parts": [[2000, 0.5], [2000, 0.45], [2000, 0.1]]},
    {"seed": 7, "bits": False, "parts": [[5000, 0.5]]},
    {"seed": 8, "bits": True, "parts": [[20, 0.0], [40, 1.0], [500, 0.5]]},
]


def uniforms(seed):
    """SplitMix64, 53 bits each."""
    state = seed
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield ((z ^ (z >> 31)) >> 11) / (1 << 53)


def values(stream):
    u = uniforms(stream["seed"])
    for count, mean in stream["parts"]:
        for _ in range(count):
            x = next(u)
            yield float(x < mean) if stream["bits"] else mean + (x - 0.5) * 0.2


def main():
    cases = []
    for stream in STREAMS:
        adwin, hinkley, ddm = drift.ADWIN(), drift.PageHinkley(), drift.binary.DDM()
        case = {**stream, "adwin": [], "page_hinkley": [], "ddm": [], "warnings": 0}
        for i, x in enumerate(values(stream)):
            adwin.update(x)
            hinkley.update(x)
            if adwin.drift_detected:
                case["adwin"].append([i, int(adwin.width), adwin.estimation])
            if hinkley.drift_detected:
                case["page_hinkley"].append(i)
            if stream["bits"]:
                ddm.update(bool(x))
                case["warnings"] += ddm.warning_detected
                if ddm.drift_detected:
                    case["ddm"].append(i)
        case["width"], case["mean"] = int(adwin.width), adwin.estimation
        cases.append(case)
    OUT.write_text(json.dumps(cases, indent=1) + "\n")


if __name__ == "__main__":
    main()
