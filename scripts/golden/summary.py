#!/usr/bin/env python3
"""Writes shared/tests/golden/summary.json: how TextRank scores sentences.

Usage, from the root of the project, in an environment with summa 1.2 and networkx 3:
    python scripts/golden/summary.py

The graph's weights are summa's (an implementation of Mihalcea & Tarau 2004 by the authors
of its best-known variations), its scores networkx's PageRank times the number of sentences,
as the paper's scores are 1 on average. Sentences and words are split here by rules of the
same wording as ours, without stems or stop words.
"""

import json
import re
from pathlib import Path

import networkx
from summa.pagerank_weighted import pagerank_weighted
from summa.summarizer import _get_similarity

OUT = Path(__file__).resolve().parents[2] / "shared/tests/golden/summary.json"

COMMENTS = [
    "The meter was broken and the driver asked for cash.",
    "The driver was late. He drove in circles before the airport!",
    "Meter broken, driver asked for a fixed price in cash.",
    "We waited for an hour in the traffic before the airport.",
    "Driver asked for cash; the meter showed 3.5 times the usual price.",
    "The traffic was heavy. The driver was friendly. We were late.",
]

# Sentences of the news that the paper's example summarises.
HURRICANE = [
    "Hurricane Gilbert swept toward the Dominican Republic Sunday, and the Civil Defense "
    "alerted its heavily populated south coast to prepare for high winds, heavy rains, and "
    "high seas.",
    "The storm was approaching from the southeast with sustained winds of 75 mph gusting to "
    "92 mph.",
    "Cabral said residents of the province of Barahona should closely follow Gilbert's "
    "movement.",
    "On Saturday, Hurricane Florence was downgraded to a tropical storm, and its remnants "
    "pushed inland from the U.S. Gulf Coast.",
    "Tropical Storm Gilbert formed in the eastern Caribbean and strengthened into a hurricane "
    "Saturday night.",
    "The National Hurricane Center in Miami reported its position at 2 a.m. Sunday at latitude "
    "16.1 north, longitude 67.5 west, about 140 miles south of Ponce, Puerto Rico, and 200 "
    "miles southeast of Santo Domingo.",
]

UMLAUTS = [
    "Fahrer kam zu spät. Straße gesperrt!",
    "STRASSE gesperrt, Umweg über die Brücke.",
    "Der Fahrer fuhr den Umweg über die alte Brücke.",
]


def sentences(text):
    return [part for part in re.split(r"(?<=[.!?…])\s+", text) if part]


def words(sentence):
    return re.findall(r"[^\W_]+", sentence.lower())


class Graph:
    """As much of a graph as summa's PageRank asks for."""

    def __init__(self, weights):
        self.weights = weights

    def nodes(self):
        return list(range(len(self.weights)))

    def neighbors(self, node):
        return [other for other, weight in enumerate(self.weights[node]) if weight]

    def edge_weight(self, edge):
        return self.weights[edge[0]][edge[1]]


def scores(texts):
    told = [" ".join(words(sentence)) for text in texts for sentence in sentences(text)]
    count = len(told)
    weights = [
        [_get_similarity(a, b) if i != j else 0.0 for j, b in enumerate(told)]
        for i, a in enumerate(told)
    ]
    graph = networkx.Graph()
    graph.add_nodes_from(range(count))
    graph.add_weighted_edges_from(
        (i, j, weights[i][j]) for i in range(count) for j in range(i) if weights[i][j]
    )
    ranks = networkx.pagerank(graph, alpha=0.85, tol=1e-14, max_iter=1000)
    exact = [ranks[node] * count for node in range(count)]
    # summa stops early: its own scores agree as far as that goes.
    early = pagerank_weighted(Graph(weights))
    assert all(abs(early[node] - exact[node]) < 1e-2 for node in range(count)), (early, exact)
    return exact


cases = [{"texts": texts, "scores": scores(texts)} for texts in (COMMENTS, HURRICANE, UMLAUTS)]
OUT.write_text(json.dumps({"cases": cases}, indent=1, ensure_ascii=False) + "\n")
