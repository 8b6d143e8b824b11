"""Import rules: what is new counts once, a bad row is named and the others go in, a missing column imports nothing."""

import shutil
import unittest

import fleet
from fleet import REFUSED, USAGE

HEADER = "visit,time,site,trade,person_times,item,qty,voucher,note"
TIME = "2022-07-14T09:00:00+08:00"
DAY = "2022-07-14"


def rows(*lines):
    return "\n".join((HEADER,) + lines) + "\n"


class Imports(fleet.Fleet):
    def setUp(self):
        super().setUp()
        self.found()

    def bring(self, path, *more, home="hq", as_="handout", exit_code=0):
        run = self.run_karez(home, "import", path, "--as", as_, *more)
        self.assertEqual(run.exit, exit_code, run)
        return run.json

    def counts(self, report):
        return report["visits"], report["lines"], report["refused"]

    def test_again_adds_nothing_and_grown_by_a_line_adds_that_line(self):
        first = rows("1,%s,S001,rider,3,W550,2,," % TIME, "1,%s,S001,rider,,TOWEL,1,," % TIME)
        path = self.write("day.csv", first)
        self.assertEqual(self.counts(self.bring(path)), (1, 2, []))
        before = self.dump("hq")
        self.assertEqual(self.counts(self.bring(path)), (0, 0, []))
        self.assertEqual(self.dump("hq"), before)
        # A further handout of the same visit, and a further visit.
        self.write("day.csv", first + "1,%s,S001,rider,,HXZQ,4,,\n2,%s,S002,san,5,W550,6,,\n" % (TIME, TIME))
        self.assertEqual(self.counts(self.bring(path)), (1, 2, []))
        day = self.ok("hq", "day", DAY)
        self.assertEqual((day["visits"], day["person_times"], day["items"]), (2, 8, {"HXZQ": 4, "TOWEL": 1, "W550": 8}))
        # A line put in the middle.
        lines = path.read_text().splitlines()
        lines.insert(2, "1,%s,S001,rider,,TOWEL,7,," % TIME)
        self.write("day.csv", "\n".join(lines) + "\n")
        self.assertEqual(self.counts(self.bring(path)), (0, 1, []))
        self.assertEqual(self.ok("hq", "day", DAY)["items"]["TOWEL"], 8)

    def test_equal_rows_are_separate_handouts_and_still_count_once_each(self):
        line = "1,%s,S001,rider,3,W550,2,," % TIME
        path = self.write("day.csv", rows(line, line, line))
        self.assertEqual(self.counts(self.bring(path)), (1, 3, []))
        self.write("day.csv", rows(line, line, line, line))
        self.assertEqual(self.counts(self.bring(path)), (0, 1, []))
        day = self.ok("hq", "day", DAY)
        self.assertEqual((day["visits"], day["person_times"], day["items"]), (1, 3, {"W550": 8}))

    def test_the_same_rows_under_another_source_are_other_handouts(self):
        path = self.write("day.csv", rows("1,%s,S001,rider,3,W550,2,," % TIME))
        self.bring(path)
        self.assertEqual(self.counts(self.bring(path, "--source", "other")), (1, 1, []))
        # The base name is the source: the same file from another folder, or named, is the same file.
        copy = self.folder / "stick" / "day.csv"
        copy.parent.mkdir()
        shutil.copy(path, copy)
        self.assertEqual(self.counts(self.bring(copy)), (0, 0, []))
        self.assertEqual(self.counts(self.bring(copy, "--source", "day.csv")), (0, 0, []))

    def test_one_file_on_two_replicas_counts_once(self):
        relay = self.start_relay()
        for laptop in ("l1", "l2"):
            self.enlist(laptop)
            self.ok(laptop, "import", fleet.FIXTURES / "huaibei-day" / "laptops" / "laptop-01.csv", "--as", "handout")
        for home in ("l1", "l2", "hq", "l1", "l2"):
            self.ok(home, "sync", "--relay", relay.url)
        for home in ("hq", "l1", "l2"):
            day = self.ok(home, "day", DAY)
            self.assertEqual((day["visits"], day["lines"], day["person_times"]), (28, 43, 308) if "lines" in day else None)
            self.assertEqual(day["duplicate_records"], 28 + 43)
        self.assert_alike(["hq", "l1", "l2"])
        # And a third time, where both are known already.
        self.assertEqual(self.counts(self.bring(fleet.FIXTURES / "huaibei-day" / "laptops" / "laptop-01.csv")), (0, 0, []))

    def test_one_file_grown_on_one_of_two_replicas_keeps_its_visit_together(self):
        relay = self.start_relay()
        first = rows("1,%s,S001,rider,3,W550,2,," % TIME)
        for laptop, text in (("l1", first), ("l2", first + "1,%s,S001,rider,,TOWEL,5,,\n" % TIME)):
            self.enlist(laptop)
            self.bring(self.write(laptop + "/day.csv", text), home=laptop)
        for home in ("l1", "l2", "hq", "l1", "l2"):
            self.ok(home, "sync", "--relay", relay.url)
        for home in ("hq", "l1", "l2"):
            day = self.ok(home, "day", DAY)
            self.assertEqual((day["visits"], day["person_times"], day["items"]), (1, 3, {"TOWEL": 5, "W550": 2}), home)

    def test_what_was_voided_or_put_right_stays_so_when_its_file_comes_again(self):
        path = self.write("day.csv", rows("1,%s,S001,rider,3,W550,2,," % TIME, "2,%s,S002,san,5,TOWEL,1,,x" % TIME,
                                          "2,%s,S002,san,,W550,7,," % TIME))
        self.bring(path)
        one, two = self.ok("hq", "list")["records"]
        towel = [record for record in self.ok("hq", "list", "handout")["records"] if record["fields"]["item"] == "TOWEL"][0]
        self.ok("hq", "void", one["id"], "--reason", "重")
        self.ok("hq", "void", towel["id"], "--reason", "没发")
        self.ok("hq", "edit", two["id"], "person_times=6", "note=改过")
        before = self.dump("hq")
        self.assertEqual(self.counts(self.bring(path)), (0, 0, []))
        self.assertEqual(self.dump("hq"), before)
        day = self.ok("hq", "day", DAY)
        self.assertEqual((day["visits"], day["person_times"], day["items"]), (1, 6, {"W550": 7}))

    def test_bad_rows_are_named_and_the_others_go_in(self):
        bad = {
            2: "1,%s,S001,rider,,W550,-4,," % TIME,            # a negative quantity
            3: "2,%s,S001,wizard,2,W550,1,," % TIME,           # no such trade
            4: "3,the day before,S001,rider,2,W550,1,,",       # no time
            5: "4,%s,S001,rider,minus,W550,1,," % TIME,        # no number
            6: "5,%s,S001,rider,2,W550,1," % TIME,             # a cell too few
            7: "6,%s,S001,rider,2,W550,1,,,," % TIME,          # too many
            8: "7,%s,S001,rider,2,,1,," % TIME,                # a quantity of nothing
            9: "8,%s,S001,rider,2,W550,,," % TIME,             # nothing of an item
            10: "9,%s,S001,rider,2,W550,99999999999999,," % TIME,
            11: ",%s,S001,rider,2,W550,1,," % TIME,            # no visit number
            12: "10,%s,S001,rider,-2,W550,1,," % TIME,
            13: "11,%s,S001,rider,2,W550,1.5,," % TIME,
        }
        good = "1,%s,S001,rider,3,W550,2,," % TIME
        path = self.write("day.csv", rows(good, *[bad[n] for n in sorted(bad)], "20,%s,S002,san,5,TOWEL,1,," % TIME))
        report = self.bring(path, exit_code=REFUSED)
        self.assertEqual([one["row"] for one in report["refused"]], sorted(bad))
        for one in report["refused"]:
            self.assertEqual(set(one), {"row", "reason"})
            self.assertTrue(one["reason"])
        reasons = {one["row"]: one["reason"] for one in report["refused"]}
        self.assertIn("qty", reasons[2])
        self.assertIn("trade", reasons[3])
        self.assertIn("time", reasons[4])
        self.assertIn("person_times", reasons[5])
        day = self.ok("hq", "day", DAY)
        self.assertEqual(day["items"], {"TOWEL": 1, "W550": 2})
        # Put right, the file adds what was refused, and only that.
        fixed = {n: "30,%s,S001,rider,2,W550,1,," % TIME for n in bad}
        self.write("day.csv", rows(good, *[fixed[n] for n in sorted(bad)], "20,%s,S002,san,5,TOWEL,1,," % TIME))
        report = self.bring(path)
        self.assertEqual((report["visits"], report["lines"]), (1, 12))

    def test_a_missing_column_imports_nothing(self):
        for missing in ("visit", "time", "site", "trade", "person_times", "item", "qty"):
            names = [name for name in HEADER.split(",") if name != missing]
            cells = dict(zip(HEADER.split(","), ["1", TIME, "S001", "rider", "3", "W550", "2", "", ""]))
            path = self.write("x.csv", ",".join(names) + "\n" + ",".join(cells[name] for name in names) + "\n")
            self.assertIn(missing, self.refused(REFUSED, "hq", "import", path, "--as", "handout"))
        self.assertIn("twice", self.refused(REFUSED, "hq", "import", self.write("x.csv", HEADER + ",qty\n"), "--as", "handout"))
        path = self.write("sites.csv", "name,role\n甲,station\n")
        self.assertIn("code", self.refused(REFUSED, "hq", "import", path, "--as", "site"))
        self.assertEqual(self.ok("hq", "list")["records"], [])
        self.assertEqual(self.ok("hq", "list", "site")["records"], [])

    def test_files_that_are_no_csv_are_refused_and_nothing_is_imported(self):
        good = rows("1,%s,S001,rider,3,W550,2,," % TIME)
        for name, data in (("empty", b""), ("only a mark", b"\xef\xbb\xbf"), ("unclosed", (good + '2,"' + TIME).encode()),
                           ("binary", bytes(range(256)) * 40)):
            with self.subTest(name):
                run = self.run_karez("hq", "import", self.write("bad.csv", data), "--as", "handout")
                self.assertEqual(run.exit, REFUSED, run)
        self.assertEqual(self.ok("hq", "list")["records"], [])
        self.refused(USAGE, "hq", "import", self.write("x.csv", good), "--as", "dragons")

    def test_byte_order_mark_line_ends_quotes_and_blank_lines(self):
        text = rows('1,%s,S001,rider,3,W550,2,,"一, 二\n""三"""' % TIME, "", "2,%s,S002,san,5,TOWEL,1,,x" % TIME)
        plain = self.write("a/day.csv", text)
        self.assertEqual(self.counts(self.bring(plain)), (2, 2, []))
        notes = {record["fields"]["note"] for record in self.ok("hq", "list")["records"]}
        self.assertEqual(notes, {'一, 二\n"三"', "x"})
        # The same file with a mark in front, without a last line end, with CRLF outside of the cells: the same rows.
        for name, data in (("mark", "\ufeff" + text), ("no end", text.rstrip("\n")),
                           ("quoted", text.replace("S002", '"S002"'))):
            with self.subTest(name):
                self.assertEqual(self.counts(self.bring(self.write("b/day.csv", data))), (0, 0, []))
        crlf = rows("1,%s,S001,rider,3,W550,2,,y" % TIME, "2,%s,S002,san,5,TOWEL,1,,z" % TIME).replace("\n", "\r\n")
        self.assertEqual(self.counts(self.bring(self.write("c.csv", "\ufeff" + crlf))), (2, 2, []))
        self.assertEqual({record["fields"]["note"] for record in self.ok("hq", "list")["records"]},
                         {'一, 二\n"三"', "x", "y", "z"})

    def test_standard_input_and_columns_in_another_order(self):
        text = "qty,item,person_times,trade,site,time,visit\n4,W550,2,rider,S001,%s,1\n" % TIME
        run = self.run_karez("hq", "import", "-", "--as", "handout", stdin=text)
        self.assertEqual(self.counts(run.json), (1, 1, []))

    def test_lists_again_changed_and_with_bad_rows(self):
        path = self.write("sites.csv", "code,name,role,district\nS001,甲,station,东\nS002,乙,water,西\n")
        report = self.bring(path, as_="site")
        self.assertEqual((report["records"], report["updated"], report["refused"]), (2, 0, []))
        before = self.dump("hq")
        report = self.bring(path, as_="site")
        self.assertEqual((report["records"], report["updated"]), (0, 0))
        self.assertEqual(self.dump("hq"), before)
        self.write("sites.csv", "code,name,role,district\nS001,甲新,station,东\nS002,乙,castle,西\n,无,water,南\nS003,丙,water,北\n")
        report = self.bring(path, as_="site", exit_code=REFUSED)
        self.assertEqual((report["records"], report["updated"]), (1, 1))
        self.assertEqual([one["row"] for one in report["refused"]], [2, 3])
        names = {one["fields"]["code"]: one["fields"]["name_zh"] for one in self.ok("hq", "list", "site")["records"]}
        self.assertEqual(names, {"S001": "甲新", "S002": "乙", "S003": "丙"})

    def test_a_quantity_or_person_times_of_zero_and_a_visit_without_handouts(self):
        path = self.write("day.csv", rows("1,%s,S001,rider,0,,,," % TIME, "2,%s,S001,rider,4,W550,0,," % TIME))
        report = self.bring(path)
        self.assertEqual(report["refused"], [])
        day = self.ok("hq", "day", DAY)
        self.assertEqual((day["visits"], day["person_times"], day["items"].get("W550", 0)), (2, 4, 0))

    def test_a_big_file_goes_in_within_reason(self):
        count = fleet.scaled(5000, 300)
        path = self.write("big.csv", rows(*["%d,%s,S001,rider,1,W550,1,,n%d" % (n, TIME, n) for n in range(count)]))
        run = self.run_karez("hq", "import", path, "--as", "handout")
        self.assertEqual(self.counts(run.json), (count, count, []))
        again = self.run_karez("hq", "import", path, "--as", "handout")
        self.assertEqual(self.counts(again.json), (0, 0, []))
        day = self.run_karez("hq", "day", DAY)
        self.assertEqual(day.json["items"], {"W550": count})
        print("import of %d rows: %.1f s, again: %.1f s, day: %.2f s" % (count, run.seconds, again.seconds, day.seconds))
        self.assertLess(run.seconds, 60 * fleet.SLOWNESS)


if __name__ == "__main__":
    unittest.main()
