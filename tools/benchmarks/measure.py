"""What every benchmark shares: whole processes timed by the operating system, in turn, and a table of ratios."""
import json
import os
import statistics
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CACHE = os.path.join(ROOT, ".build", "bench")


def run(command, output=subprocess.DEVNULL, **more):
    """Runs a command to its end; returns its CPU seconds (children it waited for included), wall seconds and peak memory in bytes.

    `output` is an open file for what it prints.
    """
    begun = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.PIPE, **more)
    text = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"bench: {' '.join(command)} failed:\n{text.decode(errors='replace')}")
    return Run(usage.ru_utime + usage.ru_stime, time.monotonic() - begun, usage.ru_maxrss * 1024)


class Run:
    def __init__(self, cpu, wall, peak):
        self.cpu, self.wall, self.peak = cpu, wall, peak


def program():
    """Installs what the tests and peers need, builds for release and returns the path of the program."""
    subprocess.run([os.path.join(ROOT, "tools", "setup"), "test"], check=True)
    built = subprocess.run([os.path.join(ROOT, "tools", "build")], check=True, capture_output=True, text=True)
    return built.stdout.strip()


def samples():
    """The folder of the films that tools/fetch-samples fetches."""
    films = subprocess.run([os.path.join(ROOT, "tools", "fetch-samples")], check=True, capture_output=True, text=True)
    return films.stdout.strip()


def paired(runs, ours, theirs):
    """Runs two commands in turn (A B A B ...), so that a machine whose speed drifts slows both; two lists of runs."""
    pairs = [(run(ours), run(theirs)) for _ in range(runs)]
    return [a for a, _ in pairs], [b for _, b in pairs]


def ratio_row(what, ours, theirs, unit, at_most=None, at_least=None):
    """A row of the table: the medians of two lists of figures, and the median, least and greatest of their ratios pair by pair.

    `at_least` is for figures that should be large: the ratio is then theirs to ours (how many times as fast).
    """
    ratios = [b / a if at_least is not None else a / b for a, b in zip(ours, theirs)]
    ratio = statistics.median(ratios)
    row = {"what": what, "cutroom": statistics.median(ours), "peer": statistics.median(theirs), "unit": unit,
           "ratio": ratio, "spread": [min(ratios), max(ratios)]}
    if at_most is not None:
        row |= {"target": f"<= {at_most}", "met": ratio <= at_most}
    if at_least is not None:
        row |= {"target": f">= {at_least}", "met": ratio >= at_least}
    return row


def bound_row(what, value, unit, at_most=None, at_least=None):
    """A row for a figure without a peer."""
    row = {"what": what, "cutroom": value, "unit": unit}
    if at_most is not None:
        row |= {"target": f"<= {at_most}", "met": value <= at_most}
    if at_least is not None:
        row |= {"target": f">= {at_least}", "met": value >= at_least}
    return row


def table(rows):
    """Prints rows of `ratio_row` and `bound_row`."""
    width = max([len(row["what"]) for row in rows] + [16])
    print(f"{'what':{width}} {'cutroom':>9} {'peer':>9} {'unit':7} {'ratio':>6} {'min..max':>12}  target")
    for row in rows:
        spread = "{:.2f}..{:.2f}".format(*row["spread"]) if "spread" in row else ""
        peer = f"{row['peer']:9.2f}" if "peer" in row else " " * 9
        ratio = f"{row['ratio']:6.2f}" if "ratio" in row else " " * 6
        target = f"{row['target']} {'met' if row['met'] else 'NOT met'}" if "target" in row else ""
        print(f"{row['what']:{width}} {row['cutroom']:9.2f} {peer} {row['unit']:7} {ratio} {spread:>12}  {target}")


def save(path, document):
    """Writes what was measured as JSON, where a path was given."""
    if path:
        with open(path, "w") as file:
            json.dump(document, file, indent=2)
