"""Proofs that can fail: what `verify` finds, how `day` names what is missing, and bytes that change on the wire."""

import random
import shutil
import unittest

import fleet
import forge
from fleet import DONE, FAILED, REFUSED, UNREACHABLE
from wire import BINARY, FrameCut, FrameFlip, Guest, Proxy, flip_at

DAY = "2022-07-14"
TIME = DAY + "T09:00:00+08:00"


class Verify(fleet.Fleet):
    """A replica that is in order; each test damages a copy of it. verify writes nothing, so a copy stays a copy."""

    def setUp(self):
        super().setUp()
        relay = self.start_relay()
        self.found("hq", relay)
        self.import_lists("huaibei-day")
        self.enlist("l1")
        self.ok("l1", "import", fleet.FIXTURES / "huaibei-day" / "laptops" / "laptop-02.csv", "--as", "handout")
        self.sync_all(["l1", "hq", "l1"], 1)
        self.visit = self.ok("l1", "visit", "--site", "S001", "--person-times", "3", "--time", TIME)["id"]
        self.ok("l1", "edit", self.visit, "note=x", "tally+=2", "tags+=y")
        self.ok("hq", "visit", "--site", "S001", "--person-times", "3", "--time", TIME)
        self.sync_all(["l1", "hq"])
        relay.stop()
        self.copies = 0

    def copy(self, home="hq"):
        self.copies += 1
        name = "copy-%d" % self.copies
        shutil.copytree(self.home(home), self.home(name))
        return name

    def tampered(self, sql, *parameters, home="hq"):
        """A copy in which one statement was run with the writer's own tool: an SQLite shell."""
        name = self.copy(home)
        with forge.database(self.home(name) / "replica.db", write=True) as connection:
            connection.execute("PRAGMA ignore_check_constraints=ON")
            changed = connection.execute(sql, parameters).rowcount
        self.assertEqual(changed, 1, sql)
        return name

    def findings(self, home):
        """What verify finds; it must say so in the words that are promised, and change nothing."""
        before = (self.home(home) / "replica.db").read_bytes()
        run = self.run_karez(home, "verify")
        self.assertEqual((run.exit, run.json["ok"]), (FAILED, False), run.out[:500] + run.err[:500])
        self.assertTrue(run.json["where"])
        for finding in run.json["where"]:
            self.assertTrue(finding["what"] and finding["where"] and finding["message"], finding)
        self.assertEqual((self.home(home) / "replica.db").read_bytes(), before)
        return run.json["where"]

    def one(self, sql):
        return forge.rows(self.home("hq") / "replica.db", sql)[0]

    def test_an_untouched_replica_is_in_order(self):
        for home in ("hq", "l1"):
            report = self.ok(home, "verify")
            self.assertIs(report["ok"], True)
            self.assertEqual(report["where"], [])
            self.assertGreater(report["signatures"], 0)
            self.assertEqual(report["changes"], self.ok(home, "status")["changes_held"])
        self.assertIs(self.ok(self.copy(), "verify")["ok"], True)

    def test_one_cell_of_event_is_found_and_named(self):
        record, = self.one("SELECT record FROM event WHERE person_times=3 LIMIT 1")
        found = self.findings(self.tampered("UPDATE event SET person_times=4 WHERE record=?", record))
        self.assertEqual([one["what"] for one in found], ["table"])
        self.assertTrue(found[0]["where"].startswith("event "), found)
        self.assertIn("person_times", found[0]["where"])
        self.assertIn("4", found[0]["message"])
        self.assertIn("3", found[0]["message"])

    def test_every_cell_of_every_derived_table_is_compared(self):
        database = self.home("hq") / "replica.db"
        missed = []
        tables = ["site", "item", "event", "move", "field_write", "counter_add", "set_operation", "author"]
        chooser = random.Random(7)
        for table in tables:
            columns = forge.rows(database, "SELECT name, type, pk FROM pragma_table_info(?)", table)
            keys = [name for name, _, pk in columns if pk]
            chosen = [column for column in columns if not column[2] and column[0] not in ("key", "held_seq", "held_link", "time")]
            # (a head is compared with the log, and the hybrid time is a note of this replica's own)
            if table != "author":
                chosen = chooser.sample(chosen, min(len(chosen), fleet.scaled(5)))
            for name, kind, _ in chosen:
                where = " AND ".join("%s=?" % key for key in keys)
                row = forge.rows(database, "SELECT %s FROM %s ORDER BY 1 DESC LIMIT 1" % (", ".join(keys), table))[0]
                value = {"TEXT": "'not so'", "BLOB": "x'00112233'"}.get(kind, '-("%s" IS NOT NULL) - 77' % name)
                home = self.tampered('UPDATE "%s" SET "%s"=%s WHERE %s' % (table, name, value, where), *row)
                if self.run_karez(home, "verify").exit == DONE:
                    missed.append((table, name))
                else:
                    self.assertIn(self.findings(home)[0]["what"], ("table", "heads", "log"))
                shutil.rmtree(self.home(home))
        self.assertEqual(missed, [])

    def test_a_row_that_was_deleted_or_added_is_found(self):
        record, = self.one("SELECT max(record) FROM event")
        found = self.findings(self.tampered("DELETE FROM event WHERE record=?", record))
        self.assertTrue(any(one["where"].startswith("event") for one in found), found)
        record, = self.one("SELECT min(record) FROM move")
        self.findings(self.tampered("DELETE FROM move WHERE record=?", record))
        found = self.findings(self.tampered("INSERT INTO event (record, type, time, time_offset, person_times, counted) "
                                            "VALUES (?, 'visit', 1657762200000, 480, 1000, 1)", record + 1))
        self.assertTrue(any(one["where"].startswith("event") for one in found), found)

    def test_one_byte_of_the_stored_log_is_found_wherever_it_stands(self):
        chooser = random.Random(9)
        parts = [(table, column) for table, columns in (("change", ("content", "link")), ("pack", ("bytes", "link")),
                                                        ("authority_change", ("content",))) for column in columns]
        for table, column in parts:
            stored = forge.rows(self.home("hq") / "replica.db", "SELECT id, %s FROM %s" % (column, table))
            self.assertGreater(len(stored), 0)
            for place, old in chooser.sample(stored, min(len(stored), fleet.scaled(6, 3))):
                new = bytearray(old)
                new[chooser.randrange(len(new))] ^= 1 << chooser.randrange(8)
                home = self.tampered("UPDATE %s SET %s=? WHERE id=?" % (table, column), bytes(new), place)
                found = self.findings(home)
                self.assertIn(found[0]["what"], ("log", "heads"))
                self.assertIn("change", found[0]["where"])
                shutil.rmtree(self.home(home))

    def test_a_byte_of_the_log_in_the_raw_file_is_found(self):
        for table, column in (("change", "content"), ("pack", "bytes")):
            home = self.copy()
            file = self.home(home) / "replica.db"
            stored, = forge.rows(file, "SELECT %s FROM %s ORDER BY length(%s) DESC LIMIT 1" % (column, table, column))[0]
            with forge.database(file, write=True) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            data = bytearray(file.read_bytes())
            at = data.find(stored[-200:])
            self.assertGreater(at, 0)
            data[at + 100] ^= 4
            file.write_bytes(data)
            found = self.findings(home)
            self.assertEqual(found[0]["what"], "log")
            self.assertIn("change", found[0]["where"])

    def test_a_change_that_is_gone_and_a_head_that_lies_are_found(self):
        for table in ("change", "pack", "authority_change"):
            place, = self.one("SELECT max(id) FROM %s" % table)
            found = self.findings(self.tampered("DELETE FROM %s WHERE id=?" % table, place))
            self.assertIn(found[0]["what"], ("log", "heads"))
        place, = self.one("SELECT max(id) FROM change")
        self.findings(self.tampered("DELETE FROM change WHERE id=?", place - 1))
        author, = self.one("SELECT max(id) >> 32 FROM pack")
        found = self.findings(self.tampered("UPDATE author SET held_seq=held_seq-1 WHERE id=?", author))
        self.assertIn(found[0]["what"], ("log", "heads"))
        self.findings(self.tampered("UPDATE author SET held_link=zeroblob(32) WHERE id=?", author))

    def test_a_signature_that_was_changed_is_found(self):
        # The header of a pack: magic, workspace, author, first seq and count in a byte or two each, link, signature.
        place, stored = forge.rows(self.home("hq") / "replica.db", "SELECT id, bytes FROM pack ORDER BY id LIMIT 1")[0]
        for at in (4 + 32 + 32 + 2 + 32 + 4, 4 + 32 + 32 + 2 + 32 + 40):
            bad = bytearray(stored)
            bad[at] ^= 1
            found = self.findings(self.tampered("UPDATE pack SET bytes=? WHERE id=?", bytes(bad), place))
            self.assertEqual(found[0]["what"], "log")
        # It stands once more beside the pack, for packs that come again.
        found = self.findings(self.tampered("UPDATE pack SET signature=zeroblob(64) WHERE id=?", place))
        self.assertEqual(found[0]["what"], "log")

    def test_a_whole_log_that_was_rewritten_is_found_though_its_chain_holds(self):
        """Somebody with the file, and without the key, writes another history of l1 and links it properly."""
        log = forge.own_log(self.home("l1"))
        other = forge.Log(log.person, log.workspace)
        for content in log.contents:
            change = forge.decode(content)
            for op in change["operations"]:
                for field in op.get("fields", []):
                    if field[1] == {"integer": 3}:
                        field[1] = {"integer": 300}
            other.contents.append(forge.encode(change))
            other.links.append(forge.next_link(other.links[-1], other.contents[-1]))
        self.assertNotEqual(other.links[-1], log.links[-1])
        home = self.copy()
        with forge.database(self.home(home) / "replica.db", write=True) as connection:
            author, = connection.execute("SELECT id FROM author WHERE key=?", (log.person.public,)).fetchone()
            connection.execute("DELETE FROM pack WHERE id>>32=?", (author,))
            count = len(other.contents)
            stranger = forge.own_key(self.home("hq"))
            signature = stranger.sign("head", forge.head_message(log.workspace, log.person.public, count, other.links[-1]))
            connection.execute("INSERT INTO pack (id, first_seq, count, link, signature, bytes) VALUES (?, 1, ?, ?, ?, ?)",
                               ((author << 32) + count, count, other.links[-1], signature,
                                forge.pack_of(other, signer=stranger)))
            connection.execute("UPDATE author SET held_link=? WHERE id=?", (other.links[-1], author))
        self.assertIn("signature", self.findings(home)[0]["message"])


