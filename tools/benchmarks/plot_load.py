"""Draws a run of tools/bench load, given as JSON on standard input: files a second, latencies and memory.

usage: plot_load.py FILE.png     (with a Python that has matplotlib, as Debian's does after tools/setup bench)
"""
import json
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plot  # noqa: E402  (the drawing surface has to be chosen first)

RED, BLUE, GREEN = "#c03020", "#405070", "#3a7a4a"


def rates(samples, window=25):
    """Files a second over the last few samples, at each sample."""
    for index in range(window, len(samples)):
        a, b = samples[index - window], samples[index]
        yield b["seconds"], (b["files"] - a["files"]) / (b["seconds"] - a["seconds"])


def cumulative(axes, values, color, label):
    axes.plot([x * 1000 for x in values], [(i + 1) / len(values) * 100 for i in range(len(values))], color=color, label=label)


def main():
    run = json.load(sys.stdin)
    figure, (rate, latency, memory) = plot.subplots(3, 1, figsize=(8, 10), dpi=120)
    samples = run["samples"]
    points = list(rates(samples))
    rate.plot([x for x, _ in points], [y for _, y in points], color=BLUE, linewidth=1)
    rate.set_ylim(bottom=0)
    rate.set_xlabel("seconds")
    rate.set_ylabel("files a second")
    rate.set_title(f"{run['files']} films of {run['seconds']:g} s, {run['size']}, {run['stages']}, {run['cores']} cores")
    if run["latencies"]:
        cumulative(latency, run["latencies"], BLUE, "in one batch")
    if run["single_latencies"]:
        cumulative(latency, run["single_latencies"], RED, "a command each, many at once")
    latency.set_xscale("log")
    latency.set_xlabel("milliseconds from begin to end of a file")
    latency.set_ylabel("% of files")
    latency.legend()
    for key, color, label in (("workers_bytes", GREEN, "workers together"), ("parent_bytes", RED, "parent")):
        memory.plot([s["files"] for s in samples], [s[key] / 1e6 for s in samples], color=color, linewidth=1, label=label)
    memory.set_ylim(bottom=0)
    memory.set_xlabel("files done")
    memory.set_ylabel("resident MB")
    memory.legend()
    for axes in (rate, latency, memory):
        axes.grid(True, which="both", alpha=0.25)
    figure.tight_layout()
    figure.savefig(sys.argv[1])


if __name__ == "__main__":
    main()
