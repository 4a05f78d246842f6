"""Writes the frames on the screen at given times as JPEG with one of the peers.

usage: run_frame_reader.py pyav|decord FILM T,T,... FOLDER     (in the virtual environment that has them)
"""
import os
import sys


def pyav(film, times):
    import av
    with av.open(film) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for seconds in times:
            target = int(seconds / stream.time_base)
            container.seek(target, stream=stream)
            shown = None
            for frame in container.decode(stream):
                if frame.pts > target:
                    break
                shown = frame
            yield shown.to_image()


def decord(film, times):
    from decord import VideoReader
    from PIL import Image
    reader = VideoReader(film)
    rate = reader.get_avg_fps()
    for seconds in times:
        yield Image.fromarray(reader[int(seconds * rate + 1e-6)].asnumpy())


def main():
    kind, film, times, folder = sys.argv[1:]
    pictures = {"pyav": pyav, "decord": decord}[kind](film, [float(word) for word in times.split(",")])
    for number, picture in enumerate(pictures):
        picture.save(os.path.join(folder, f"{kind}-{number:04}.jpg"), quality=85)


if __name__ == "__main__":
    main()
