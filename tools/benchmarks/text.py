"""text: words on the screen, against the tesseract command and RapidOCR on frames at 2 per second.

usage: tools/bench text [FOLDER] [--peers tesseract,rapidocr] [--json FILE]

FOLDER holds films and, for each that has a truth, NAME.text.json beside it:
{"text": [{"text": "…", "start": 1.0, "end": 3.5}, …], "optional": ["…", …]}, times in seconds. Words of "optional" (on clothes, signs,
props) are neutral. A film whose truth has no text counts its words as phantoms. Without FOLDER films are made once below .build/:
titles and subtitles drawn over the narrated sample film (tools/fetch-samples), whose own words are blurred away; faint, grey,
outlined, fading and boxed titles of seeded words, fonts, sizes and places over the animated sample film as it is; credits that
scroll; and footage without any text.

A word counts as found where a text that overlaps its time by three quarters of a second holds it: exactly up to three letters, else
with a similarity of 0.8. CPU is that of the whole process; Cutroom's column takes off what the same command costs without text.
RapidOCR is installed into a virtual environment below .build/ where PyPI can be reached.
"""
import argparse
import glob
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from difflib import SequenceMatcher

from measure import CACHE, program, run, samples, save

SLACK = 0.75
RATE = 2
FONTS = "/usr/share/fonts/truetype/dejavu/"
FONT = FONTS + "DejaVuSans.ttf"
SUREST = 60  # per cent below which a word of the tesseract command is noise


def words_of(text):
    return re.findall(r"[^\W_]+", text.upper())


def same(a, b):
    return a == b or min(len(a), len(b)) >= 4 and SequenceMatcher(None, a, b).ratio() >= 0.8


def take(word, pool):
    for index, other in enumerate(pool):
        if same(word, other):
            pool.pop(index)
            return True
    return False


def near(a, b):
    return a["start"] <= b["end"] + SLACK and a["end"] >= b["start"] - SLACK


def score(truth, optional, found):
    """Right, wanted, correct and said words of a film."""
    right = wanted = correct = said = 0
    for item in truth:
        pool = [word for text in found if near(text, item) for word in words_of(text["text"])]
        for word in words_of(item["text"]):
            wanted += 1
            right += take(word, pool)
    for text in found:
        pool = [word for item in truth if near(text, item) for word in words_of(item["text"])]
        for word in words_of(text["text"]):
            if take(word, pool):
                correct += 1
                said += 1
            elif not any(same(word, other) for other in optional):
                said += 1
    return {"right": right, "wanted": wanted, "correct": correct, "said": said}


def cutroom(binary, film, work):
    def analyze(stages):
        return run([binary, "analyze", film, "-o", os.path.join(work, "out"), "--force", "--quiet", "--threads", "1",
                    "--stages", stages])

    plain, full = analyze("scenes"), analyze("scenes,text")
    with open(os.path.join(work, "out", os.path.basename(film), "analysis.json")) as file:
        tracks = json.load(file)["text_tracks"]
    texts = [{"text": t["text"], "start": t["start"]["seconds"], "end": t["end"]["seconds"]} for t in tracks]
    return texts, max(0.0, full.cpu - plain.cpu)


def frames(film, work):
    for old in glob.glob(os.path.join(work, "*.png")):
        os.remove(old)
    decoded = run(["ffmpeg", "-v", "error", "-nostdin", "-i", film, "-vf", f"fps={RATE}", os.path.join(work, "%06d.png")])
    return sorted(glob.glob(os.path.join(work, "*.png"))), decoded.cpu


def tesseract(_, film, work):
    pictures, _ = frames(film, work)
    texts, cpu = [], 0.0
    names = os.path.join(work, "names.txt")
    with open(names, "w") as file:
        file.write("\n".join(pictures))
    read = run(["tesseract", names, os.path.join(work, "read"), "--psm", "3", "tsv"],
               env=dict(os.environ, OMP_THREAD_LIMIT="1"))
    cpu += read.cpu
    with open(os.path.join(work, "read.tsv"), encoding="utf-8") as file:
        for line in file:
            cells = line.rstrip("\n").split("\t")
            if len(cells) == 12 and cells[0] == "5" and float(cells[10]) >= SUREST and cells[11].strip():
                start = (int(cells[1]) - 1) / RATE
                texts.append({"text": cells[11], "start": start, "end": start + 1 / RATE})
    return merged(texts), cpu


