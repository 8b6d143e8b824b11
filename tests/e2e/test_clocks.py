"""Laptops whose clocks stand at 1970 and at 2099, by Debian's libfaketime under the real program."""

import unittest

import fleet

PAST, FUTURE = "@1970-01-01 09:00:00", "@2099-12-31 12:00:00"
YEAR_MS = 365 * 24 * 3600 * 1000
DAY = "2022-07-14"


@fleet.needs_other_clocks
class Clocks(fleet.Fleet):
    def setUp(self):
        super().setUp()
        self.clocks = {"past": PAST, "future": FUTURE}
        self.relay = self.start_relay()
        self.found("hq", self.relay)
        self.import_lists("huaibei-day")
        for name in ("past", "future", "right"):
            self.at(name, "join", self.invitation(), "--name", name)

    def at(self, home, *words):
        """A call under this laptop's own clock."""
        return self.ok(home, *words, env=fleet.at_clock(self.clocks[home]) if home in self.clocks else {})

    def everyone_syncs(self, rounds=2):
        for _ in range(rounds):
            for home in ("past", "future", "right", "hq"):
                self.assertEqual(self.at(home, "sync")["state"], "in_sync", home)
        for home in ("past", "future", "right"):
            self.at(home, "sync")
        self.assert_alike(["hq", "past", "future", "right"])

    def visit(self, home, *more):
        return self.at(home, "visit", "--site", "S001", "--trade", "rider", "--person-times", "2", "--time",
                       DAY + "T09:00:00+08:00", "--give", "W550=5", *more)["id"]

    def test_everything_is_accepted_and_counted(self):
        for home in ("past", "future", "right"):
            self.visit(home)
            report = self.at(home, "import", fleet.FIXTURES / "huaibei-day" / "laptops" / "laptop-01.csv", "--as",
                             "handout", "--source", home)
            self.assertEqual((report["visits"], report["lines"], report["refused"]), (28, 43, []))
        # Records without a --time carry the wrong clock's day, and are kept as they are.
        alone = self.at("past", "visit", "--site", "S001", "--person-times", "7")["id"]
        self.everyone_syncs()
        day = self.ok("hq", "day", DAY)
        self.assertEqual((day["visits"], day["lines"], day["person_times"]), (3 * 29, 3 * 44, 3 * 310))
        self.assertEqual(day["not_admitted"], {})
        for name in ("past", "future", "right"):
            self.assertEqual(day["by_laptop"][name]["complete"], True)
        self.assertEqual(self.ok("hq", "day", "1970-01-01")["person_times"], 7)
        self.assertTrue(self.ok("hq", "show", alone)["fields"]["time"].startswith("1970-01-01T"))
        for home in ("hq", "right"):
            self.assertIs(self.ok(home, "verify")["ok"], True)

    def test_headquarters_names_the_laptop_and_its_skew(self):
        for home in ("past", "future", "right"):
            self.visit(home)
        self.everyone_syncs()
        for document in (self.ok("hq", "status"), self.ok("hq", "day", DAY), self.ok("hq", "doctor")):
            skewed = {one["laptop"]: one["skew_ms"] for one in document["skewed"]}
            self.assertEqual(set(skewed), {"past", "future"})
            self.assertLess(skewed["past"], -50 * YEAR_MS)
            self.assertGreater(skewed["future"], 70 * YEAR_MS)
        for words in (["status"], ["day", DAY], ["doctor"]):
            text = self.ok("hq", "--lang", "zh", *words, as_json=False)
            self.assertIn("past 的时钟慢了", text)
            self.assertIn("future 的时钟快了", text)
        laptops = {one["name"]: one for one in self.ok("hq", "status")["laptops"]}
        self.assertLess(abs(laptops["right"]["skew_ms"]), 60_000 * fleet.SLOWNESS)
        # The laptop itself is told as well.
        own = self.at("future", "status")
        self.assertGreater(own["clock_skew_ms"], 70 * YEAR_MS)
        run = self.run_karez("future", "doctor", env=fleet.at_clock(FUTURE))
        clock = [check for check in run.json["checks"] if check["name"] == "clock"][0]
        self.assertIs(clock["ok"], False)

    def test_a_later_edit_that_saw_the_other_wins_whatever_the_clock_says(self):
        record = self.visit("future")
        self.everyone_syncs()
        for home, note in (("past", "一九七零"), ("right", "现在"), ("hq", "总部"), ("future", "二零九九"), ("past", "最后")):
            self.at(home, "edit", record, "note=" + note)
            self.everyone_syncs(1)
            for other in ("hq", "past", "future", "right"):
                shown = self.at(other, "show", record)
                self.assertEqual(shown["fields"]["note"], note, (home, other))
                self.assertNotIn("conflicts", shown)
        told = [one["value"] for one in self.ok("hq", "show", record)["history"] if one["field"] == "note"]
        self.assertEqual(told, ["一九七零", "现在", "总部", "二零九九", "最后"])

    def test_edits_that_did_not_see_each_other_are_both_listed_alike(self):
        record = self.visit("right")
        self.everyone_syncs()
        self.at("past", "edit", record, "note=过去")
        self.at("future", "edit", record, "note=将来")
        self.ok("right", "edit", record, "note=现在")
        self.everyone_syncs()
        answers = [self.at(home, "conflicts") for home in ("hq", "past", "future", "right")]
        self.assertEqual(answers, answers[:1] * 4)
        values = answers[0]["conflicts"][0]["values"]
        self.assertEqual({one["value"] for one in values}, {"过去", "将来", "现在"})
        years = {one["who"]: one["when"][:4] for one in values}
        self.assertEqual((years["past"], years["future"]), ("1970", "2099"))
        self.at("past", "resolve", record, "note", "--keep", "现在")
        self.everyone_syncs()
        for home in ("hq", "past", "future", "right"):
            self.assertEqual(self.at(home, "conflicts"), {"conflicts": [], "closes": []})
            self.assertEqual(self.at(home, "show", record)["fields"]["note"], "现在")

    def test_order_inside_a_laptop_holds_when_its_clock_jumps(self):
        record = self.visit("future")
        for n, clock in enumerate((FUTURE, PAST, "@2030-01-01 00:00:00", "@1980-01-01 00:00:00", FUTURE, PAST)):
            self.clocks["future"] = clock
            self.at("future", "edit", record, "note=第%d次" % n)
            self.at("future", "edit", record, "tally+=1")
        self.everyone_syncs()
        for home in ("hq", "right"):
            shown = self.ok(home, "show", record)
            self.assertEqual((shown["fields"]["note"], shown["fields"]["tally"]), ("第5次", 6))
            notes = [one["value"] for one in shown["history"] if one["field"] == "note"]
            self.assertEqual(notes, ["第%d次" % n for n in range(6)])
        self.assertEqual(self.ok("hq", "conflicts"), {"conflicts": [], "closes": []})

    def test_a_future_clock_does_not_drag_the_others_along(self):
        """A hybrid time far ahead of one's own clock is not merged: a laptop with a right clock stays near it."""
        self.visit("future")
        self.everyone_syncs()
        one = self.visit("right")
        self.everyone_syncs()
        self.ok("right", "edit", one, "note=甲")
        self.ok("hq", "edit", one, "note=乙")
        self.everyone_syncs()
        values = self.ok("hq", "conflicts")["conflicts"][0]["values"]
        # The later of the two is the one shown, although a record of 2099 has been everywhere since.
        self.assertEqual([value["value"] for value in values], ["乙", "甲"])

    def test_an_invitation_that_ran_out_on_a_wrong_clock_still_works(self):
        self.clocks["ahead"] = FUTURE
        self.at("ahead", "join", self.invitation(), "--name", "ahead")
        self.visit("ahead")
        self.at("ahead", "sync")
        self.sync("hq")
        self.assertEqual(self.ok("hq", "day", DAY)["by_laptop"]["ahead"]["visits"], 1)


if __name__ == "__main__":
    unittest.main()
