"""Forged, altered, withheld and foreign packs: refused with the reason, by the relay and by a replica alike; and nothing
that is true suffers for it."""

import unittest

import fleet
import forge
from chain import Person, public_name
from fleet import REFUSED
from wire import FakeRelay, Guest


class RefusedByTheRelay(fleet.Fleet):
    def setUp(self):
        super().setUp()
        self.relay = self.start_relay()
        self.found("hq", self.relay)
        self.sync("hq")
        self.workspace = forge.workspace_of(self.home("hq"))
        self.anna = forge.enlist("anna", self.invitation())
        forge.add_visit(self.anna)
        self.spare = self.invitation()
        self.sync("hq")

    def guest(self, log):
        guest = Guest(self.relay, log.person, self.workspace)
        self.addCleanup(guest.ws.close)
        return guest

    def refusals(self):
        return sum(float(line.split()[-1]) for line in self.relay.get("/metrics")[1].splitlines()
                   if line.startswith("karez_relay_packs_refused_total"))

    def test_each_forgery_is_refused_with_its_reason_and_the_session_goes_on(self):
        guest = self.guest(self.anna)
        self.assertIs(guest.login()["known"], False)
        self.assertEqual(guest.offer(forge.pack_of(self.anna))["type"], "ack")
        wrong = []
        cases = forge.forgeries(self.anna, self.spare)
        for name, pack, code in cases:
            answer = guest.offer(pack)
            if (answer["type"], answer.get("code")) != ("refuse", code) or not answer.get("reason"):
                wrong.append((name, code, answer))
        self.assertEqual(wrong, [])
        beyond = forge.copy_of(self.anna)
        forge.add_visit(beyond)
        forge.add_visit(beyond)
        self.assertEqual(guest.offer(forge.pack_of(beyond, len(beyond.contents)))["code"], "gap")
        self.assertEqual(self.refusals(), len(cases) + 1)

        # The session still works: what goes on the log as it is held is stored, and a repetition is no fork.
        forge.add_visit(self.anna)
        self.assertEqual(guest.offer(forge.pack_of(self.anna, 3))["type"], "ack")
        self.assertEqual(guest.offer(forge.pack_of(self.anna))["type"], "ack")
        # Headquarters gets what is true and nothing else.
        self.sync("hq")
        day = self.ok("hq", "day", "2022-07-14")
        self.assertEqual((day["visits"], day["person_times"], day["items"]), (2, 4, {"W550": 10}))
        self.assertEqual([one["name"] for one in self.ok("hq", "devices")["devices"]], ["anna", "hq"])
        self.assertIs(self.ok("hq", "verify")["ok"], True)
        # And so does whoever asks the relay for everything.
        headers = self.guest(self.anna)
        headers.login()
        authors = {header["author"] for header in headers.take_all()} | {self.anna.person.hex}
        self.assertEqual(authors, {self.anna.person.hex, forge.own_key(self.home("hq")).hex})

    def test_a_stranger_is_told_so_and_gets_nothing(self):
        self.sync("hq")
        founder, stranger = forge.foreign_workspace()
        guest = self.guest(stranger)
        self.assertIs(guest.login()["known"], False)
        for kind, fields in (("want", {"incarnation": guest.hello["incarnation"], "since": 0, "notes": 0, "credit": 1 << 20}),
                             ("ranges", {}), ("fetch", {"author": forge.own_key(self.home("hq")).hex, "after": 0})):
            answer = guest.ask(kind, **fields)
            self.assertEqual((answer["type"], answer["code"]), ("error", "stranger"), kind)
        for log in (stranger, founder):
            self.assertEqual(guest.offer(forge.pack_of(log))["code"], "wrong_workspace")
        # Its announcement and its word on what it holds go nowhere.
        guest.announce(9, b"\7" * 32)
        self.assertEqual(guest.expect("error")["code"], "stranger")
        guest.state_holding(1)
        self.assertEqual(guest.expect("error")["code"], "stranger")
        self.assertEqual(guest.packs, [])
        # A login for the workspace that it really belongs to is not served here.
        elsewhere = Guest(self.relay, stranger.person, founder.workspace)
        self.addCleanup(elsewhere.ws.close)
        self.assertEqual(elsewhere.login()["code"], "wrong_workspace")
        self.assertNotIn("foreign", str(self.ok("hq", "devices")))

    def test_a_login_needs_the_key_and_this_very_greeting(self):
        forged = self.guest(self.anna)
        answer = forged.login(signer=Person("somebody else"))
        self.assertEqual((answer["type"], answer["code"]), ("error", "bad_signature"))
        first, second = self.guest(self.anna), self.guest(self.anna)
        # A login that was recorded on another connection answers another nonce.
        second.hello["nonce"] = first.hello["nonce"]
        self.assertEqual(second.login()["code"], "bad_signature")
        self.assertEqual(first.login(protocol=2)["type"], "error")
        again = self.guest(self.anna)
        again.login()
        self.assertEqual(again.offer(forge.pack_of(self.anna))["type"], "ack")

    def test_notes_that_are_not_signed_by_their_author_end_the_session(self):
        guest = self.guest(self.anna)
        guest.login()
        guest.offer(forge.pack_of(self.anna))
        guest.send("announce", seq=99, link="00" * 32, last_record_ms=0, now_ms=0, signature="00" * 64)
        self.assertEqual(guest.expect("error")["code"], "bad_signature")
        # A volunteer's word that headquarters has everything is not kept.
        liar = self.guest(self.anna)
        liar.login()
        liar.state_holding(1)
        liar.want()
        liar.expect("at")
        self.sync("hq")
        self.assertEqual(self.ok("hq", "query", "select count(*) from announcement where seq=99")["rows"], [[0]])
        self.assertEqual(self.ok("hq", "query", "select count(*) from holding")["rows"], [[0]])
        self.assertIs(self.ok("hq", "verify")["ok"], True)

    def test_every_branch_of_one_log_is_stored_and_counts_and_what_they_share_counts_once(self):
        guest = self.guest(self.anna)
        guest.login()
        guest.offer(forge.pack_of(self.anna))
        branch = forge.copy_of(self.anna)
        forge.add_visit(branch, person_times=100)
        forge.add_visit(self.anna, person_times=1)
        self.assertEqual(guest.offer(forge.pack_of(self.anna, 3))["type"], "ack")
        self.assertEqual(guest.offer(forge.pack_of(branch, 3))["type"], "ack")
        longer = forge.copy_of(branch)
        forge.add_visit(longer, person_times=1000)
        self.assertEqual(guest.offer(forge.pack_of(longer))["type"], "ack")  # what they share comes again with it
        self.sync("hq")
        day = self.ok("hq", "day", "2022-07-14")
        self.assertEqual((day["visits"], day["person_times"]), (4, 2 + 1 + 100 + 1000))
        self.assertEqual(sorted(one["name"] for one in self.ok("hq", "devices")["devices"]), ["anna", "anna#2", "hq"])
        self.assertIs(self.ok("hq", "verify")["ok"], True)

    def test_a_chain_that_is_joined_to_no_branch_waits_for_what_lies_before_it(self):
        guest = self.guest(self.anna)
        guest.login()
        guest.offer(forge.pack_of(self.anna))
        answer = guest.offer(forge.joined_elsewhere(self.anna))
        self.assertEqual((answer["type"], answer["code"]), ("refuse", "gap"))


