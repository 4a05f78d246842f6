"""mix: a narration mixed and mastered, against the ffmpeg command doing the same and pydub doing what it can.

usage: tools/bench mix [--runs N] [--json FILE] [--large]

The programme: 53 clips of espeak-ng speech over a looped ring of linphone's, ducked, brought to -16 LUFS and -1.5 dBTP.

  wav      CPU time against ffmpeg (concat, sidechaincompress, amix, loudnorm) writing WAV: at most 0.4
  aac      the same to AAC, the measurement of the decoded result included: at most 0.65
  pydub    CPU time and memory against pydub from PyPI, which neither ducks nor measures
  loop     8 looped stereo tracks at 48 kHz, the mixing itself: at least 500 times real time. What a programme costs once,
           measuring and writing it, is taken off: seven further tracks are timed, and eight sevenths of them counted
  --large  20,000 clips and 10 hours: peak memory at most 80 MB, time a clip at most 1.2 times that of 2,000 clips
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

from measure import CACHE, ROOT, bound_row, paired, program, ratio_row, run, save, table

CLIPS = 53
GAP = 1.05


def sentences():
    """Fifty-three sentences; what they say does not matter, only that they differ in length."""
    words = ("the river ran slowly under the old stone bridge while evening light fell on quiet houses and somebody far "
             "away was calling a dog home across the wide and empty fields before the rain").split()
    return [" ".join(words[(i * 7 + k) % len(words)] for k in range(10 + i % 9)) for i in range(CLIPS)]


def material():
    """Speech and music, made or fetched once: the folder they are in."""
    folder = os.path.join(CACHE, "mix")
    os.makedirs(folder, exist_ok=True)
    for index, text in enumerate(sentences()):
        path = os.path.join(folder, f"s{index:02}.wav")
        if not os.path.exists(path):
            subprocess.run(["espeak-ng", "-w", path + ".part", text], check=True)
            os.rename(path + ".part", path)
    sounds = subprocess.run([os.path.join(ROOT, "tools", "fetch-samples"), "sounds"], check=True, capture_output=True,
                            text=True).stdout.strip()
    bed = os.path.join(folder, "bed.mkv")
    if not os.path.exists(bed):
        os.symlink(os.path.join(sounds, "its_a_game.mkv"), bed)
    return folder


def document(folder):
    return {
        "schema_version": 1, "kind": "mix",
        "output": {"sample_rate": 48000, "channels": 2, "loudness": "podcast"},
        "tracks": [
            {"id": "voice", "role": "speech", "gap": GAP,
             "clips": [{"source": os.path.join(folder, f"s{i:02}.wav")} for i in range(CLIPS)]},
            {"id": "music", "role": "music", "gain_db": -12,
             "duck": {"under": ["voice"], "amount_db": 10, "threshold_db": -35, "attack_ms": 30, "release_ms": 400},
             "clips": [{"source": os.path.join(folder, "bed.mkv"), "start": 0, "loop": True, "fade_in": 1.5,
                        "fade_out": 3}]}]}


def ffmpeg(folder, output, codec):
    """What somebody would write for the same programme."""
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y"]
    for index in range(CLIPS):
        command += ["-i", os.path.join(folder, f"s{index:02}.wav")]
    command += ["-stream_loop", "-1", "-i", os.path.join(folder, "bed.mkv")]
    steps = [f"[{i}:a]aresample=48000,aformat=sample_fmts=fltp:channel_layouts=stereo,apad=pad_dur={GAP}[s{i}]"
             for i in range(CLIPS)]
    steps.append("".join(f"[s{i}]" for i in range(CLIPS)) + f"concat=n={CLIPS}:v=0:a=1,asplit[voice][key]")
    steps.append(f"[{CLIPS}:a]volume=-12dB,afade=t=in:d=1.5[bed]")
    steps.append("[bed][key]sidechaincompress=threshold=0.018:ratio=8:attack=30:release=400[low]")
    steps.append("[voice][low]amix=inputs=2:duration=first:normalize=0,loudnorm=I=-16:TP=-1.5:LRA=11,aresample=48000[out]")
    return command + ["-filter_complex", ";".join(steps), "-map", "[out]", *codec, output]


PYDUB = """
import sys
from pydub import AudioSegment
folder, output = sys.argv[1:]
voice = AudioSegment.empty()
for i in range(%d):
    voice += AudioSegment.from_wav(f"{folder}/s{i:02}.wav").set_frame_rate(48000).set_channels(2)
    voice += AudioSegment.silent(%d, 48000)
