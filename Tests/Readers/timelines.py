"""Reads a timeline with a library that Cutroom did not write and prints its clips as JSON.

usage: timelines.py otio|edl|fcp7|fcpxml FILE [FRAMES A SECOND]     FRAMES A SECOND as a fraction, for edl
       timelines.py scenedetect RATE FRAME...                       the CSV of these scenes by PySceneDetect itself
       timelines.py parquet DATASET.jsonl                           the recipe of the article Dataset, and what it made
"""
import json
import sys
from fractions import Fraction


def clips(track, rate):
    """Source and place of every clip of a track, in frames; the place counts from the start of the track."""
    # All at once: each by itself would go through those before it.
    places = track.range_of_all_children()
    for clip in track:
        source, place = clip.source_range, places[clip]
        yield {"name": clip.name, "source": [frames(source.start_time, rate), frames(source.duration, rate)],
               "place": [frames(place.start_time, rate), frames(place.duration, rate)],
               "url": getattr(clip.media_reference, "target_url", None)}


def frames(time, rate):
    value = time.value_rescaled_to(float(rate))
    if abs(value - round(value)) > 1e-3:
        sys.exit(f"{time} lies between frames at {rate}")
    return round(value)


def read(kind, path, rate):
    import opentimelineio as otio
    adapters = {"otio": "otio_json", "edl": "cmx_3600", "fcp7": "fcp_xml", "fcpxml": "fcpx_xml"}
    more = {"rate": float(Fraction(rate))} if kind == "edl" else {}
    timeline = otio.adapters.read_from_file(path, adapter_name=adapters[kind], **more)
    if kind == "fcpxml":
        timeline = timeline[0]
    video = [track for track in timeline.tracks if track.kind == "Video"]
    audio = [track for track in timeline.tracks if track.kind == "Audio"]
    if len(video) != 1:
        sys.exit(f"{len(video)} tracks of video")
    own = Fraction(rate) if rate else video[0][0].source_range.start_time.rate
    start = timeline.global_start_time
    print(json.dumps({
        "name": timeline.name, "rate": video[0][0].source_range.start_time.rate,
        "start": None if start is None else frames(start, own), "clips": list(clips(video[0], own)),
        "audio": [list(clips(track, own)) for track in audio]}))


def scenedetect(rate, *bounds):
    from scenedetect import FrameTimecode
    from scenedetect.output import write_scene_list
    times = [FrameTimecode(int(frame), Fraction(rate)) for frame in bounds]
    # As the command list-scenes calls it.
    write_scene_list(sys.stdout, list(zip(times, times[1:])), cut_list=[time.get_timecode() for time in times[1:-1]])


def parquet(path):
    import pyarrow.json
    import pyarrow.parquet
    pyarrow.parquet.write_table(pyarrow.json.read_json(path), "dataset.parquet")
    table = pyarrow.parquet.read_table("dataset.parquet")
    print(json.dumps({"columns": table.column_names, "rows": table.to_pylist()}))


if __name__ == "__main__":
    kind, *words = sys.argv[1:]
    if kind == "scenedetect":
        scenedetect(*words)
    elif kind == "parquet":
        parquet(*words)
    else:
        read(kind, words[0], words[1] if len(words) > 1 else None)
