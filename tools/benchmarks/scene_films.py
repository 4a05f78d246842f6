"""Films with truths, and films made in 1080p whose truths are known."""
import json
import os
import subprocess
import sys

from measure import CACHE, ROOT, samples
from score_scenes import Truth, read_truth


def annotated(folder=None):
    """Pairs of film and truth: those of the repository, or every truth below a folder whose film lies below it too."""
    if folder is None:
        place = samples()
        truths = [os.path.join(ROOT, "Resources", "truths", name)
                  for name in sorted(os.listdir(os.path.join(ROOT, "Resources", "truths"))) if name.endswith(".json")]
        return [(os.path.join(place, truth.film), truth) for truth in map(load, truths)]
    files = sorted(os.path.join(base, name) for base, _, names in os.walk(folder) for name in names)
    by_name = {os.path.basename(path): path for path in files}
    found = []
    for path in files:
        truth = load(path) if path.endswith(".json") else None
        if truth is None:
            continue
        if truth.film in by_name:
            found.append((by_name[truth.film], truth))
        else:
            print(f"bench: {path} speaks of {truth.film}, which is not there", file=sys.stderr)
    if not found:
        sys.exit(f"bench: no film with a truth below {folder}; Resources/truths/README.md tells what a truth is")
    return found


def load(path):
    """The truth in a file; None where it holds something else."""
    with open(path) as file:
        try:
            document = json.load(file)
        except ValueError:
            return None
    if not isinstance(document, dict) or not (document.get("kind") == "scene-truth" or "cuts" in document):
        return None
    return read_truth(document)


def made():
    """Films of 1080p H.264 as people encode them (x264 medium, crf 21, a key frame at least every 250), with their truths.

    Frames stay where they are, so that the truth of the source holds: a minute of motion graphics without a boundary, and
    a drawn film of dissolves and wipes, with the grain of a camera.
    """
    truths = {truth.film: (film, truth) for film, truth in annotated()}
    graphics, truth = truths["wannaworktogether.mp4"]
    yield make("sample-1080p.mp4", graphics, ["-t", "60"], 6), Truth(
        "sample-1080p.mp4", 1800, [b for b in truth.boundaries if b.last < 1800], truth.neutral)
    drawn, truth = truths["fillets-intro.mpg"]
    yield make("fillets-1080p.mp4", drawn, ["-vsync", "0"], 4), truth


def make(name, source, options, grain):
    """A 1080p film below .build/bench, made once. Grain, as flat drawings alone would decode far faster than filmed pictures."""
    path = os.path.join(CACHE, name)
    if not os.path.exists(path):
        os.makedirs(CACHE, exist_ok=True)
        print(f"bench: making {name} (once)", file=sys.stderr)
        subprocess.run(
            ["ffmpeg", "-v", "error", "-y", "-i", source, *options, "-vf", f"scale=1920:1080,noise=alls={grain}:allf=t",
             "-c:v", "libx264", "-preset", "medium", "-crf", "21", "-c:a", "aac", "-f", "mp4", path + ".part"], check=True)
        os.rename(path + ".part", path)
    return path


def open_share(film, starts):
    """The share of frames in groups of pictures that hold a boundary which is not itself a key frame.

    `starts` are the frames at which scenes begin, as the exact tier found them.
    """
    told = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pts,flags", "-of", "csv=p=0", film],
        check=True, capture_output=True, text=True).stdout
    packets = sorted((int(line.split(",")[0]), "K" in line.split(",")[1]) for line in told.splitlines() if line)
    keys = [index for index, (_, is_key) in enumerate(packets) if is_key]
    groups = list(zip(keys, keys[1:] + [len(packets)]))
    held = [last - first for first, last in groups if any(first < start < last for start in starts)]
    return sum(held) / max(1, len(packets))
