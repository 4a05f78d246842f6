"""Tests of the scorer on lists made by hand. usage: python3 -m unittest discover -s tools/benchmarks -p 'test_*.py'"""
import unittest

from score_scenes import Boundary, read_reports, read_truth, score


def truth(boundaries, neutral=()):
    return read_truth({"kind": "scene-truth", "film": "f", "frames": 1000, "boundaries": [
        {"kind": kind, "first": first, "last": last, **more} for kind, first, last, more in boundaries],
        "neutral": [{"first": first, "last": last} for first, last in neutral]})


def cuts(*frames):
    return [Boundary("cut", frame, frame) for frame in frames]


class Scoring(unittest.TestCase):
    def test_a_cut_is_found_within_two_frames_and_exact_on_its_own(self):
        result = score(truth([("cut", at, at, {}) for at in (100, 200, 300)]), cuts(100, 202, 303))
        self.assertEqual((result.found, result.missed, result.false, result.cuts_exact), (2, 1, 1, 1))

    def test_one_report_finds_one_boundary_and_the_nearest_wins(self):
        result = score(truth([("cut", 100, 100, {}), ("cut", 103, 103, {})]), cuts(102))
        self.assertEqual((result.found, result.missed, result.false), (1, 1, 0))
        self.assertEqual(result.missed_at[0][1], 100)

    def test_a_second_report_of_a_boundary_is_false(self):
        result = score(truth([("dissolve", 100, 120, {})]), cuts(105, 115))
        self.assertEqual((result.found, result.false), (1, 1))

    def test_long_reports_do_not_score(self):
        found = [score(truth([("cut", 100, 100, {})]), [Boundary("dissolve", 98, 98 + n)]).found for n in (4, 5)]
        self.assertEqual(found, [1, 0])
        # Twice 20 frames and a second.
        found = [score(truth([("dissolve", 100, 120, {})]), [Boundary("dissolve", 80, 80 + n)]).found for n in (64, 65)]
        self.assertEqual(found, [1, 0])

    def test_neutral_spans_neither_help_nor_harm(self):
        result = score(truth([], [(50, 60)]), cuts(48, 62, 63))
        self.assertEqual((result.found, result.false, result.precision), (0, 1, 0.0))
        self.assertEqual(result.reliability, [(1.0, False)])

    def test_a_plain_gap_may_be_reported_once_or_twice(self):
        gap = truth([("fade_through", 100, 106, {"also_two_cuts": True})])
        for reports in (cuts(103), cuts(100, 106)):
            result = score(gap, reports)
            self.assertEqual((result.found, result.missed, result.false), (1, 0, 0))

    def test_nothing_to_find_and_nothing_found_is_perfect(self):
        self.assertEqual(score(truth([]), []).f1, 1.0)
        self.assertEqual(score(truth([]), cuts(5)).f1, 0.0)

    def test_the_earlier_format_means_the_same(self):
        old = read_truth({"video": "f", "frames": 1000, "cuts": [10, 100, 106, 200, 400], "gradual": [[300, 320]],
                          "black_gap_pairs": [[100, 106]], "jump_cuts_optional": [200], "fade_in_at_start": True,
                          "gradual_types": {"300": "cross dissolve"}})
        new = truth([("cut", 10, 10, {}), ("fade_through", 100, 106, {"also_two_cuts": True}), ("dissolve", 300, 320, {}),
                     ("cut", 400, 400, {})], [(200, 200), (0, 60)])
        self.assertEqual(old.boundaries, new.boundaries)
        self.assertEqual(sorted(old.neutral), sorted(new.neutral))

    def test_reports_of_a_document(self):
        def scene(frame, **how):
            return {"start": {"frame": frame}, "transition_in": how}

        document = {"scenes": [
            scene(0, kind="start", confidence=1.0), scene(50, kind="cut", confidence=0.9),
            scene(110, kind="dissolve", confidence=0.5, start={"frame": 100}, end={"frame": 120})]}
        self.assertEqual(read_reports(document), [Boundary("cut", 50, 50, 0.9), Boundary("dissolve", 100, 120, 0.5)])


if __name__ == "__main__":
    unittest.main()
