"""Scores reported scene boundaries against boundaries read by eye.

usage: python3 tools/benchmarks/score_scenes.py TRUTH.json RESULT.json [TRUTH.json RESULT.json ...]

RESULT.json is an analysis document of Cutroom, or a list of [first frame, last frame] pairs, both the same for a hard cut.
TRUTH.json is a file as Resources/truths/README.md describes it, or one with the lists "cuts" and "gradual" of the earlier
format (black_gap_pairs, jump_cuts_optional, ignore and fade_in_at_start are understood there too).

Rules, after the shot boundary task of TRECVID (Smeaton, Over and Doherty, 2010):

- A true boundary is a cut, one frame, or gradual, a span of frames. A report is a span as well.
- A report can find a boundary if the two spans come within 2 frames of each other. To find a cut it may be at most 4 frames
  longer than one frame; to find a gradual boundary at most twice as long as that and a second (24 frames).
- Each report finds at most one boundary and each boundary is found at most once; of all pairs, those whose middles lie nearest
  are taken first.
- What is left of the reports is false, unless it comes within 2 frames of a neutral span.
- A cut is exact if the report begins on its very frame.
"""
import json
import re
import sys
from dataclasses import dataclass, field

TOLERANCE = 2
KINDS = ["cut", "dissolve", "fade_in", "fade_out", "fade_through", "wipe", "other"]


@dataclass(frozen=True)
class Boundary:
    """A true boundary or a reported one: its kind, first and last frame; a report also has a confidence."""
    kind: str
    first: int
    last: int
    confidence: float = 1.0

    def within(self, first, last, slack=TOLERANCE):
        return self.first <= last + slack and self.last >= first - slack


@dataclass
class Truth:
    film: str
    frames: int
    boundaries: list
    neutral: list


def read_truth(document):
    """A truth from either format."""
    if document.get("kind") == "scene-truth":
        boundaries = [Boundary(b["kind"], b["first"], b["last"]) for b in document["boundaries"]]
        neutral = [(s["first"], s["last"]) for s in document.get("neutral", [])]
        neutral += [(b["first"], b["last"]) for b in document["boundaries"] if b.get("also_two_cuts")]
        return Truth(document["film"], document["frames"], sorted(boundaries, key=lambda b: b.first), neutral)
    return read_lists(document)


def read_lists(document):
    """A truth from lists of cuts and spans."""
    pairs = [tuple(p) for p in document.get("black_gap_pairs") or []]
    optional = list(document.get("jump_cuts_optional") or [])
    left_out = {frame for pair in pairs for frame in pair} | set(optional)
    names = document.get("gradual_types") or {}
    boundaries = [Boundary("cut", c, c) for c in document["cuts"] if c not in left_out]
    boundaries += [Boundary(kind_from_words(names.get(str(a), "")), a, b) for a, b in document["gradual"]]
    boundaries += [Boundary("fade_through", a, b) for a, b in pairs]
    neutral = [(c, c) for c in optional] + [tuple(s) for s in document.get("ignore") or []] + pairs
    start = document.get("fade_in_at_start")
    if start:
        # A pair of frames, the last frame, or just true: then it is taken to end within the first 60 frames.
        neutral.append(tuple(start) if isinstance(start, list) else (0, 60 if start is True else int(start)))
    return Truth(document["video"], document["frames"], sorted(boundaries, key=lambda b: b.first), neutral)


def kind_from_words(words):
    """The kind of a gradual boundary out of what someone wrote about it; "gradual" where that cannot be told."""
    words = words.lower()
    if "dip to" in words or ("to black" in words and re.search(r"\bfades? in\b", words)):
        return "fade_through"
    for sign, kind in (("wipe", "wipe"), ("zoom", "other"), ("dissolve", "dissolve"), ("fade in", "fade_in"),
                       ("to black", "fade_out"), ("fade out", "fade_out")):
        if sign in words:
            return kind
    return "gradual"


def read_reports(document):
    """What a detector reported, from an analysis document or a list of spans."""
    if isinstance(document, list):
        return [Boundary("cut" if a == b else "gradual", a, b) for a, b in document]
    reports = []
    for scene in document.get("scenes", [])[1:]:
        how, at = scene["transition_in"], scene["start"]["frame"]
        span = (at, at) if how["kind"] == "cut" else (how["start"]["frame"], how["end"]["frame"])
        reports.append(Boundary(how["kind"], *span, how["confidence"]))
    return reports


@dataclass
class Score:
    """Figures of one film, or of several added up."""
    found: int = 0
    missed: int = 0
    false: int = 0
    cuts: int = 0
    cuts_found: int = 0
    cuts_exact: int = 0
    gradual: int = 0
    gradual_found: int = 0
    # (true kind, reported kind) of what was found.
    pairs: list = field(default_factory=list)
    # (confidence, whether right) of every report that is not neutral.
    reliability: list = field(default_factory=list)
    missed_at: list = field(default_factory=list)
    false_at: list = field(default_factory=list)

    def add(self, other):
        for name in ("found", "missed", "false", "cuts", "cuts_found", "cuts_exact", "gradual", "gradual_found"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("pairs", "reliability", "missed_at", "false_at"):
            getattr(self, name).extend(getattr(other, name))

    @property
    def precision(self):
        return self.found / (self.found + self.false) if self.found + self.false else 1.0

    @property
    def recall(self):
        return self.found / (self.found + self.missed) if self.found + self.missed else 1.0

    @property
    def f1(self):
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def line(self, name, width=32):
        return (f"{name:{width}} P {self.precision:.3f} R {self.recall:.3f} F1 {self.f1:.3f}  cuts {self.cuts_found}/{self.cuts}"
                f" (exact {self.cuts_exact})  gradual {self.gradual_found}/{self.gradual}  false {self.false}")


def may_find(report, true):
    longest = 2 * TOLERANCE if true.first == true.last else 2 * (true.last - true.first) + 24
    return report.within(true.first, true.last) and report.last - report.first <= longest


def score(truth, reports):
    """The score of one film's reports."""
    near = sorted(
        (abs((r.first + r.last) - (t.first + t.last)) / 2, i, j)
        for i, t in enumerate(truth.boundaries) for j, r in enumerate(reports) if may_find(r, t))
    found = {}
    for _, i, j in near:
        if i not in found and j not in found.values():
            found[i] = j
    result = Score()
    for i, true in enumerate(truth.boundaries):
        report = reports[found[i]] if i in found else None
        if true.kind == "cut":
            result.cuts += 1
            result.cuts_found += report is not None
            result.cuts_exact += report is not None and report.first == true.first
        else:
            result.gradual += 1
            result.gradual_found += report is not None
        if report is None:
            result.missed_at.append((truth.film, true.first, true.last, true.kind))
        else:
            result.pairs.append((true.kind, report.kind))
    result.found, result.missed = len(found), len(truth.boundaries) - len(found)
    for j, report in enumerate(reports):
        right = j in found.values()
        if right or not any(report.within(a, b) for a, b in truth.neutral):
            result.reliability.append((report.confidence, right))
            if not right:
                result.false += 1
                result.false_at.append((truth.film, report.first, report.last, report.kind))
    return result


def main():
    paths = sys.argv[1:]
    if not paths or len(paths) % 2:
        sys.exit(__doc__)
    total = Score()
    for truth_path, result_path in zip(paths[::2], paths[1::2]):
        with open(truth_path) as truth, open(result_path) as result:
            one = score(read_truth(json.load(truth)), read_reports(json.load(result)))
        total.add(one)
        print(one.line(truth_path.split("/")[-1][:32]))
        if len(paths) == 2:
            print("  missed", one.missed_at, "false", one.false_at)
    print(total.line("TOTAL"))


if __name__ == "__main__":
    main()
