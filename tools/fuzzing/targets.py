"""targets: readers and writers of documents under libFuzzer.

usage: tools/fuzz TARGET|all [--seconds N] [--jobs N]

  requests     request documents: read, written, read again
  mixes        mix documents
  events       what a worker says to its parent, in pieces
  subtitles    SubRip and WebVTT, read back
  tables       CSV, read back

  --seconds N  how long each (60)
  --jobs N     processes at once (1)

Builds the nested package tools/fuzzing into .build/fuzz/build. What was learned stays in .build/fuzz/corpus, what failed in
.build/fuzz/failures; tools/fuzzing/Seeds is where it begins. Exit code 1 where one failed.
"""
import argparse
import os
import subprocess
import sys

from films import ROOT

PLACE = os.path.join(ROOT, "tools", "fuzzing")
BUILD = os.path.join(ROOT, ".build", "fuzz", "build")
TARGETS = {"requests": "FuzzRequests", "mixes": "FuzzMixes", "events": "FuzzEvents", "subtitles": "FuzzSubtitles",
           "tables": "FuzzTables"}
# Without a backtrace of Swift's own, which would run a debugger for minutes.
ENVIRONMENT = os.environ | {"SWIFT_BACKTRACE": "enable=no"}


def main(words):
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n\n")[0])
    parser.add_argument("target", choices=[*TARGETS, "all"])
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args(words)
    names = list(TARGETS) if options.target == "all" else [options.target]
    build()
    failed = [name for name in names if not run(name, options)]
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


def build():
    done = subprocess.run(["swift", "build", "-c", "release", "--package-path", PLACE, "--scratch-path", BUILD, "--sanitize=fuzzer"],
                          capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stdout[-3000:] + done.stderr[-3000:])


def run(name, options):
    """Fuzzes one target; whether it held."""
    corpus, failures = (os.path.join(ROOT, ".build", "fuzz", kind, name) for kind in ("corpus", "failures"))
    for folder in (corpus, failures):
        os.makedirs(folder, exist_ok=True)
    command = [os.path.join(BUILD, "release", TARGETS[name]), corpus, os.path.join(PLACE, "Seeds", name),
               f"-max_total_time={options.seconds}", f"-artifact_prefix={failures}/", "-timeout=10", "-rss_limit_mb=1024",
               "-max_len=4096", "-print_final_stats=1"]
    words = os.path.join(PLACE, "Seeds", name + ".dict")
    if os.path.exists(words):
        command.append(f"-dict={words}")
    if options.jobs > 1:
        command += [f"-fork={options.jobs}"]
    print(f"{name}: {options.seconds} s", file=sys.stderr)
    done = subprocess.run(command, cwd=failures, capture_output=True, text=True, errors="replace", env=ENVIRONMENT)
    lines = done.stderr.splitlines()
    wanted = ("Fatal error", "ERROR", "SUMMARY", "Test unit written", "stat::number_of_executed_units", "stat::peak_rss_mb", "Done ")
    print("\n".join(f"{name}: {line}" for line in lines if any(word in line for word in wanted)))
    return done.returncode == 0
