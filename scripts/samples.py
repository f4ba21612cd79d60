"""Small data sets of other tasks for checks: series, and pictures of digits."""

import csv
import datetime
import io
import random
import struct
import zlib

SIDE = 8
SERIES_SPEC = """target = "sales"
[forecasting]
series = ["store"]
horizon = 7
learners = ["theta", "ets"]
"""
DIGITS_SPEC = f"""target = "digit"
task = "classification"
[image]
side = {SIDE}
[training]
learners = ["linear"]
trials = 1
"""

# Which pixels have ink.
FIGURES = {
    "0": "...XX... ..X..X.. .X....X. .X....X. .X....X. .X....X. ..X..X.. ...XX...".split(),
    "1": "...XX... ...XX... ...XX... ...XX... ...XX... ...XX... ...XX... ...XX...".split(),
    "7": ".XXXXXX. .....XX. .....X.. ....XX.. ....X... ...XX... ...X.... ..XX....".split(),
}


def sales(stores: int = 4, days: int = 60) -> bytes:
    """Daily sales of stores from 1 on, with a week's rhythm."""
    rng = random.Random(1)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["date", "store", "sales"])
    for day in range(days):
        date = datetime.date(2015, 1, 1) + datetime.timedelta(day)
        for store in range(1, stores + 1):
            writer.writerow([date, store, f"{store * 50 + 10 * (day % 7) + rng.random():.2f}"])
    return text.getvalue().encode()


def digits(rows: int = 90) -> bytes:
    """Pictures as rows of pixels, some with less ink than others."""
    rng = random.Random(2)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([f"p{place}" for place in range(SIDE * SIDE)] + ["digit"])
    for row in range(rows):
        label = rng.choice(sorted(FIGURES))
        ink = [rng.randint(180, 255) if dot == "X" else rng.randint(0, 20) for dot in dots(label)]
        writer.writerow([*ink, label])
    return text.getvalue().encode()


def dots(label: str) -> str:
    return "".join(FIGURES[label])


def png(label: str) -> bytes:
    """A digit as a PNG of 8-bit grey."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    lines = (bytes(255 * (dot == "X") for dot in line) for line in FIGURES[label])
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + line for line in lines))
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks
