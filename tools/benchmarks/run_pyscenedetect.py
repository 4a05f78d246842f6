"""Runs one of PySceneDetect's detectors with its defaults and prints the first frame of every scene but the first, as JSON.

usage: run_pyscenedetect.py content|adaptive|hash FILM     (in the virtual environment that has it)
"""
import json
import sys

from scenedetect import AdaptiveDetector, ContentDetector, HashDetector, SceneManager, open_video

DETECTORS = {"content": ContentDetector, "adaptive": AdaptiveDetector, "hash": HashDetector}


def cuts(kind, film, backend):
    video = open_video(film, backend=backend)
    manager = SceneManager()
    manager.add_detector(DETECTORS[kind]())
    frames = manager.detect_scenes(video)
    return frames, [start.frame_num for start, _ in manager.get_scene_list()[1:]]


def main():
    kind, film = sys.argv[1:]
    frames, found = cuts(kind, film, "opencv")
    # OpenCV as PyPI has it does not decode AV1.
    if frames == 0:
        _, found = cuts(kind, film, "pyav")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