READER = """
import json, sys
from rapidocr_onnxruntime import RapidOCR
engine = RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)
for path in open(sys.argv[1]).read().split("\\n"):
    result, _ = engine(path)
    print(json.dumps([[text, float(sure)] for _, text, sure in result or []]))
"""


def rapidocr_python():
    """The interpreter of a virtual environment with RapidOCR; None where it cannot be installed."""
    folder = os.path.join(CACHE, "rapidocr")
    python = os.path.join(folder, "bin", "python")
    check = [python, "-c", "import rapidocr_onnxruntime"]
    if os.path.exists(python) and subprocess.run(check, capture_output=True).returncode == 0:
        return python
    print("bench: installing RapidOCR (once)", file=sys.stderr)
    made = subprocess.run([sys.executable, "-m", "venv", folder], capture_output=True)
    if made.returncode == 0:
        subprocess.run([python, "-m", "pip", "install", "-q", "rapidocr-onnxruntime"], capture_output=True)
    if os.path.exists(python) and subprocess.run(check, capture_output=True).returncode == 0:
        return python
    print("bench: RapidOCR cannot be installed here; it is left out", file=sys.stderr)
    return None


def rapidocr(python, film, work):
    pictures, _ = frames(film, work)
    names, script, out = (os.path.join(work, name) for name in ("names.txt", "read.py", "read.jsonl"))
    with open(names, "w") as file:
        file.write("\n".join(pictures))
    with open(script, "w") as file:
        file.write(READER)
    read = run(["sh", "-c", 'exec "$0" "$1" "$2" > "$3"', python, script, names, out])
    texts = []
    with open(out) as file:
        for index, line in enumerate(file):
            texts += [{"text": text, "start": index / RATE, "end": (index + 1) / RATE}
                      for text, sure in json.loads(line) if sure >= 0.5]
    return merged(texts), read.cpu


def merged(texts):
    """Readings of one text on frames that follow one another, as one."""
    open_texts, done = [], []
    for text in sorted(texts, key=lambda t: t["start"]):
        for other in open_texts:
            if other["text"] == text["text"] and 0 < text["end"] - other["end"] <= 1 / RATE + 1e-6:
                other["end"] = text["end"]
                break
        else:
            open_texts.append(dict(text))
        done += [t for t in open_texts if t["end"] < text["start"] - 1 / RATE]
        open_texts = [t for t in open_texts if t["end"] >= text["start"] - 1 / RATE]
    return done + open_texts


def seconds_of(film):
    said = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", film],
                          capture_output=True, text=True, check=True)
    return float(said.stdout)


def made_films():
    """Titles over the sample film's own pictures, blurred so that its own words are gone, and noise."""
    folder = os.path.join(CACHE, "text")
    source = os.path.join(samples(), "wannaworktogether.mp4")
    os.makedirs(folder, exist_ok=True)
    films = {
        "subtitles": ([("She never came back that winter", 26, "white", "h*0.85", 1.0, 3.5, ":borderw=2:bordercolor=black"),
                       ("Nobody had seen the lighthouse", 26, "white", "h*0.85", 4.0, 7.0, ":borderw=2:bordercolor=black"),
                       ("Tell me about the island", 26, "yellow", "h*0.85", 7.2, 9.5, ":borderw=2:bordercolor=black")], 20),
        "titles": ([("The quiet harbour", 44, "white", "h*0.4", 1.0, 4.0, ""), ("a film about rivers", 30, "white", "h*0.6", 5.0, 8.5, "")], 90),
        "thirds": ([("Martha Lindqvist", 28, "white", "h*0.75", 1.5, 4.5, ":box=1:boxcolor=black@0.5:boxborderw=6"),
                    ("Professor of geology", 20, "white", "h*0.83", 1.5, 4.5, ":box=1:boxcolor=black@0.5:boxborderw=6")], 50),
        "nothing": ([], 120),
    }
    for name, (texts, begin) in films.items():
        def drawn(path, texts=texts, begin=begin):
            filters = ["scale=854:480", "gblur=sigma=12", "noise=alls=6:allf=t"] + [
                draw(text, size, color, "(w-tw)/2", y, f":enable='between(t,{start},{end})'{more}")
                for text, size, color, y, start, end, more in texts]
            encode(["-ss", str(begin), "-t", "10", "-i", source], filters, path)
            return [{"text": text[0], "start": text[4], "end": text[5]} for text in texts]

        make(folder, name, drawn)
    animation = os.path.join(samples(), "fillets-intro.mpg")
    for number in range(FAINT_CLIPS):
        make(folder, f"faint-{number}", lambda path, number=number: faint_clip(number, animation, path))
    make(folder, "credits", credits)
    return folder


