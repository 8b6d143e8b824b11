"""The programmes of tests/programmes/rows: each is configuration and records, no line of code of its own.

A row is carried when laptops without signal record it, headquarters merges it from bundles, the report that the newspaper
prints comes out of single records, and one changed record changes that report.

    run.py            every row
    run.py 1 10       rows 1 to 10
    run.py --list     what each row says
"""

import csv
import importlib
import io
import os
import pathlib
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
sys.path.insert(0, str(HERE))

import fleet  # noqa: E402

# What is shown here is what records mean, not that they are durable: a disk's syncs would be most of the time.
if os.access("/dev/shm", os.W_OK):
    tempfile.tempdir = "/dev/shm"

ROWS = range(1, 42)
# What a scenario may hold; a misspelt word must not pass for a check.
KEYS = {"row", "name", "says", "scale", "laptops", "lists", "setup", "open", "records", "steps", "reports", "change"}
REPORT_KEYS = {"says", "ask", "is", "then", "paper"}


def scenario_of(row):
    return importlib.import_module("rows.row_%02d" % row).SCENARIO


def as_csv(records):
    """Records as the lines of a file: the columns are the fields that any of them has."""
    columns = list(dict.fromkeys(name for record in records for name in record))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for record in records:
        writer.writerow(["" if record.get(name) is None else record[name] for name in columns])
    return out.getvalue()


def at_path(document, path):
    """What stands in a document at "items.W550", "over_quota.0.over"; "late.#" is how many there are."""
    value = document
    for step in path.split("."):
        if step == "#":
            value = len(value)
        elif isinstance(value, list):
            value = value[int(step)]
        else:
            value = value.get(step)
    return value


class Programme(fleet.Fleet):
    """One row on its replicas. A step's words may name the ids of earlier ones as {name}."""

    def __init__(self, row):
        super().__init__("carry")
        self.row = row

    def __str__(self):
        return "row %d" % self.row

    def carry(self):
        scenario = scenario_of(self.row)
        self.assertEqual(scenario["row"], self.row)
        self.assertLessEqual(set(scenario), KEYS)
        self.ids = {}
        self.scale = scenario.get("scale", 1)
        self.laptops = laptops = scenario["laptops"]
        self.set_out(scenario, laptops)
        fleet.at_once(lambda one: self.bring_in(*one), scenario.get("records", {}).items())
        self.take(scenario.get("steps", ()))
        self.gather(laptops)
        # The last laptop hears from the others in another order than headquarters does.
        last = list(laptops)[-1]
        for laptop in reversed(list(laptops)[:-1]):
            self.ok(last, "bundle", "apply", self.folder / ("%s.karez" % laptop))
        self.spread_out(laptops)
        self.assertEqual(len({self.ok(home, "status")["heads"] for home in ["hq", *laptops]}), 1)
        self.assertTrue(self.dump("hq") == self.dump(last), "row %d: the dumps differ" % self.row)
        self.check(scenario["reports"], "is", "hq")
        self.check([one for one in scenario["reports"] if isinstance(one["ask"], str)], "is", last)
        self.change(scenario, laptops)

    def set_out(self, scenario, laptops):
        """Headquarters makes the lists and the rules, the laptops take them along."""
        self.found()
        self.bring_in("hq", scenario.get("lists", {}), "lists")
        self.take(scenario.get("setup", ()))
        for laptop, role in laptops.items():
            self.enlist(laptop, role=role)
        if "open" in scenario:
            # Accounts have an owner, so headquarters must have met everybody.
            self.gather(laptops)
        self.spread_out(laptops)
        self.take(scenario.get("open", ()))

    def bring_in(self, where, records, name="records"):
        for kind, rows in records.items():
            # The name is the source: equal rows of two laptops are two handouts.
            path = self.write("%s-%s-%s.csv" % (where, name, kind), as_csv(rows))
            answer = self.ok(where, "import", path, "--as", kind)
            made = answer["visits"] if kind == "handout" else answer["records"]
            self.assertGreater(made, 0)
            self.assertEqual((answer["repeated"], answer["refused"]), (0, []), kind)

    def take(self, steps):
        """Single acts: (where, name of what comes of it or None, words) or, of one that must be refused, (where,
        exit code, words). MEET: everybody's records go to headquarters and back by bundle."""
        for where, name, words in steps:
            if words == ["meet"]:
                self.gather(self.laptops)
                self.spread_out(self.laptops)
                continue
            words = [str(word).format(**self.ids, folder=self.folder) for word in words]
            if isinstance(name, int):
                self.refused(name, where, *words)
                continue
            if words[0] == "write":
                self.write(words[1], words[2])
                continue
            answer = self.ok(where, *words)
            if name is not None:
                self.ids[name] = answer.get("id") or answer.get("code")

    def gather(self, laptops):
        fleet.at_once(lambda laptop: self.ok(laptop, "bundle", "pack", self.folder / ("%s.karez" % laptop)), laptops)
        for laptop in laptops:
            self.ok("hq", "bundle", "apply", self.folder / ("%s.karez" % laptop))

    def spread_out(self, laptops):
        self.ok("hq", "bundle", "pack", self.folder / "hq.karez")
        fleet.at_once(lambda laptop: self.ok(laptop, "bundle", "apply", self.folder / "hq.karez"), laptops)

    def answer(self, ask, home):
        if isinstance(ask, str):
            return self.ok(home, "query", ask)["rows"]
        return self.ok(home, *[str(word).format(**self.ids) for word in ask])

    def check(self, reports, which, home):
        for report in reports:
            self.assertLessEqual(set(report), REPORT_KEYS)
            if which not in report:
                continue
            expected, says = report[which], "row %d at %s: %s" % (self.row, home, report["says"])
            got = self.answer(report["ask"], home)
            if isinstance(expected, dict):
                self.assertEqual({path: at_path(got, path) for path in expected}, expected, says)
            else:
                self.assertEqual(got, [list(row) for row in expected], says)
            if "paper" in report and which == "is":
                self.assertEqual(expected[0][-1] * self.scale, report["paper"], says)

    def change(self, scenario, laptops):
        """One record is put right (what was handed over: voided and recorded anew), and the report says so."""
        moved = [one for one in scenario["reports"] if "then" in one]
        self.assertTrue(moved and all(one["then"] != one["is"] for one in moved), "nothing would show the change")
        change = scenario["change"]
        found = self.ok(change["at"], "query", change["find"].format(**self.ids))["rows"]
        self.assertEqual(len(found), 1, change["find"])
        for words in change["do"]:
            self.ok(change["at"], *[word.format(id=found[0][0]) for word in words])
        self.gather(laptops)
        self.check(moved, "then", "hq")


def main(words):
    if words[:1] == ["--list"]:
        for row in ROWS:
            print("%2d  %s\n    %s" % (row, scenario_of(row)["name"], scenario_of(row)["says"]))
        return 0
    first, last = (int(words[0]), int(words[-1])) if words else (ROWS[0], ROWS[-1])
    suite = unittest.TestSuite(Programme(row) for row in ROWS if first <= row <= last)
    return 0 if unittest.TextTestRunner(verbosity=2).run(suite).wasSuccessful() and suite.countTestCases() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
