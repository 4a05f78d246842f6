"""Draws F1 against speed: reads [{"name", "f1", "frames_per_second", "ours"}] as JSON from standard input.

usage: plot_scenes.py FILE.png     (with a Python that has matplotlib, as Debian's does after tools/setup bench)
"""
import json
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plot  # noqa: E402  (the drawing surface has to be chosen first)
from matplotlib import ticker  # noqa: E402


def main():
    points = json.load(sys.stdin)
    figure, axes = plot.subplots(figsize=(8, 5), dpi=120)
    ours = sorted((p for p in points if p["ours"]), key=lambda p: p["frames_per_second"])
    axes.plot([p["frames_per_second"] for p in ours], [p["f1"] for p in ours], "-", color="#c03020", linewidth=1, zorder=1)
    for point in points:
        color = "#c03020" if point["ours"] else "#405070"
        axes.scatter(point["frames_per_second"], point["f1"], color=color, zorder=2)
        axes.annotate(point["name"], (point["frames_per_second"], point["f1"]), xytext=(6, 5), textcoords="offset points",
                      color=color, fontsize=9)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.xaxis.set_minor_formatter(ticker.NullFormatter())
    low, high = (f(p["frames_per_second"] for p in points) for f in (min, max))
    axes.set_xlim(low / 1.6, high * 2.6)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("frames a second (the whole process, all cores)")
    axes.set_ylabel("F1")
    axes.set_title("Scene boundaries: accuracy against speed")
    axes.grid(True, which="both", alpha=0.25)
    figure.tight_layout()
    figure.savefig(sys.argv[1])


if __name__ == "__main__":
    main()