class Complete(fleet.Fleet):
    def setUp(self):
        super().setUp()
        self.relay = self.start_relay()
        self.found("hq", self.relay)
        self.enlist("l1")

    def visits(self, count, home="l1"):
        for _ in range(count):
            self.ok(home, "visit", "--site", "S001", "--person-times", "1", "--time", TIME)

    def l1(self):
        day = self.ok("hq", "day", DAY)
        row = day["by_laptop"]["l1"]
        return row["complete"], row.get("missing", 0), row["visits"], day["whole"], "l1" in day["waiting"]

    def test_twenty_announced_and_fifteen_applied_are_five_missing(self):
        self.visits(19)
        log = forge.own_log(self.home("l1"))
        self.assertEqual(len(log.contents), 20)
        # The laptop's own words, of which the last five never leave it.
        with Guest(self.relay, log.person, log.workspace) as guest:
            guest.login()
            self.assertEqual(guest.offer(forge.pack_of(log, 1, 10))["type"], "ack")
            guest.announce(20, log.links[20])
            self.assertEqual(guest.offer(forge.pack_of(log, 11, 15))["type"], "ack")
        self.sync("hq")
        self.assertEqual(self.l1(), (False, 5, 14, False, True))
        device = next(one for one in self.ok("hq", "devices")["devices"] if one["name"] == "l1")
        self.assertEqual((device["complete"], device["missing"], device["announced"], device["applied"]), (False, 5, 20, 15))
        self.assertIn("5", self.ok("hq", "day", DAY, as_json=False))
        # Fewer than announced never turns into complete by itself.
        self.sync("hq")
        self.assertEqual(self.l1()[:2], (False, 5))
        self.sync("l1")
        self.sync("hq")
        self.assertEqual(self.l1(), (True, 0, 19, True, False))

    def test_an_upload_that_breaks_after_the_announcement_leaves_its_gap_named(self):
        self.visits(14)
        self.sync_all(["l1", "hq"], 1)
        self.assertEqual(self.l1()[:3], (True, 0, 14))
        self.visits(5)

        cut = FrameCut("up", lambda opcode, length: opcode == BINARY)
        proxy = Proxy(self.relay, cut)
        self.addCleanup(proxy.close)
        run = self.run_karez("l1", "sync", "--relay", proxy.url)
        self.assertEqual(run.exit, UNREACHABLE, run.out + run.err)
        self.assertTrue(cut.found)
        self.assertIn("safe", run.err)
        self.sync("hq")
        self.assertEqual(self.l1()[:3], (False, 5, 14))
        self.ok("l1", "sync", "--relay", self.relay.url)
        self.sync("hq")
        self.assertEqual(self.l1()[:3], (True, 0, 19))

    def test_an_older_announcement_does_not_lower_what_is_known_to_exist(self):
        self.visits(9)
        log = forge.own_log(self.home("l1"))
        with Guest(self.relay, log.person, log.workspace) as guest:
            guest.login()
            guest.offer(forge.pack_of(log, 1, 5))
            guest.announce(10, log.links[10])
            guest.announce(5, log.links[5])
            guest.want()
            guest.expect("at")
        self.sync("hq")
        self.assertEqual(self.l1()[:2], (False, 5))