class RefusedByTheReplica(fleet.Fleet):
    """The same forgeries out of a relay that hands out what it likes."""

    def setUp(self):
        super().setUp()
        self.found("hq")
        self.import_lists("huaibei-day")
        self.anna = forge.enlist("anna", self.invitation())
        forge.add_visit(self.anna)
        spare, code = self.invitation(), self.invitation()
        hq = self.home("hq")
        self.relay = FakeRelay(forge.link_finder(hq, self.home("l1")))
        self.addCleanup(self.relay.close)
        self.ok("l1", "join", code, "--name", "l1")
        hq_log = forge.own_log(hq)
        self.put(hq_log)
        self.put(self.anna)
        self.spare = spare

    def put(self, log, first=1):
        return self.relay.put(forge.pack_of(log, first), log.links[-1])

    def sync_l1(self):
        run = self.run_karez("l1", "sync", "--relay", self.relay.url)
        self.assertEqual(self.relay.failures, [])
        return run

    def held(self, key):
        return forge.rows(self.home("l1") / "replica.db", "SELECT ifnull(sum(held_seq), 0) FROM author WHERE key=?", key)[0][0]

    def state(self):
        """What a forged pack must leave as it was."""
        database = self.home("l1") / "replica.db"
        logs = forge.rows(database, "SELECT a.key, a.held_seq, a.held_link, a.applied_seq FROM author a WHERE held_seq>0 ORDER BY 1")
        return logs, forge.rows(database, "SELECT count(*) FROM aside"), [one["name"] for one in self.ok("l1", "devices")["devices"]]

    def test_each_forgery_is_refused_with_its_reason_and_the_sync_goes_on(self):
        first = self.sync_l1()
        self.assertEqual((first.exit, first.json["state"], first.json["received_changes"]),
                         (0, "in_sync", sum(1 for _ in forge.own_log(self.home("hq")).contents) + 2))
        wrong = []
        for name, pack, code in forge.forgeries(self.anna, self.spare):
            if code == "withheld":
                continue  # kept aside: the test below
            before = self.state()
            forged = self.relay.put(pack, author="ff" * 32, last=0)
            run = self.sync_l1()
            refused = (run.json or {}).get("refused", [])
            told = [(one["code"], one["by_relay"]) for one in refused if one["message"]]
            if (run.exit, told) != (REFUSED, [(code, False)]) or run.json["state"] != "partial":
                wrong.append((name, code, run.exit, run.json, run.err[-300:]))
            if self.state() != before:
                wrong.append((name, "left something behind", before, self.state()))
            self.relay.packs.remove(forged)
        self.assertEqual(wrong, [])
        done = self.sync_l1()
        self.assertEqual((done.exit, done.json["state"], done.json["refused"]), (0, "in_sync", []))
        self.assertIs(self.ok("l1", "verify")["ok"], True)

    def test_a_private_part_that_is_withheld_is_not_held_until_it_comes(self):
        """An erase that allows it may be on its way, so it is no forgery yet; nothing of it counts, and nothing is lost."""
        self.sync_l1()
        before = self.state()[0]
        withheld = next(pack for name, pack, code in forge.forgeries(self.anna, self.spare) if code == "withheld")
        self.relay.put(withheld, author="ff" * 32, last=0)
        self.run_karez("l1", "sync")
        logs, aside, _ = self.state()
        self.assertEqual((logs, aside), (before, [(1,)]))
        self.assertIs(self.ok("l1", "verify")["ok"], True)

    def test_what_comes_after_a_forged_pack_is_stored_in_the_same_sync(self):
        self.sync_l1()
        for name, pack, code in forge.forgeries(self.anna, self.spare)[:12:3]:
            forged = self.relay.put(pack, author="ff" * 32, last=0)
            seq = len(self.anna.contents) + 1
            forge.add_visit(self.anna, person_times=3)
            self.put(self.anna, seq)
            # A record of our own goes out in the same sync.
            saved = self.ok("l1", "visit", "--site", "S001", "--person-times", "1")["id"]
            run = self.sync_l1()
            self.assertEqual((run.exit, [one["code"] for one in run.json["refused"]]), (REFUSED, [code]), name)
            self.assertEqual((run.json["received_changes"], run.json["sent_changes"]), (1, 1), name)
            self.assertEqual(self.held(self.anna.person.public), seq)
            self.assertNotEqual(self.ok("l1", "show", saved)["state"], "saved_here")
            self.relay.packs.remove(forged)
            # Nothing is lost for it, and nothing comes twice.
            self.assertEqual(self.sync_l1().json["received_changes"], 0)

    def test_a_forgery_under_a_key_with_branches_is_told_under_the_laptops_name(self):
        self.sync_l1()
        branch = forge.copy_of(self.anna)
        forge.add_visit(branch, person_times=100)
        forge.add_visit(self.anna, person_times=1)
        self.put(self.anna, 3)
        self.relay.put(forge.pack_of(branch, 3), author="ff" * 32, last=0)
        self.sync_l1()
        self.assertEqual(len(self.ok("l1", "devices")["devices"]), 4)
        forge.add_visit(branch, person_times=1000)
        self.relay.put(forge.pack_of(branch, 4, signature="00" * 64), author="ff" * 32, last=0)
        run = self.sync_l1()
        self.assertEqual([(one["code"], one["author"]) for one in run.json["refused"]],
                         [("bad_signature", public_name(self.anna.person.public))])
        self.assertIn(run.json["refused"][0]["laptop"], ("anna", "anna#2"))

    def test_a_relay_that_insists_on_forged_heads_gets_an_end_and_no_endless_repair(self):
        self.sync_l1()
        forged = forge.copy_of(self.anna)
        forge.add_visit(forged, person_times=1000)
        pack = forge.pack_of(forged, len(forged.contents), signature="00" * 64)
        self.relay.put(pack, forged.links[-1])
        run = self.sync_l1()
        self.assertEqual(run.exit, REFUSED)
        self.assertIn("bad_signature", {one["code"] for one in run.json["refused"]})
        self.assertLess(run.seconds, 5 * fleet.SLOWNESS)
        self.assertLess(sum(message["type"] == "fetch" for message in self.relay.sessions[-1]), 5)
        self.assertEqual(self.held(self.anna.person.public), 2)
        # A head without any pack behind it.
        self.relay.packs.pop()
        run = self.sync_l1()
        self.assertEqual((run.exit, run.json["state"]), (REFUSED, "partial"))
        self.assertIs(self.ok("l1", "verify")["ok"], True)

    def test_a_withheld_change_shows_as_incomplete_and_arrives_when_the_relay_gives_it(self):
        """A relay that keeps back one pack of many: what lies behind it is kept aside and never applied over the hole."""
        self.sync_l1()
        for _ in range(3):
            forge.add_visit(self.anna, person_times=5)
        last = self.relay.put(forge.pack_of(self.anna, 4), self.anna.links[-1])
        run = self.sync_l1()
        self.assertEqual((run.exit, run.json["state"]), (REFUSED, "partial"))
        self.assertEqual(self.held(self.anna.person.public), 2)
        self.assertEqual(self.ok("l1", "day", "2022-07-14")["not_admitted"]["anna"]["visits"], 1)
        self.assertIs(self.ok("l1", "verify")["ok"], True)
        self.relay.put(forge.pack_of(self.anna, 3, 3), self.anna.links[3])
        del last
        run = self.sync_l1()
        self.assertEqual((run.exit, run.json["state"]), (0, "in_sync"), run.out)
        self.assertEqual(self.ok("l1", "day", "2022-07-14")["not_admitted"]["anna"]["visits"], 4)

    def test_a_chain_that_is_joined_to_no_branch_is_kept_aside_and_counts_nowhere(self):
        """Its author signed it: nobody can tell it from a branch of which more is to come."""
        self.sync_l1()
        before = self.state()
        self.relay.put(forge.joined_elsewhere(self.anna), author="ff" * 32, last=0)
        run = self.sync_l1()
        self.assertEqual((run.exit, run.json["received_changes"], run.json["refused"]), (0, 0, []))
        after = self.state()
        self.assertEqual((after[0], after[2]), (before[0], before[2]))
        self.assertEqual([list(row) for row in after[1]], [[1]])
        self.assertIs(self.ok("l1", "verify")["ok"], True)
        forge.add_visit(self.anna)
        self.put(self.anna, 3)
        self.assertEqual(self.sync_l1().json["received_changes"], 1)

    def test_strangers_beyond_a_gap_leave_nothing_behind(self):
        self.sync_l1()
        stranger = forge.enlist("climber", self.spare, role=2)
        for _ in range(2):
            forge.add_visit(stranger)
        before = self.state()
        for first in (3, 2, 1):
            self.relay.put(forge.pack_of(stranger, first, first), author="ff" * 32, last=0)
        run = self.sync_l1()
        self.assertEqual(run.exit, REFUSED)
        self.assertEqual({one["code"] for one in run.json["refused"]}, {"stranger"})
        self.assertEqual(self.state(), before)

    def test_a_receipt_that_the_relay_did_not_sign_counts_for_nothing(self):
        self.sync_l1()
        saved = self.ok("l1", "visit", "--site", "S001", "--person-times", "1")["id"]
        key, self.relay.person = self.relay.person, ReceiptForger(self.relay.person)
        run = self.sync_l1()
        self.assertEqual((run.exit, [one["code"] for one in run.json["refused"]]), (REFUSED, ["bad_signature"]))
        self.assertEqual(self.ok("l1", "show", saved)["state"], "saved_here")
        self.assertEqual(self.ok("l1", "status")["unsent"], 1)
        self.relay.person = key
        self.assertEqual(self.sync_l1().exit, 0)
        self.assertEqual(self.ok("l1", "show", saved)["state"], "on_relay")

    def test_another_relay_at_the_same_address_is_not_told_anything(self):
        self.sync_l1()
        self.ok("l1", "visit", "--site", "S001", "--person-times", "1")
        other = FakeRelay(self.relay.link_of, "another relay by hand")
        self.addCleanup(other.close)
        run = self.run_karez("l1", "sync", "--relay", other.url)
        self.assertEqual(run.exit, REFUSED)
        self.assertIn("key", run.err)
        self.assertEqual(other.sessions, [[]])
        # The address that turned out wrong must not stay in the way of the right one.
        self.assertEqual(self.sync_l1().exit, 0)
        self.assertEqual(self.ok("l1", "status")["unsent"], 0)


class ReceiptForger:
    """Signs everything right but receipts."""

    def __init__(self, person):
        self.public, self.hex, self.real = person.public, person.hex, person

    def sign(self, purpose, message):
        return Person("nobody").sign(purpose, message) if purpose == "receipt" else self.real.sign(purpose, message)


if __name__ == "__main__":
    unittest.main()
