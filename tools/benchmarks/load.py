"""load: many short films through a batch, and through many processes at once.

usage: tools/bench load [--files N] [--seconds S] [--size WxH] [--stages LIST] [--single N] [--processes N] [--overhead N] [--scaling N]
                        [--json FILE] [--plot FILE.png]

Makes N films (2000) of S seconds (1) and a size (320x180), of H.264 and AAC, no two of the same bytes. The text stage is left out
unless --stages names it. 0 leaves a part out.

  batch       all of them in one `cutroom analyze`: files a second, latency of a file (from its beginning to its line in the log),
              CPU use, memory of parent and workers while it runs. The parent's memory from file N/10 to the last may grow by 5 %
  resume      the finished batch once more with --resume: 2 s for 10,000 files, for fewer as much less, but 0.3 s at least
  processes   --single films (200) each with a `cutroom analyze` of its own, --processes (8) at once
  overhead    CPU time a file that does not depend on its length: films of S and of 4 S seconds, --overhead (60) of each, one at a
              time, in turn; at most 60 ms. The same by the clock, which neighbours disturb; and the CPU time of a file in a batch
              to that of an ffmpeg that decodes it and does nothing else, in turn, which no neighbour and no slow machine disturbs
  scaling     --scaling films (400) on one core and on all, in turn, eight runs of each: how many times as fast the fastest run is;
              at least 0.95 times the cores. Beside it what ffmpeg commands that decode a quarter of these films, one on one core and
              one a core, reach on this machine, and the least and most of a round of four
"""
import argparse
import json
import os
import re
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

from measure import CACHE, ROOT, bound_row, ratio_row, run, samples, save, table

PAGE = os.sysconf("SC_PAGE_SIZE")
INTERVAL = 0.2
# The line of the log with which a file ends.
ENDING = re.compile(r"(succeeded|partial|failed|canceled) in [0-9.]+ s$")
# Beginnings in the sample film, one a source, so that not all films show the same.
STARTS = [4, 20, 33, 47, 60, 76, 90, 104, 120, 140]


def sources(seconds, size):
    """A few different films of a length and size, made once."""
    os.makedirs(CACHE, exist_ok=True)
    made = []
    for start in STARTS:
        path = os.path.join(CACHE, f"short-{start}-{seconds:g}-{size}.mp4")
        made.append(path)
        if os.path.exists(path):
            continue
        width, height = size.split("x")
        unfinished = os.path.join(CACHE, "unfinished-short.mp4")
        subprocess.run(
            ["ffmpeg", "-nostdin", "-v", "error", "-y", "-ss", str(start), "-t", str(seconds), "-i",
             os.path.join(samples(), "wannaworktogether.mp4"), "-vf", f"scale={width}:{height},fps=25,setsar=1", "-c:v", "libx264",
             "-preset", "veryfast", "-g", "50", "-c:a", "aac", "-b:a", "64k", unfinished], check=True)
        os.rename(unfinished, path)
    return made


def make(folder, count, seconds, size):
    """`count` films in folders of a thousand; a box that players pass over makes the bytes of each its own."""
    bodies = []
    for path in sources(seconds, size):
        with open(path, "rb") as file:
            bodies.append(file.read())
    for number in range(count):
        place = os.path.join(folder, f"{number // 1000:03}")
        os.makedirs(place, exist_ok=True)
        with open(os.path.join(place, f"film-{number:06}.mp4"), "wb") as file:
            file.write(bodies[number % len(bodies)] + struct.pack(">I4sQ", 16, b"free", number))
    return folder


# MARK: - Watching

