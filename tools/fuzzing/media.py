"""media: damaged films of many formats through worker processes.

usage: tools/fuzz media [--files N] [--batch N] [--seed S] [--binary PROGRAM | --plain] [--only NUMBER]
                        [--findings DIR] [--json FILE]

  --files N     how many damaged films (10000)
  --batch N     how many of them in one batch (250)
  --seed S      another seed gives other damage (1)
  --only N      film N of that seed and no other, damaged and analysed as in the whole run
  --plain       the release build; else a build with the address sanitizer, made in .build/asan
  --binary P    this program, without the address sanitizer

Batches of damaged films, each with other options, must end with exit code 0 or 1, a document for every film that holds to
its schema, and nothing left behind: no workspace, no process, no half written result. A worker that crashed or was timed out
is a finding too. Films with a finding are kept in DIR (.build/fuzz/findings) with what was wrong. Exit code 1 with findings.
"""
import argparse
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import films
import mutations
from films import ROOT

KEPT = os.path.join(ROOT, ".build", "fuzz", "findings")
# Each batch takes the next. Texts are read in few, as starting Tesseract costs more than all else.
OPTIONS = [
    "--stages scenes,frames,audio",
    "--stages scenes,frames,audio --frames-per-scene 3 --frame-format png --threads 2",
    "--stages scenes,frames --speed fast --threads 2 --waveform --dataset",
    "--stages scenes,frames,audio --sprites --contact-sheet --preview --waveform",
    "--stages scenes,frames --speed balanced --clips copy --timelines edl,otio,matroska",
    "--stages scenes,frames,audio --timelines ffmetadata,fcpxml --frame-format webp",
    "--stages scenes,frames,text,audio --text-region 0,0.5,1,0.5",
    "--stages scenes,frames --clips encode --frame-width 0",
]
# Longer than any of these films takes, even where the address sanitizer and busy neighbours slow it down.
TIMEOUT = "90s"
# Shadow memory counts as private: with the usual limit on that the sanitizer could map nothing.
SANITIZER_MEMORY = "15000g"
SANITIZER_OPTIONS = "detect_leaks=0:allocator_may_return_null=1:symbolize=0:max_allocation_size_mb=4096"
# Codes that damage to a small film is no reason for.
NEVER = {"worker_crashed", "internal", "timed_out", "out_of_memory", "output_failed", "canceled", "sandbox_unavailable", "unreadable"}
PR_SET_CHILD_SUBREAPER = 36


