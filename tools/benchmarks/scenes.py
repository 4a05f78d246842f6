"""scenes: Cutroom's scene boundaries, in each of its speeds, against other detectors on films annotated by eye.

usage: tools/bench scenes [FOLDER] [--runs N] [--threads N] [--json FILE] [--plot FILE.png] [--no-speed] [--seconds N] [--grain N]

Without FOLDER: the films that tools/fetch-samples fetches and the truths of Resources/truths. FOLDER holds other films and
truths, anywhere below it. Peers are ffmpeg's scdet and PySceneDetect, which is installed from PyPI below .build/ if it can be.

  accuracy      precision, recall, F1, what was found and how exactly, the kinds; speed and CPU beside decoding alone
  reliability   of the boundaries reported with some confidence, how many are right
  speed         on each film, or its first --seconds, as 1080p H.264 (x264 medium, crf 21, -g 250; made once): CPU against
                `ffmpeg -i FILM -an -f null -`, exact at most 1.10, balanced 0.65, fast 0.25, or 0.10 plus half the share of frames in
                groups of pictures that hold a boundary within, where that is more than a quarter; F1 of the tiers over all of them.
                --grain adds noise of a strength (6 is that of a noisy camera), which hides from fast where boundaries may lie
"""
import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile

from measure import ROOT, bound_row, paired, program, ratio_row, run, save, table
from scene_detectors import decode, pyscenedetect, scdet, tiers
from scene_films import annotated, made, open_share
from score_scenes import KINDS, Score, score

# Edges of the bins of the reliability table.
BINS = [0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0001]


def measured(detector, film, threads):
    """The run of a detector over a film, and what it reported."""
    with tempfile.TemporaryFile("w+") as output:
        cost = run(detector.command(film, threads), output)
        output.seek(0)
        return cost, detector.read(output.read())


def accuracy(detectors, films, threads):
    """Every detector over every film; a row each."""
    base = sum(run(decode(film, threads)).cpu for film, _ in films)
    rows = []
    for detector in detectors:
        print(f"bench: {detector.name}", file=sys.stderr)
        total, cpu, wall, each = Score(), 0.0, 0.0, {}
        for film, truth in films:
            cost, reports = measured(detector, film, threads)
            one = score(truth, reports)
            each[truth.film] = one
            total.add(one)
            cpu, wall = cpu + cost.cpu, wall + cost.wall
        frames = sum(truth.frames for _, truth in films)
        rows.append({"name": detector.name, "ours": detector.is_ours, "score": total, "films": each,
                     "frames_per_second": frames / wall, "cpu_seconds": cpu, "cpu_ratio": cpu / base})
    return rows


def kinds_right(total):
    """How many of the boundaries whose kind is known were found with it, and how many there are."""
    known = [(true, told) for true, told in total.pairs if true in KINDS and true != "other"]
    return sum(true == told for true, told in known), len(known)


def print_accuracy(rows):
    print(f"\n{'detector':24} {'P':>5} {'R':>5} {'F1':>5}  {'cuts':>7} {'exact':>5} {'gradual':>7} {'kinds':>7} {'false':>5}"
          f" {'frames/s':>9} {'CPU s':>7} {'× decode':>8}")
    for row in rows:
        s = row["score"]
        right, known = kinds_right(s)
        print(f"{row['name']:24} {s.precision:5.3f} {s.recall:5.3f} {s.f1:5.3f}  {f'{s.cuts_found}/{s.cuts}':>7} {s.cuts_exact:5}"
              f" {f'{s.gradual_found}/{s.gradual}':>7} {f'{right}/{known}':>7} {s.false:5} {row['frames_per_second']:9.0f}"
              f" {row['cpu_seconds']:7.1f} {row['cpu_ratio']:8.2f}")
    first = rows[0]
    print(f"\n{first['name']}, film by film")
    for name, one in first["films"].items():
        print(one.line(name, 28))
    print_kinds(first)


def print_kinds(row):
    """What kind the boundaries of each kind were reported as."""
    counts = collections.Counter(pair for pair in row["score"].pairs if pair[0] in KINDS)
    told = [kind for kind in KINDS if any(pair[1] == kind for pair in counts)]
    print(f"\n{row['name']}: true kind (rows), reported kind (columns)\n{'':13}" + "".join(f"{kind:>13}" for kind in told))
    for true in KINDS:
        if any(pair[0] == true for pair in counts):
            print(f"{true:13}" + "".join(f"{counts[true, kind] or '.':>13}" for kind in told))


def reliability(total):
    """For each bin of confidence: how many boundaries were reported, their mean confidence, and the share that is right."""
    bins = []
    for low, high in zip(BINS, BINS[1:]):
        inside = [(confidence, right) for confidence, right in total.reliability if low <= confidence < high]
        if inside:
            bins.append({"from": low, "to": min(1.0, high), "reported": len(inside),
                         "confidence": sum(c for c, _ in inside) / len(inside),
                         "right": sum(r for _, r in inside) / len(inside)})
    return bins


