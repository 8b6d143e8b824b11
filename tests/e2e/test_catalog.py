"""The catalog is the one place: a field added to a copy of it alone is in table, flag, CSV column and JSON."""

import json
import sqlite3
import unittest

import fleet
from fleet import REFUSED, USAGE

DAY = "2022-07-14"
TIME = DAY + "T09:00:00+08:00"


class Catalog(fleet.Fleet):
    def setUp(self):
        super().setUp()
        catalog = json.loads((fleet.SCHEMA / "catalog.json").read_text(encoding="utf-8"))
        catalog["version"] += 1
        event = [one for one in catalog["collections"] if one["name"] == "event"][0]
        self.add(event, "ice_cream", "integer", "register", "雪糕", aliases=["gelato"])
        self.add(event, "songs", "text", "set", "歌")
        self.add(event, "claps", "integer", "counter", "掌声")
        self.add([one for one in catalog["collections"] if one["name"] == "site"][0], "floor", "text", "register", "楼层")
        self.new = {"KAREZ_CATALOG": self.write("catalog.json", json.dumps(catalog, ensure_ascii=False))}

    @staticmethod
    def add(collection, name, kind, merge, label, aliases=()):
        number = max(field["number"] for field in collection["fields"]) + 1
        field = {"number": number, "name": name, "type": kind, "merge": merge, "since": 2, "zh": label, "en": name}
        if aliases:
            field["aliases"] = list(aliases)
        collection["fields"].append(field)

    def test_a_field_added_to_a_copy_of_the_catalog_is_everywhere(self):
        self.found()
        visit = self.ok("hq", "visit", "--ice-cream", "3", "--songs", "国歌", "--songs", "团歌", "--time", TIME, env=self.new)["id"]
        # JSON.
        fields = self.ok("hq", "show", visit, env=self.new)["fields"]
        self.assertEqual((fields["ice_cream"], sorted(fields["songs"])), (3, ["团歌", "国歌"]))
        listed = self.ok("hq", "list", "visit", env=self.new)["records"]
        self.assertEqual(listed[0]["fields"]["ice_cream"], 3)
        # The flag by its alias, edits by the name, the counter.
        other = self.ok("hq", "visit", "--gelato", "4", "--time", TIME, "--catalog", self.new["KAREZ_CATALOG"])["id"]
        self.ok("hq", "edit", other, "ice_cream=5", "claps+=2", "songs+=国歌", env=self.new)
        self.assertEqual(self.ok("hq", "show", other, env=self.new)["fields"]["claps"], 2)
        # CSV columns, of a field day and of a list.
        path = self.write("day.csv", "visit,time,site,trade,person_times,item,qty,ice_cream,songs\n"
                          "1,%s,S001,rider,2,W550,1,7,国歌;校歌\n" % TIME)
        self.assertEqual(self.ok("hq", "import", path, "--as", "handout", env=self.new)["visits"], 1)
        sites = self.write("sites.csv", "code,name,role,district,floor\nS001,甲,station,东,三楼\n")
        self.assertEqual(self.ok("hq", "import", sites, "--as", "site", env=self.new)["records"], 1)
        self.assertEqual(self.ok("hq", "list", "site", env=self.new)["records"][0]["fields"]["floor"], "三楼")
        # The table, read by anybody, and the view.
        database = sqlite3.connect("file:%s?mode=ro" % (self.home("hq") / "replica.db"), uri=True)
        self.addCleanup(database.close)
        self.assertEqual(database.execute("select sum(ice_cream), sum(claps) from event").fetchone(), (15, 2))
        self.assertEqual(database.execute("select sum(ice_cream) from visit where day = ?", (DAY,)).fetchone(), (15,))
        self.assertEqual(database.execute("select floor from site").fetchone(), ("三楼",))
        # Help, in both languages, and the dump.
        self.assertIn("雪糕", self.ok("hq", "visit", "--help", "--lang", "zh", as_json=False, env=self.new))
        self.assertIn("--ice-cream", self.ok("hq", "visit", "--help", as_json=False, env=self.new))
        out = self.ok("hq", "dump", as_json=False, env=self.new)
        self.assertEqual(sum(1 for line in out.splitlines() if '"ice_cream"' in line), 3)
        self.assertIs(self.ok("hq", "verify", env=self.new)["ok"], True)

    def test_without_it_the_field_is_unknown(self):
        self.found()
        self.refused(USAGE, "hq", "visit", "--ice-cream", "3")
        path = self.write("day.csv", "visit,time,site,trade,person_times,item,qty,ice_cream\n1,%s,S1,rider,2,W550,1,7\n" % TIME)
        self.assertIn("ice_cream", self.refused(REFUSED, "hq", "import", path, "--as", "handout"))

    def test_an_old_replica_carries_what_it_does_not_know_and_shows_it_after_the_upgrade(self):
        relay = self.start_relay()
        self.found("hq", relay)
        for laptop in ("new", "old", "late"):
            self.enlist(laptop)
        visit = self.ok("new", "visit", "--site", "S001", "--person-times", "2", "--ice-cream", "3", "--songs", "国歌",
                        "--time", TIME, env=self.new)["id"]
        self.ok("new", "edit", visit, "claps+=4", "ice_cream=6", env=self.new)
        self.assertEqual(self.ok("new", "sync", env=self.new)["state"], "in_sync")
        self.sync_all(["old", "hq", "old"], 1)
        # The old one counts what it knows and does not show what it does not know.
        shown = self.ok("old", "show", visit)["fields"]
        self.assertEqual(shown["person_times"], 2)
        self.assertNotIn("ice_cream", shown)
        self.assertEqual(self.ok("old", "day", DAY)["person_times"], 2)
        self.assertIs(self.ok("old", "verify")["ok"], True)
        # It edits what it knows, and hands all of it on: to a relay that has nothing but what the old one brings.
        self.ok("old", "edit", visit, "note=旧版也能改")
        self.sync("old")
        self.assertEqual(relay.stop()[0], 0)
        fresh = self.start_relay(data="fresh")
        forget = {"env": {}}
        for home in ("hq", "old"):
            run = self.run_karez(home, "sync", "--relay", fresh.url, **forget)
            self.assertIn(run.exit, (fleet.DONE, REFUSED, fleet.UNREACHABLE), run)
        # After the upgrade the field appears, with what was written meanwhile.
        shown = self.ok("old", "show", visit, env=self.new)["fields"]
        self.assertEqual((shown["ice_cream"], shown["songs"], shown["claps"], shown["note"]),
                         (6, ["国歌"], 4, "旧版也能改"))
        self.assertIs(self.ok("old", "verify", env=self.new)["ok"], True)

    def test_replicas_of_both_versions_stay_alike(self):
        relay = self.start_relay()
        self.found("hq", relay)
        self.enlist("new")
        self.enlist("old")
        visit = self.ok("new", "visit", "--ice-cream", "3", "--time", TIME, env=self.new)["id"]
        self.ok("old", "visit", "--person-times", "3", "--time", TIME)
        for _ in range(2):
            self.assertEqual(self.ok("new", "sync", env=self.new)["state"], "in_sync")
            self.sync_all(["old", "hq"], 1)
        heads = {self.ok(home, "status", env=env)["heads"] for home, env in (("new", self.new), ("old", {}), ("hq", {}))}
        self.assertEqual(len(heads), 1)
        # Under one catalog the bytes are equal, whichever it is.
        dumps = {self.ok(home, "dump", as_json=False, env=self.new) for home in ("new", "old", "hq")}
        self.assertEqual(len(dumps), 1)
        dumps = {self.ok(home, "dump", as_json=False) for home in ("new", "old", "hq")}
        self.assertEqual(len(dumps), 1)
        self.assertEqual(self.ok("new", "show", visit, env=self.new)["fields"]["ice_cream"], 3)

    def test_a_catalog_that_is_none_is_told_plainly(self):
        self.found()
        for name, text in (("empty", ""), ("no json", "{"), ("no collections", '{"version": 1}'),
                           ("deep", "[" * 100000), ("a number twice", None)):
            if text is None:
                catalog = json.loads((fleet.SCHEMA / "catalog.json").read_text(encoding="utf-8"))
                catalog["collections"][0]["fields"][1]["number"] = 1
                text = json.dumps(catalog)
            with self.subTest(name):
                run = self.run_karez("hq", "status", "--catalog", self.write("bad.json", text))
                self.assertIn(run.exit, (USAGE, REFUSED), run)
                self.assertEqual(run.out, "")


if __name__ == "__main__":
    unittest.main()
