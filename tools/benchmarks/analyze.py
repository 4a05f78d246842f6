"""analyze: scenes, pictures and sound of one film against the ffmpeg command decoding it.

usage: tools/bench analyze [FILM] [--runs N] [--json FILE]

Without FILM a minute of 1080p H.264 is made once from the sample film (tools/fetch-samples) and kept below .build/.

  cpu      analyze with scenes, frames and audio against `ffmpeg -i FILM -f null -`, same threads: CPU time, at most 1.25
  memory   peak of a worker, at most 250 MB
  two      two films on two cores against one after the other: wall time, at least 1.8 times as fast
"""
import argparse
import json
import os
import tempfile

from measure import bound_row, paired, program, ratio_row, samples, save, table
from scene_films import make


def sample():
    """A minute of 1080p H.264 with sound, made from the narrated sample film."""
    return make("sample-1080p.mp4", os.path.join(samples(), "wannaworktogether.mp4"), ["-t", "60"], 6)


def main(words):
    parser = argparse.ArgumentParser(usage="tools/bench analyze [FILM] [--runs N] [--json FILE]")
    parser.add_argument("film", nargs="?")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json")
    options = parser.parse_args(words)
    binary = program()
    film = os.path.abspath(options.film) if options.film else sample()
    rows = []
    with tempfile.TemporaryDirectory() as work:
        def analyze(films, output, *more):
            return [binary, "analyze", *films, "-o", os.path.join(work, output), "--force", "--quiet", "--stages",
                    "scenes,frames,audio", *more]

        for threads in ("1", "2"):
            ours, theirs = paired(
                options.runs, analyze([film], "cpu", "--threads", threads),
                ["ffmpeg", "-v", "error", "-nostdin", "-threads", threads, "-i", film, "-f", "null", "-"])
            rows.append(ratio_row(f"cpu, {threads} thread{'s' * (threads != '1')}", [a.cpu for a in ours],
                                  [b.cpu for b in theirs], "CPU s", at_most=1.25))
        with open(os.path.join(work, "cpu", os.path.basename(film), "analysis.json")) as file:
            found = json.load(file)
        rows.append(bound_row("memory", found["timings"]["peak_memory_bytes"] / 1e6, "MB", at_most=250))

        twin = os.path.join(work, "twin-" + os.path.basename(film))
        os.symlink(film, twin)
        both, single = paired(options.runs, analyze([film, twin], "two", "--jobs", "2", "--threads", "1"),
                              analyze([film, twin], "one", "--jobs", "1", "--threads", "1"))
        rows.append(ratio_row("two at once", [a.wall for a in both], [b.wall for b in single], "wall s", at_least=1.8))

    video = found["media"]["video"]
    print(f"{os.path.basename(film)}: {video['width']}x{video['height']}, {video['frame_count']} frames, "
          f"median of {options.runs} runs, {os.cpu_count()} cores")
    table(rows)
    save(options.json, {"film": os.path.basename(film), "frames": video["frame_count"], "runs": options.runs, "rows": rows})
