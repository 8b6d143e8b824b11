"""Two people change one thing without seeing each other: nothing disappears, everybody sees the same, a word settles it."""

import re
import unittest

import fleet
from fleet import NOT_FOUND


class Merging(fleet.Fleet):
    LAPTOPS = ("l1", "l2", "l3")
    ALL = ("hq",) + LAPTOPS

    def setUp(self):
        super().setUp()
        self.relay = self.start_relay()
        self.found("hq", self.relay)
        for laptop in self.LAPTOPS:
            self.enlist(laptop)
        self.visit = self.ok("l1", "visit", "--site", "S001", "--trade", "rider", "--person-times", "12",
                             "--time", "2022-07-14T09:00:00+08:00", "--note", "原来的", "--give", "W550=24")["id"]
        self.sync_all(self.LAPTOPS + ("hq",) + self.LAPTOPS, 1)

    def everyone_syncs(self):
        self.sync_all(self.ALL)
        self.assert_alike(self.ALL)

    def same_everywhere(self, *words):
        """What every replica answers; it must be one answer."""
        answers = {home: self.ok(home, *words) for home in self.ALL}
        first = answers["hq"]
        for home, answer in answers.items():
            self.assertEqual(answer, first, home)
        return first

    def day_everywhere(self):
        """The day's figures. Who is complete is known to coordinators only: announcements go to nobody else."""
        figures = []
        for home in self.ALL:
            day = self.ok(home, "day", "2022-07-14")
            figures.append({key: day[key] for key in ("visits", "person_times", "items", "by_trade", "by_site", "voided")})
        self.assertEqual(figures, figures[:1] * len(figures))
        return figures[0]

    def field_everywhere(self, name, record=None):
        values = [self.ok(home, "show", record or self.visit)["fields"].get(name) for home in self.ALL]
        self.assertEqual(values, values[:1] * len(values))
        return values[0]

    def test_both_values_of_one_field_survive_and_a_word_settles_it_everywhere(self):
        self.ok("l1", "edit", self.visit, "note=甲写的")
        self.ok("l2", "edit", self.visit, "note=乙写的")
        self.everyone_syncs()
        listed = self.same_everywhere("conflicts")["conflicts"]
        self.assertEqual([(one["id"], one["field"]) for one in listed], [(self.visit, "note")])
        values = listed[0]["values"]
        self.assertEqual({one["value"]: one["who"] for one in values}, {"甲写的": "l1", "乙写的": "l2"})
        for one in values:
            self.assertTrue(re.match(r"^\d{4}-\d\d-\d\dT.*[+-]\d\d:\d\d$", one["when"]), one)
        self.assertEqual([one["shown"] for one in values], [True, False])
        # The one that is displayed is the later one, and the same everywhere.
        self.assertEqual(values[0]["value"], "乙写的")
        self.assertEqual(self.field_everywhere("note"), "乙写的")
        self.assertIn("note", self.ok("l3", "show", self.visit)["conflicts"])
        for home in self.ALL:
            self.assertEqual(self.ok(home, "status")["conflicts"], 1)

        self.ok("hq", "resolve", self.visit, "note", "--keep", "甲写的")
        self.assertEqual(self.ok("hq", "conflicts"), {"conflicts": [], "closes": []})
        self.everyone_syncs()
        self.assertEqual(self.same_everywhere("conflicts"), {"conflicts": [], "closes": []})
        self.assertEqual(self.field_everywhere("note"), "甲写的")
        self.refused(NOT_FOUND, "l1", "resolve", self.visit, "note", "--keep", "乙写的")
        # Nothing was lost from sight: the history of the record names both, and who settled it.
        history = self.same_everywhere("show", self.visit)["history"]
        told = [(one["who"], one["value"]) for one in history if one["field"] == "note"]
        self.assertEqual(sorted(told), sorted([("l1", "原来的"), ("l1", "甲写的"), ("l2", "乙写的"), ("hq", "甲写的")]))

    def test_three_values_and_an_empty_one(self):
        self.ok("l1", "edit", self.visit, "note=一")
        self.ok("l2", "edit", self.visit, "note=")
        self.ok("l3", "edit", self.visit, "note=三")
        self.everyone_syncs()
        listed = self.same_everywhere("conflicts")["conflicts"]
        self.assertEqual({one["value"] for one in listed[0]["values"]}, {"一", None, "三"})
        self.ok("l2", "resolve", self.visit, "note", "--keep", "四")
        self.everyone_syncs()
        self.assertEqual(self.field_everywhere("note"), "四")

    def test_a_number_in_conflict_counts_once_and_as_displayed(self):
        self.ok("l1", "edit", self.visit, "person_times=20")
        self.ok("l2", "edit", self.visit, "person_times=30")
        self.everyone_syncs()
        shown = self.field_everywhere("person_times")
        self.assertEqual(self.day_everywhere()["person_times"], shown)
        self.ok("l3", "resolve", self.visit, "person_times", "--keep", "20")
        self.everyone_syncs()
        self.assertEqual(self.day_everywhere()["person_times"], 20)

    def test_rival_settlements_are_a_conflict_again(self):
        self.ok("l1", "edit", self.visit, "note=甲")
        self.ok("l2", "edit", self.visit, "note=乙")
        self.everyone_syncs()
        self.ok("hq", "resolve", self.visit, "note", "--keep", "甲")
        self.ok("l3", "resolve", self.visit, "note", "--keep", "乙")
        self.everyone_syncs()
        listed = self.same_everywhere("conflicts")["conflicts"]
        self.assertEqual({(one["value"], one["who"]) for one in listed[0]["values"]}, {("甲", "hq"), ("乙", "l3")})
        self.ok("l1", "resolve", self.visit, "note", "--keep", "乙")
        self.everyone_syncs()
        self.assertEqual(self.same_everywhere("conflicts"), {"conflicts": [], "closes": []})
        self.assertEqual(self.field_everywhere("note"), "乙")

    def test_two_who_write_the_same_value_are_told_or_agree_but_everywhere_alike(self):
        self.ok("l1", "edit", self.visit, "note=同样")
        self.ok("l2", "edit", self.visit, "note=同样")
        self.everyone_syncs()
        self.same_everywhere("conflicts")
        self.assertEqual(self.field_everywhere("note"), "同样")

    def test_different_fields_of_one_record_do_not_meet(self):
        self.ok("l1", "edit", self.visit, "note=新", "trade=courier")
        self.ok("l2", "edit", self.visit, "person_times=15")
        self.everyone_syncs()
        self.assertEqual(self.same_everywhere("conflicts"), {"conflicts": [], "closes": []})
        record = self.ok("l3", "show", self.visit)["fields"]
        self.assertEqual((record["note"], record["trade"], record["person_times"]), ("新", "courier", 15))

    def test_additions_to_one_counter_add_up(self):
        self.ok("l1", "edit", self.visit, "tally+=3")
        self.ok("l2", "edit", self.visit, "tally+=4")
        self.ok("l2", "edit", self.visit, "tally+=10")
        self.ok("hq", "edit", self.visit, "tally-=2")
        self.everyone_syncs()
        self.assertEqual(self.field_everywhere("tally"), 15)
        self.assertEqual(self.same_everywhere("conflicts"), {"conflicts": [], "closes": []})
        for home in self.ALL:
            self.sync(home)
        self.assertEqual(self.field_everywhere("tally"), 15)

    def test_a_tag_put_again_by_one_outlives_the_drop_of_another(self):
        self.ok("hq", "edit", self.visit, "tags+=高温", "tags+=补水")
        self.everyone_syncs()
        self.ok("l1", "edit", self.visit, "tags-=高温")
        self.ok("l2", "edit", self.visit, "tags-=高温")
        self.ok("l2", "edit", self.visit, "tags+=高温")
        self.ok("l3", "edit", self.visit, "tags+=夜班", "tags-=补水")
        self.everyone_syncs()
        self.assertEqual(sorted(self.field_everywhere("tags")), ["夜班", "高温"])
        self.assertEqual(self.same_everywhere("conflicts"), {"conflicts": [], "closes": []})
        self.ok("l1", "edit", self.visit, "tags-=高温")
        self.everyone_syncs()
        self.assertEqual(self.field_everywhere("tags"), ["夜班"])

    def test_an_edit_against_a_void_leaves_both_in_sight(self):
        self.ok("l1", "void", self.visit, "--reason", "记重了")
        self.ok("l2", "edit", self.visit, "note=要留着")
        self.everyone_syncs()
        listed = self.same_everywhere("conflicts")["conflicts"]
        self.assertEqual([(one["id"], one["field"]) for one in listed], [(self.visit, "void")])
        self.assertEqual({(one["value"], one["who"]) for one in listed[0]["values"]}, {("记重了", "l1"), ("要留着", "l2")})
        record = self.ok("hq", "show", self.visit)
        self.assertEqual((record["void"], record["fields"]["note"], record["counts"]), ("记重了", "要留着", False))
        self.assertEqual(self.day_everywhere()["visits"], 0)
        # Settled by keeping the voiding, ...
        self.ok("hq", "resolve", self.visit, "void", "--keep", "记重了")
        self.everyone_syncs()
        self.assertEqual(self.same_everywhere("conflicts"), {"conflicts": [], "closes": []})
        self.assertEqual(self.ok("l3", "show", self.visit)["void"], "记重了")

    def test_a_void_is_taken_back_by_settling_for_none(self):
        self.ok("l1", "void", self.visit, "--reason", "记重了")
        self.ok("l2", "edit", self.visit, "person_times=13")
        self.everyone_syncs()
        self.assertEqual(len(self.same_everywhere("conflicts")["conflicts"]), 1)
        self.ok("hq", "resolve", self.visit, "void", "--keep", "")
        self.everyone_syncs()
        self.assertEqual(self.same_everywhere("conflicts"), {"conflicts": [], "closes": []})
        day = self.day_everywhere()
        self.assertEqual((day["visits"], day["person_times"], day["items"]), (1, 13, {"W550": 24}))

    def test_an_edit_that_saw_the_void_is_no_conflict_and_does_not_bring_it_back(self):
        self.ok("l1", "void", self.visit, "--reason", "记重了")
        self.everyone_syncs()
        self.run_karez("l2", "edit", self.visit, "note=晚了")
        self.everyone_syncs()
        self.assertEqual(self.same_everywhere("conflicts"), {"conflicts": [], "closes": []})
        self.assertEqual(self.ok("hq", "show", self.visit)["void"], "记重了")

    def test_two_voids_leave_one_void_record_and_no_handout_of_it_in_the_totals(self):
        self.ok("l1", "void", self.visit, "--reason", "甲的理由")
        self.ok("l2", "void", self.visit, "--reason", "乙的理由")
        self.everyone_syncs()
        day = self.day_everywhere()
        self.assertEqual((day["visits"], day["items"]), (0, {}))
        self.same_everywhere("conflicts")
        self.ok("hq", "void", self.visit, "--undo")
        self.everyone_syncs()
        self.assertEqual(self.same_everywhere("conflicts"), {"conflicts": [], "closes": []})
        self.assertEqual(self.day_everywhere()["items"], {"W550": 24})

    def test_two_lists_with_one_code_show_one_site_and_name_the_duplicate(self):
        self.ok("coordinator", "join", self.invitation("hq", "coordinator"), "--name", "二号总部")
        self.sync_all(("coordinator", "hq"))
        self.ok("hq", "admit", "二号总部")
        self.sync_all(("hq", "coordinator"))
        one = self.write("a/sites.csv", "code,name,role,district\nS001,总部写的,station,甲\n")
        other = self.write("b/sites.csv", "code,name,role,district\nS001,二号写的,water,乙\n")
        self.ok("hq", "import", one, "--as", "site")
        self.ok("coordinator", "import", other, "--as", "site")
        self.sync_all(("coordinator",) + self.ALL)
        sites = self.same_everywhere("list", "site", "--all")["records"]
        self.assertEqual(len(sites), 2)
        self.assertEqual([record["fields"]["name_zh"] for record in sites if record["counts"]], ["总部写的"])
        duplicate = [record for record in sites if not record["counts"]][0]
        self.assertEqual(duplicate["outside_because"], "duplicate")
        self.assertEqual(duplicate["duplicate_of"], [record["id"] for record in sites if record["counts"]][0])


if __name__ == "__main__":
    unittest.main()