# Titles that are hard to read: colour, more of drawtext's options, where they stand in heights of the picture, seconds of fade.
STYLES = [
    ("white", "", (0.2, 0.45, 0.6), 0.3), ("white@0.8", "", (0.2, 0.45, 0.8), 0.5), ("0xb0b0b0", "", (0.2, 0.6, 0.8), 0.3),
    ("white", "borderw=2:bordercolor=black", (0.85,), 0), ("yellow", "borderw=1:bordercolor=black", (0.85,), 0),
    ("white", "box=1:boxcolor=black@0.5:boxborderw=6", (0.78,), 0.3), ("0x303030", "", (0.2, 0.6), 0.5),
    ("white", "shadowx=2:shadowy=2:shadowcolor=black@0.7", (0.2, 0.8), 0.3),
]
FAINT_FONTS = ["DejaVuSans.ttf", "DejaVuSans-ExtraLight.ttf", "DejaVuSansCondensed.ttf", "DejaVuSerif.ttf", "DejaVuSans-Bold.ttf"]
WORDS = ("morning harbour river mountain letter winter garden captain window evening forest silver lantern bridge island market "
         "doctor sister teacher village kitchen shadow summer station railway ocean paper yellow broken silent hidden distant").split()
FAINT_CLIPS = 8
FAINT_TIMES = [(0.6, 3.0), (3.6, 5.6), (6.0, 8.4)]


def draw(text, size, color, x, y, more):
    return f"drawtext=fontfile={FONT}:text='{text}':fontsize={size}:fontcolor={color}:x={x}:y={y}{more}"


def faint_clip(number, source, path):
    """Three titles of seeded words and looks over nine seconds of a film; returns what they say and when."""
    chance = random.Random(number)
    filters, truth = ["scale=640:480", "fps=24"], []
    for start, end in FAINT_TIMES:
        color, more, places, fade = chance.choice(STYLES)
        text = " ".join(chance.choice(WORDS) for _ in range(chance.randint(2, 4)))
        text = chance.choice([str, str.capitalize, str.upper])(text)
        size = int(480 * chance.uniform(0.05, 0.08) * (1 if len(text) < 22 else 0.8))
        more = f":enable='between(t,{start},{end})'" + (":" + more if more else "")
        if fade:
            more += f":alpha='if(lt(t,{start + fade}),(t-{start})/{fade},if(lt(t,{end - fade}),1,max(0,({end}-t)/{fade})))'"
        drawn = draw(text, size, color, "(w-tw)/2", f"h*{chance.choice(places)}", more)
        filters.append(drawn.replace(FONT, FONTS + chance.choice(FAINT_FONTS)))
        truth.append({"text": text, "start": start, "end": end})
    encode(["-ss", str(3 + 8 * number), "-t", "9", "-i", source], filters, path)
    return truth


