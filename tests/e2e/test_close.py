"""Headquarters' day through the command: close, late list, addendum, as-of, replay, double entries and verdicts."""

import datetime
import unittest

import fleet
from fleet import NOT_FOUND, REFUSED, USAGE

DAY = "2025-07-20"


class Day(fleet.Fleet):
    def setUp(self):
        super().setUp()
        self.found("hq")
        for laptop in ("l1", "l2"):
            self.enlist(laptop)
        for laptop in ("l1", "l2"):
            self.bring(laptop)

    def bring(self, laptop, to="hq"):
        """Everything that a laptop has, by stick; and back, so that it knows what headquarters knows."""
        for giver, taker in ((laptop, to), (to, laptop)):
            self.serial += 1
            stick = self.folder / ("stick-%d.karez" % self.serial)
            self.ok(giver, "bundle", "pack", stick)
            self.ok(taker, "bundle", "apply", stick)

    def visit(self, laptop, site="S001", persons=12, bottles=24, at="10:00"):
        return self.ok(laptop, "visit", "--site", site, "--trade", "rider", "--person-times", persons, "--give",
                       "W550=%d" % bottles, "--time", "%sT%s" % (DAY, at))["id"]

    def day(self, home="hq", *more):
        return self.ok(home, "day", DAY, *more)

    def close(self, *more, home="hq"):
        return self.ok(home, "day", "close", DAY, *more)


class Closing(Day):
    def test_later_records_never_change_a_closed_figure(self):
        first = self.visit("l1")
        self.bring("l1")
        before = self.day()
        self.assertIsNone(before["closed"])
        closed = self.close("--despite-gaps", "--note", "evening")
        self.assertEqual((closed["digest"], closed["note"]), (before["digest"], "evening"))
        self.visit("l2", "S002", 5, 7)
        self.ok("l1", "edit", first, "person_times=13")
        self.bring("l2")
        self.bring("l1")
        day = self.day()
        for key in ("visits", "lines", "person_times", "items", "by_site", "by_trade", "digest"):
            self.assertEqual(day[key], before[key], key)
        self.assertEqual(day["closed"]["id"], closed["id"])
        self.assertEqual(sorted((late["what"], late["laptop"], late["site"]) for late in day["late"]),
                         [("edit", "l1", "S001"), ("handout", "l2", "S002"), ("visit", "l2", "S002")])
        self.assertEqual({late["time"] for late in day["late"]},
                         {DAY + "T10:00:00+08:00"})
        addendum = day["addendum"]
        self.assertEqual((addendum["visits"], addendum["lines"], addendum["person_times"]), (1, 1, 6))
        self.assertEqual(addendum["items"], {"W550": 7})
        self.assertEqual(addendum["by_site"], {"S001": {"person_times": 1}, "S002": {"W550": 7, "person_times": 5}})
        self.bring("l1")
        for home in ("l1", "l2"):
            self.bring(home)
            there = self.day(home)
            self.assertEqual((there["digest"], there["addendum"], there["closed"]["id"]),
                             (day["digest"], addendum, closed["id"]))
        self.assertEqual(len(self.ok("l1", "list", "close")["records"]), 1)
        page = self.ok("hq", "--lang", "zh", "day", DAY, as_json=False)
        for words in ("已结账", "结账之后的变化", "结账之后到的 3 项", "需要核对"):
            self.assertIn(words, page)

        again = self.close("--again", "--despite-gaps")
        self.assertEqual(again["replaces"], closed["id"])
        day = self.day()
        self.assertEqual((day["visits"], day["person_times"], day["late"]), (2, 18, []))
        self.assertEqual(self.day("hq", "--as-of", closed["id"])["person_times"], 12)
        self.ok("hq", "void", again["id"], "--reason", "too early")
        self.assertEqual(self.day()["closed"]["id"], closed["id"])

    def test_who_may_close_and_when(self):
        self.enlist("l3")  # nobody has heard of it yet
        self.visit("l1")
        self.bring("l1")
        self.refused(REFUSED, "l1", "day", "close", DAY, "--despite-gaps")
        self.assertIn("invitation", self.refused(REFUSED, "hq", "day", "close", DAY))
        self.assertIn("还不齐全", self.refused(REFUSED, "hq", "--lang", "zh", "day", "close", DAY))
        self.assertIsNone(self.day()["closed"])
        closed = self.close("--despite-gaps")
        self.assertEqual(len(closed["missing"]), 1)
        self.assertIn("already", self.refused(REFUSED, "hq", "day", "close", DAY, "--despite-gaps"))
        self.refused(USAGE, "hq", "day", "close", "yesterday")
        self.refused(USAGE, "hq", "day")
        self.refused(NOT_FOUND, "hq", "day", "replay", "2025-07-19")

    def test_figures_come_again_from_the_log(self):
        for minute in range(8):
            self.visit("l%d" % (1 + minute % 2), "S00%d" % (minute % 3), minute, minute + 1, "10:0%d" % minute)
        self.bring("l1")
        self.bring("l2")
        closed = self.close("--despite-gaps")
        self.visit("l1")
        self.bring("l1")
        for home in ("hq", "l1"):
            replay = self.ok(home, "day", "replay", DAY, "--orders", 3)
            self.assertEqual((replay["ok"], replay["orders"], replay["digest"]), (True, 3, closed["digest"]))
        self.assertEqual(self.ok("hq", "day", "replay", closed["id"])["ok"], True)
        self.assertIn("一致", self.ok("hq", "--lang", "zh", "day", "replay", DAY, as_json=False))
        self.refused(USAGE, "hq", "day", "replay", DAY, "--orders", "0")
        self.assertTrue(self.ok("hq", "verify")["ok"])

    def test_what_was_known_at_a_time(self):
        self.visit("l1")
        self.bring("l1")
        between = self.ok("hq", "query", "select max(time_ms) from known")["rows"][0][0]
        self.visit("l2", "S002", 5, 7)
        self.bring("l2")
        time = datetime.datetime.fromtimestamp(between / 1000, datetime.timezone.utc)
        then = self.day("hq", "--as-of", time.isoformat(timespec="milliseconds"))
        self.assertEqual((then["person_times"], then["items"]), (12, {"W550": 24}))
        self.assertEqual(self.day("hq", "--as-of", "2100-01-01")["person_times"], 17)
        self.refused(REFUSED, "hq", "day", DAY, "--as-of", "2001-01-01T00:00")
        self.refused(REFUSED, "l1", "day", DAY, "--as-of", "2100-01-01")

    def test_rival_closes_are_a_listed_case(self):
        self.enlist("hq2", role="coordinator")
        self.bring("hq2")
        self.ok("hq", "admit", "hq2")
        self.visit("l1")
        self.bring("l1")
        self.bring("hq2")
        closes = [self.close("--despite-gaps", home=home)["id"] for home in ("hq", "hq2")]
        self.bring("hq2")
        shown = [self.day(home)["closed"]["id"] for home in ("hq", "hq2")]
        self.assertEqual(shown[0], shown[1])
        self.assertEqual([rival["id"] for rival in self.day()["rivals"]], [x for x in closes if x != shown[0]])
        listed, = self.ok("hq", "conflicts")["closes"]
        self.assertEqual(listed["day"], DAY)
        self.assertIn("rival_close", [check["kind"] for check in self.day()["checks"]])


