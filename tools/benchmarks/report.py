"""report: the page of a large batch: what it costs to write, how large it is, how long a browser takes to show it.

usage: tools/bench report [--files N] [--scenes N] [--json FILE]

Makes the documents of N films (1000) of N scenes each (100), with texts and sound, and writes their page.

  write    CPU seconds and peak memory of `cutroom report`, and its memory for a tenth of the films
  page     size
  load     seconds from the address to the table in headless Chromium, and from there to a film in the middle, with the
           memory of the page's script
"""
import argparse
import base64
import json
import os
import subprocess
import sys
import tempfile

from measure import ROOT, bound_row, program, run, save, table

# A grey JPEG of 8 by 8 pixels.
PICTURE = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/"
    "wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AVN//2Q==")


def instant(frame):
    return {"pts": frame * 512, "seconds": round(frame / 25, 6), "frame": frame}


def analysis(scenes):
    """The document of a film with a scene every 3 s or so."""
    bounds = [index * 75 + index % 7 for index in range(scenes)] + [scenes * 75]
    box = {"x": 0.1, "y": 0.8, "width": 0.5, "height": 0.1}
    return {
        "schema_version": 1, "kind": "analysis", "status": "succeeded",
        "media": {"container": "mov,mp4,m4a,3gp,3g2,mj2", "start_seconds": 0, "duration_seconds": scenes * 3.0, "video": {
            "codec": "h264", "display_width": 1920, "display_height": 1080, "frame_rate": "25/1"},
            "audio": [{"stream_index": 1, "codec": "aac", "sample_rate": 48000, "channels": 2, "channel_layout": "stereo"}]},
        "scenes": [{"id": i + 1, "start": instant(bounds[i]), "end": instant(bounds[i + 1]),
                    "duration_seconds": (bounds[i + 1] - bounds[i]) / 25,
                    "transition_in": {"kind": "cut" if i else "start", "confidence": 0.97}} for i in range(scenes)],
        "frames": [{"id": i + 1, "scene_id": i + 1, "at": instant(bounds[i] + 30), "file": f"frames/scene-{i + 1:04}.jpg"}
                   for i in range(scenes)],
        "text_tracks": [{"id": i + 1, "text": f"TITLE NUMBER {i}\nand a line below", "language": "eng", "confidence": 0.93,
                         "start": instant(i * 700), "end": instant(i * 700 + 60), "box": box,
                         "lines": [{"text": "TITLE", "confidence": 0.9, "box": box, "words": [
                             {"text": word, "confidence": 0.9, "box": box} for word in ("TITLE", "NUMBER", "and", "a", "line")]}]}
                        for i in range(scenes // 10)],
        "audio": [{"stream_index": 1, "loudness": {"integrated_lufs": -22.9, "range_lu": 7.1, "true_peak_dbtp": -1.3},
                   "silences": [{"start_seconds": i * 20.0, "end_seconds": i * 20.0 + 0.9} for i in range(scenes // 10)]}],
        "outputs": [{"kind": "frames", "path": "frames"}], "warnings": [], "errors": []}


def make(folder, files, scenes):
    """An output folder; its films share one folder of pictures."""
    pictures = os.path.join(folder, "pictures")
    os.makedirs(pictures)
    with open(os.path.join(pictures, "picture"), "wb") as file:
        file.write(PICTURE)
    for index in range(scenes):
        os.symlink("picture", os.path.join(pictures, f"scene-{index + 1:04}.jpg"))
    text = json.dumps(analysis(scenes), indent=2)
    with open(os.path.join(folder, "results.jsonl"), "w") as journal:
        for index in range(files):
            place = f"series-{index // 100:02}/film-{index:04}.mp4"
            os.makedirs(os.path.join(folder, place))
            os.symlink(pictures, os.path.join(folder, place, "frames"))
            with open(os.path.join(folder, place, "analysis.json"), "w") as file:
                file.write(text)
            journal.write(json.dumps({
                "path": place, "status": "succeeded", "document": place + "/analysis.json", "bytes": 100_000_000 + index,
                "params_digest": "", "engine": "", "attempts": 1, "errors": []}) + "\n")
    return folder


def browse(page, middle):
    """Seconds to the table and to a film, and the script's memory then."""
    steps = [{"open": f"file://{page}"}, {"until": "document.querySelector('#files-table tbody tr')"},
             {"evaluate": "performance.now() / 1000"}, {"evaluate": f"location.hash = '#/{middle}'"},
             {"until": "document.querySelector('.cards img')?.naturalWidth"}, {"evaluate": "performance.memory.usedJSHeapSize"}]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(steps, file)
        file.flush()
        done = subprocess.run([sys.executable, os.path.join(ROOT, "Tests", "Browser", "drive.py"), file.name], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"bench: {done.stderr}")
    answer = json.loads(done.stdout)
    if answer["console"]:
        sys.exit(f"bench: the page complains: {answer['console']}")
    results, seconds = answer["results"], answer["seconds"]
    return results[2], seconds[3] + seconds[4], results[5]


def main(words):
    parser = argparse.ArgumentParser(usage="tools/bench report [--files N] [--scenes N] [--json FILE]")
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--scenes", type=int, default=100)
    parser.add_argument("--json")
    options = parser.parse_args(words)
    binary = program()
    with tempfile.TemporaryDirectory() as work:
        whole = make(os.path.join(work, "whole"), options.files, options.scenes)
        tenth = make(os.path.join(work, "tenth"), options.files // 10, options.scenes)
        large, small = (run([binary, "report", folder]) for folder in (whole, tenth))
        page = os.path.join(whole, "report.html")
        size = os.path.getsize(page)
        load, film, heap = browse(page, options.files // 2)
    rows = [bound_row("write", large.cpu, "CPU s", at_most=30), bound_row("write, memory", large.peak / 1e6, "MB", at_most=150),
            bound_row("memory, a tenth", small.peak / 1e6, "MB"), bound_row("page", size / 1e6, "MB", at_most=20),
            bound_row("load", load, "wall s", at_most=5), bound_row("open a film", film, "wall s", at_most=1),
            bound_row("script's memory", heap / 1e6, "MB", at_most=100)]
    print(f"{options.files} films of {options.scenes} scenes")
    table(rows)
    save(options.json, {"files": options.files, "scenes": options.scenes, "rows": rows})