def main(words):
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n\n")[0])
    parser.add_argument("--files", type=int, default=10000)
    parser.add_argument("--batch", type=int, default=250)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--only", type=int)
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--binary")
    parser.add_argument("--findings", default=KEPT)
    parser.add_argument("--json")
    options = parser.parse_args(words)
    sanitized = not (options.plain or options.binary)
    binary = os.path.abspath(options.binary) if options.binary else build(sanitized)
    # What a dead parent leaves behind comes to this process, and is seen.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    run = Run(binary, sanitized, options.seed, options.batch, options.findings)
    begun = time.monotonic()
    numbers = [options.only] if options.only is not None else range(options.files)
    for first in range(0, len(numbers), options.batch):
        run.batch(numbers[first:first + options.batch])
        print(f"{run.files} films, {len(run.findings)} findings, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    run.report(options.json, time.monotonic() - begun)
    sys.exit(1 if run.findings else 0)


def build(sanitized):
    """The release build, with the address sanitizer or without; its path."""
    if not sanitized:
        return subprocess.run([os.path.join(ROOT, "tools", "build")], check=True, capture_output=True, text=True).stdout.strip()
    folder = os.path.join(ROOT, ".build", "asan")
    print("building with the address sanitizer (minutes the first time)", file=sys.stderr)
    done = subprocess.run(["swift", "build", "-c", "release", "--static-swift-stdlib", "--sanitize=address", "--scratch-path", folder,
                           "--product", "cutroom"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stdout[-2000:] + done.stderr[-2000:])
    return os.path.join(folder, "release", "cutroom")


class Run:
    """Batches of one seed through one program, and what was found."""

    def __init__(self, binary, sanitized, seed, size, kept):
        self.binary, self.sanitized, self.seed, self.size, self.kept = binary, sanitized, seed, size, kept
        self.environment = dict(os.environ)
        self.limits = ["--timeout", TIMEOUT, "--retries", "0"]
        if sanitized:
            self.environment["ASAN_OPTIONS"] = SANITIZER_OPTIONS
            self.limits += ["--max-memory", SANITIZER_MEMORY]
        paths = films.films()
        self.sources = {name: read(path) for name, path in paths.items()}
        self.validators = {name: self.validator(name) for name in ("analysis", "batch")}
        self.files, self.findings = 0, []
        self.statuses, self.codes, self.ways = {}, {}, {}

    def validator(self, name):
        from jsonschema import Draft202012Validator
        return Draft202012Validator(json.loads(subprocess.run(
            [self.binary, "schema", name], check=True, capture_output=True, env=self.environment).stdout))

    def film(self, number):
        """Name and bytes of the film of a number, and what was done to it."""
        names = list(self.sources)
        name = names[number % len(names)]
        data, ways = mutations.damage(self.sources[name], f"{self.seed}/{number}", list(self.sources.values()))
        return f"{number:05}-{name}", data, ways

    def batch(self, numbers):
        """Damages films, analyses them, looks at what came of it."""
        options = OPTIONS[numbers[0] // self.size % len(OPTIONS)].split()
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
            place = {name: os.path.join(folder, name) for name in ("in", "out", "work")}
            for name in ("in", "work"):
                os.mkdir(place[name])
            made = {}
            for number in numbers:
                name, data, ways = self.film(number)
                with open(os.path.join(place["in"], name), "wb") as file:
                    file.write(data)
                made[name] = ways
                for way in ways:
                    self.ways[way] = self.ways.get(way, 0) + 1
            command = [self.binary, "analyze", place["in"], "-o", place["out"], "--work-dir", place["work"], "--quiet",
                       "--extensions", ",".join(sorted({name.split(".")[-1] for name in made})), *options, *self.limits]
            # A cache of its own: what other runs kept must not help, and the user's is no place for damaged films.
            environment = self.environment | {"XDG_CACHE_HOME": os.path.join(folder, "cache")}
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=environment)
            if done.returncode == 2:
                sys.exit(f"fuzz: the program does not take {' '.join(command)}:\n{text(done.stderr)}")
            self.files += len(made)
            self.look(place, made, done, options)

    def look(self, place, made, done, options):
        """Everything that must hold after a batch."""
        if done.returncode not in (0, 1):
            self.find(None, f"the batch ended with {done.returncode}: {text(done.stderr)[-500:]}", options)
        for process in orphans():
            self.find(None, f"a process was left: {process}", options)
        for name in os.listdir(place["work"]):
            self.find(None, f"a workspace was left: {name}", options)
        results = {}
        try:
            with open(os.path.join(place["out"], "results.jsonl")) as file:
                results = {os.path.basename(line["path"]): line for line in map(json.loads, file)}
            batch = json.loads(read(os.path.join(place["out"], "batch.json")))
            for error in self.validators["batch"].iter_errors(batch):
                self.find(None, f"batch.json: {error.message[:200]}", options)
        except (OSError, ValueError) as error:
            self.find(None, f"results.jsonl or batch.json: {error}", options)
        for name in set(os.listdir(place["out"]) if os.path.isdir(place["out"]) else []) - set(made):
            if name not in ("results.jsonl", "batch.json", "dataset.jsonl"):
                self.find(None, f"{name} was left in the output folder", options)
        for name in made:
            path = os.path.join(place["in"], name)
            for problem in self.problems(os.path.join(place["out"], name, "analysis.json"), results.get(name)):
                self.find(path, problem, options, made[name])

    def problems(self, path, line):
        """What is wrong with the document of one film, and with its line in the journal."""
        try:
            document = json.loads(read(path))
        except (OSError, ValueError) as error:
            return [f"no document: {error}"]
        problems = [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
                    for error in self.validators["analysis"].iter_errors(document)]
        status, errors = document.get("status"), document.get("errors", [])
        self.statuses[status] = self.statuses.get(status, 0) + 1
        for error in errors:
            code = error["code"] + ("/" + error["limit"] if "limit" in error else "")
            self.codes[code] = self.codes.get(code, 0) + 1
            if error["code"] in NEVER:
                problems.append(f"{code} in {error['stage']}: {error['message']}")
        if (status == "succeeded") != (not errors):
            problems.append(f"{status} with {len(errors)} errors")
        if line is None or line["status"] != status:
            problems.append("the journal says something else than the document")
        for entry in document.get("frames", []):
            picture = os.path.join(os.path.dirname(path), entry["file"])
            if not os.path.exists(picture) or os.path.getsize(picture) != entry["bytes"]:
                problems.append(f"{entry['file']} is not there, or of another size")
        return problems

    def find(self, film, problem, options, ways=()):
        """Keeps a finding, and the film it is about."""
        os.makedirs(self.kept, exist_ok=True)
        name = os.path.basename(film) if film else "batch"
        entry = {"seed": self.seed, "film": name, "problem": problem, "options": options, "ways": list(ways)}
        if film:
            kept = os.path.join(self.kept, f"{self.seed}-{name}")
            shutil.copyfile(film, kept)
            entry["sanitizer"] = self.sanitizer(kept, options)
        self.findings.append(entry)
        print(f"{name} ({' '.join(options)}): {problem}", file=sys.stderr)
        with open(os.path.join(self.kept, "findings.jsonl"), "a") as file:
            file.write(json.dumps(entry) + "\n")

    def sanitizer(self, film, options):
        """What the sanitizer says of a film whose worker died: the lines that name the defect and where it is."""
        if not self.sanitized:
            return []
        with tempfile.TemporaryDirectory() as folder:
            log = os.path.join(folder, "report")
            # Out of the locked room the sanitizer could not write its report.
            subprocess.run([self.binary, "analyze", film, "-o", os.path.join(folder, "out"), "--sandbox", "off", *options, *self.limits],
                           capture_output=True, env=self.environment | {"ASAN_OPTIONS": f"{SANITIZER_OPTIONS}:log_path={log}", "CUTROOM_NO_CACHE": "1"})
            lines = [line for name in sorted(os.listdir(folder)) if name.startswith("report")
                     for line in text(read(os.path.join(folder, name))).splitlines()]
        return [line for line in lines if "Sanitizer" in line or line.lstrip().startswith("#")][:30]

    def report(self, path, seconds):
        summary = {"seed": self.seed, "files": self.files, "formats": len(self.sources), "sanitizer": self.sanitized,
                   "seconds": round(seconds, 1), "statuses": self.statuses, "codes": dict(sorted(self.codes.items())),
                   "damage": dict(sorted(self.ways.items())), "findings": self.findings}
        print(f"{self.files} damaged films of {len(self.sources)} formats, {'' if self.sanitized else 'no '}address sanitizer, "
              f"{seconds:.0f} s")
        for title in ("statuses", "codes", "damage"):
            print(f"{title}: " + ", ".join(f"{count} {name}" for name, count in summary[title].items()))
        print(f"{len(self.findings)} findings" + (f", kept in {self.kept}" if self.findings else ""))
        if path:
            with open(path, "w") as file:
                json.dump(summary, file, indent=2)


def orphans():
    """Command lines of processes that a batch left, and an end to them; they have become this process's children."""
    left = []
    while True:
        try:
            process, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return left
        if process == 0:
            break
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        for process in file.read().split():
            with open(f"/proc/{process}/cmdline") as line:
                left.append(line.read().replace("\0", " "))
            os.kill(int(process), signal.SIGKILL)
    return left


def read(path):
    with open(path, "rb") as file:
        return file.read()


def text(output):
    return output.decode(errors="replace")
