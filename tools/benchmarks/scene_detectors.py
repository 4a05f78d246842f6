"""The detectors that the scenes benchmark compares: Cutroom's tiers, and peers where they are installed or can be."""
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Callable

from measure import CACHE
from score_scenes import Boundary, read_reports

HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(CACHE, "venv")
# 0.7.2 was current when this was written; its detectors' defaults change between versions.
PACKAGES = ["scenedetect==0.7.2", "opencv-python-headless", "av", "numpy", "click", "platformdirs", "tqdm"]


@dataclass
class Detector:
    name: str
    # The command for a film and a number of threads.
    command: Callable
    # Reports out of what it prints.
    read: Callable
    is_ours: bool = False


def decode(film, threads):
    """Decoding alone: what all costs are compared with."""
    return ["ffmpeg", "-v", "error", "-nostdin", "-threads", str(threads), "-i", film, "-an", "-f", "null", "-"]


def tiers(binary):
    """Cutroom in each of its speeds; just one where it does not know --speed."""
    told = subprocess.run([binary, "scenes", "--help"], check=True, capture_output=True, text=True).stdout
    names = ["exact", "balanced", "fast"] if "--speed" in told else ["exact"]

    def tier(name):
        speed = ["--speed", name] if len(names) > 1 else []
        return Detector(
            "cutroom " + name,
            lambda film, threads: [binary, "scenes", film, "--json", "--quiet", "--log-level", "error", "--threads",
                                   str(threads), "--min-scene-length", "0", *speed],
            lambda text: read_reports(json.loads(text)), is_ours=True)

    return [tier(name) for name in names]


def scdet():
    def read(text):
        frames = [int(line.split()[0].split(":")[1]) for line in text.splitlines() if line.startswith("frame:")]
        return [Boundary("cut", frame, frame) for frame in frames]

    return Detector(
        "ffmpeg scdet 10",
        lambda film, threads: ["ffmpeg", "-v", "error", "-nostdin", "-threads", str(threads), "-i", film, "-an", "-vf",
                               "scdet=threshold=10,metadata=mode=print:key=lavfi.scd.time:file=-", "-vsync", "0", "-f",
                               "null", "-"], read)


def pyscenedetect():
    """PySceneDetect's detectors with their defaults, from PyPI in a virtual environment; none where that cannot be had."""
    python = os.path.join(VENV, "bin", "python")
    problem = install(python)
    if problem:
        print(f"bench: PySceneDetect is left out, as it could not be installed: {problem}", file=sys.stderr)
        return []

    def detector(name):
        return Detector(
            "PySceneDetect " + name,
            lambda film, threads: [python, os.path.join(HERE, "run_pyscenedetect.py"), name, film],
            lambda text: [Boundary("cut", frame, frame) for frame in json.loads(text)])

    return [detector(name) for name in ("content", "adaptive", "hash")]


def install(python):
    """Installs PySceneDetect where it is not; returns what went wrong, or nothing."""
    if os.path.exists(python) and not run_quietly([python, "-c", "import scenedetect, cv2, av"]):
        return ""
    print("bench: installing PySceneDetect into .build/bench/venv (once)", file=sys.stderr)
    # Without its own dependencies: they would bring the variant of OpenCV that needs a display.
    return run_quietly([sys.executable, "-m", "venv", "--clear", VENV]) or run_quietly(
        [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--retries", "1", "--no-deps", *PACKAGES])


def run_quietly(command):
    """Runs a command; returns the last line of what it complained of if it failed, else nothing."""
    outcome = subprocess.run(command, capture_output=True, text=True)
    lines = (outcome.stderr or outcome.stdout).strip().splitlines() or ["it failed without a word"]
    return lines[-1] if outcome.returncode else ""