def resident(process):
    """Resident bytes of a process; 0 when it is gone."""
    try:
        with open(f"/proc/{process}/statm") as file:
            return int(file.read().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


def descendants(process):
    found = []
    try:
        for task in os.listdir(f"/proc/{process}/task"):
            with open(f"/proc/{process}/task/{task}/children") as file:
                found += file.read().split()
    except OSError:
        pass
    return found + [further for child in found for further in descendants(child)]


class Watch(threading.Thread):
    """Samples the memory of a process and of what it started while it runs."""

    def __init__(self, process, done):
        super().__init__(daemon=True)
        self.process, self.done = process, done
        self.samples, self.ending = [], threading.Event()
        self.begun = time.monotonic()

    def run(self):
        while not self.ending.wait(INTERVAL):
            parent = resident(self.process)
            workers = [resident(child) for child in descendants(self.process)]
            if parent:
                self.samples.append({"seconds": round(time.monotonic() - self.begun, 2), "files": self.done(), "parent_bytes": parent,
                                     "workers_bytes": sum(workers), "largest_worker_bytes": max(workers, default=0)})

    def end(self):
        self.ending.set()
        self.join()
        return self.samples


def analyze(binary, inputs, output, *options):
    """Runs a batch; returns its wall seconds, CPU seconds of all processes, latencies by file, and samples of memory."""
    command = [binary, "analyze", *inputs, "-o", output, "--quiet", "--log-level", "info", "--log-format", "json", *options]
    # What another run kept of the same film must not help this one.
    environment = os.environ | {"XDG_CACHE_HOME": output + "-cache"}
    begun = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)
    latencies, starts, failures = [], {}, []
    watch = Watch(process.pid, lambda: len(latencies))
    watch.start()
    for line in process.stderr:
        now = time.monotonic()
        try:
            entry = json.loads(line)
        except ValueError:
            sys.exit(f"bench: {line.decode(errors='replace')}")
        path = entry.get("path")
        if path and path not in starts:
            starts[path] = now
        elif path and ENDING.match(entry["message"]):
            latencies.append(now - starts[path])
        if entry["level"] in ("warning", "error"):
            failures.append(f"{path}: {entry['message']}")
    _, status, usage = os.wait4(process.pid, 0)
    samples = watch.end()
    if status != 0:
        sys.exit(f"bench: {' '.join(command)} ended with {status}:\n" + "\n".join(failures[:5]))
    return {"wall": time.monotonic() - begun, "cpu": usage.ru_utime + usage.ru_stime, "latencies": latencies, "samples": samples}


def percentiles(values):
    """The 50th, 95th and 99th of a hundred."""
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return cuts[49], cuts[94], cuts[98]


# MARK: - The parts