class Doubles(Day):
    def test_double_entries_are_suggested_judged_and_taken_back(self):
        first, second = self.visit("l1"), self.visit("l2")
        self.bring("l1")
        self.bring("l2")
        day = self.day()
        self.assertEqual(day["visits"], 2)
        pairs = [set(one["ids"]) for one in day["duplicates"]]
        self.assertIn({first, second}, pairs)
        one = day["duplicates"][pairs.index({first, second})]
        self.assertEqual((one["site"], one["reasons"]), ("S001", ["same_amount"]))
        self.assertEqual(self.ok("hq", "duplicates", DAY)["duplicates"], day["duplicates"])

        self.refused(REFUSED, "l2", "verdict", "same", second, first)
        verdict = self.ok("hq", "verdict", "same", second, first, "--reason", "one form copied")["id"]
        day = self.day()
        self.assertEqual((day["visits"], day["lines"], day["items"], day["duplicates"]), (1, 1, {"W550": 24}, []))
        self.bring("l2")
        self.assertEqual(self.ok("l2", "show", second)["duplicate_of"], first)
        self.assertEqual(self.day("l2")["person_times"], 12)
        self.assertTrue(self.ok("hq", "verify")["ok"])
        self.ok("hq", "void", verdict, "--reason", "two teams")
        self.assertEqual(self.day()["person_times"], 24)
        self.ok("hq", "verdict", "both", first, second)
        self.assertNotIn({first, second}, [set(one["ids"]) for one in self.day()["duplicates"]])

    def test_a_verdict_after_the_close_is_late(self):
        first, second = self.visit("l1"), self.visit("l2")
        self.bring("l1")
        self.bring("l2")
        self.close("--despite-gaps")
        self.ok("hq", "verdict", "same", second, first)
        day = self.day()
        self.assertEqual((day["visits"], day["addendum"]["visits"], day["addendum"]["items"]), (2, -1, {"W550": -24}))
        self.assertEqual([late["what"] for late in day["late"]], ["verdict"])


if __name__ == "__main__":
    unittest.main()
