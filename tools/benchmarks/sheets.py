"""sheets: sprites of an hour of 1080p film, and what sprites, contact sheet, preview and waveform add to a pass.

usage: tools/bench sheets [FILM] [--runs N] [--json FILE]

Without FILM an hour is made once out of a minute of the sample film, by copying it over and over.

  sprites   `cutroom sprites` every 10 s against `ffmpeg -skip_frame nokey` with fps=1/10 and tile, one thread: CPU time, at most 1
  decode    the same against decoding every frame of the first minute, times sixty: what key frames save
  product   what each of them adds to analyze with scenes, frames and audio, on a minute of the film: CPU time, at most 1.10
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile

from measure import CACHE, bound_row, paired, program, ratio_row, run, samples, save, table
from scene_films import make

PRODUCTS = {"sprites": ["--sprites"], "contact sheet": ["--contact-sheet"], "preview": ["--preview"],
            "waveform": ["--waveform"], "all four": ["--sprites", "--contact-sheet", "--preview", "--waveform"]}


def minute():
    """A minute of 1080p H.264 with sound, made from the narrated sample film."""
    return make("sample-1080p.mp4", os.path.join(samples(), "wannaworktogether.mp4"), ["-t", "60"], 6)


def hour(part):
    """The same minute sixty times, packets copied."""
    path = os.path.join(CACHE, "hour-1080p.mp4")
    if not os.path.exists(path):
        os.makedirs(CACHE, exist_ok=True)
        unfinished = os.path.join(CACHE, "unfinished-hour.mp4")
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", "-stream_loop", "59", "-i", part, "-c", "copy",
                        unfinished], check=True)
        os.rename(unfinished, path)
    return path


def main(words):
    parser = argparse.ArgumentParser(usage="tools/bench sheets [FILM] [--runs N] [--json FILE]")
    parser.add_argument("film", nargs="?")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json")
    options = parser.parse_args(words)
    binary = program()
    part = minute()
    film = os.path.abspath(options.film) if options.film else hour(part)
    rows = []
    with tempfile.TemporaryDirectory() as work:
        output = os.path.join(work, "out")
        ours, theirs = paired(
            options.runs, [binary, "sprites", film, "-o", output, "--force", "--quiet"],
            ["ffmpeg", "-v", "error", "-nostdin", "-y", "-threads", "1", "-skip_frame", "nokey", "-i", film, "-vf",
             "fps=1/10,scale=160:-2,tile=10x10", "-q:v", "5", os.path.join(work, "sheet-%d.jpg")])
        rows.append(ratio_row("sprites, an hour", [a.cpu for a in ours], [b.cpu for b in theirs], "CPU s", at_most=1))
        rows.append(bound_row("memory", max(a.peak for a in ours) / 1e6, "MB", at_most=250))
        with open(os.path.join(output, os.path.basename(film), "analysis.json")) as file:
            found = json.load(file)
        whole = run(["ffmpeg", "-v", "error", "-nostdin", "-threads", "1", "-t", "60", "-i", film, "-an", "-f", "null", "-"])
        seconds = found["media"]["duration_seconds"]
        rows.append(bound_row("sprites, of a whole decode", statistics.median(a.cpu for a in ours)
                              / (whole.cpu * seconds / min(60, seconds)) * 100, "%", at_most=10))

        plain = [binary, "analyze", part, "-o", os.path.join(work, "pass"), "--force", "--quiet", "--threads", "1",
                 "--stages", "scenes,frames,audio"]
        for name, more in PRODUCTS.items():
            ours, theirs = paired(options.runs, plain + more, plain)
            rows.append(ratio_row(f"a pass with {name}", [a.cpu for a in ours], [b.cpu for b in theirs], "CPU s",
                                  at_most=1.10))
    print(f"{os.path.basename(film)}: {seconds:.0f} s, {found['sprites']['count']} sprites in {found['sprites']['sheets']} "
          f"sheets, median of {options.runs} runs, {os.cpu_count()} cores")
    table(rows)
    save(options.json, {"film": os.path.basename(film), "runs": options.runs, "rows": rows})
