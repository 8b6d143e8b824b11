"""What coordinators bring: tables of any encoding and workbooks, mapped, looked at before, refused row by row, taken back."""

import csv
import io
import unittest
import zipfile

import fleet
from fleet import NOT_FOUND, REFUSED, USAGE

IMPORTS = fleet.FIXTURES / "imports"
HEADER = "visit,time,site,trade,person_times,item,qty,voucher,note"
TIME = "2022-07-14T09:00:00+08:00"
DAY = "2022-07-14"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def sheet_xml(cells, tail=""):
    return '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="%s"><sheetData>%s</sheetData>%s</worksheet>' % (MAIN, cells, tail)


def workbook(sheets, shared=(), formats=(), is_1904=False, compression=zipfile.ZIP_DEFLATED):
    """An XLSX file as Excel lays it out. sheets: (name, state, XML of the part); formats: number format codes by style from 1."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        archive.writestr("_rels/.rels", '<Relationships xmlns="%s"><Relationship Id="rId1" Type="%s/officeDocument" '
                         'Target="xl/workbook.xml"/></Relationships>' % (PACKAGE, OFFICE))
        archive.writestr("xl/workbook.xml", '<workbook xmlns="%s" xmlns:r="%s"><workbookPr date1904="%d"/><sheets>%s</sheets></workbook>' % (
            MAIN, OFFICE, is_1904, "".join('<sheet name="%s" sheetId="%d" state="%s" r:id="rId%d"/>' % (name, n, state, n)
                                           for n, (name, state, _) in enumerate(sheets, 1))))
        relations = ['<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>' % (n, OFFICE, n)
                     for n in range(1, len(sheets) + 1)]
        relations.append('<Relationship Id="rIdS" Type="%s/sharedStrings" Target="sharedStrings.xml"/>' % OFFICE)
        relations.append('<Relationship Id="rIdT" Type="%s/styles" Target="/xl/styles.xml"/>' % OFFICE)
        archive.writestr("xl/_rels/workbook.xml.rels", '<Relationships xmlns="%s">%s</Relationships>' % (PACKAGE, "".join(relations)))
        archive.writestr("xl/sharedStrings.xml", '<sst xmlns="%s">%s</sst>' % (MAIN, "".join("<si>%s</si>" % one for one in shared)))
        archive.writestr("xl/styles.xml", '<styleSheet xmlns="%s"><numFmts>%s</numFmts><cellXfs><xf numFmtId="0"/>%s</cellXfs></styleSheet>' % (
            MAIN, "".join('<numFmt numFmtId="%d" formatCode="%s"/>' % (200 + n, code) for n, code in enumerate(formats)),
            "".join('<xf numFmtId="%d"/>' % (200 + n) for n in range(len(formats)))))
        for n, (_, _, xml) in enumerate(sheets, 1):
            archive.writestr("xl/worksheets/sheet%d.xml" % n, xml)
    return out.getvalue()


def inline(*rows):
    """Rows of inline texts as the XML of a sheet."""
    return sheet_xml("".join("<row>%s</row>" % "".join('<c t="inlineStr"><is><t>%s</t></is></c>' % cell for cell in row) for row in rows))


class Spreadsheets(fleet.Fleet):
    def setUp(self):
        super().setUp()
        self.found()

    def bring(self, path, *more, exit_code=0, home="hq"):
        run = self.run_karez(home, "import", path, *more)
        self.assertEqual(run.exit, exit_code, run)
        return run.json

    def sites(self, home="hq"):
        return {one["fields"]["code"]: one["fields"] for one in self.ok(home, "list", "site")["records"]}

    def test_encodings_line_ends_and_separators_are_recognised(self):
        lines = ["编号,名称,区域", "S%d,甲站,一", "S%d,乙站,"]
        ways = {"utf-8": ("utf-8", "\n", ","), "utf-8-sig": ("utf-8-sig", "\r\n", ";"), "gbk": ("gbk", "\r\n", ","),
                "gb18030": ("gb18030", "\n", "\t"), "utf-16": ("utf-16", "\r\n", "\t"), "cr": ("utf-8", "\r", ",")}
        for n, (name, (encoding, end, separator)) in enumerate(ways.items()):
            with self.subTest(name):
                text = end.join([lines[0], lines[1] % (2 * n), lines[2] % (2 * n + 1)]).replace(",", separator) + end
                report = self.bring(self.write(name + ".csv", text.encode(encoding)), "--as", "site")
                self.assertEqual((report["records"], report["refused"]), (2, []))
        names = [site["name_zh"] for _, site in sorted(self.sites().items())]
        self.assertEqual((names.count("甲站"), names.count("乙站")), (6, 6))
        for name, data in (("neither", "编号,名称\nS90,\xff\xff\n".encode("latin-1", "replace") + b"\xff\xff\n"), ("zero", b"\xff,\0\n")):
            self.assertIn("line", self.refused(REFUSED, "hq", "import", self.write(name + ".csv", data), "--as", "site"))

    def test_files_of_libreoffice(self):
        report = self.bring(IMPORTS / "libreoffice-sites.xlsx", "--as", "site")
        self.assertEqual((report["records"], report["refused"]), (2, []))
        self.assertEqual(self.sites()["S001"]["name_zh"], "东门驿站")
        report = self.bring(IMPORTS / "libreoffice-day.xlsx", "--as", "handout", exit_code=REFUSED)
        self.assertEqual((report["visits"], report["lines"], [one["row"] for one in report["refused"]]), (2, 3, [5]))
        day = self.ok("hq", "day", DAY)
        self.assertEqual((day["visits"], day["person_times"], day["items"]), (2, 8, {"TOWEL": 1, "W550": 8}))
        self.assertEqual(self.bring(IMPORTS / "libreoffice-day.xlsx", "--as", "handout", exit_code=REFUSED)["lines"], 0)

    def test_a_workbook_in_the_layout_of_excel(self):
        shared = ["<t>类型</t>", "<t>时间</t>", "<t>人次</t>", "<t>备注</t>", "<t>visit</t>",
                  '<r><t>富</t></r><r><rPr><b/></rPr><t xml:space="preserve">文本</t></r><rPh sb="0" eb="1"><t>fu</t></rPh>']
        cells = ('<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>2</v></c><c r="D1" t="s"><v>3</v></c></row>'
                 '<row r="3" hidden="1"><c r="A3" t="s"><v>4</v></c><c r="B3" s="1"><v>43294.375</v></c><c r="C3"><f>1+2</f><v>3</v></c>'
                 '<c r="D3" t="s"><v>5</v></c></row>'
                 '<row r="4"><c r="A4" t="str"><f>A3</f><v>visit</v></c><c r="B4" s="2"><v>43294</v></c><c r="C4"><v>4</v></c>'
                 '<c r="D4" t="inlineStr"><is><t>a_x000D_b</t></is></c></row>'
                 '<row r="5"><c r="A5" t="s"><v>4</v></c><c r="B5" t="e"><v>#N/A</v></c></row>'
                 '<row r="6"><c r="A6" t="s"><v>4</v></c><c r="B6" s="1"><v>43294</v></c><c r="D6"><v>110101199003071234</v></c></row>'
                 '<row r="7"><c r="A7" t="s"><v>4</v></c><c r="B7" s="1"><v>43294</v></c><c r="F7"><v>1</v></c></row>')
        data = workbook([("封面", "hidden", inline(["不读"], ["x"])), ("空", "visible", sheet_xml("")),
                         ("服务", "visible", sheet_xml(cells, '<mergeCells><mergeCell ref="A3:A4"/></mergeCells>'))],
                        shared, ["yyyy/m/d\\ h:mm", "yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"], is_1904=True)
        path = self.write("book.xlsx", data)
        report = self.bring(path, "--as", "event", exit_code=REFUSED)
        self.assertEqual((report["records"], [one["row"] for one in report["refused"]]), (2, [5, 6, 7]))
        for row, word in zip(report["refused"], ("B5", "15", "F7")):
            self.assertIn(word, row["reason"])
        self.assertEqual((report["file"]["sheet"], report["file"]["hidden_rows"], report["file"]["merged_cells"]), ("服务", 1, 1))
        found = {one["fields"]["note"]: one["fields"] for one in self.ok("hq", "list", "event")["records"]}
        # 1904: 43294.375 is 2022-07-14 09:00.
        self.assertTrue(found["富文本"]["time"].startswith("2022-07-14T09:00:00"), found)
        self.assertEqual(found["富文本"]["person_times"], 3)
        self.assertTrue(found["a\rb"]["time"].startswith("2022-07-14T00:00:00"), found)
        self.assertIn("服务", self.refused(NOT_FOUND, "hq", "import", path, "--as", "event", "--sheet", "无"))
        self.refused(REFUSED, "hq", "import", path, "--as", "event", "--sheet", "封面", "--preview")

    def test_workbooks_that_are_none(self):
        good = inline(["code", "name"], ["S1", "x"])
        bomb = sheet_xml("<row>" + "<c><v>1</v></c>" * 20000 + "</row>")
        doctype = '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + good.split("?>")[1]
        book = workbook([("a", "visible", good)])
        for name, data in (("cut", book[:len(book) // 2]), ("zip", b"PK\x03\x04" + bytes(100)), ("old", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
                           ("entities", workbook([("a", "visible", doctype)])), ("wide", workbook([("a", "visible", bomb)])),
                           ("broken", workbook([("a", "visible", good[:-9])])), ("empty", workbook([("a", "visible", sheet_xml(""))])),
                           ("far", workbook([("a", "visible", sheet_xml('<row r="9999999"><c><v>1</v></c></row>'))])),
                           ("texts", workbook([("a", "visible", sheet_xml('<row><c t="s"><v>9</v></c></row>'))]))):
            with self.subTest(name):
                self.assertIn("nothing was imported", self.refused(REFUSED, "hq", "import", self.write("x.xlsx", data), "--as", "site"))
        self.assertEqual(self.sites(), {})

    def test_headings_by_label_and_cells_as_people_write_them(self):
        path = self.write("e.csv", "类型, 时 间 ,人次,Trade,备注\n走访,2022/7/14 9:05,１２,Ride-hail,'=1+1\nvisit,2022年7月14日 10:00,\"1,200\",rider,x\n")
        report = self.bring(path, "--as", "event")
        self.assertEqual((report["records"], report["refused"]), (2, []))
        found = {one["fields"]["note"]: one["fields"] for one in self.ok("hq", "list", "event")["records"]}
        self.assertEqual(found["=1+1"]["person_times"], 12)
        self.assertEqual((found["=1+1"]["trade"], found["x"]["person_times"]), ("hail", 1200))
        self.assertTrue(found["x"]["time"].startswith("2022-07-14T10:00:00"))

    def test_a_preview_records_nothing_and_says_what_would_be(self):
        path = self.write("s.csv", "编号,名称,类别\nS1,甲,station\nS2,乙,castle\n")
        before = self.dump("hq")
        report = self.bring(path, "--as", "site", "--preview")
        self.assertEqual((report["preview"], report["records"], [one["row"] for one in report["refused"]]), (True, 1, [2]))
        self.assertEqual([(one["column"], one["field"]) for one in report["columns"]],
                         [("编号", "code"), ("名称", "name_zh"), ("类别", "roles")])
        self.assertEqual(report["samples"], [{"collection": "site", "fields": {"code": "S1", "name_zh": "甲", "roles": ["station"]}}])
        self.assertNotIn("import", report)
        day = self.write("day.csv", "\n".join([HEADER, "1,%s,S1,rider,3,W550,2,,x" % TIME]) + "\n")
        self.assertEqual(self.bring(day, "--as", "handout", "--preview")["lines"], 1)
        self.assertEqual(self.dump("hq"), before)
        self.assertIn("颜色", self.refused(REFUSED, "hq", "import", self.write("t.csv", "编号,颜色\nS1,红\n"), "--as", "site", "--preview"))
        self.refused(USAGE, "hq", "import", path)
        self.refused(USAGE, "hq", "import")

    def test_refused_rows_come_back_mended(self):
        path = self.write("s.csv", "编号,名称,开始\nC1,甲,2022-07-14\nC2,\"乙,丙\",昨天\nC3,=1,2022-02-30\n".encode("gbk"))
        out = self.folder / "refused.csv"
        report = self.bring(path, "--as", "campaign", "--refused", out, exit_code=REFUSED)
        self.assertEqual((report["records"], report["refused_file"]), (1, str(out)))
        rows = list(csv.reader(io.StringIO(out.read_bytes().decode("utf-8-sig"))))
        self.assertEqual([row[:3] for row in rows], [["编号", "名称", "开始"], ["C2", "乙,丙", "昨天"], ["C3", "'=1", "2022-02-30"]])
        self.assertEqual([row[3] for row in rows[1:]], ["2", "3"])
        for row in rows[1:]:
            self.assertIn(row[2], row[4])
        mended = out.read_bytes().decode("utf-8").replace("昨天", "2022-07-13", 1)
        out.write_bytes(mended.encode("utf-8"))
        report = self.bring(out, "--as", "campaign", exit_code=REFUSED)
        self.assertEqual((report["records"], [one["row"] for one in report["refused"]]), (1, [2]))
        self.assertEqual(self.bring(out, "--as", "campaign", exit_code=REFUSED)["records"], 0)

    def test_mended_rows_keep_the_source_of_their_file(self):
        path = self.write("e.csv", "type,time,note\nvisit,%s,a\nvisit,x,b\n" % TIME)
        out = self.folder / "r.csv"
        self.bring(path, "--as", "event", "--refused", out, exit_code=REFUSED)
        out.write_text(out.read_text().replace("visit,x,b", "visit,%s,b" % TIME, 1))
        self.assertEqual(self.bring(out, "--as", "event")["records"], 1)
        # The whole file put right brings nothing more: the row is known by where it came from.
        path.write_text(path.read_text().replace("visit,x,b", "visit,%s,b" % TIME))
        self.assertEqual(self.bring(path, "--as", "event")["records"], 0)

    def test_a_row_that_the_stock_refuses_is_refused_alone(self):
        self.ok("hq", "account", "open", "BAG1", "--owner", "hq")
        self.ok("hq", "move", "W550=5", "--to", "BAG1")
        path = self.write("m.csv", "item,qty,reason,from,note\nW550,3,give,BAG1,a\nW550,4,give,BAG1,b\nW550,2,give,BAG1,c\nTOWEL,1,give,,d\n")
        report = self.bring(path, "--as", "move", exit_code=REFUSED)
        self.assertEqual((report["records"], [one["row"] for one in report["refused"]]), (3, [2]))
        self.assertIn("BAG1", report["refused"][0]["reason"])
        again = self.bring(path, "--as", "move", exit_code=REFUSED)
        self.assertEqual((again["records"], again["repeated"]), (0, 3))

    def test_kobo_and_odk_come_in_through_a_mapping(self):
        for kind, lines, bad in (("kobo", 3, 1), ("odk", 3, 0)):
            with self.subTest(kind):
                exit_code = REFUSED if bad else 0
                report = self.bring(IMPORTS / (kind + ".csv"), "--map", IMPORTS / (kind + ".json"), exit_code=exit_code)
                self.assertEqual((report["records"], len(report["refused"])), (2, bad))
                report = self.bring(IMPORTS / (kind + "-items.csv"), "--map", IMPORTS / (kind + "-items.json"), exit_code=exit_code)
                self.assertEqual((report["records"], len(report["refused"])), (lines, bad))
                again = self.bring(IMPORTS / (kind + "-items.csv"), "--map", IMPORTS / (kind + "-items.json"), exit_code=exit_code)
                self.assertEqual((again["records"], again["repeated"]), (0, lines))
        day = self.ok("hq", "day", "2026-07-14")
        self.assertEqual((day["visits"], day["person_times"], day["items"]), (4, 16, {"TOWEL": 4, "W550": 72}))
        # A new export under another name, its first submission corrected: it is the same one and stays as it was recorded.
        text = (IMPORTS / "kobo.csv").read_text().replace("补水", "改了")
        self.assertEqual(self.bring(self.write("other name.csv", text), "--map", IMPORTS / "kobo.json", exit_code=REFUSED)["records"], 0)

    def test_several_choices_split_and_together(self):
        table = self.write("s.csv", "id,role/station,role/water,more\nS1,1,0,water store\nS2,TRUE,True,\nS3,2,0,\n")
        mapping = {"columns": '"columns": {"id": "code", "more": "district"}, "choices": {"roles": {"role/station": "station", "role/water": "water"}}',
                   "split": '"columns": {"id": "code", "more": {"field": "roles", "split": " ", "values": {"store": "depot"}}}'}
        for n, (name, text) in enumerate(mapping.items()):
            path = self.write(name + ".json", '{"collection": "site", "others": "ignore", %s}' % text)
            self.bring(table, "--map", path, exit_code=0 if n else REFUSED)
            if n == 0:
                self.assertEqual({code: site["roles"] for code, site in self.sites().items()}, {"S1": ["station"], "S2": ["station", "water"]})
        self.assertEqual(sorted(self.sites()["S1"]["roles"]), ["depot", "water"])
        for text in ("", "[]", "{", '{"colums": {}}', '{"columns": {"id": 3}}', '{"collection": "site", "columns": {"nothing": "code"}}',
                     '{"collection": "site", "columns": {"id": "colour"}}', '{"collection": "site", "choices": {"code": {"id": "x"}}}'):
            self.assertIn("nothing was imported", self.refused(REFUSED, "hq", "import", table, "--map", self.write("bad.json", text), "--as", "site"))

    def test_an_import_is_taken_back_and_what_was_edited_stays(self):
        rows = [HEADER] + ["%d,%s,S001,rider,1,W550,1,,n%d" % (n, TIME, n) for n in range(30)]
        path = self.write("day.csv", "\n".join(rows) + "\n")
        token = self.bring(path, "--as", "handout")["import"]
        other = self.bring(self.write("sites.csv", "code,name\nS001,甲\n"), "--as", "site")["import"]
        listed = {one["import"]: one for one in self.ok("hq", "import", "--list")["imports"]}
        self.assertEqual((listed[token]["records"], listed[token]["source"], listed[other]["records"]), (60, "day.csv", 1))
        first, second = self.ok("hq", "list")["records"][:2]
        self.ok("hq", "edit", first["id"], "note=改过")
        self.ok("hq", "void", second["id"], "--reason", "重")
        report = self.run_karez("hq", "import", "--undo", token[:6], "--reason", "弄错了")
        self.assertEqual(report.exit, REFUSED, report)
        # The edited visit stays with its handout.
        self.assertEqual((report.json["voided"], report.json["was_void"], report.json["missing"]), (57, 1, 0))
        self.assertEqual({one["collection"] for one in report.json["kept"]}, {"event", "move"})
        day = self.ok("hq", "day", DAY)
        self.assertEqual((day["visits"], day["items"]), (1, {"W550": 1}))
        # The file again: what was taken back is known and stays away.
        again = self.bring(path, "--as", "handout")
        self.assertEqual((again["visits"], again["lines"]), (0, 0))
        self.assertEqual(self.ok("hq", "import", "--undo", token, "--all")["voided"], 2)
        self.assertEqual(self.ok("hq", "day", DAY)["visits"], 0)
        self.assertEqual(list(self.sites()), ["S001"])
        self.refused(NOT_FOUND, "hq", "import", "--undo", "ffff")
        # A list has codes: what was taken back may come again.
        self.ok("hq", "import", "--undo", other)
        self.assertEqual(self.sites(), {})
        self.assertEqual(self.bring(self.folder / "sites.csv", "--as", "site")["records"], 1)
        self.assertTrue(self.ok("hq", "verify")["ok"])

    def test_an_import_is_taken_back_on_another_laptop(self):
        relay = self.start_relay()
        self.enlist("l1")
        path = self.write("day.csv", "\n".join([HEADER] + ["%d,%s,S001,rider,1,W550,1,,n%d" % (n, TIME, n) for n in range(20)]) + "\n")
        token = self.bring(path, "--as", "handout", home="l1")["import"]
        for home in ("l1", "hq", "l1"):
            self.ok(home, "sync", "--relay", relay.url)
        self.assertEqual(self.ok("hq", "day", DAY)["visits"], 20)
        self.assertEqual(self.ok("hq", "import", "--undo", token)["voided"], 40)
        for home in ("hq", "l1"):
            self.ok(home, "sync", "--relay", relay.url)
            self.assertEqual(self.ok(home, "day", DAY)["visits"], 0)
        self.assert_alike(["hq", "l1"])

    def test_two_thousand_rows_with_one_bad_in_a_hundred(self):
        count = fleet.scaled(2000, 200)
        lines = ["visit,%s,%s,n%d" % (TIME, "x" if n % 100 == 7 else n, n) for n in range(count)]
        path = self.write("big.csv", "\n".join(["type,time,person_times,note"] + lines) + "\n")
        out = self.folder / "refused.csv"
        before = self.ok("hq", "day", DAY)["visits"]
        report = self.bring(path, "--as", "event", "--refused", out, exit_code=REFUSED)
        bad = count // 100
        self.assertEqual((report["records"], len(report["refused"])), (count - bad, bad))
        rows = list(csv.reader(io.StringIO(out.read_bytes().decode("utf-8-sig"))))
        self.assertEqual([(row[3], row[4]) for row in rows[1:]], [("n%d" % (n - 1), str(n)) for n in range(8, count + 1, 100)])
        undone = self.ok("hq", "import", "--undo", report["import"])
        self.assertEqual((undone["voided"], undone["kept"]), (count - bad, []))
        self.assertEqual(self.ok("hq", "day", DAY)["visits"], before)


if __name__ == "__main__":
    unittest.main()
