"""frames: single pictures of a film against the ffmpeg command, PyAV and decord (PyPI, in a virtual environment).

usage: tools/bench frames [FILM] [--runs N] [--count N] [--json FILE]

  same pass   analyze with scenes and frames (one picture a scene) against scenes alone, one thread: CPU time, at most 1.10
  ffmpeg      COUNT pictures (100) at given times of a one-hour 1080p film (x264, a key frame at least every 250 frames)
              against as many calls of `ffmpeg -ss T -i FILM -frames:v 1`: at least 3 times as fast
  PyAV        the same with PyAV: seeks to each time and decodes up to it; not slower
  decord      the same with decord's VideoReader; not slower

Without FILM it is a minute made once from the sample film (tools/fetch-samples), looped, and kept below .build/. Every picture is written as
JPEG at full size. CPU seconds count threads of all cores.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time

from measure import CACHE, Run, paired, program, ratio_row, run, samples, save, table
from scene_films import make

VENV = os.path.join(CACHE, "frames-venv")
PEERS = ["av", "decord", "pillow"]
SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "run_frame_reader.py")


def hour():
    """An hour of 1080p H.264: a minute, sixty times."""
    part = make("sample-1080p.mp4", os.path.join(samples(), "wannaworktogether.mp4"), ["-t", "60"], 6)
    path = os.path.join(CACHE, "hour-1080p.mp4")
    if not os.path.exists(path):
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-stream_loop", "59", "-i", part, "-map", "0:v", "-c", "copy", "-f",
                        "mp4", path + ".part"], check=True)
        os.rename(path + ".part", path)
    return part, path


def peers():
    """The Python that has the peers."""
    python = os.path.join(VENV, "bin", "python3")
    if subprocess.run([python, "-c", "import av, decord, PIL"], capture_output=True).returncode if os.path.exists(python) else 1:
        print("bench: installing PyAV and decord into .build/bench/frames-venv (once)", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
        subprocess.run([os.path.join(VENV, "bin", "pip"), "install", "--quiet", *PEERS], check=True)
    return python


def run_calls(film, times, folder):
    """One ffmpeg call a picture, one after the other."""
    cpu, peak, begun = 0.0, 0, time.monotonic()
    for number, seconds in enumerate(times):
        call = run(["ffmpeg", "-v", "error", "-nostdin", "-y", "-ss", f"{seconds:.3f}", "-i", film, "-frames:v", "1", "-q:v", "3",
                    os.path.join(folder, f"{number:04}.jpg")])
        cpu, peak = cpu + call.cpu, max(peak, call.peak)
    return Run(cpu, time.monotonic() - begun, peak)


def main(words):
    parser = argparse.ArgumentParser(usage="tools/bench frames [FILM] [--runs N] [--count N] [--json FILE]")
    parser.add_argument("film", nargs="?")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--json")
    options = parser.parse_args(words)
    binary, python = program(), peers()
    part, film = (os.path.abspath(options.film),) * 2 if options.film else hour()
    told = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", film], check=True,
                          capture_output=True, text=True)
    length = float(told.stdout) - 1
    source = random.Random(6)
    times = sorted(round(source.uniform(0, length), 3) for _ in range(options.count))
    listed = ",".join(f"{seconds:.3f}" for seconds in times)
    rows = []
    with tempfile.TemporaryDirectory() as work:
        def analyze(stages):
            return [binary, "analyze", part, "-o", os.path.join(work, stages), "--force", "--quiet", "--threads", "1",
                    "--stages", stages]

        both, alone = paired(options.runs, analyze("scenes,frames"), analyze("scenes"))
        rows.append(ratio_row("same pass", [a.cpu for a in both], [b.cpu for b in alone], "CPU s", at_most=1.10))

        ours = [binary, "frames", film, "--at", listed, "-o", os.path.join(work, "ours"), "--force", "--quiet",
                "--frame-width", "0"]
        jobs = {
            "ffmpeg": lambda: run_calls(film, times, work),
            "PyAV": lambda: run([python, SCRIPT, "pyav", film, listed, work]),
            "decord": lambda: run([python, SCRIPT, "decord", film, listed, work]),
        }
        for name, job in jobs.items():
            pairs = [(run(ours), job()) for _ in range(options.runs)]
            for unit, figure in (("wall s", lambda r: r.wall), ("CPU s", lambda r: r.cpu)):
                goal = 3 if name == "ffmpeg" else 1
                rows.append(ratio_row(f"{name}, {unit[:-2]}", [figure(a) for a, _ in pairs], [figure(b) for _, b in pairs],
                                      unit, at_least=goal))
        peak = max(a.peak for a, _ in pairs)
        with open(os.path.join(work, "ours", "analysis.json")) as file:
            found = json.load(file)
    print(f"{len(found['frames'])} pictures for {options.count} times of {os.path.basename(film)}, "
          f"{found['timings']['decoding']}, median of {options.runs} runs, {os.cpu_count()} cores; "
          f"peak {max(peak, found['timings']['peak_memory_bytes']) / 1e6:.0f} MB")
    table(rows)
    save(options.json, {"film": os.path.basename(film), "count": options.count, "runs": options.runs, "rows": rows})