def batch(binary, films, count, stages, work):
    done = analyze(binary, [films], os.path.join(work, "batch"), "--stages", stages)
    if len(done["latencies"]) != count:
        sys.exit(f"bench: {len(done['latencies'])} of {count} files ended")
    p50, p95, p99 = percentiles(done["latencies"])
    cores = len(os.sched_getaffinity(0))
    rows = [
        bound_row("batch", count / done["wall"], "files/s"), bound_row("latency, median", p50 * 1000, "ms"),
        bound_row("latency, 95 %", p95 * 1000, "ms"), bound_row("latency, 99 %", p99 * 1000, "ms"),
        bound_row("CPU a file, all processes", done["cpu"] / count * 1000, "ms"),
        bound_row("cores in use", done["cpu"] / done["wall"], f"of {cores}"),
        bound_row("parent, peak memory", max(s["parent_bytes"] for s in done["samples"]) / 1e6, "MB"),
        bound_row("largest worker", max(s["largest_worker_bytes"] for s in done["samples"]) / 1e6, "MB"),
        bound_row("workers together", max(s["workers_bytes"] for s in done["samples"]) / 1e6, "MB")]
    later = [s for s in done["samples"] if s["files"] >= count // 10]
    running = [s["parent_bytes"] for s in later if s["files"] < count]
    if count >= 100 and running:
        growth = (max(running) / running[0] - 1) * 100
        whole = (max(s["parent_bytes"] for s in later) / running[0] - 1) * 100
        rows += [bound_row(f"parent's growth from file {count // 10}", growth, "%", at_most=5),
                 bound_row("with the batch's documents at the end", whole, "%")]
    again = [analyze(binary, [films], os.path.join(work, "batch"), "--stages", stages, "--resume") for _ in range(3)]
    if any(run["latencies"] for run in again):
        sys.exit("bench: --resume on a finished batch did something again")
    rows.append(bound_row("resume of the finished batch", statistics.median(run["wall"] for run in again), "s",
                          at_most=max(0.3, 2 * count / 10000)))
    rows.append(bound_row("its CPU", statistics.median(run["cpu"] for run in again), "s"))
    return rows, done


def processes(binary, films, count, at_once, stages, work):
    """Each film with a command of its own."""
    paths = [os.path.join(base, name) for base, _, names in sorted(os.walk(films)) for name in sorted(names)][:count]
    latencies, peaks, running, cpu = [], [], {}, 0.0
    waiting = list(enumerate(paths))
    environment = os.environ | {"XDG_CACHE_HOME": os.path.join(work, "single-cache")}
    begun = time.monotonic()
    while waiting or running:
        while waiting and len(running) < at_once:
            number, path = waiting.pop(0)
            command = [binary, "analyze", path, "-o", os.path.join(work, "single", str(number)), "--stages", stages, "--quiet"]
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment)
            running[child.pid] = (child, time.monotonic())
        process, status, usage = os.wait4(-1, 0)
        if process not in running:
            continue
        child, started = running.pop(process)
        child.returncode = status
        if status != 0:
            sys.exit(f"bench: a single analyze ended with {status}")
        latencies.append(time.monotonic() - started)
        cpu += usage.ru_utime + usage.ru_stime
        peaks.append(usage.ru_maxrss * 1024)
    wall = time.monotonic() - begun
    p50, p95, p99 = percentiles(latencies)
    return [bound_row(f"{at_once} processes at once", len(paths) / wall, "files/s"), bound_row("their latency, median", p50 * 1000, "ms"),
            bound_row("their latency, 95 %", p95 * 1000, "ms"), bound_row("their latency, 99 %", p99 * 1000, "ms"),
            bound_row("their CPU a file", cpu / len(paths) * 1000, "ms"),
            bound_row("their largest", max(peaks) / 1e6, "MB")], latencies


def overhead(binary, count, options, work):
    """What does not grow with the film: time(S) minus a third of what three times S more costs."""
    short = make(os.path.join(work, "short"), count, options.seconds, options.size)
    long = make(os.path.join(work, "long"), count, options.seconds * 4, options.size)
    cpu, wall = [], []
    for round in range(3):
        a, b = (analyze(binary, [films], os.path.join(work, f"overhead-{name}-{round}"), "--stages", options.stages, "--jobs", "1",
                        "--threads", "1") for name, films in (("short", short), ("long", long)))
        cpu.append((a["cpu"] - (b["cpu"] - a["cpu"]) / 3) / count * 1000)
        a50, b50 = (statistics.median(x["latencies"]) for x in (a, b))
        wall.append((a50 - (b50 - a50) / 3) * 1000)
    paths = [os.path.join(base, name) for base, _, names in os.walk(short) for name in names]
    ours, theirs = [], []
    for round in range(3):
        done = analyze(binary, [short], os.path.join(work, f"ratio-{round}"), "--stages", options.stages, "--jobs", "1", "--threads", "1")
        ours.append(done["cpu"] / count * 1000)
        peers = [run(["ffmpeg", "-v", "error", "-nostdin", "-threads", "1", "-i", path, "-f", "null", "-"]).cpu for path in paths]
        theirs.append(sum(peers) / count * 1000)
    return [bound_row("overhead a file", statistics.median(cpu), "CPU ms", at_most=60),
            bound_row("overhead a file by the clock", statistics.median(wall), "ms"),
            ratio_row("a file, to an ffmpeg that decodes it", ours, theirs, "CPU ms", at_most=1)]


