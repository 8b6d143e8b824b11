"""The reports in sections through the command: their documents, their text, the workbook and the page to print."""

import html.parser
import re
import unittest
import xml.etree.ElementTree as ET
import zipfile

import fleet

DAY = "2025-06-20"
HOSTILE = '<script>alert("1")</script>&\'=1+1'


def section(report, key):
    [found] = [one for one in report["sections"] if one["key"] == key]
    return found


class Page(html.parser.HTMLParser):
    """What a page is made of: its tags with their attributes, and its text by tag."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.words, self.open = [], {}, []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        self.words.setdefault(self.open[-1] if self.open else "", []).append(data)


class ReportFiles(fleet.Fleet):
    def setUp(self):
        super().setUp()
        self.found()
        self.ok("hq", "add", "campaign", "code=C1", "name=一瓶水·传递爱")
        self.ok("hq", "add", "item", "code=W550", "name=瓶装水", "class=water", "unit=瓶")
        self.ok("hq", "add", "item", "code=CASH", "class=cash")

    def import_rows(self, kind, columns, rows):
        text = "\n".join([",".join(columns)] + [",".join(map(str, row)) for row in rows]) + "\n"
        self.ok("hq", "import", self.write(kind + ".csv", text), "--as", kind)

    def one_batch(self):
        self.import_rows("site", ["code", "name", "roles"], [["S1", "一号站", "hub"], ["S2", "二号站", "station"], ["S3", "三号站", "station"]])
        self.import_rows("grant", ["code", "type", "parent", "campaign", "item", "qty", "measure", "batch", "site"],
                         [["PLAN", "plan", "", "C1", "W550", 100, "items", "", ""], ["B1", "batch", "PLAN", "C1", "W550", 100, "items", 1, ""]]
                         + [["B1-" + site, "share", "B1", "C1", "W550", 30, "items", 1, site] for site in ("S1", "S2", "S3")])
        moves = [[DAY + "T08:00+08:00", "W550", 30, "alloc", 1, "DEPOT", site, site, ""] for site in ("S1", "S2", "S3")]
        moves += [[DAY + "T09:00+08:00", "W550", 30, "arrive", 1, "", site, site, ""] for site in ("S1", "S2")]
        moves += [[DAY + "T10:00+08:00", "W550", 12, "give", 1, "", "", "S1", "C1"], [DAY + "T10:00+08:00", "W550", 7, "give", 1, "", "", "S2", "C1"]]
        self.import_rows("move", ["time", "item", "qty", "reason", "batch", "from", "to", "site", "campaign"], moves)

    def test_a_batch_by_type_of_site(self):
        self.one_batch()
        report = self.ok("hq", "report", "batch", "1", "--campaign", "C1")
        figures = ("planned", "sent", "arrived", "given", "left")
        self.assertEqual([[row[one] for one in figures] for row in section(report, "batches")["rows"]], [[100, 90, 60, 19, 41]])
        types = {row["type"]: [row["sites"]] + [row[one] for one in figures] for row in section(report, "by_type")["rows"]}
        self.assertEqual(types, {"hub": [1, 30, 30, 30, 12, 18], "station": [2, 60, 60, 30, 7, 23]})
        self.assertEqual([section(report, "by_type")["sum"][one] for one in figures], [90, 90, 60, 19, 41])
        self.assertEqual([row["arrived"] for row in section(report, "by_site")["rows"]], [30, 30, 0])
        self.assertEqual((report["adds_up"], report["flags"]), (True, []))
        self.assertEqual(report["heads"], self.ok("hq", "status")["heads"])
        self.refused(fleet.NOT_FOUND, "hq", "report", "batch", "9")
        self.refused(fleet.USAGE, "hq", "report", "batch", "--from", "2025-02-30")
        self.assertEqual(section(self.ok("hq", "report", "batch", "--from", "2025-06-21"), "batches")["rows"][0]["given"], 0)

    def test_what_a_source_says_and_its_parts_do_not_give_is_flagged_in_every_form(self):
        self.one_batch()
        self.ok("hq", "edit", self.ok("hq", "query", "select id from counted_grant where code = 'PLAN'")["rows"][0][0], "qty=120")
        for words in (("report", "batch"), ("report", "campaign", "C1")):
            report = self.ok("hq", *words)
            self.assertEqual(report["adds_up"], False)
            [flag] = report["flags"]
            self.assertEqual((flag["source"], flag["stated"], flag["given"]), ("grant PLAN", 120, 100))
            self.assertIn("120", self.ok("hq", *words, "--lang", "zh", as_json=False).split("对不上的数字")[1])
        self.ok("hq", "report", "batch", "--html", self.folder / "b.html", "--xlsx", self.folder / "b.xlsx", "--lang", "zh")
        self.assertIn("grant PLAN 写 120件，各行相加是 100件", (self.folder / "b.html").read_text())
        with zipfile.ZipFile(self.folder / "b.xlsx") as book:
            self.assertIn("grant PLAN 写 120件", "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml")))

    def test_the_page_is_one_file_without_script_or_outside_and_escapes_what_others_wrote(self):
        self.ok("hq", "add", "site", "code=S1", "name=" + HOSTILE)
        self.ok("hq", "visit", "--site", "S1", "--trade", "rider", "--person-times", "30000", "--precision", "over", "--give", "W550=7",
                "--time", DAY + "T10:00+08:00", "--campaign", "C1")
        for words in (("day", DAY), ("report", "campaign", "C1"), ("report", "site", "S1")):
            with self.subTest(words):
                self.ok("hq", *words, "--html", self.folder / "r.html", "--lang", "zh")
                text = (self.folder / "r.html").read_text()
                page = Page(text)
                self.assertEqual(page.open, [], "every tag is closed")
                self.assertEqual({tag for tag, _ in page.tags} & {"script", "img", "link", "iframe", "a", "object", "base"}, set())
                self.assertFalse([name for _, attributes in page.tags for name in attributes if name in ("src", "href", "style") or name.startswith("on")])
                self.assertNotRegex(text, r"(?i)url\(|@import|https?:")
                self.assertIn("@page{size:A4", text)
                self.assertIn("thead{display:table-header-group}", text)
                words_of = "".join("".join(all_of) for all_of in page.words.values())
                self.assertIn(HOSTILE, words_of)
                self.assertIn("服务3万余人次，发放瓶装水7瓶", words_of)
                self.assertIn(self.ok("hq", "status")["heads"], words_of)
        self.assertIn("2025年6月20日，", self.page("hq", "day", DAY))

    def page(self, home, *words):
        self.ok(home, *words, "--html", self.folder / "r.html")
        return (self.folder / "r.html").read_text()

    def test_a_day_that_is_not_whole_says_so_at_the_top_and_in_the_paragraph(self):
        self.invitation()
        self.ok("hq", "visit", "--site", "S1", "--person-times", "5", "--time", DAY + "T10:00+08:00")
        day = self.ok("hq", "day", DAY)
        [missing] = day["waiting"]
        text = self.page("hq", "day", DAY)
        self.assertIn(missing, re.search(r'<div class="warn">([^<]*)</div>', text).group(1))
        self.assertLess(text.index('class="warn"'), text.index('class="paste"'))
        self.assertIn("另有1台电脑的记录未到齐", text)
        self.assertIn(day["digest"], text)

    def test_the_workbook_has_numbers_and_a_sheet_for_each_section(self):
        self.one_batch()
        self.ok("hq", "report", "batch", "1", "--xlsx", self.folder / "r.xlsx", "--lang", "zh")
        with zipfile.ZipFile(self.folder / "r.xlsx") as book:
            names = [one.get("name") for one in ET.fromstring(book.read("xl/workbook.xml")).iter() if one.tag.endswith("}sheet")]
            self.assertEqual(len(names), 4, names)
            sheet = book.read("xl/worksheets/sheet2.xml").decode()
            self.assertRegex(sheet, r"<v>90</v>")
            self.assertNotIn("<f>", "".join(book.read(name).decode() for name in book.namelist() if "worksheets/" in name))
        self.refused(fleet.NOT_FOUND, "hq", "report", "batch", "1", "--xlsx", self.folder / "nowhere" / "r.xlsx")

    def test_hours_are_measured_or_made_up_after(self):
        at_now = self.ok("hq", "query", "select strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now'), strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now', '+30 minutes')")
        begin, end = at_now["rows"][0]
        live = self.ok("hq", "add", "event", "type=shift", "site=S1", "party=V1", "unit=T1", "time=" + begin)["id"]
        self.ok("hq", "add", "event", "type=shift", "time=" + end, "reply_to=" + live)
        late = self.ok("hq", "add", "event", "type=shift", "site=S1", "party=V1", "time=" + DAY + "T08:00+08:00")["id"]
        self.ok("hq", "add", "event", "type=shift", "time=" + DAY + "T10:30+08:00", "reply_to=" + late)
        self.ok("hq", "add", "event", "type=shift", "site=S2", "party=V2", "time=" + DAY + "T08:00+08:00")
        report = self.ok("hq", "report", "hours")
        people = {row["person"]: (row["shifts"], row["measured"], row["made_up"], row["total"], row["open"])
                  for row in section(report, "by_person")["rows"]}
        self.assertEqual(people, {"V1": (2, 30, 150, 180, 0), "V2": (1, 0, 0, 0, 1)})
        self.assertIn("2小时30分", self.ok("hq", "report", "hours", "--lang", "zh", as_json=False))
        self.assertEqual(section(self.ok("hq", "report", "hours", "--to", DAY), "by_person")["sum"]["total"], 150)

    def test_a_household_counts_once_in_a_sum_and_money_beside_its_lines_must_agree(self):
        for time, kind, value in (("2025-05-01", "med", 100000), ("2025-08-01", "living", 50000)):
            visit = self.ok("hq", "add", "event", "type=visit", "time=" + time + "T10:00+08:00", "support=" + kind, "party=H1", "value=%d" % value)["id"]
        report = self.ok("hq", "report", "households")
        kinds = section(report, "by_kind")
        self.assertEqual([(row["support"], row["households"], row["value"]) for row in kinds["rows"]], [("living", 1, 50000), ("med", 1, 100000)])
        self.assertEqual((kinds["sum"]["households"], kinds["sum"]["value"]), (1, 150000))
        self.assertEqual([row["quarter"] for row in section(report, "by_quarter")["rows"]], ["2025-Q2", "2025-Q3"])
        self.ok("hq", "add", "move", "event=" + visit, "item=CASH", "qty=40000", "reason=give")
        [flag] = self.ok("hq", "report", "households")["flags"]
        self.assertEqual((flag["source"], flag["stated"], flag["given"]), ("record " + visit, 50000, 40000))

    def test_from_donors_to_handouts(self):
        self.ok("hq", "add", "grant", "code=P1", "type=pledge", "party=D1", "measure=value", "qty=30000")
        for party, qty in (("D1", 20000), ("D2", 5000)):
            self.ok("hq", "add", "move", "item=CASH", "qty=%d" % qty, "reason=gift", "party=" + party, "to=FUND", "time=" + DAY + "T08:00+08:00")
        self.ok("hq", "add", "move", "item=W550", "qty=100", "value=9000", "reason=gift", "party=D2", "to=DEPOT", "time=" + DAY + "T08:00+08:00")
        self.ok("hq", "add", "move", "item=CASH", "qty=18000", "reason=pay", "from=FUND", "to=SHOP", "time=" + DAY + "T09:00+08:00")
        self.ok("hq", "add", "move", "item=W550", "qty=60", "reason=give", "time=" + DAY + "T10:00+08:00")
        report = self.ok("hq", "report", "donors")
        self.assertEqual({row["donor"]: (row["pledged"], row["cash"], row["in_kind"]) for row in section(report, "donors")["rows"]},
                         {"D1": (30000, 20000, 0), "D2": (0, 5000, 9000)})
        [fund] = section(report, "funds")["rows"]
        self.assertEqual((fund["received"], fund["transferred"], fund["balance"]), (25000, 18000, 7000))
        self.assertEqual([(row["received"], row["given"]) for row in section(report, "goods")["rows"]], [(100, 60)])
        self.assertEqual(report["flags"], [])
        # Money that no fund received.
        self.ok("hq", "add", "move", "item=CASH", "qty=1000", "reason=gift", "party=D2", "time=" + DAY + "T11:00+08:00")
        [flag] = self.ok("hq", "report", "donors")["flags"]
        self.assertEqual((flag["source"], flag["stated"], flag["given"]), ("donors", 26000, 25000))

    def test_a_site_with_what_stands_and_waits_there_and_the_duties_of_all(self):
        self.ok("hq", "add", "site", "code=S1")
        self.ok("hq", "rule", "add", "--code", "DAILY", "--scope", "site", "--site", "S1", "--item", "W550", "--limit", "min", "--qty", "1",
                "--per", "day", "--start", DAY, "--end", "2025-06-21", "--on-break", "warn")
        self.ok("hq", "account", "open", "S1", "--owner", "hq", "--kind", "site")
        self.ok("hq", "move", "W550=50", "--to", "S1")
        self.ok("hq", "add", "event", "type=request", "site=S1", "time=" + DAY + "T09:00+08:00", "note=没有遮阳")
        self.ok("hq", "visit", "--site", "S1", "--person-times", "5", "--give", "W550=7", "--time", DAY + "T10:00+08:00")
        report = self.ok("hq", "report", "site", "S1", "--on", "2025-06-22")
        [day] = section(report, "by_day")["rows"]
        self.assertEqual((day["visits"], day["person_times"], day["items.W550"]), (1, 5, 7))
        self.assertEqual([row["on_hand"] for row in section(report, "stock")["rows"]], [43])
        self.assertEqual([row["note"] for row in section(report, "requests")["rows"]], ["没有遮阳"])
        self.assertEqual([(row["rule"], row["from"], row["state"]) for row in section(report, "open_duties")["rows"]], [("DAILY", "2025-06-21", "overdue")])
        [rule] = section(self.ok("hq", "report", "duties", "--on", "2025-06-22"), "by_rule")["rows"]
        self.assertEqual((rule["duties_done"], rule["duties_overdue"], rule["duties"]), (1, 1, 2))
        self.refused(fleet.NOT_FOUND, "hq", "report", "site", "NOWHERE")
        self.refused(fleet.USAGE, "hq", "report", "site")


if __name__ == "__main__":
    unittest.main()