def credits(path):
    """Lines that move up by two pixels a frame; each is seen from coming in at the bottom to leaving at the top."""
    lines = [" ".join(random.Random(number).sample(WORDS, 3)).capitalize() for number in range(12)]
    height, pitch, speed, rate = 360, 44, 2, 25
    length = (height + pitch * len(lines)) / speed / rate
    filters = [draw(text, 22, "white", "(w-tw)/2", f"h+{pitch * line}-{speed}*n", "") for line, text in enumerate(lines)]
    encode(["-f", "lavfi", "-t", str(length), "-i", f"color=0x101010:s=640x{height}:r={rate}"], filters, path)
    return [{"text": text, "start": pitch * line / speed / rate, "end": (height + pitch * line + 16) / speed / rate}
            for line, text in enumerate(lines)]


def encode(source, filters, path):
    subprocess.run(["ffmpeg", "-v", "error", "-y"] + source + ["-vf", ",".join(filters), "-an", "-c:v", "libx264", "-preset", "fast",
                   "-f", "mp4", path + ".part"], check=True)


def make(folder, name, film):
    """Makes a film and its truth once; `film` writes beside the path it is given, and returns what the film says."""
    path = os.path.join(folder, name + ".mp4")
    if os.path.exists(path):
        return
    truth = film(path)
    with open(os.path.join(folder, name + ".text.json"), "w") as file:
        json.dump({"text": truth}, file)
    os.rename(path + ".part", path)


def rates(row):
    recall = row["right"] / row["wanted"] if row["wanted"] else 1.0
    precision = row["correct"] / row["said"] if row["said"] else 1.0
    both = 2 * recall * precision / (recall + precision) if recall + precision else 0.0
    return recall, precision, both


def main(words):
    parser = argparse.ArgumentParser(usage="tools/bench text [FOLDER] [--peers tesseract,rapidocr] [--json FILE]")
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--peers", default="tesseract,rapidocr")
    parser.add_argument("--json")
    options = parser.parse_args(words)
    binary = program()
    folder = options.folder or made_films()
    truths = sorted(glob.glob(os.path.join(folder, "*.text.json")))
    readers = {"cutroom": (cutroom, binary)}
    if "tesseract" in options.peers.split(","):
        readers["tesseract"] = (tesseract, None)
    if "rapidocr" in options.peers.split(","):
        python = rapidocr_python()
        if python:
            readers["rapidocr"] = (rapidocr, python)
    rows = []
    print(f"{'film':24} {'reader':10} {'recall':>7} {'precis.':>7} {'F1':>6} {'phantoms/min':>12} {'CPU s':>7}")
    with tempfile.TemporaryDirectory() as work:
        for path in truths:
            name = os.path.basename(path)[:-len(".text.json")]
            film = next((f for f in sorted(glob.glob(os.path.join(glob.escape(folder), glob.escape(name) + ".*")))
                         if not f.endswith(".json")), None)
            if film is None:
                sys.exit(f"bench: there is no film for {path}")
            with open(path) as file:
                truth = json.load(file)
            for item in truth["text"]:
                item.setdefault("start", item.get("typing_start", item.get("complete", 0)))
            optional = [word for text in truth.get("optional", []) for word in words_of(text)]
            length = seconds_of(film)
            for reader, (read, tool) in readers.items():
                texts, cpu = read(tool, film, work)
                row = {"film": name, "reader": reader, "seconds": length, "cpu": cpu} | score(truth["text"], optional, texts)
                rows.append(row)
                print_row(name, reader, row)
        for reader in readers:
            own = [row for row in rows if row["reader"] == reader]
            print_row("all", reader, {key: sum(row[key] for row in own)
                                      for key in ("right", "wanted", "correct", "said", "seconds", "cpu")})
    for row in rows:
        row["recall"], row["precision"], row["f1"] = rates(row)
    save(options.json, {"films": len(truths), "rows": rows})


def print_row(name, reader, row):
    recall, precision, both = rates(row)
    phantoms = (row["said"] - row["correct"]) / row["seconds"] * 60
    print(f"{name:24} {reader:10} {recall:7.3f} {precision:7.3f} {both:6.3f} {phantoms:12.2f} {row['cpu']:7.2f}", flush=True)
