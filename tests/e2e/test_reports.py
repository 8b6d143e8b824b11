"""Reports through the command: measures and their marks, the site's own midnight, a campaign, and what is behind a figure."""

import csv
import hashlib
import json
import unittest

import fleet

DAY = "2022-07-14"


class Reports(fleet.Fleet):
    def setUp(self):
        super().setUp()
        self.found()

    def visit(self, home, *words, site="S001", time=DAY + "T10:00+08:00"):
        return self.ok(home, "visit", "--site", site, "--time", time, *words)

    def test_persons_person_times_items_and_yuan_stand_apart(self):
        self.ok("hq", "add", "item", "code=CASH", "class=cash")
        self.visit("hq", "--trade", "rider", "--persons", "3", "--person-times", "5", "--give", "W550=7", "--give", "CASH=12345")
        day = self.ok("hq", "day", DAY)
        self.assertEqual((day["persons"], day["person_times"], day["items"]["W550"], day["value_fen"]), (3, 5, 7, 12345))
        self.assertEqual((day["by_trade"], day["by_trade_persons"]), ({"rider": 5}, {"rider": 3}))
        self.assertEqual(day["by_site"]["S001"], {"W550": 7, "CASH": 12345, "person_times": 5, "persons": 3, "value_fen": 12345})
        self.assertEqual(day["precision"], {})
        self.assertIn("123.45", self.ok("hq", "day", DAY, "--lang", "zh", as_json=False))

    def test_a_day_without_persons_yuan_or_marks_has_the_digest_of_its_six_figures(self):
        self.visit("hq", "--trade", "rider", "--person-times", "5", "--give", "W550=7")
        day = self.ok("hq", "day", DAY)
        covered = {key: day[key] for key in ("visits", "person_times", "items", "by_trade", "by_site", "by_laptop")}
        text = json.dumps(covered, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

        self.assertEqual(day["digest"], hashlib.blake2b(text.encode(), digest_size=32).hexdigest())

    def test_marks_survive_sums_and_a_sentence_says_them_as_papers_do(self):
        self.visit("hq", "--person-times", "30000", "--precision", "over")
        self.visit("hq", "--person-times", "5")
        self.assertEqual(self.ok("hq", "day", DAY)["precision"]["person_times"], "over")
        self.visit("hq", "--person-times", "95", "--precision", "near", site="S002")
        day = self.ok("hq", "day", DAY)
        self.assertEqual(day["precision"]["person_times"], "about")
        self.assertEqual(day["precision"]["by_site.S001.person_times"], "over")
        self.assertEqual(day["precision"]["by_site.S002.person_times"], "near")
        self.assertIn("约3.01万人次", self.ok("hq", "report", "campaign", "--lang", "zh", as_json=False))
        self.assertIn("about 30,100 person-times", self.ok("hq", "report", "campaign", "--lang", "en", as_json=False))

    def test_a_record_is_of_the_day_at_its_site_everywhere(self):
        self.ok("hq", "add", "site", "code=WEST", "zone=360")
        ids = self.visit("hq", "--person-times", "5", "--give", "W550=7", site="WEST", time="2022-07-15T00:30+08:00")
        east = self.visit("hq", "--person-times", "50", site="S001", time="2022-07-15T00:30+08:00")
        day = self.ok("hq", "day", DAY)
        self.assertEqual((day["person_times"], day["items"], day["site_zones"]), (5, {"W550": 7}, {"WEST": "+06:00"}))
        self.assertEqual(self.ok("hq", "day", "2022-07-15")["person_times"], 50)
        listed = self.ok("hq", "list", "visit", "--day", DAY)["records"]
        self.assertEqual([one["id"] for one in listed], [ids["id"]])
        rows = self.ok("hq", "query", "select id, day from visit order by day")
        self.assertIn(json.dumps([ids["id"], DAY]), json.dumps(rows))
        self.assertIn(json.dumps([east["id"], "2022-07-15"]), json.dumps(rows))

    def test_a_campaign_of_laptops_that_met_by_bundle(self):
        self.ok("hq", "add", "campaign", "code=C1", "name=夏送清凉")
        self.ok("hq", "add", "grant", "code=P1", "type=plan", "campaign=C1", "measure=person_times", "qty=20", "precision=plan")
        self.enlist("l1")
        for i, day in enumerate(("2022-07-14", "2022-07-15", "2022-07-16")):
            self.visit("l1", "--campaign", "C1", "--trade", "rider", "--person-times", 10 + i, "--give", "W550=%d" % (i + 1),
                       time=day + "T10:00+08:00")
        self.visit("l1", "--person-times", "1000")
        self.ok("l1", "bundle", "pack", self.folder / "b")
        self.ok("hq", "bundle", "apply", self.folder / "b")
        report = self.ok("hq", "report", "campaign", "C1")
        self.assertEqual((report["visits"], report["person_times"], report["items"]), (3, 33, {"W550": 6}))
        self.assertEqual({day: one["person_times"] for day, one in report["by_day"].items()},
                         {"2022-07-14": 10, "2022-07-15": 11, "2022-07-16": 12})
        self.assertEqual(report["by_laptop"]["l1"]["lines"], 3)
        [target] = report["targets"]
        self.assertEqual((target["planned"], target["done"], target["left"], target["reached"]), (20, 33, -13, "2022-07-15"))
        part = self.ok("hq", "report", "campaign", "C1", "--from", "2022-07-15", "--to", "2022-07-15")
        self.assertEqual((part["person_times"], part["from"], part["to"]), (11, "2022-07-15", "2022-07-15"))
        self.assertEqual(part["targets"][0]["done"], 11)
        text = self.ok("hq", "report", "campaign", "C1", "--lang", "zh", as_json=False)
        for words in ("活动 C1", "33人次", "预计20人次", "2022-07-16"):
            self.assertIn(words, text)
        self.refused(fleet.NOT_FOUND, "hq", "report", "campaign", "C9")
        self.refused(fleet.USAGE, "hq", "report", "campaign", "--from", "soon")
        self.refused(fleet.USAGE, "hq", "report", "campaign", "--from", "2022-07-15", "--to", "2022-07-14")

    def test_every_figure_of_a_field_day_is_the_sum_of_the_records_that_explain_it(self):
        self.import_lists("huaibei-day")
        file = fleet.FIXTURES / "huaibei-day" / "laptops" / "laptop-01.csv"
        self.ok("hq", "import", file, "--as", "handout")
        day = self.ok("hq", "day", DAY)
        figures = {"visits": day["visits"], "lines": day["lines"], "person_times": day["person_times"]}
        figures.update({"items." + item: total for item, total in day["items"].items()})
        figures.update({"by_trade." + trade: total for trade, total in day["by_trade"].items()})
        for site in list(day["by_site"])[:4]:
            figures.update({"by_site.%s.%s" % (site, cell): total for cell, total in day["by_site"][site].items()})
        for figure, total in figures.items():
            why = self.ok("hq", "explain", figure, "--day", DAY)
            self.assertEqual((why["total"], sum(one["amount"] for one in why["records"])), (total, total), figure)
        # The rows of the file itself, not the program's own numbers.
        with open(file, encoding="utf-8-sig") as rows:
            given = sum(int(row["qty"]) for row in csv.DictReader(rows) if row["item"] == "W550")
        self.assertEqual(figures["items.W550"], given)
        one = self.ok("hq", "explain", "items.W550", "--day", DAY)["records"][0]
        self.ok("hq", "void", one["id"], "--reason", "test")
        self.assertEqual(self.ok("hq", "explain", "items.W550", "--day", DAY)["total"], given - one["amount"])
        outside = self.ok("hq", "explain", "voided", "--day", DAY)["records"]
        self.assertEqual([record["id"] for record in outside], [one["id"]])
        self.assertEqual(self.ok("hq", "explain", "laptop", "hq", "--day", DAY)["total"], day["visits"] + day["lines"] - 1)

    def test_a_figure_is_asked_for_with_its_report(self):
        self.visit("hq", "--person-times", "5")
        self.refused(fleet.USAGE, "hq", "explain", "person_times")
        self.refused(fleet.USAGE, "hq", "explain", "person_times", "--day", DAY, "--from", DAY)
        self.refused(fleet.USAGE, "hq", "explain", "happiness", "--day", DAY)
        self.refused(fleet.USAGE, "hq", "explain", "visits", "--day", "yesterday")
        self.assertIn("共 1 条记录", self.ok("hq", "explain", "visits", "--from", DAY, "--lang", "zh", as_json=False))


if __name__ == "__main__":
    unittest.main()
