"""Short films of many formats, made once out of the real ones that tools/fetch-samples fetches."""
import fcntl
import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CACHE = os.path.join(ROOT, ".build", "fuzz", "films")

# Small, as every damaged copy is decoded, and still with several key frames.
PICTURE = "scale=160:120,fps=25,setsar=1"
SECONDS = "2"

SUBTITLES = "1\n00:00:00,200 --> 00:00:01,000\nA line\n\n2\n00:00:01,000 --> 00:00:01,800\n<i>and</i> another\n"
CHAPTERS = (";FFMETADATA1\ntitle=Film\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=One\n"
            "[CHAPTER]\nTIMEBASE=1/1000\nSTART=1000\nEND=2000\ntitle=Two\n")

H264 = "-c:v libx264 -preset veryfast -g 12 -bf 2"
HEVC = "-c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=12"
# Name, sample (or another of these films, to copy from) and where in it, arguments.
FORMATS = [
    ("h264.mp4", "wannaworktogether.mp4", 20, f"{H264} -c:a aac -b:a 64k"),
    ("fragmented.mp4", "wannaworktogether.mp4", 60, f"{HEVC} -c:a aac -movflags frag_keyframe+empty_moov"),
    ("edits.mov", "wannaworktogether.mp4", 100, "-c:v prores_ks -profile:v 0 -c:a pcm_s16le"),
    ("mjpeg.mov", "fillets-intro.mpg", 8, "-c:v mjpeg -pix_fmt yuvj420p -q:v 6 -c:a alac"),
    ("subtitles.mkv", "wannaworktogether.mp4", 130, f"{H264} -c:a flac -c:s subrip"),
    ("ffv1.mkv", "fillets-intro.mpg", 20, "-c:v ffv1 -level 3 -g 12 -c:a libvorbis"),
    ("hevc.mkv", "fillets-intro.mpg", 30, f"{HEVC} -pix_fmt yuv420p10le -c:a ac3"),
    ("vp9.webm", "display-dual-monitors.webm", 2, "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 12 -c:a libopus"),
    ("vp8.webm", "fillets-intro.mpg", 40, "-c:v libvpx -deadline realtime -cpu-used 8 -g 12 -c:a libvorbis"),
    ("av1.mp4", "fillets-intro.mpg", 50, "-c:v libaom-av1 -usage realtime -cpu-used 8 -g 12 -c:a aac"),
    ("mpeg4.avi", "fillets-intro.mpg", 60, "-c:v mpeg4 -q:v 5 -bf 2 -c:a libmp3lame"),
    ("raw.avi", "fillets-intro.mpg", 65, "-c:v rawvideo -s 48x36 -c:a pcm_s16le"),
    ("mpeg1.mpg", "fillets-intro.mpg", 70, "-c:v mpeg1video -q:v 5 -bf 2 -c:a mp2"),
    ("mpeg2.ts", "fillets-intro.mpg", 5, "-c:v mpeg2video -q:v 5 -bf 2 -c:a ac3"),
    ("h264.ts", "wannaworktogether.mp4", 40, f"{H264} -c:a aac"),
    ("sorenson.flv", "fillets-intro.mpg", 15, "-c:v flv -q:v 5 -ar 44100 -c:a libmp3lame"),
    ("theora.ogv", "fillets-intro.mpg", 25, "-c:v libtheora -q:v 6 -g 12 -c:a libvorbis"),
    ("wmv2.wmv", "fillets-intro.mpg", 35, "-c:v wmv2 -q:v 5 -c:a wmav2"),
    ("h263.3gp", "wannaworktogether.mp4", 70, "-c:v h263 -s 128x96 -q:v 6 -ar 16000 -c:a aac"),
    ("mpeg2.mxf", "wannaworktogether.mp4", 80, "-c:v mpeg2video -q:v 6 -ar 48000 -c:a pcm_s16le"),
    ("picture.gif", "display-dual-monitors.webm", 1, "-s 96x72 -r 10 -an"),
    ("sound.flac", "fillets-intro.mpg", 12, "-vn -c:a flac"),
    ("sound.mp3", "fillets-intro.mpg", 14, "-vn -c:a libmp3lame -b:a 64k"),
    ("sound.wav", "fillets-intro.mpg", 16, "-vn -ar 16000 -c:a pcm_s16le"),
]


def films():
    """Paths of all films, by name; those that are missing are made, by one process while others wait."""
    os.makedirs(CACHE, exist_ok=True)
    with open(os.path.join(CACHE, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return complete()


def complete():
    made = {name: os.path.join(CACHE, name) for name, *_ in FORMATS}
    wanted = [entry for entry in FORMATS if not os.path.exists(made[entry[0]])]
    if wanted:
        fetched = subprocess.run([os.path.join(ROOT, "tools", "fetch-samples")], check=True, capture_output=True, text=True)
        samples = fetched.stdout.strip()
        words, chapters = os.path.join(CACHE, "words.srt"), os.path.join(CACHE, "chapters.txt")
        for path, text in ((words, SUBTITLES), (chapters, CHAPTERS)):
            with open(path, "w") as file:
                file.write(text)
        for name, sample, start, arguments in wanted:
            inputs = ["-ss", str(start), "-t", SECONDS, "-i", os.path.join(samples, sample)]
            inputs += ["-f", "lavfi", "-t", SECONDS, "-i", "sine=440"] if sample.startswith("display") else []
            # The recording of a screen has no sound of its own.
            maps = ["-map", "0:v?", "-map", "1:a" if sample.startswith("display") else "0:a:0"]
            if name == "subtitles.mkv":
                inputs += ["-i", words, "-i", chapters]
                maps += ["-map", "1:s", "-map_metadata", "2", "-map_chapters", "2"]
            picture = [] if "-vn" in arguments else ["-vf", PICTURE]
            if name == "picture.gif":
                maps = ["-map", "0:v"]
            unfinished = os.path.join(CACHE, "unfinished-" + name)
            subprocess.run(["ffmpeg", "-nostdin", "-v", "fatal", "-y", *inputs, *maps, *picture, *arguments.split(), unfinished],
                           check=True)
            os.rename(unfinished, made[name])
    return made