def print_reliability(rows):
    for row in rows:
        if row["ours"]:
            print(f"\n{row['name']}: reliability\n{'confidence':>12} {'reported':>9} {'mean':>6} {'right':>6}")
            for one in reliability(row["score"]):
                print(f"{one['from']:6.2f}..{one['to']:.2f} {one['reported']:9} {one['confidence']:6.2f} {one['right']:6.2f}")


def speed(ours, peers, films, runs):
    """Rows of the tiers on films in 1080p: CPU against decoding, frames a second on two cores, and F1 beside that of exact."""
    rows, scores = [], [Score() for _ in ours]
    for film, truth in films:
        _, reports = measured(ours[0], film, os.cpu_count())
        share = open_share(film, [(r.first + r.last) // 2 for r in reports])
        bounds = {"cutroom exact": 1.10, "cutroom balanced": 0.65,
                  "cutroom fast": 0.25 if share <= 0.25 else 0.10 + share / 2}
        print(f"bench: {os.path.basename(film)}: {truth.frames} frames, {share:.0%} of them in groups of pictures that hold a "
              "boundary", file=sys.stderr)
        name = os.path.basename(film).split("-")[0]
        for tier, total in zip(ours, scores):
            for threads in (1, 2):
                costs, base = paired(runs, tier.command(film, threads), decode(film, threads))
                rows.append(ratio_row(f"{name}: {tier.name}, {threads} thread{'s' * (threads > 1)}", [c.cpu for c in costs],
                                      [b.cpu for b in base], "CPU s", at_most=round(bounds[tier.name], 3)))
                if threads == 1:
                    single = costs
            if tier is ours[0]:
                rows.append(ratio_row(f"{name}: {tier.name}, 2 threads to 1", [c.wall for c in costs],
                                      [c.wall for c in single], "wall s", at_least=1.8))
            rows.append(bound_row(f"{name}: {tier.name}, 2 threads", truth.frames / min(c.wall for c in costs), "frames/s"))
            _, reports = measured(tier, film, 2)
            total.add(score(truth, reports))
        for peer in peers:
            mine, theirs = paired(runs, ours[0].command(film, 2), peer.command(film, 2))
            rows.append(ratio_row(f"{name}: exact to {peer.name}", [c.wall for c in mine], [c.wall for c in theirs], "wall s",
                                  at_least=1.5))
    for tier, total in zip(ours, scores):
        least = {"cutroom balanced": scores[0].f1 - 0.01, "cutroom fast": scores[0].f1 - 0.05}.get(tier.name)
        rows.append(bound_row(f"all: {tier.name}, F1", total.f1, "", at_least=least and round(least, 4)))
    return rows


def plot(path, rows):
    """Draws F1 against speed, with the Python that Debian's matplotlib belongs to."""
    points = [{"name": r["name"], "f1": r["score"].f1, "frames_per_second": r["frames_per_second"], "ours": r["ours"]} for r in rows]
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "plot_scenes.py")
    subprocess.run(["/usr/bin/python3", script, path], input=json.dumps(points), text=True, check=True)
    print(f"\nplot: {path}")


def document(rows, rest):
    """What was measured, for programs."""
    def figures(s):
        return {"precision": s.precision, "recall": s.recall, "f1": s.f1, "found": s.found, "missed": s.missed, "false": s.false,
                "cuts": [s.cuts_found, s.cuts], "cuts_exact": s.cuts_exact, "gradual": [s.gradual_found, s.gradual],
                "kinds": list(kinds_right(s)), "missed_at": s.missed_at, "false_at": s.false_at}

    return {"detectors": [
        {**{key: row[key] for key in ("name", "frames_per_second", "cpu_seconds", "cpu_ratio")}, **figures(row["score"]),
         "reliability": reliability(row["score"]), "films": {name: figures(one) for name, one in row["films"].items()}}
        for row in rows], "speed": rest}


def main(words):
    parser = argparse.ArgumentParser(usage="tools/bench scenes [FOLDER] [OPTION...]")
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--json")
    parser.add_argument("--plot")
    parser.add_argument("--no-speed", action="store_true", help="leave out the films in 1080p")
    parser.add_argument("--seconds", type=int, default=0)
    parser.add_argument("--grain", type=int, default=0)
    options = parser.parse_args(words)
    subprocess.run([os.path.join(ROOT, "tools", "setup"), "bench"], check=True)
    ours, peers = tiers(program()), pyscenedetect()
    films = annotated(options.folder)
    print(f"{len(films)} films, {sum(truth.frames for _, truth in films)} frames, {options.threads} threads of {os.cpu_count()} cores")
    rows = accuracy([*ours, scdet(), *peers], films, options.threads)
    print_accuracy(rows)
    print_reliability(rows)
    rest = []
    if not options.no_speed:
        rest = speed(ours, peers[:1], made(films, options.seconds, options.grain), options.runs)
        print(f"\n1080p, median of {options.runs} runs")
        table(rest)
    if options.plot:
        plot(options.plot, rows)
    save(options.json, document(rows, rest))