def decode(paths, cores):
    """Seconds that ffmpeg commands take to decode films, as many at once as there are cores."""
    waiting = iter(paths)
    command = ["taskset", "-c", ",".join(map(str, cores)), "ffmpeg", "-v", "error", "-nostdin", "-threads", "1"]

    def work():
        for path in waiting:
            run(command + ["-i", path, "-f", "null", "-"])

    threads = [threading.Thread(target=work) for _ in cores]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - begun


def scaling(binary, count, options, work):
    films = make(os.path.join(work, "scaling"), count, options.seconds, options.size)
    cores = sorted(os.sched_getaffinity(0))
    paths = [os.path.join(base, name) for base, _, names in os.walk(films) for name in names]
    def batch_wall(some):
        # Without log and watch, as these would take a core from the second run only.
        target = tempfile.mkdtemp(dir=work)
        done = run(["taskset", "-c", ",".join(map(str, some)), binary, "analyze", films, "-o", os.path.join(target, "out"),
                    "--stages", options.stages, "--quiet"], env=os.environ | {"XDG_CACHE_HOME": os.path.join(target, "cache")})
        return done.wall

    def rounds(wall):
        # One core before and after, so that a machine that grows slower or faster meanwhile favours neither.
        order = (cores[:1], cores, cores, cores[:1])
        return [[wall(some) for some in order] for _ in range(4)]

    def gain(walls):
        # The least of each: what a neighbour or the host takes only ever adds.
        return min(w for first, _, _, last in walls for w in (first, last)) / min(w for _, *both, _ in walls for w in both)

    ours = rounds(batch_wall)
    theirs = rounds(lambda some: decode(paths[::4], some))
    each = [gain([walls]) for walls in ours]
    least = float(f"{0.95 * len(cores):.2f}")
    row = bound_row(f"{len(cores)} cores to one", gain(ours), "times", at_least=least)
    return [row | {"peer": gain(theirs), "ratio": gain(ours) / gain(theirs), "spread": [min(each), max(each)],
                   "walls": ours, "peer_walls": theirs}]


def main(words):
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n\n")[0])
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--size", default="320x180")
    parser.add_argument("--stages", default="scenes,frames,audio")
    parser.add_argument("--single", type=int, default=200)
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--overhead", type=int, default=60)
    parser.add_argument("--scaling", type=int, default=400)
    parser.add_argument("--json")
    parser.add_argument("--plot")
    options = parser.parse_args(words)
    subprocess.run([os.path.join(ROOT, "tools", "setup"), "bench"], check=True)
    built = subprocess.run([os.path.join(ROOT, "tools", "build")], check=True, capture_output=True, text=True)
    binary = built.stdout.strip()
    rows, done, single = [], None, []
    work = tempfile.mkdtemp(prefix="load-")
    try:
        load = os.getloadavg()[0]
        if options.files or options.single:
            films = make(os.path.join(work, "films"), max(options.files, options.single), options.seconds, options.size)
        if options.files:
            more, done = batch(binary, films, options.files, options.stages, work)
            rows += more
        if options.single:
            more, single = processes(binary, films, options.single, options.processes, options.stages, work)
            rows += more
        if options.overhead:
            rows += overhead(binary, options.overhead, options, work)
        if options.scaling:
            rows += scaling(binary, options.scaling, options, work)
    finally:
        shutil.rmtree(work)
    print(f"{options.files} films of {options.seconds:g} s, {options.size}, {options.stages}; {os.cpu_count()} cores, load before {load:.1f}")
    table(rows)
    result = {"files": options.files, "seconds": options.seconds, "size": options.size, "stages": options.stages,
              "cores": os.cpu_count(), "load_before": load, "rows": rows, "samples": done["samples"] if done else [],
              "latencies": sorted(round(x, 4) for x in done["latencies"]) if done else [],
              "single_latencies": sorted(round(x, 4) for x in single)}
    save(options.json, result)
    if options.plot:
        subprocess.run(["/usr/bin/python3", os.path.join(ROOT, "tools", "benchmarks", "plot_load.py"), options.plot],
                       input=json.dumps(result), text=True, check=True)