bed = AudioSegment.from_file(folder + "/bed.mkv").set_frame_rate(48000) - 12
voice.overlay(bed, loop=True).fade_out(3000).normalize().export(output, format="wav")
""" % (CLIPS, GAP * 1000)


def pydub_python():
    """A Python with pydub from PyPI, in an environment below .build/."""
    place = os.path.join(CACHE, "pydub")
    python = os.path.join(place, "bin", "python")
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", place], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "pydub", "audioop-lts; python_version >= '3.13'"], check=True)
    return python


def write(path, value):
    with open(path, "w") as file:
        json.dump(value, file)


def report(output):
    with open(output + ".mix-report.json") as file:
        return json.load(file)


def loop_row(binary, work, folder):
    """Eight looped stereo tracks against one: what mixing costs apart from measuring and writing the programme."""
    length = 600
    tracks = []
    for index in range(8):
        source = os.path.join(work, f"tone{index}.wav")
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i",
                        f"sine={200 + 90 * index}:r=48000:d={3 + index / 7},aformat=channel_layouts=stereo", source], check=True)
        tracks.append({"id": f"t{index}", "gain_db": -20, "clips": [
            {"source": source, "start": 0, "loop": True, "duration": length}]})
    output = os.path.join(work, "eight.wav")

    def render(count):
        write(os.path.join(work, "loop.json"), {"output": {}, "tracks": tracks[:count]})
        run([binary, "mix", os.path.join(work, "loop.json"), "-o", output, "--quiet"])
        return report(output)["timings"]["stages"]["render"]

    seconds = statistics.median(render(8) - render(1) for _ in range(5))
    return bound_row("loop, 8 stereo tracks", length / (seconds * 8 / 7), "x real", at_least=500)


def large_rows(binary, work, folder):
    """20,000 clips of 1.8 s in 10 hours of mono, each a file of its own, against 2,000 in an hour."""
    speech = os.path.join(work, "clips")
    os.makedirs(speech)
    cuts = []
    for index in range(CLIPS):
        cut = os.path.join(work, f"cut{index:02}.wav")
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", os.path.join(folder, f"s{index:02}.wav"), "-t", "1.6", cut],
                       check=True)
        cuts.append(cut)
    seconds, peak = {}, 0
    for count in (2000, 20000):
        for index in range(count):
            link = os.path.join(speech, f"{index:05}.wav")
            if not os.path.exists(link):
                os.symlink(cuts[index % CLIPS], link)
        plan = os.path.join(work, f"{count}.json")
        write(plan, {"output": {"channels": 1, "loudness": "podcast"}, "tracks": [
            {"id": "voice", "role": "speech", "gap": 0.2,
             "clips": [{"source": f"clips/{index:05}.wav"} for index in range(count)]}]})
        output = os.path.join(work, "long.flac")
        usage = run([binary, "mix", plan, "-o", output, "--quiet", "--work-dir", work])
        seconds[count] = usage.cpu / count
        peak = report(output)["timings"]["peak_memory_bytes"] / 1e6
        print(f"bench: {count} clips: {usage.cpu:.1f} CPU s, {peak:.1f} MB", file=sys.stderr)
    return [bound_row("20,000 clips, memory", peak, "MB", at_most=80),
            bound_row("time a clip, 20,000/2,000", seconds[20000] / seconds[2000], "ratio", at_most=1.2)]


def main(words):
    parser = argparse.ArgumentParser(usage="tools/bench mix [--runs N] [--json FILE] [--large]")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--json")
    options = parser.parse_args(words)
    binary = program()
    folder = material()
    rows = []
    with tempfile.TemporaryDirectory() as work:
        plan = os.path.join(work, "programme.json")
        write(plan, document(folder))
        for ending, codec, most in (("wav", ["-c:a", "pcm_s16le"], 0.4), ("m4a", ["-c:a", "aac", "-b:a", "160k"], 0.65)):
            mine, theirs = os.path.join(work, "ours." + ending), os.path.join(work, "theirs." + ending)
            ours, peer = paired(options.runs, [binary, "mix", plan, "-o", mine, "--quiet"], ffmpeg(folder, theirs, codec))
            rows.append(ratio_row(f"{ending}, ffmpeg", [a.cpu for a in ours], [b.cpu for b in peer], "CPU s", at_most=most))
            rows.append(ratio_row(f"{ending}, ffmpeg", [a.peak / 1e6 for a in ours], [b.peak / 1e6 for b in peer], "MB"))
        found = report(os.path.join(work, "ours.wav"))
        script = os.path.join(work, "peer.py")
        with open(script, "w") as file:
            file.write(PYDUB)
        ours, peer = paired(1, [binary, "mix", plan, "-o", os.path.join(work, "ours.wav"), "--quiet"],
                            [pydub_python(), script, folder, os.path.join(work, "pydub.wav")])
        rows.append(ratio_row("wav, pydub", [a.cpu for a in ours], [b.cpu for b in peer], "CPU s"))
        rows.append(ratio_row("wav, pydub", [a.peak / 1e6 for a in ours], [b.peak / 1e6 for b in peer], "MB"))
        rows.append(loop_row(binary, work, folder))
        if options.large:
            rows += large_rows(binary, work, folder)
    result = found["outputs"][0]["loudness"]
    print(f"{found['programme']['duration_seconds']:.0f} s of programme, {result['integrated_lufs']} LUFS, "
          f"{result['true_peak_dbtp']} dBTP; median of {options.runs} runs")
    table(rows)
    save(options.json, {"runs": options.runs, "rows": rows})