class OnTheWire(fleet.Fleet):
    """A proxy that changes one bit. Whatever it hits: nothing false is stored, nothing is lost, the next sync completes."""

    def setUp(self):
        super().setUp()
        self.relay = self.start_relay()
        self.found("hq", self.relay)
        self.import_lists("huaibei-day")
        self.sync("hq")

    def through(self, home, touch):
        """One sync through a proxy; its Run. Whatever happens to it must be told in the promised way."""
        proxy = Proxy(self.relay, touch)
        try:
            run = self.run_karez(home, "sync", "--relay", proxy.url)
        finally:
            proxy.close()
        self.assertIn(run.exit, (DONE, REFUSED, UNREACHABLE, FAILED), run.err)
        if run.exit != DONE:
            self.assertTrue(run.err.strip())
        if run.json is not None:
            self.assertEqual(run.json["state"] == "in_sync", run.exit == DONE)
        return run

    def direct(self, home):
        document = self.ok(home, "sync", "--relay", self.relay.url)
        self.assertEqual(document["state"], "in_sync")
        return document

    def visit(self, home, people=1):
        return self.ok(home, "visit", "--site", "S001", "--person-times", people, "--time", TIME, "--note", "一瓶水 " * 20)["id"]

    def test_a_pack_that_changes_on_its_way_up_is_refused_and_sent_again(self):
        self.enlist("l1")
        self.direct("l1")
        told = set()
        for offset in (0, 1, 2, 5, 36, 69, 72, 110, 140, 170, -1, -20, -60):
            visit = self.visit("l1")
            flip = FrameFlip("up", lambda opcode, length: opcode == BINARY, offset, bit=offset % 8)
            run = self.through("l1", flip)
            self.assertTrue(flip.is_done)
            self.assertNotEqual(run.exit, DONE, "offset %d" % offset)
            if run.json:
                self.assertTrue(run.json["refused"], (offset, run.out, run.err))
                refused = run.json["refused"][0]
                self.assertIs(refused["by_relay"], True)
                self.assertTrue(refused["message"])
                told.add(refused["code"])
            self.assertEqual(self.ok("l1", "show", visit)["state"], "saved_here")
            self.assertEqual(self.direct("l1")["sent_changes"], 1)
        self.assertLessEqual({"bad_signature", "malformed"}, told)
        self.sync_all(["hq"], 1)
        self.sync("l1")
        self.assert_alike(["hq", "l1"])
        self.assertEqual(self.ok("hq", "day", DAY)["person_times"], 13)

    def test_a_pack_that_changes_on_its_way_down_is_refused_and_fetched_again(self):
        self.enlist("l1")
        self.enlist("l2")
        self.sync_all(["l1", "l2", "hq", "l1", "l2"], 1)
        told = set()
        for offset in (3, 37, 70, 75, 112, 141, 171, -1, -20, -60):
            visit = self.visit("l1")
            self.direct("l1")
            flip = FrameFlip("down", lambda opcode, length: opcode == BINARY, offset, bit=offset % 8)
            run = self.through("l2", flip)
            self.assertTrue(flip.is_done)
            self.assertNotEqual(run.exit, DONE, "offset %d" % offset)
            told |= {one["code"] for one in run.json["refused"]} if run.json else set()
            # Some are fetched again in the same session, when the heads turn out to differ.
            again = self.direct("l2")["received_changes"]
            self.assertEqual(again + (run.json["received_changes"] if run.json else 0), 1)
            self.ok("l2", "show", visit)
        self.assertLessEqual({"bad_signature", "malformed"}, told)
        self.direct("hq")
        for home in ("l1", "l2"):
            self.direct(home)
        self.assert_alike(["hq", "l1", "l2"])

    def test_any_bit_of_a_session_in_both_directions(self):
        """Positions all along the bytes that pass: greeting, headers, login, notes, packs, receipts."""
        homes = ["w%d" % number for number in range(8)]
        for home in homes:
            self.enlist(home)
            self.direct(home)
        self.direct("hq")
        for home in homes:
            self.direct(home)
        # How long one session with one new record is, each way.
        self.visit("hq")
        self.direct("hq")
        self.visit(homes[0])
        proxy = Proxy(self.relay)
        self.ok(homes[0], "sync", "--relay", proxy.url)
        lengths = dict(proxy.passed)
        proxy.close()
        chooser = random.Random(20220714)
        count = fleet.scaled(40, 8)
        flips = [(direction, chooser.randrange(lengths[direction]), chooser.randrange(8))
                 for direction in ("up", "down") for _ in range(count // 2)]

        def work(number):
            outcomes = []
            home = homes[number]
            for direction, position, bit in flips[number::len(homes)]:
                self.visit(home)
                run = self.through(home, flip_at(direction, position, bit))
                outcomes.append((direction, position, bit, run.exit, run.seconds))
                self.direct(home)
            return outcomes

        outcomes = sum(fleet.at_once(work, range(len(homes)), len(homes)), [])
        ends = {code: sum(outcome[3] == code for outcome in outcomes) for code in (DONE, FAILED, REFUSED, UNREACHABLE)}
        print("\nbits turned around on the wire: %d; in sync all the same %d, refused %d, connection lost %d, other error %d; longest "
              "%.1f s" % (len(outcomes), ends[DONE], ends[REFUSED], ends[UNREACHABLE], ends[FAILED],
                          max(outcome[4] for outcome in outcomes)))
        # The longest is a message whose damage nobody can see: the relay answers pings and waits; after 30 s it is given up.
        self.assertLess(max(outcome[4] for outcome in outcomes), 60 * fleet.SLOWNESS)
        self.direct("hq")
        for home in homes:
            self.direct(home)
        self.assert_alike(["hq"] + homes)
        self.assertEqual(self.ok("hq", "day", DAY)["visits"], 2 + len(outcomes))
        self.assertIs(self.ok("hq", "verify")["ok"], True)
        names = [one["name"] for one in self.ok("hq", "devices")["devices"]]
        self.assertEqual(names, sorted(["hq"] + homes))


if __name__ == "__main__":
    unittest.main()
