# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark's figures as a page, as JSON and as a picture."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

CONTENDERS = ("bulk task", "loop over the module", "loop over uri", "script on the official SDK", "ideal")
COST = ("calls", "in flight", "connections", "memory")
MARKER = "<!-- figures: make benchmark writes what follows -->"


def check_table(found: dict[str, dict[str, float]]) -> str:
    """Return the table of one check."""
    base = found["ansible.builtin.ping"]["median"]
    return table(
        ("task", "median", "least to most", "ping = 1"),
        (
            (
                name,
                f"{row['median'] * 1000:.0f} ms",
                f"{row['least'] * 1000:.0f} to {row['most'] * 1000:.0f} ms",
                f"{row['median'] / base:.2f}",
            )
            for name, row in found.items()
        ),
    )


def command_table(found: dict[str, dict[str, float]]) -> str:
    """Return the table of whole commands."""
    return table(
        ("command", "median", "least to most"),
        ((name, f"{row['median']:.2f} s", f"{row['least']:.2f} to {row['most']:.2f} s") for name, row in found.items()),
    )


def hosts_table(found: dict[str, dict[str, float]]) -> str:
    """Return the table of a task on many hosts."""
    return table(
        ("task", "hosts", "seconds", "processor"),
        (
            (name, str(row["hosts"]), f"{row['seconds']:.1f} s", f"{row['processor']:.1f} s")
            for name, row in found.items()
        ),
    )


def loop_table(found: dict[str, dict[str, float]]) -> str:
    """Return the table of a loop."""
    return table(
        ("task", "latency", "items", "seconds", *COST),
        (
            (name, f"{row['latency_ms']} ms", str(row["items"]), f"{row['seconds']:.1f} s", *_cost(row))
            for name, row in found.items()
        ),
    )


def switch_line(row: dict[str, Any]) -> str:
    """Return one row of the switching table, as text."""
    return f"{row['latency_ms']:>4} ms {row['databases']:>5} databases: " + ", ".join(
        f"{name} {_seconds(row, name)}" for name in CONTENDERS
    )


def switch_table(rows: list[dict[str, Any]]) -> str:
    """Return the table of how long it took to switch databases."""
    return table(
        ("latency", "databases", *CONTENDERS, "bulk / ideal"),
        (
            (
                f"{row['latency_ms']} ms",
                f"{row['databases']:,}",
                *(_seconds(row, name) for name in CONTENDERS),
                f"{row['bulk task'] / row['ideal']:.2f}",
            )
            for row in rows
        ),
    )


def cost_table(rows: list[dict[str, Any]]) -> str:
    """Return the table of what the bulk task cost the service and the machine."""
    return table(
        ("latency", "databases", *COST),
        ((f"{row['latency_ms']} ms", f"{row['databases']:,}", *_cost(row["cost"])) for row in rows),
    )


def reading_table(rows: list[dict[str, Any]]) -> str:
    """Return the table of what was read."""
    names = ("info module", "script on the official SDK")
    return table(
        ("latency", "reading", *names, *COST),
        (
            (
                f"{row['latency_ms']} ms",
                row["what"],
                *(_seconds(row, name) for name in names),
                *_cost(row["cost"]),
            )
            for row in rows
        ),
    )


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table."""
    head = list(head)
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    text = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return re.sub(r"(?<=\d) (?=(ms|s|MiB)\b)| (?=\*)", "\N{NO-BREAK SPACE}", text)


def _cost(cost: dict[str, int]) -> tuple[str, ...]:
    return (
        *(f"{cost[key]:,}" for key in ("calls", "peak_in_flight", "connections")),
        f"{cost['memory_mib']} MiB",
    )


def _seconds(row: dict[str, Any], name: str) -> str:
    return f"{row[name]:.1f} s" + (" *" if row.get(f"{name}, extrapolated") else "")


def write(found: dict[str, Any], page: Path) -> None:
    """Write the figures into the page, below its marker, and the JSON and the picture beside it."""
    page.with_suffix(".json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    draw(found["switching"], page.with_suffix(".svg"))
    alone = ", ".join(f"{rate:,.0f} with `validate: {kind}`" for kind, rate in found["embedded cloud alone"].items())
    figures = [
        f"`make benchmark` measured this with Python {found['python']} and ansible-core {found['ansible_core']} on"
        f" {found['cores']} cores: all contenders in one session, in turns, against the embedded cloud on the same"
        f" machine. The figures are also [in JSON]({page.with_suffix('.json').name}).",
        "## One check that changes nothing",
        *chain.from_iterable(
            (f"With ansible-core {core}:", check_table(rows)) for core, rows in found["one check"].items()
        ),
        "## Whole commands",
        command_table(found["whole commands"]),
        "## Many hosts, one cluster each",
        hosts_table(found["many hosts"]),
        "## A loop",
        loop_table(found["one loop"]),
        "## Databases switched",
        f"![Seconds over the number of databases, for each latency]({page.with_suffix('.svg').name})",
        switch_table(found["switching"]),
        "`*` is extrapolated from a shorter loop. The ideal is the start-up of a bulk task as the first of a play,"
        f" {found['start-up of a bulk task']:.2f} s, and then the latency times"
        f" (databases / {found['concurrency']} + 2).",
        "What the bulk task cost; memory is the peak of the largest process:",
        cost_table(found["switching"]),
        "## A whole region read",
        reading_table(found["reading"]),
        "The whole command that reads the O&M accounts of {clusters} clusters at {latency_ms} ms of latency took"
        " {seconds:.1f} s, with {peak_in_flight} calls in flight.".format(**found["a region"]),
        "## The embedded cloud alone",
        f"Requests a second, one after the other on one connection: {alone}.",
    ]
    prose = page.read_text(encoding="utf-8").partition(MARKER)[0]
    page.write_text("\n\n".join([prose + MARKER, *figures]) + "\n", encoding="utf-8")


def draw(rows: list[dict[str, Any]], path: Path) -> None:
    """Draw the scaling curves."""
    import matplotlib  # noqa: PLC0415 - the tables can be had without it

    matplotlib.use("svg")
    from matplotlib import pyplot  # noqa: PLC0415

    matplotlib.rcParams["svg.hashsalt"] = "huaweicloud.dbops"
    latencies = sorted({row["latency_ms"] for row in rows})
    figure, axes = pyplot.subplots(1, len(latencies), figsize=(11, 3.6), sharey=True, layout="constrained")
    for axis, latency in zip(axes, latencies):
        chosen = [row for row in rows if row["latency_ms"] == latency]
        for name in CONTENDERS:
            style = {"linestyle": "--", "color": "grey"} if name == "ideal" else {"marker": "o"}
            axis.loglog([row["databases"] for row in chosen], [row[name] for row in chosen], label=name, **style)
        axis.set_title(f"{latency} ms latency")
        axis.set_xlabel("databases switched")
        axis.grid(visible=True, which="major", alpha=0.3)
    axes[0].set_ylabel("seconds")
    axes[0].legend(fontsize="small")
    figure.savefig(path, metadata={"Date": None})
