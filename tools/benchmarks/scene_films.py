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


def made(films, seconds, grain):
    """Annotated films, or their first seconds, as 1080p H.264 as people encode it (x264 medium, crf 21, a key frame at least every 250).

    Frames stay where they are, so that the truths of the sources hold.
    """
    for source, truth in films:
        name = os.path.splitext(os.path.basename(source))[0] + (f"-grain-{grain}" if grain else "")
        part = ["-t", str(seconds)] if seconds else []
        film = make(f"{name}{f'-{seconds}' if seconds else ''}-1080p.mkv", source,
                    [*part, "-an", "-vsync", "passthrough", "-g", "250"], grain)
        frames = frames_of(film)
        yield film, Truth(os.path.basename(film), frames, [b for b in truth.boundaries if b.last < frames], truth.neutral)


def frames_of(film):
    told = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v:0", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of",
         "csv=p=0", film], check=True, capture_output=True, text=True).stdout
    return int(told.strip().rstrip(","))


def make(name, source, options, grain):
    """A 1080p film below .build/bench, made once. Grain makes drawings as dear to decode as noisy film."""
    path = os.path.join(CACHE, name)
    if not os.path.exists(path):
        os.makedirs(CACHE, exist_ok=True)
        print(f"bench: making {name} (once)", file=sys.stderr)
        picture = ["scale=1920:1080", "setsar=1", "format=yuv420p"] + ([f"noise=alls={grain}:allf=t"] if grain else [])
        subprocess.run(
            ["ffmpeg", "-v", "error", "-y", "-i", source, *options, "-vf", ",".join(picture), "-c:v", "libx264", "-preset", "medium",
             "-crf", "21", "-c:a", "aac", "-f", "matroska" if name.endswith(".mkv") else "mp4", path + ".part"], check=True)
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
