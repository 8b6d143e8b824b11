"""What goes out: real XLSX with the right types, CSV that no spreadsheet runs, JSON lines, GeoJSON; and home again."""

import csv
import json
import os
import resource
import signal
import subprocess
import unittest
import xml.etree.ElementTree
import zipfile

import fleet
from fleet import NOT_FOUND, USAGE

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
TIME = "2022-07-14T08:01:26+08:00"


class Workbook:
    """An XLSX file, read with nothing but the standard library: {sheet: [[(type, value, number format)]]}."""

    def __init__(self, path):
        self.archive = zipfile.ZipFile(path)
        assert self.archive.testzip() is None
        self.formats = self.number_formats()
        relations = {one.get("Id"): one.get("Target") for one in self.parse("xl/_rels/workbook.xml.rels")}
        self.sheets = {}
        for sheet in self.parse("xl/workbook.xml").iter(MAIN + "sheet"):
            self.sheets[sheet.get("name")] = self.rows("xl/" + relations[sheet.get(RELATION)])

    def parse(self, name):
        return xml.etree.ElementTree.fromstring(self.archive.read(name))

    def number_formats(self):
        styles = self.parse("xl/styles.xml")
        own = {one.get("numFmtId"): one.get("formatCode") for one in styles.iter(MAIN + "numFmt")}
        builtin = {"0": "General", "1": "0", "2": "0.00", "49": "@"}
        cells = styles.find(MAIN + "cellXfs")
        return [own.get(one.get("numFmtId"), builtin.get(one.get("numFmtId"))) for one in cells]

    def rows(self, part):
        sheet = self.parse(part)
        assert not list(sheet.iter(MAIN + "f")), "a live formula in " + part
        rows = []
        for row in sheet.iter(MAIN + "row"):
            cells = {}
            for cell in row:
                column = "".join(c for c in cell.get("r") if c.isalpha())
                if cell.get("t") == "inlineStr":
                    value = ("text", "".join(text.text or "" for text in cell.iter(MAIN + "t")))
                else:
                    assert cell.get("t") in (None, "n"), cell.get("t")
                    value = ("number", float(cell.find(MAIN + "v").text))
                cells[column] = value + (self.formats[int(cell.get("s", "0"))],)
            rows.append(cells)
        return rows

    def records(self, sheet):
        """The rows below the headings, by heading."""
        headings = {column: cell[1] for column, cell in self.sheets[sheet][0].items()}
        return [{headings[column]: cell for column, cell in row.items()} for row in self.sheets[sheet][1:]]


