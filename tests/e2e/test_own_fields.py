"""Coordinators add fields and choices while a campaign is under way; every laptop fills them in, whatever its age."""

import json
import sqlite3
import unittest

import fleet
from fleet import NOT_FOUND, REFUSED, USAGE

TIME = "2022-07-14T09:00:00+08:00"


class OwnFields(fleet.Fleet):
    ALL = ("hq", "l1", "l2")

    def setUp(self):
        super().setUp()
        self.relay = self.start_relay()
        self.found("hq", self.relay)
        for laptop in ("l1", "l2"):
            self.enlist(laptop)
        self.sync_all(self.ALL)
        self.mood = self.ok("hq", "field", "add", "event", "mood", "--type", "enumeration", "--zh", "心情", "--en", "mood now",
                            "--choice", "good=好/good", "--choice", "bad=差/bad")["id"]
        self.heat = self.ok("hq", "field", "add", "event", "气温", "--type", "integer")["id"]

    def visit(self, home, *more):
        return self.ok(home, "visit", "--site", "S001", "--trade", "rider", "--time", TIME, *more)["id"]

    def without_names(self):
        """A file of the catalog as it was before own fields."""
        catalog = json.loads((fleet.SCHEMA / "catalog.json").read_text(encoding="utf-8"))
        newer = ("field", "choice")
        catalog["collections"] = [one for one in catalog["collections"] if one["name"] not in newer]
        for role in catalog["roles"]:
            role["writes"] = [name for name in role["writes"] if name not in newer]
        return self.write("older.json", json.dumps(catalog, ensure_ascii=False))

    def test_a_field_made_at_headquarters_is_filled_in_everywhere(self):
        early = self.visit("l1")
        # A laptop that has not heard of it says so, and records nothing.
        message = self.refused(USAGE, "l1", "visit", "--field", "mood=good")
        self.assertIn("sync", message)
        self.sync_all(self.ALL)
        late = self.visit("l1", "--field", "mood=差", "--field", "气温=38")
        self.ok("l2", "edit", early, "mood=good", "气温=41")
        self.sync_all(self.ALL)
        self.assert_alike(self.ALL)
        for home in self.ALL:
            self.assertEqual([self.ok(home, "show", one)["fields"].get("mood") for one in (early, late)], ["good", "bad"])
            listed = {one["id"]: one["fields"] for one in self.ok(home, "list", "visit")["records"]}
            self.assertEqual((listed[early]["气温"], listed[late]["气温"]), (41, 38))
            self.assertTrue(self.ok(home, "verify")["ok"])
        # For people: by its label, the choice too.
        shown = self.ok("l2", "show", late, "--lang", "zh", as_json=False)
        self.assertIn("心情", shown)
        self.assertIn("差", shown)
        self.assertIn("mood now", self.ok("l2", "list", "--lang", "en", as_json=False))
        history = self.ok("hq", "show", early)["history"]
        self.assertEqual([(one["who"], one["value"]) for one in history if one["field"] == "mood"], [("l2", "good")])
        # In SQL, by id; in the dump, by its definition.
        database = sqlite3.connect("file:%s?mode=ro" % (self.home("hq") / "replica.db"), uri=True)
        self.addCleanup(database.close)
        rows = database.execute("select v.id, v.site, o.value from visit v join own_value o on o.id = v.id"
                                " where o.field = '气温' order by o.value").fetchall()
        self.assertEqual(rows, [(late, "S001", 38), (early, "S001", 41)])
        self.assertIn(b'"own":{', self.dump("hq"))
        self.assertIn(self.mood.encode(), self.dump("l1"))
        self.refused(USAGE, "l1", "visit", "--field", "mood=good", "--field", "mood=bad")
        self.refused(REFUSED, "l1", "edit", early, "mood=sideways")
        self.refused(REFUSED, "l1", "edit", early, "气温=warm")

    def test_csv_columns_by_name_and_by_label(self):
        lot = self.ok("hq", "field", "add", "move", "lot", "--type", "text", "--zh", "批号")["id"]
        floor = self.ok("hq", "field", "add", "site", "楼层", "--type", "count")["id"]
        sites = self.write("sites.csv", "code,name,楼层\nS001,甲,3\nS002,乙,\n")
        self.ok("hq", "import", sites, "--as", "site")
        day = self.write("day.csv", "visit,time,site,trade,person_times,item,qty,心情,批号\n"
                         "1,%s,S001,rider,2,W550,4,好,L7\n" % TIME)
        self.sync_all(self.ALL)
        self.assertEqual(self.ok("l1", "import", day, "--as", "handout")["lines"], 1)
        self.sync_all(self.ALL)
        self.assertEqual(self.ok("l2", "import", day, "--as", "handout")["repeated"], 1)
        dump = self.assert_alike(self.ALL)
        for definition in (lot, floor, self.mood):
            self.assertIn(definition.encode(), dump)
        site = self.ok("l2", "list", "site")["records"][0]["fields"]
        self.assertEqual((site["code"], site["楼层"]), ("S001", 3))
        self.assertEqual(self.ok("l2", "list", "visit")["records"][0]["fields"]["mood"], "good")
        self.assertEqual(self.ok("l2", "list", "handout")["records"][0]["fields"]["lot"], "L7")
        # A row that does not fit is refused by itself.
        bad = self.write("bad.csv", "visit,time,site,trade,person_times,item,qty,气温\n"
                         "1,%s,S001,rider,2,W550,4,热\n2,%s,S001,rider,2,W550,4,39\n" % (TIME, TIME))
        run = self.run_karez("l1", "import", bad, "--as", "handout")
        self.assertEqual(run.exit, REFUSED)
        self.assertEqual(([one["row"] for one in run.json["refused"]], run.json["visits"]), ([1], 1))

    def test_a_conflict_is_listed_and_settled(self):
        visit = self.visit("l1")
        self.sync_all(self.ALL)
        self.ok("l1", "edit", visit, "mood=good")
        self.ok("l2", "edit", visit, "mood=bad")
        self.sync_all(self.ALL)
        self.assert_alike(self.ALL)
        for home in self.ALL:
            listed = self.ok(home, "conflicts")["conflicts"]
            self.assertEqual([(one["id"], one["field"], len(one["values"])) for one in listed], [(visit, "mood", 2)])
            self.assertEqual(self.ok(home, "status")["conflicts"], 1)
        self.ok("l2", "resolve", visit, "mood", "--keep", "good")
        self.sync_all(self.ALL)
        for home in self.ALL:
            self.assertEqual(self.ok(home, "conflicts")["conflicts"], [])
            self.assertEqual(self.ok(home, "show", visit)["fields"]["mood"], "good")

    def test_an_older_laptop_carries_untouched_what_it_does_not_know(self):
        older = {"KAREZ_CATALOG": self.without_names()}
        self.sync("hq")
        self.ok("l2", "sync", env=older)
        self.sync("l1")
        visit = self.visit("l1", "--field", "mood=bad")
        stick = self.folder / "stick.karez"
        self.ok("l1", "bundle", "pack", stick)
        self.ok("l2", "bundle", "apply", stick, env=older)
        self.assertNotIn("mood", self.ok("l2", "show", visit, env=older)["fields"])
        self.ok("l2", "edit", visit, "note=热", env=older)
        self.assertTrue(self.ok("l2", "verify", env=older)["ok"])
        # It alone brings the visit home.
        self.ok("l2", "sync", env=older)
        self.sync("hq")
        fields = self.ok("hq", "show", visit)["fields"]
        self.assertEqual((fields["mood"], fields["note"]), ("bad", "热"))
        # Upgraded, it shows what it has carried.
        self.assertEqual(self.ok("l2", "show", visit)["fields"]["mood"], "bad")
        self.sync_all(self.ALL)
        self.assert_alike(self.ALL)

    def test_a_new_trade_and_who_may_make_one(self):
        self.ok("hq", "field", "choice", "trade", "guard", "--zh", "保安", "--en", "guard")
        self.ok("hq", "field", "choice", "mood", "soso", "--zh", "一般")
        self.assertIn("trade", self.refused(REFUSED, "hq", "field", "choice", "event.trade", "guard"))
        self.refused(NOT_FOUND, "hq", "field", "choice", "dragon", "red")
        self.refused(REFUSED, "l1", "field", "choice", "trade", "nurse")
        self.refused(REFUSED, "l1", "field", "add", "event", "mine", "--type", "text")
        self.refused(REFUSED, "l1", "visit", "--trade", "guard")
        self.sync_all(self.ALL)
        self.ok("l1", "visit", "--site", "S001", "--trade", "保安", "--person-times", "7", "--time", TIME, "--field", "mood=一般")
        self.sync_all(self.ALL)
        self.assert_alike(self.ALL)
        self.assertEqual(self.ok("l2", "day", "2022-07-14")["by_trade"]["guard"], 7)
        self.assertIn("保安", self.ok("l2", "day", "2022-07-14", "--lang", "zh", as_json=False))
        own = self.ok("l2", "field", "list")
        self.assertEqual([(one["enum"], one["code"], one["zh"]) for one in own["choices"]], [("trade", "guard", "保安")])
        self.assertEqual([one["code"] for one in own["fields"][0]["choices"]], ["good", "bad", "soso"])
        self.assertIn("保安", self.ok("l2", "field", "list", "--lang", "zh", as_json=False))

    def test_a_retired_field_goes_and_comes_back_with_its_values(self):
        visit = self.visit("hq", "--field", "气温=40")
        self.ok("hq", "void", self.heat, "--reason", "没人量")
        self.sync_all(self.ALL)
        for home in self.ALL:
            self.assertNotIn("气温", self.ok(home, "show", visit)["fields"])
            self.refused(USAGE, home, "edit", visit, "气温=41")
            self.assertEqual([one["name"] for one in self.ok(home, "field", "list")["fields"]], ["mood"])
        self.ok("hq", "void", self.heat, "--undo")
        self.sync_all(self.ALL)
        for home in self.ALL:
            self.assertEqual(self.ok(home, "show", visit)["fields"]["气温"], 40)
        self.assert_alike(self.ALL)
        for words in (("event", "note", "--type", "text"), ("event", "mood", "--type", "text"), ("event", "心情", "--type", "text")):
            self.refused(REFUSED, "hq", "field", "add", *words)
        for words in (("event", "a=b", "--type", "text"), ("dragon", "x", "--type", "text"),
                      ("event", "x", "--type", "text", "--choice", "a=甲")):
            self.refused(USAGE, "hq", "field", "add", *words)
        self.refused(REFUSED, "hq", "field", "add", "event", "x", "--type", "dragon")


if __name__ == "__main__":
    unittest.main()
