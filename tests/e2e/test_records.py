"""Records of any kind: made field by field, listed, brought in from files, read through the counted_ views."""

import hashlib
import json
import unittest

import fleet
from fleet import NOT_FOUND, REFUSED, USAGE

DAY = "2025-07-15"
AT = DAY + "T09:00:00+08:00"


class RecordsOfAnyKind(fleet.Fleet):
    def setUp(self):
        super().setUp()
        self.found()

    def add(self, collection, *fields, home="hq"):
        return self.ok(home, "add", collection, *fields)["id"]

    def rows(self, sql, home="hq"):
        return self.ok(home, "query", sql)["rows"]

    def test_a_record_says_what_was_typed(self):
        made = self.ok("hq", "add", "site", "code=S1", "name=东门", "roles=station;water", "role=store", "is-24h=1",
                       "facilities=swap|exam")
        self.assertEqual(made["unknown_codes"], [])
        self.assertEqual(self.ok("hq", "show", made["id"])["fields"],
                         {"code": "S1", "name_zh": "东门", "roles": ["station", "store", "water"], "is_24h": True,
                          "facilities": ["exam", "swap"]})
        grant = self.ok("hq", "add", "grant", "code=G1", "type=batch", "item=W550", "qty=30000", "precision=over", "note=a=b")
        self.assertEqual(grant["unknown_codes"], ["W550"])
        self.assertEqual(self.ok("hq", "show", grant["id"])["fields"]["note"], "a=b")

    def test_the_time_is_now_unless_the_record_says_or_belongs_to_an_event(self):
        event = self.add("event", "type=session", "site=S1", "campaign=C1", "persons=8", "time=" + AT)
        self.add("move", "event=" + event, "item=W550", "qty=12", "reason=give")
        now = self.add("event", "type=note")
        self.assertEqual(self.rows("select day, site, campaign, qty from counted_move"), [[DAY, "S1", "C1", 12]])
        recorded = self.ok("hq", "show", now)
        self.assertEqual(recorded["fields"]["time"][:16], recorded["recorded"][:16])
        reply = self.add("event", "type=reply", "reply_to=" + event, "time=" + AT)
        self.assertEqual(self.rows("select reply_to from counted_event where type = 'reply'"), [[event]])
        self.refused(NOT_FOUND, "hq", "add", "event", "type=reply", "reply_to=" + reply[:-3] + "9-9")

    def test_nothing_is_recorded_of_what_does_not_fit(self):
        before = self.dump("hq")
        for exit_code, *words in ((USAGE, "nothing", "a=b"), (USAGE, "site", "code"), (USAGE, "site", "nope=1"),
                                  (USAGE, "event", "type=visit", "type=call"), (USAGE, "event", "source_key=00"),
                                  (REFUSED, "site", "name=x"), (REFUSED, "event", "type=bogus"),
                                  (REFUSED, "event", "type=rate", "score=6"), (REFUSED, "move", "item=W", "qty=-1", "reason=give")):
            self.refused(exit_code, "hq", "add", *words)
        self.assertEqual(self.dump("hq"), before)
        for words in (["unit"], ["unit", "nope=1"]):
            self.assertRegex(self.refused(USAGE, "hq", "add", *words), "has code name_zh name_en level parent note")

    def test_a_site_is_asked_of_whatever_stands_at_one(self):
        self.add("grant", "code=G1", "type=share", "site=S1")
        self.add("grant", "code=G2", "type=share", "site=S2")
        self.assertEqual([one["fields"]["code"] for one in self.ok("hq", "list", "grant", "--site", "S2")["records"]], ["G2"])
        self.refused(USAGE, "hq", "list", "grant", "--day", DAY)
        self.refused(USAGE, "hq", "list", "unit", "--site", "S1")

    def test_a_role_writes_its_own_kinds_only(self):
        self.enlist("l1", "laptop-01")
        self.enlist("shop", "shop", role="clerk")
        self.refused(REFUSED, "l1", "add", "grant", "code=G1", "type=plan")
        self.add("file", "sha256=" + "0" * 64, "role=photo", home="l1")
        self.refused(REFUSED, "shop", "add", "file", "sha256=" + "0" * 64, "role=photo")
        self.add("event", "type=redeem", home="shop")

    def test_every_collection_is_listed_and_has_its_view_of_what_counts(self):
        catalog = json.loads((fleet.SCHEMA / "catalog.json").read_text(encoding="utf-8"))
        least = {"campaign": ["code=X"], "site": ["code=X"], "item": ["code=X"], "unit": ["code=X"],
                 "party": ["code=X", "type=donor"], "grant": ["code=X", "type=plan"],
                 "rule": ["code=X", "scope=site", "limit=max", "qty=1000", "per=day", "on_break=warn"],
                 "account": ["code=X", "kind=site"]}
        for name in (one["name"] for one in catalog["collections"]):
            self.assertEqual(self.rows("select count(*) from counted_%s" % name), [[0]], name)
            if name not in least:
                continue
            first = self.add(name, *least[name])
            second = self.add(name, *least[name])
            self.assertEqual(self.rows("select id, laptop from counted_%s" % name), [[first, "hq"]], name)
            self.ok("hq", "void", first, "--reason", "twice")
            self.assertEqual(self.rows("select id from counted_%s" % name), [[second]], name)
            listed = self.ok("hq", "list", name)["records"]
            self.assertEqual([one["id"] for one in listed], [second], name)

    def test_a_void_event_takes_its_moves_out_of_the_view(self):
        event = self.add("event", "type=handout", "time=" + AT)
        self.add("move", "event=" + event, "item=W550", "qty=12", "reason=give")
        self.assertEqual(self.rows("select sum(qty) from counted_move"), [[12]])
        self.ok("hq", "void", event, "--reason", "twice")
        self.assertEqual(self.rows("select sum(qty) from counted_move"), [[None]])

    def test_who_is_not_admitted_is_in_no_view(self):
        self.enlist("l1", "laptop-01")
        self.add("event", "type=call", home="l1")
        self.assertEqual(self.rows("select count(*) from counted_event", home="l1"), [[0]])

    def test_events_and_moves_come_from_files_once(self):
        text = "type,time,site,score\nrate,%s,S1,5\nrate,%s,S1,5\nrate,%s,S2,6\n" % (AT, AT, AT)
        answer = self.run_karez("hq", "import", self.write("rates.csv", text), "--as", "event")
        self.assertEqual((answer.exit, answer.json["records"], answer.json["repeated"]), (REFUSED, 2, 0))
        self.assertEqual([row["row"] for row in answer.json["refused"]], [3])
        grown = text.replace(",6\n", ",4\n") + "rate,%s,S3,3\n" % AT
        again = self.ok("hq", "import", self.write("rates.csv", grown), "--as", "event")
        self.assertEqual((again["records"], again["repeated"]), (2, 2))
        self.assertEqual(self.rows("select site, count(*), sum(score) from counted_event group by site"),
                         [["S1", 2, 10], ["S2", 1, 4], ["S3", 1, 3]])
        moves = self.write("moves.csv", "time,item,qty,reason,from,to\n%s,CASH,500000,gift,donor-1,fund\n" % AT)
        self.assertEqual(self.ok("hq", "import", moves, "--as", "move")["records"], 1)
        self.assertEqual(self.ok("hq", "import", moves, "--as", "move")["repeated"], 1)
        self.assertEqual(self.ok("hq", "import", moves, "--as", "move", "--source", "other")["records"], 1)
        self.refused(USAGE, "hq", "import", moves, "--as", "file")
        self.refused(REFUSED, "hq", "import", self.write("bad.csv", "type,site\nrate,S1\n"), "--as", "event")

    def test_rows_of_a_file_may_name_records(self):
        event = self.add("event", "type=request", "time=" + AT)
        text = "type,time,reply_to,state\nreply,%s,%s,done\nreply,%s,%s,done\n" % (AT, event, AT, "aaaa-1-1")
        answer = self.run_karez("hq", "import", self.write("replies.csv", text), "--as", "event")
        self.assertEqual([row["row"] for row in answer.json["refused"]], [2])
        self.assertEqual(self.rows("select reply_to from counted_event where type = 'reply'"), [[event]])

    def test_a_coordinators_own_field_is_typed_like_any_other(self):
        self.ok("hq", "field", "add", "event", "temperature", "--type", "integer", "--zh", "气温", "--en", "temperature")
        event = self.add("event", "type=check", "temperature=37", "time=" + AT)
        self.assertEqual(self.ok("hq", "show", event)["fields"]["temperature"], 37)
        self.refused(REFUSED, "hq", "add", "event", "type=check", "temperature=hot")

    def test_a_file_is_known_by_its_digest(self):
        event = self.add("event", "type=check", "time=" + AT)
        photo = self.write("门口.JPG", bytes(range(256)) * 40)
        filed = self.ok("hq", "file", "add", photo, "--role", "photo", "--event", event, "--note", "六有")
        digest = hashlib.sha256(bytes(range(256)) * 40).hexdigest()
        self.assertEqual((filed["sha256"], filed["bytes"], filed["mime"], filed["bytes_travel"]),
                         (digest, 10240, "image/jpeg", False))
        self.assertEqual(self.rows("select sha256, name, bytes, mime, role, event, note from counted_file"),
                         [[digest, "门口.JPG", 10240, "image/jpeg", "photo", event, "六有"]])
        told = self.run_karez("hq", "--lang", "en", "file", "add", photo, "--role", "signature", as_json=False)
        self.assertIn("do not yet", told.err)
        self.refused(NOT_FOUND, "hq", "file", "add", self.folder / "none.jpg", "--role", "photo")
        self.refused(REFUSED, "hq", "file", "add", photo, "--role", "selfie")


if __name__ == "__main__":
    unittest.main()
