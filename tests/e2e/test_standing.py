"""Who counts, what is still waited for, and where a record has arrived."""

import unittest

import fleet
from fleet import REFUSED

DAY = "2022-07-14"
TIME = DAY + "T09:00:00+08:00"


class Standing(fleet.Fleet):
    def setUp(self):
        super().setUp()
        self.relay = self.start_relay()
        self.found("hq", self.relay)

    def visit(self, home, people=2, *more):
        return self.ok(home, "visit", "--site", "S001", "--trade", "rider", "--person-times", people, "--time", TIME,
                       "--give", "W550=5", *more)["id"]

    def day(self, home="hq"):
        return self.ok(home, "day", DAY)

    def test_codes_unknown_before_the_list_arrives_are_marked_and_resolve_later(self):
        self.enlist("l1")
        saved = self.ok("l1", "visit", "--site", "S001", "--person-times", "2", "--time", TIME, "--give", "W550=5",
                        "--give", "NIX=1")
        self.assertEqual(sorted(saved["unknown_codes"]), ["NIX", "S001", "W550"])
        self.assertEqual(self.ok("l1", "show", saved["id"])["unknown_codes"], ["S001"])
        self.sync("l1")
        self.sync("hq")
        self.sync("l1")
        for home in ("l1", "hq"):
            day = self.day(home)
            self.assertEqual(day["by_site"]["S001"]["W550"], 5)
            self.assertEqual((day["unknown_sites"], day["unknown_items"]), (["S001"], ["NIX", "W550"]))
        self.import_lists("huaibei-day")
        self.assertEqual((self.day()["unknown_sites"], self.day()["unknown_items"]), ([], ["NIX"]))
        self.sync("hq")
        self.sync("l1")
        self.assertEqual(self.ok("l1", "show", saved["id"])["unknown_codes"], [])
        self.assertEqual((self.day("l1")["unknown_sites"], self.day("l1")["unknown_items"]), ([], ["NIX"]))
        self.assertEqual(self.ok("l1", "show", saved["id"])["fields"]["site"], "S001")

    def test_a_laptop_not_admitted_stands_apart_and_not_as_zero(self):
        code = self.invitation("hq", "volunteer", "--for", "一队")
        for laptop, people in (("l1", 3), ("l2", 4)):
            self.ok(laptop, "join", code, "--name", laptop)
            self.visit(laptop, people)
            self.sync(laptop)
        self.sync("hq")
        # Two claims on one code: nobody is admitted by himself.
        day = self.day()
        self.assertEqual((day["visits"], day["person_times"], day["items"]), (0, 0, {}))
        self.assertEqual(day["not_admitted"], {"l1": {"visits": 1, "lines": 1, "person_times": 3},
                                               "l2": {"visits": 1, "lines": 1, "person_times": 4}})
        self.assertNotIn("l1", day["by_laptop"])
        text = self.ok("hq", "day", DAY, "--lang", "zh", as_json=False)
        self.assertIn("未接纳", text)
        listed = self.ok("hq", "list", "--all")["records"]
        self.assertEqual({record["outside_because"] for record in listed}, {"not_admitted"})
        # The laptops find their own records all the same, and only these.
        for laptop in ("l1", "l2"):
            self.assertEqual([one["who"] for one in self.ok(laptop, "list")["records"]], [laptop])

        self.ok("hq", "admit", "l1")
        self.sync_all(["hq", "l1", "l2", "hq"], 1)
        for home in ("hq", "l1", "l2"):
            day = self.day(home)
            self.assertEqual((day["visits"], day["person_times"], day["items"]), (1, 3, {"W550": 5}), home)
            self.assertEqual(day["not_admitted"], {"l2": {"visits": 1, "lines": 1, "person_times": 4}}, home)
            states = {one["name"]: one["standing"] for one in self.ok(home, "devices")["devices"]}
            self.assertEqual(states, {"hq": "founder", "l1": "admitted", "l2": "rival"}, home)
        self.assert_alike(["hq", "l1", "l2"])
        self.refused(REFUSED, "hq", "admit", "l2")
        self.assertEqual({one["who"] for one in self.ok("l2", "list")["records"]}, {"l1", "l2"})
        # With a code of its own the second begins anew; its first records stay where they are.
        self.enlist("l3", "l2")
        self.visit("l3", 4)
        self.sync_all(["l3", "hq"], 1)
        self.assertEqual(self.day()["person_times"], 7)

    def test_a_laptop_works_on_its_records_before_anybody_admits_it(self):
        self.enlist("l1")
        one, two = self.visit("l1"), self.visit("l1")
        self.ok("l1", "edit", one, "note=一", "tally+=2", "tags+=热")
        self.ok("l1", "edit", one, "note=二", "tags-=热", "tags+=冷")
        self.ok("l1", "edit", one, "person_times=6")
        self.ok("l1", "void", two, "--reason", "重")
        expected = {"note": "二", "tally": 2, "tags": ["冷"], "person_times": 6}

        def check(home):
            fields = self.ok(home, "show", one)["fields"]
            self.assertEqual({name: fields[name] for name in expected}, expected, home)
            self.assertEqual(self.ok(home, "show", two)["void"], "重", home)
            self.assertEqual(self.ok(home, "conflicts"), {"conflicts": [], "closes": []}, home)

        check("l1")
        self.sync_all(["l1", "hq", "l1"], 1)
        # Admitted, it is not in conflict with itself.
        check("l1")
        check("hq")
        self.assertEqual(self.day()["person_times"], 6)
        self.assert_alike(["hq", "l1"])

    def test_a_stranger_to_the_totals_may_put_others_records_right_once_it_is_admitted(self):
        self.enlist("l1")
        visit = self.visit("l1")
        self.sync_all(["l1", "hq"], 1)
        # Two claims on one code: l2 holds the others' records, and its edits do not count yet.
        code = self.invitation()
        for laptop in ("l2", "l3"):
            self.ok(laptop, "join", code, "--name", laptop)
            self.sync(laptop)
        self.sync_all(["hq", "l2"], 1)
        for note in ("一", "二", "三"):
            self.ok("l2", "edit", visit, "note=" + note)
        self.sync_all(["l2", "hq", "l1"], 1)
        self.assertNotIn("note", self.ok("hq", "show", visit)["fields"])
        self.ok("hq", "admit", "l2")
        self.sync_all(["hq", "l1", "l2", "l3"], 1)
        for home in ("hq", "l1", "l2", "l3"):
            self.assertEqual(self.ok(home, "show", visit)["fields"]["note"], "三")
            self.assertEqual(self.ok(home, "conflicts"), {"conflicts": [], "closes": []})
        self.assert_alike(["hq", "l1", "l2", "l3"])

    def test_the_second_claim_on_a_code_that_was_settled_stays_outside(self):
        code = self.invitation()
        for laptop in ("l1", "l2"):
            self.ok(laptop, "join", code, "--name", laptop)
            self.visit(laptop)
            self.sync(laptop)
            self.sync("hq")
        day = self.day()
        self.assertEqual((day["visits"], list(day["by_laptop"]), list(day["not_admitted"])), (1, ["l1"], ["l2"]))

    def test_two_laptops_of_one_name_are_told_apart(self):
        for home in ("a", "b"):
            self.enlist(home, "laptop-01")
            self.visit(home)
        self.sync_all(["a", "b", "hq", "a", "b"], 1)
        for home in ("hq", "a", "b"):
            day = self.day(home)
            self.assertEqual(sorted(day["by_laptop"]), ["laptop-01", "laptop-01#2"], home)
            self.assertEqual([row["visits"] for row in day["by_laptop"].values()], [1, 1])
        self.assert_alike(["hq", "a", "b"])

    @fleet.needs_other_clocks
    def test_an_expired_code_is_never_admitted_by_itself(self):
        code = self.ok("hq", "invite", "--role", "volunteer", "--expires", "1m")["code"]
        self.ok("l1", "join", code, "--name", "l1")
        self.visit("l1")
        self.sync("l1")
        self.assertEqual(self.ok("hq", "sync", env=fleet.at_clock("+2h"))["state"], "in_sync")
        self.assertEqual(list(self.day()["not_admitted"]), ["l1"])
        # A person may still decide so.
        self.ok("hq", "admit", "l1")
        self.assertEqual(self.day()["not_admitted"], {})

    def test_a_coordinator_is_admitted_by_hand_only_and_then_invites_and_admits(self):
        self.ok("deputy", "join", self.invitation("hq", "coordinator"), "--name", "deputy")
        self.sync("deputy")
        self.sync("hq")
        self.assertEqual({one["name"]: one["standing"] for one in self.ok("hq", "devices")["devices"]}["deputy"],
                         "not_admitted")
        self.ok("hq", "admit", "deputy")
        self.sync("hq")
        self.sync("deputy")
        self.enlist("l1", hq="deputy")
        self.visit("l1")
        self.sync_all(["l1", "deputy", "hq", "l1"], 1)
        self.assertEqual(list(self.day()["by_laptop"]), ["l1"])
        self.sync_all(["hq", "deputy", "l1"])
        self.assert_alike(["hq", "deputy", "l1"])

    def test_an_auditor_reads_and_writes_nothing(self):
        self.enlist("auditor", role="auditor")
        self.enlist("l1")
        visit = self.visit("l1")
        self.sync_all(["l1", "auditor", "hq", "auditor"], 1)
        self.assertEqual(self.day("auditor")["visits"], 1)
        self.assertIs(self.ok("auditor", "verify")["ok"], True)
        self.refused(REFUSED, "auditor", "visit", "--site", "S001")
        self.refused(REFUSED, "auditor", "edit", visit, "note=x")

    def test_a_day_is_whole_when_all_of_the_roster_has_reported(self):
        self.enlist("l1")
        code = self.invitation("hq", "volunteer", "--for", "二队")
        self.visit("l1")
        self.sync_all(["l1", "hq"], 1)
        day = self.day()
        # A code that was handed out and not used yet: somebody may be out there with records.
        self.assertIs(day["whole"], False)
        self.assertEqual(len(day["waiting"]), 1)
        self.assertIn("二队", day["waiting"][0])
        self.ok("l2", "join", code, "--name", "l2")
        self.visit("l2")
        self.sync_all(["l2", "hq"], 1)
        day = self.day()
        self.assertEqual((day["whole"], day["waiting"]), (True, []))
        # Today is not over: nobody can have reported after its end.
        today = self.ok("hq", "query", "select strftime('%Y-%m-%d', 'now', '+8 hours')")["rows"][0][0]
        day = self.ok("hq", "day", today)
        self.assertEqual((day["whole"], day["waiting"]), (False, ["l1", "l2"]))
        # A laptop that was revoked is waited for no longer.
        self.ok("hq", "revoke", "l2", "--reason", "丢了")
        self.assertEqual(self.ok("hq", "day", today)["waiting"], ["l1"])

    def test_states_of_a_record_from_here_to_headquarters(self):
        self.enlist("l1")
        visit = self.visit("l1")

        def state(home="l1"):
            record = self.ok(home, "show", visit)
            self.assertEqual({one["state"] for one in record["history"]}, {record["state"]})
            return record["state"]

        self.assertEqual(state(), "saved_here")
        self.sync("l1")
        self.assertEqual(state(), "on_relay")
        self.sync("hq")
        self.assertEqual(state(), "on_relay")
        self.assertEqual(state("hq"), "at_headquarters")
        self.sync("l1")
        self.assertEqual(state(), "at_headquarters")
        status = self.ok("l1", "status")
        self.assertEqual(status["at_headquarters"], status["own_changes"])
        # A later change of the record has a state of its own.
        self.ok("l1", "edit", visit, "note=x")
        states = [one["state"] for one in self.ok("l1", "show", visit)["history"] if one["field"] == "note"]
        self.assertEqual(states, ["saved_here"])
        self.assertEqual(self.ok("l1", "status")["unsent"], 1)
        words = self.ok("l1", "list", "--lang", "zh", as_json=False)
        self.assertIn("已到总部", words)

    def test_volunteers_write_each_others_visits_and_pins_travel_along(self):
        for laptop in ("l1", "l2"):
            self.enlist(laptop)
        visit = self.visit("l1")
        self.sync_all(["l1", "l2", "hq", "l1", "l2"], 1)
        self.ok("l2", "edit", visit, "person_times=9")
        self.ok("l2", "give", visit, "TOWEL=3")
        self.sync_all(["l2", "hq", "l1"], 1)
        for home in ("hq", "l1", "l2"):
            day = self.day(home)
            self.assertEqual((day["person_times"], day["items"]), (9, {"TOWEL": 3, "W550": 5}), home)

    def test_list_asks_for_a_limit_a_site_and_what_stands_outside(self):
        self.enlist("l1")
        one, two = self.visit("l1"), self.visit("l1")
        self.ok("l1", "void", two, "--reason", "重")
        self.sync_all(["l1", "hq"], 1)
        self.assertEqual([record["id"] for record in self.ok("hq", "list")["records"]], [one])
        self.assertEqual(len(self.ok("hq", "list", "--all")["records"]), 2)
        self.assertEqual(len(self.ok("hq", "list", "--all", "--limit", "1")["records"]), 1)
        self.assertEqual(self.ok("hq", "list", "--site", "S002")["records"], [])
        self.assertEqual(len(self.ok("hq", "list", "handout", "--day", DAY, "--site", "S001")["records"]), 1)
        self.assertEqual(self.ok("hq", "list", "handout", "--day", "2022-07-13")["records"], [])


if __name__ == "__main__":
    unittest.main()
