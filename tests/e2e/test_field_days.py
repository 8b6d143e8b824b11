"""Whole field days: every laptop imports its file offline, all meet one relay, and headquarters' totals are the expected
ones; afterwards all replicas hold the same, and plain SQL over headquarters' file gives the same sums."""

import json
import sqlite3
import unittest

import fleet


def expected_of(fixture, laptops):
    """expected.json; where only some of the laptops take part, the same figures computed from their files."""
    expected = json.loads((fleet.FIXTURES / fixture / "expected.json").read_text(encoding="utf-8"))
    if len(laptops) == len(expected["by_laptop"]):
        return expected
    from csv import DictReader
    part = {"date": expected["date"], "visits": 0, "person_times": 0, "items": {}, "by_trade": {}, "by_site": {},
            "by_laptop": {name: expected["by_laptop"][name] for name in laptops}}
    for name in laptops:
        path = fleet.FIXTURES / fixture / "laptops" / (name + ".csv")
        seen = set()
        with open(path, encoding="utf-8-sig", newline="") as stream:
            for row in DictReader(stream):
                site = part["by_site"].setdefault(row["site"], {"person_times": 0})
                if row["visit"] not in seen:
                    seen.add(row["visit"])
                    people = int(row["person_times"] or 0)
                    part["visits"] += 1
                    part["person_times"] += people
                    site["person_times"] += people
                    part["by_trade"][row["trade"]] = part["by_trade"].get(row["trade"], 0) + people
                if row["item"]:
                    quantity = int(row["qty"])
                    part["items"][row["item"]] = part["items"].get(row["item"], 0) + quantity
                    site[row["item"]] = site.get(row["item"], 0) + quantity
    return part


class FieldDay(fleet.Fleet):
    def check_whole_day(self, fixture, count):
        names = ["laptop-%02d" % n for n in range(1, fleet.scaled(count, 6) + 1)]
        expected = expected_of(fixture, names)
        relay = self.start_relay()
        self.found("hq", relay)
        self.import_lists(fixture)
        codes = dict(zip(names, [self.invitation() for _ in names]))

        def go_offline(name):
            self.ok(name, "join", codes[name], "--name", name)
            report = self.ok(name, "import", fleet.FIXTURES / fixture / "laptops" / (name + ".csv"), "--as", "handout")
            row = expected["by_laptop"][name]
            self.assertEqual((report["visits"], report["lines"], report["refused"]), (row["visits"], row["lines"], []), name)

        fleet.at_once(go_offline, names)
        # First the laptops, then headquarters, which admits them; then all learn of it.
        fleet.at_once(self.sync, names)
        self.sync("hq")
        self.check_day(self.ok("hq", "day", expected["date"]), expected)
        heads = {document["heads"] for document in fleet.at_once(self.sync, names)}
        heads.add(self.sync("hq")["heads"])
        self.assertEqual(len(heads), 1, "replicas report different heads after all have synced")
        self.check_tables(expected)
        self.check_replicas(["hq"] + names, expected)
        return relay

    def check_day(self, day, expected):
        self.assertEqual(day["visits"], expected["visits"])
        self.assertEqual(day["person_times"], expected["person_times"])
        self.assertEqual(day["items"], expected["items"])
        self.assertEqual(day["by_trade"], expected["by_trade"])
        self.assertEqual(day["by_site"], expected["by_site"])
        rows = {name: dict(row, complete=True) for name, row in expected["by_laptop"].items()}
        for row in rows.values():
            row.pop("volunteer", None)
        self.assertEqual(day["by_laptop"], rows)
        self.assertEqual((day["whole"], day["waiting"], day["not_admitted"]), (True, [], {}))

    def check_replicas(self, homes, expected):
        """Every replica: the same dump, nothing unsent, and a day with the same figures as headquarters'."""
        digests = fleet.at_once(lambda home: self.ok(home, "dump")["digest"], homes)
        self.assertEqual(len(set(digests)), 1)
        for home in (homes[1], homes[-1]):
            self.assertEqual(self.dump(home), self.dump("hq"))
            self.assertEqual(self.ok(home, "status")["unsent"], 0)
            day = self.ok(home, "day", expected["date"])
            self.assertEqual((day["items"], day["by_site"]), (expected["items"], expected["by_site"]))
            self.assertIs(self.ok(home, "verify")["ok"], True)
        self.assertIs(self.ok("hq", "verify")["ok"], True)

    def check_tables(self, expected):
        """What anyone with sqlite3 reads out of headquarters' file."""
        database = sqlite3.connect("file:%s?mode=ro" % (self.home("hq") / "replica.db"), uri=True)
        self.addCleanup(database.close)
        kinds = dict(database.execute("select name, type from sqlite_master"))
        for table in ("site", "item", "event", "move"):
            self.assertEqual(kinds.get(table), "table", table)
        for view in ("visit", "handout"):
            self.assertEqual(kinds.get(view), "view", view)
        day = (expected["date"],)
        self.assertEqual(database.execute("select count(*), sum(person_times) from visit where day = ?", day).fetchone(),
                         (expected["visits"], expected["person_times"]))
        self.assertEqual(dict(database.execute("select item, sum(qty) from handout where day = ? group by item", day)),
                         expected["items"])
        self.assertEqual(dict(database.execute("select trade, sum(person_times) from visit group by trade")),
                         expected["by_trade"])
        by_laptop = {name: row["visits"] for name, row in expected["by_laptop"].items()}
        self.assertEqual(dict(database.execute("select laptop, count(*) from visit group by laptop")), by_laptop)
        # The plain tables, joined by hand.
        sums = database.execute(
            "select s.code, m.item, sum(m.qty) from move m join event e on e.record = m.event join site s on s.code = e.site"
            " where m.counted = 1 and m.void is null and m.duplicate_of is null group by s.code, m.item")
        by_site = {}
        for site, item, quantity in sums:
            by_site.setdefault(site, {})[item] = quantity
        for site, figures in expected["by_site"].items():
            given = {item: total for item, total in figures.items() if item != "person_times"}
            self.assertEqual(by_site.get(site, {}), given, site)


class Huaibei(FieldDay):
    def test_forty_laptops_of_huaibei_meet_and_every_total_is_the_expected_one(self):
        self.check_whole_day("huaibei-day", 40)


class Kunshan(FieldDay):
    def test_a_hundred_and_twenty_six_laptops_of_kunshan_likewise(self):
        self.check_whole_day("kunshan-batch", 126)


if __name__ == "__main__":
    unittest.main()