class Exports(fleet.Fleet):
    def setUp(self):
        super().setUp()
        self.found()
        self.ok("hq", "add", "site", "code=007", "name=中心站", "lat=33.886225", "lon=116.80251", "roles=station",
                "roles=water")
        self.ok("hq", "add", "site", "code=S002", "name==1+1", "zone=360")
        self.ok("hq", "add", "item", "code=W550", "name=瓶装水", "value=250")
        self.visit = self.ok("hq", "visit", "--site", "007", "--trade", "rider", "--person-times", "12", "--time", TIME,
                             "--give", "W550=24", "--note", "-补水, \"冰\"\n两箱")["id"]
        self.ok("hq", "visit", "--site", "S002", "--person-times", "3", "--precision", "about", "--time",
                "2022-07-15T00:30:00+08:00", "--give", "W550=5")

    def out(self, name, *more, **options):
        path = self.folder / name
        return path, self.ok("hq", "export", path, *more, **options)

    def table(self, path):
        raw = path.read_bytes()
        self.assertTrue(raw.startswith(b"\xef\xbb\xbf"))
        self.assertNotIn(b"\n", raw.replace(b"\r\n", b"").replace("冰\"\"\n".encode(), b""))
        with open(path, encoding="utf-8-sig", newline="") as stream:
            return list(csv.DictReader(stream))

    def test_a_workbook_has_chinese_headings_types_and_moves_on_a_sheet_of_their_own(self):
        path, report = self.out("out.xlsx", "event", "site", "item", "--lang", "zh")
        self.assertEqual([(one["collection"], one["rows"]) for one in report["sheets"]],
                         [("event", 2), ("site", 2), ("item", 1), ("move", 2)])
        book = Workbook(path)
        self.assertEqual(list(book.sheets), ["服务记录", "站点", "物资", "流转"])
        first, second = book.records("服务记录")
        self.assertEqual(first["记录号"], ("text", self.visit, "@"))
        self.assertEqual(first["类型"][:2], ("text", "走访"))
        self.assertEqual(first["工种"][:2], ("text", "外卖"))
        self.assertEqual(first["站点"], ("text", "007", "@"))
        self.assertEqual(first["人次"], ("number", 12.0, "0"))
        self.assertEqual(first["备注"][:2], ("text", "-补水, \"冰\"\n两箱"))
        # 2022-07-14 is day 44756 of Excel.
        kind, serial, shown = first["时间"]
        self.assertEqual((kind, shown), ("number", "yyyy-mm-dd hh:mm:ss"))
        self.assertAlmostEqual(serial, 44756 + (8 * 3600 + 86) / 86400, places=7)
        self.assertEqual(first["工作日"], ("number", 44756.0, "yyyy-mm-dd"))
        self.assertNotIn("精度", first)
        self.assertEqual(second["精度"][:2], ("text", "约"))
        # By the clocks of its site, two hours behind: still the day before.
        self.assertAlmostEqual(second["时间"][1], 44756 + 22.5 / 24, places=7)
        self.assertEqual(second["工作日"][1], 44756.0)
        moves = book.records("流转")
        self.assertEqual(moves[0]["服务记录"][1], self.visit)
        self.assertEqual(moves[0]["数量"], ("number", 24.0, "0"))
        self.assertEqual(moves[0]["所在站点"][1], "007")
        sites = book.records("站点")
        self.assertEqual(sites[0]["纬度"][:2], ("number", 33.886225))
        self.assertEqual(sites[0]["类别"][1], "驿站;取水点")
        self.assertIn(("text", "=1+1", "@"), sites[1].values())
        self.assertEqual(book.records("物资")[0]["单价(元)"], ("number", 2.5, "0.00"))

    def test_texts_that_xml_cannot_hold_are_escaped_once(self):
        self.ok("hq", "add", "event", "type=note", "time=" + TIME, "note=a\x01_x0041_\rz <&>")
        path, _ = self.out("odd.xlsx", "event", "--lang", "en")
        self.assertEqual(Workbook(path).records("event")[-1]["note"][1], "a_x0001__x005F_x0041__x000D_z <&>")

    def test_csv_runs_no_formula_and_quotes_what_it_must(self):
        path, _ = self.out("out.csv", "event", "site", "--codes")
        events = self.table(self.folder / "out-event.csv")
        self.assertFalse(path.exists())
        self.assertEqual(events[0]["note"], "'-补水, \"冰\"\n两箱")
        self.assertEqual(events[0]["time"], TIME)
        self.assertEqual((events[0]["type"], events[0]["site"]), ("visit", "007"))
        sites = self.table(self.folder / "out-site.csv")
        self.assertEqual([one["name_zh"] for one in sites], ["中心站", "'=1+1"])
        self.assertEqual(sites[0]["roles"], "station;water")
        for file in self.folder.glob("out-*.csv"):
            for row in csv.reader(file.read_text(encoding="utf-8-sig").splitlines(keepends=True)):
                for cell in row:
                    self.assertFalse(cell[:1] in ("=", "+", "@", "\t", "\r") or cell[:2] == "-补", cell)

    def test_json_lines_say_what_the_list_says(self):
        path, _ = self.out("out.jsonl", "visit")
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        listed = self.ok("hq", "list", "visit")["records"] + self.ok("hq", "list", "handout")["records"]
        self.assertEqual(len(lines), len(listed))
        for line, record in zip(lines, listed):
            for key in ("id", "collection", "who", "fields", "void", "counts"):
                self.assertEqual(line[key], record[key])

    def test_a_map_of_sites_leaves_out_those_without_a_place(self):
        path, report = self.out("sites.geojson")
        self.assertEqual(report["without_place"], 1)
        found = json.loads(path.read_text(encoding="utf-8"))
        self.assertEqual(found["type"], "FeatureCollection")
        self.assertEqual(found["features"][0]["geometry"], {"type": "Point", "coordinates": [116.80251, 33.886225]})
        self.assertEqual(found["features"][0]["properties"]["code"], "007")
        self.refused(USAGE, "hq", "export", self.folder / "x.geojson", "event")

    def test_days_sites_and_what_does_not_count(self):
        self.assertEqual([one["rows"] for one in self.out("a.jsonl", "event", "--day", "2022-07-14")[1]["sheets"]], [2, 2])
        self.assertEqual([one["rows"] for one in self.out("a.jsonl", "event", "--from", "2022-07-15")[1]["sheets"]], [0, 0])
        self.assertEqual([one["rows"] for one in self.out("a.jsonl", "event", "--site", "S002")[1]["sheets"]], [1, 1])
        self.ok("hq", "void", self.visit, "--reason", "录重了")
        _, report = self.out("b.csv", "event", "--codes")
        self.assertEqual(([one["rows"] for one in report["sheets"]], report["outside"]), ([1, 1], 2))
        _, report = self.out("c.csv", "event", "--codes", "--all")
        self.assertEqual([one["rows"] for one in report["sheets"]], [2, 2])
        voided = self.table(self.folder / "c-event.csv")[0]
        self.assertEqual((voided["outside_because"], voided["void_reason"]), ("void", "录重了"))
        self.assertEqual(self.table(self.folder / "c-move.csv")[0]["outside_because"], "void")

    def test_own_fields_go_out_with_their_labels(self):
        self.ok("hq", "field", "add", "event", "mood", "--type", "text", "--zh", "心情")
        self.ok("hq", "add", "event", "type=note", "time=" + TIME, "mood=好")
        path, _ = self.out("own.csv", "event", "--lang", "zh")
        self.assertEqual(self.table(self.folder / "own-event.csv")[-1]["心情"], "好")

    def test_what_cannot_be_written_is_refused_and_leaves_the_older_file(self):
        for words, code in ((("out.ods",), USAGE), (("out.xlsx", "nothing"), USAGE), (("none/out.xlsx",), NOT_FOUND),
                            (("out.xlsx", "site", "--day", "2022-07-14"), USAGE),
                            (("out.xlsx", "event", "--day", "yesterday"), USAGE),
                            (("out.xlsx", "event", "--from", "2022-07-15", "--to", "2022-07-14"), USAGE)):
            with self.subTest(words=words):
                self.refused(code, "hq", "export", self.folder / words[0], *words[1:])
        self.assertEqual(list(self.folder.glob("out*")), [])
        older = self.write("older.xlsx", "older")
        os.link(older, self.folder / "kept.xlsx")
        self.ok("hq", "export", older, "site")
        self.assertEqual((self.folder / "kept.xlsx").read_text(), "older")  # replaced, never written over

    def test_a_full_disk_is_said_and_leaves_no_half_file(self):
        self.refused(USAGE, "hq", "export", "/dev/full", "site")
        lines = ["code,name"] + ["S%05d,站点%05d" % (i, i) for i in range(2000)]
        self.ok("hq", "import", self.write("sites.csv", "\n".join(lines) + "\n"), "--as", "site")
        whole, _ = self.out("whole.xlsx", "site")
        sheet = len(zipfile.ZipFile(whole).read("xl/worksheets/sheet1.xml"))
        # A limit on the size of files stands for a disk without room. The last two are met only by the copy of the
        # rows that the library makes when it packs them.
        for name, limit in (("big.csv", 60_000), ("big.jsonl", 60_000), ("big.xlsx", 60_000), ("big.xlsx", sheet - 300),
                            ("big.xlsx", sheet - 1)):
            with self.subTest(name=name, limit=limit):
                done = subprocess.run(self.command("hq", "export", self.folder / name, "site", as_json=False),
                                      env=self.environment, capture_output=True, cwd=self.folder,
                                      preexec_fn=lambda: (signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
                                                          resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))))
                self.assertEqual(done.returncode, fleet.FAILED)
                self.assertIn("no half file stays behind", done.stderr.decode())
                self.assertEqual(list(self.folder.glob("big*")), [])


if __name__ == "__main__":
    unittest.main()
