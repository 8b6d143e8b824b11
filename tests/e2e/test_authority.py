"""Who may do what, where people go beyond it: invitations used twice, revoked laptops, changes without the right. All of it is
stored, shown as what it is, outside totals, and the same on every replica in any order."""

import itertools
import random
import unittest

import fleet
import forge
from chain import public_name
from fleet import REFUSED
from wire import FakeRelay, Guest

DAY = "2022-07-14"
TIME = DAY + "T09:00:00+08:00"


class Authority(fleet.Fleet):
    def setUp(self):
        super().setUp()
        self.relay = self.start_relay()
        self.found("hq", self.relay)

    def visit(self, home, people=2):
        return self.ok(home, "visit", "--site", "S001", "--trade", "rider", "--person-times", people, "--time", TIME,
                       "--give", "W550=5")["id"]

    def standings(self, home):
        return {one["name"]: one["standing"] for one in self.ok(home, "devices")["devices"]}

    def deputy(self, name="deputy"):
        self.ok(name, "join", self.invitation("hq", "coordinator"), "--name", name)
        self.sync(name)
        self.sync("hq")
        self.ok("hq", "admit", name)
        self.sync("hq")
        self.sync(name)

    def guest(self, log):
        guest = Guest(self.relay, log.person, log.workspace)
        self.addCleanup(guest.ws.close)
        guest.login()
        return guest

    def show(self, home, record):
        found = self.ok(home, "show", record)
        return found["counts"], found.get("outside_because", "")

    # ---- revoked laptops ----------------------------------------------------------------------------------------

    def test_a_revoked_laptop_delivers_what_it_has_and_receives_nothing(self):
        for laptop in ("l1", "l2"):
            self.enlist(laptop)
        before = self.visit("l1")
        self.sync_all(["l1", "l2", "hq", "l1", "l2"], 1)
        other = self.visit("l2", 7)
        self.sync("l2")
        self.ok("hq", "revoke", "l1", "--reason", "丢了")
        self.sync("hq")
        after = self.visit("l1", 100)
        heads = self.ok("l1", "status")["changes_held"]
        run = self.run_karez("l1", "sync")
        self.assertEqual(run.exit, REFUSED)
        self.assertEqual((run.json["state"], run.json["sent_changes"], run.json["received_changes"]), ("partial", 1, 0))
        # It may say goodbye, but what others wrote since does not come to it.
        self.assertEqual(self.ok("l1", "status")["changes_held"], heads)
        self.refused(fleet.NOT_FOUND, "l1", "show", other)
        # Again and again: nothing breaks, nothing comes.
        again = self.run_karez("l1", "sync")
        self.assertEqual((again.exit, again.json["received_changes"]), (REFUSED, 0))

        self.sync_all(["hq", "l2"])
        for home in ("hq", "l2"):
            self.assertEqual(self.show(home, before), (True, ""), home)
            self.assertEqual(self.show(home, after), (False, "revoked"), home)
            day = self.ok(home, "day", DAY)
            self.assertEqual((day["visits"], day["person_times"]), (2, 9), home)
            device = next(one for one in self.ok(home, "devices")["devices"] if one["name"] == "l1")
            self.assertEqual((device["revoked_by"], device["reason"]), ("hq", "丢了"))
        self.assert_alike(["hq", "l2"])
        self.assertIs(self.ok("hq", "verify")["ok"], True)
        # Its own page says so too, once it has heard of it.
        self.assertIn("revoked", run.err.lower())

    def test_a_cut_further_back_takes_out_what_was_counted_and_a_higher_one_changes_nothing(self):
        self.enlist("l1")
        visits = [self.visit("l1", people) for people in (1, 10, 100)]
        self.sync_all(["l1", "hq"], 1)
        self.assertEqual(self.ok("hq", "day", DAY)["person_times"], 111)
        # Change 1 is the enrolment: at 3 the second visit is the last that counts.
        self.ok("hq", "revoke", "l1", "--at", "3", "--reason", "x")
        self.assertEqual(self.ok("hq", "day", DAY)["person_times"], 11)
        self.assertEqual([self.show("hq", visit)[0] for visit in visits], [True, True, False])
        # A cut above one that stands changes nothing, and the answer says where the cut is.
        self.assertEqual(self.ok("hq", "revoke", "l1", "--at", "4", "--reason", "y")["at"], 3)
        self.assertEqual(self.ok("hq", "day", DAY)["person_times"], 11)
        self.ok("hq", "revoke", "l1", "--at", "2", "--reason", "z")
        self.assertEqual(self.ok("hq", "day", DAY)["person_times"], 1)
        self.sync("hq")
        self.enlist("l2")
        self.sync_all(["l2", "hq", "l2"], 1)
        self.assert_alike(["hq", "l2"])

    def test_a_revoked_coordinators_later_invitations_fall_and_earlier_ones_stay(self):
        self.deputy()
        self.enlist("early", hq="deputy")
        self.visit("early", 3)
        self.sync_all(["early", "deputy", "hq"], 1)
        self.ok("hq", "revoke", "deputy", "--reason", "x")
        self.sync("hq")
        # The deputy has not heard of it: it invites and admits as before.
        code = self.invitation("deputy")
        self.ok("late", "join", code, "--name", "late")
        late = self.visit("late", 50)
        self.sync("late")
        self.run_karez("deputy", "sync")
        self.run_karez("deputy", "admit", "late")
        self.run_karez("deputy", "sync")
        self.sync_all(["hq", "early", "hq"], 1)
        for home in ("hq", "early"):
            self.assertEqual(self.ok(home, "day", DAY)["person_times"], 3, home)
            self.assertIs(self.show(home, late)[0], False)
            standings = self.standings(home)
            self.assertEqual((standings["early"], standings["late"]), ("admitted", "void_path"), home)
        self.assert_alike(["hq", "early"])

    def test_the_recovery_key_outranks_everybody(self):
        self.deputy()
        self.enlist("l1")
        self.sync("l1")
        recovery = self.home("hq") / "recovery.key"
        # The founder's laptop is in foreign hands: with the recovery key its records end where a coordinator says.
        self.visit("hq", 1)
        self.sync_all(["hq", "deputy", "l1"])
        self.visit("hq", 1000)
        self.sync("hq")
        self.sync("deputy")
        self.assertEqual(self.ok("deputy", "day", DAY)["person_times"], 1001)
        seq = self.ok("hq", "status")["own_changes"] - 1
        self.refused(REFUSED, "deputy", "revoke", "hq", "--at", seq, "--reason", "stolen")
        self.ok("deputy", "revoke", "hq", "--at", seq, "--reason", "stolen", "--recovery-key", recovery)
        self.assertEqual(self.ok("deputy", "day", DAY)["person_times"], 1)
        self.sync("deputy")
        self.sync("l1")
        self.assertEqual(self.ok("l1", "day", DAY)["person_times"], 1)
        self.assert_alike(["deputy", "l1"])
        # The founder cannot undo it.
        run = self.run_karez("hq", "sync")
        self.assertEqual((run.exit, run.json["received_changes"]), (REFUSED, 0))

    def test_the_recovery_key_revokes_a_coordinator_from_headquarters(self):
        self.deputy()
        self.visit("deputy", 4)
        self.sync_all(["deputy", "hq"], 1)
        document = self.ok("hq", "revoke", "deputy", "--reason", "x", "--recovery-key", self.home("hq") / "recovery.key")
        self.assertEqual(document["revoked"], "deputy")
        self.sync("hq")
        late = self.visit("deputy", 40)
        self.assertEqual(self.run_karez("deputy", "sync").exit, REFUSED)
        self.sync("hq")
        self.assertEqual(self.show("hq", late), (False, "revoked"))
        self.assertEqual(self.ok("hq", "day", DAY)["person_times"], 4)
        other = self.write("other.key", "ab" * 32 + "\n")
        self.refused(REFUSED, "hq", "revoke", "deputy", "--reason", "x", "--recovery-key", other)
        self.assertIs(self.ok("hq", "verify")["ok"], True)

    def test_a_junior_cannot_cut_a_senior_even_by_hand(self):
        self.deputy()
        self.enlist("l1", hq="deputy")
        self.visit("hq", 5)
        self.sync_all(["hq", "l1", "deputy"])
        hq_key, deputy_log = forge.own_key(self.home("hq")), forge.own_log(self.home("deputy"))
        link = forge.own_log(self.home("hq")).links[1]
        # The program refuses; a change made by hand says it all the same.
        self.refused(REFUSED, "deputy", "revoke", "hq", "--reason", "mutiny")
        deputy_log.append(forge.revoke_op(hq_key.hex, 1, link), authors=[hq_key.hex])
        guest = self.guest(deputy_log)
        self.assertEqual(guest.offer(forge.pack_of(deputy_log, len(deputy_log.contents)))["type"], "ack")
        # So does a volunteer.
        self.enlist("l2")
        self.sync_all(["l2", "hq", "l2"], 1)
        l2_log = forge.own_log(self.home("l2"))
        l2_log.append(forge.revoke_op(hq_key.hex, 1, link), authors=[hq_key.hex])
        volunteer = self.guest(l2_log)
        self.assertEqual(volunteer.offer(forge.pack_of(l2_log, len(l2_log.contents)))["type"], "ack")
        self.sync_all(["hq", "l1"])
        for home in ("hq", "l1"):
            self.assertEqual(self.ok(home, "day", DAY)["person_times"], 5, home)
            self.assertEqual(self.standings(home)["hq"], "founder")
        self.assertIs(self.ok("hq", "verify")["ok"], True)
        # Headquarters is still served.
        self.visit("hq", 5)
        self.sync("hq")

    # ---- without the right --------------------------------------------------------------------------------------

    def test_a_volunteers_site_is_stored_shown_and_does_not_count(self):
        self.enlist("l1")
        self.enlist("l2")
        self.sync_all(["l1", "l2", "hq", "l1", "l2"], 1)
        self.refused(REFUSED, "l2", "import", self.write("s.csv", "code,name\nS777,x\n"), "--as", "site")
        log = forge.own_log(self.home("l2"))
        log.append(forge.site_op("S777", "a volunteer's place"))
        place = "%s-%d-1" % (public_name(log.person.public), len(log.contents))
        # In the same log a visit that is in order, and one change that does both: each operation is judged by itself.
        visit = forge.add_visit(log, 3, site="S777")
        log.append(*forge.visit_ops(log, 1000), forge.site_op("S778"))
        guest = self.guest(log)
        first = len(log.contents) - 2
        self.assertEqual(guest.offer(forge.pack_of(log, first))["type"], "ack")
        self.sync_all(["hq", "l1"])
        for home in ("hq", "l1"):
            self.assertEqual(self.show(home, place), (False, "no_right"), home)
            self.assertIs(self.show(home, visit)[0], True)
            day = self.ok(home, "day", DAY)
            self.assertEqual((day["person_times"], day["unknown_sites"]), (1003, ["S001", "S777"]), home)
            self.assertEqual(self.ok(home, "show", visit)["unknown_codes"], ["S777"])
            listed = self.ok(home, "list", "site")["records"]
            self.assertEqual(listed, [])
            self.assertEqual(len(self.ok(home, "list", "site", "--all")["records"]), 2)
        self.assert_alike(["hq", "l1"])
        # Headquarters' own site of that code is the one that counts, whatever came first.
        self.ok("hq", "import", self.write("t.csv", "code,name\nS777,真的\n"), "--as", "site")
        self.sync_all(["hq", "l1"], 1)
        self.assertEqual(self.ok("l1", "day", DAY)["unknown_sites"], ["S001"])
        self.assert_alike(["hq", "l1"])
        # The laptop itself: its key wrote what its database does not hold. It goes on under a new name, and says so.
        self.visit("l2", 2)
        run = self.run_karez("l2", "sync")
        self.assertIn(run.exit, (fleet.DONE, REFUSED), run.err)
        self.assertTrue(any("name" in notice or "copied" in notice for notice in self.ok("l2", "status")["notices"]))
        self.run_karez("l2", "sync")
        self.sync_all(["hq", "l1"])
        self.assertIs(self.ok("hq", "verify")["ok"], True)
        self.assert_alike(["hq", "l1"])
        self.assertIn("l2#2", self.standings("hq"))

    def test_an_admission_by_a_volunteer_and_a_wrong_claim_count_for_nothing(self):
        self.enlist("l1")
        self.sync_all(["l1", "hq", "l1"], 1)
        code = self.invitation()
        self.ok("l2", "join", code, "--name", "l2")
        self.ok("l3", "join", code, "--name", "l3")
        for laptop in ("l2", "l3"):
            self.visit(laptop)
            self.sync(laptop)
        self.sync_all(["hq", "l1"], 1)
        invitation = forge.decode(forge.own_log(self.home("l2")).contents[0])["operations"][0]
        issuer, seq = invitation["introducer"], invitation["introducer_seq"]
        l2 = forge.own_key(self.home("l2"))
        log = forge.own_log(self.home("l1"))
        log.append(forge.admit_op(l2.hex, issuer, seq), authors=sorted([l2.hex, issuer]))
        self.assertEqual(self.guest(log).offer(forge.pack_of(log, len(log.contents)))["type"], "ack")
        self.sync("hq")
        self.assertEqual(self.standings("hq")["l2"], "not_admitted")
        self.assertEqual(self.ok("hq", "day", DAY)["visits"], 0)
        self.assertIs(self.ok("hq", "verify")["ok"], True)


class AnyOrder(fleet.Fleet):
    """One history of every sort of trouble, delivered to fresh replicas change by change in many orders."""

    def history(self):
        """Homes whose logs together are the history; the last words of some were made by hand."""
        self.found("hq")
        self.import_lists("huaibei-day")
        links = [self.home(name) for name in ("hq", "deputy", "l1", "l2", "l3", "rival")]
        relay = FakeRelay(forge.link_finder(*links))
        self.addCleanup(relay.close)
        self.relay = relay
        codes = {"deputy": self.invitation("hq", "coordinator"), "l1": self.invitation(), "l2": self.invitation()}
        for name, code in codes.items():
            self.ok(name, "join", code, "--name", name)
        self.ok("rival", "join", codes["l2"], "--name", "rival")
        for number, name in enumerate(("l1", "l2", "rival"), start=1):
            for people in (number, 10 * number):
                self.ok(name, "visit", "--site", "S00%d" % number, "--person-times", people, "--time", TIME, "--give",
                        "W550=%d" % people)
        everyone = ["deputy", "l1", "l2", "rival"]
        self.sync_by_hand(everyone + ["hq"] + everyone)
        self.ok("hq", "admit", "deputy")
        self.ok("hq", "admit", "l2")
        self.sync_by_hand(["hq"] + everyone)
        self.ok("l3", "join", self.invitation("deputy"), "--name", "l3")
        visit = self.ok("l3", "visit", "--site", "S004", "--person-times", "4", "--time", TIME)["id"]
        everyone.append("l3")
        self.sync_by_hand(["l3", "deputy", "hq"] + everyone)
        # Two edit one field and a third voids the record; a counter; a set.
        self.ok("l1", "edit", visit, "person_times=40", "tally+=3", "tags+=a")
        self.ok("l2", "edit", visit, "person_times=41", "tally+=4", "tags+=b")
        self.ok("rival", "edit", visit, "note=from one who does not count")
        self.ok("hq", "void", visit, "--reason", "重复")
        self.ok("deputy", "revoke", "l1", "--at", "3", "--reason", "x")
        self.ok("hq", "revoke", "l1", "--at", "2", "--reason", "y")
        self.code = self.invitation()
        return ["hq", "deputy", "l1", "l2", "l3", "rival"]

    def sync_by_hand(self, homes):
        for home in homes:
            self.ok(home, "sync", "--relay", self.relay.url)
        self.assertEqual(self.relay.failures, [])

    def packs(self, homes):
        """Each change as a pack of its own: [(author, seq, pack, link)]."""
        logs = list(forge.logs_of(self.home(home) for home in homes).values())
        # A volunteer's site, a word against headquarters, and a visit together with a hand on headquarters' list, none of it
        # pinned: no program would write that, and it may come before what it is about.
        founder = forge.own_log(self.home("hq"))
        for log in logs:
            if log.person.hex == forge.own_key(self.home("l2")).hex:
                log.append(forge.site_op("S001", "mine"))
                log.append(forge.revoke_op(founder.person.hex, 1, founder.links[1]), authors=[founder.person.hex])
                log.append(*forge.visit_ops(log, 1000), forge.write_op([founder.person.hex, 2, 1], 2, "mine"),
                           authors=[founder.person.hex])
                forge.add_visit(log, 200)
        return [(log.person.hex, seq, forge.pack_of(log, seq, seq), log.links[seq])
                for log in logs for seq in range(1, len(log.contents) + 1)]

    def test_the_same_changes_in_any_order_give_the_same_dump_day_and_devices(self):
        homes = self.history()
        changes = self.packs(homes)
        seen = []
        chooser = random.Random(20220714)
        for number in range(fleet.scaled(6, 3)):
            home = "fresh-%d" % number
            order = list(changes)
            if number:
                chooser.shuffle(order)
            if number == 2:
                order.sort(key=lambda change: change[1], reverse=True)
            # One laptop for all of them: the invitation is used again and again, which changes nobody's rights.
            self.ok(home, "join", self.code, "--name", home)
            relay = FakeRelay(forge.link_finder(self.home(home)), life="that " + home + " meets")
            self.addCleanup(relay.close)
            # In several visits to the relay, each of which brings some more.
            for begin, end in itertools.pairwise(sorted({0, len(order), *chooser.sample(range(len(order)), 3)})):
                for author, _, pack, link in order[begin:end]:
                    relay.put(pack, link)
                self.run_karez(home, "sync", "--relay", relay.url)
            last = self.run_karez(home, "sync", "--relay", relay.url)
            self.assertEqual(relay.failures, [])
            self.assertEqual(last.exit, fleet.DONE, last.out + last.err)
            self.assertIs(self.ok(home, "verify")["ok"], True)
            # The first line holds the heads, in which each of these laptops has an enrolment of its own.
            dump = self.dump(home).split(b"\n", 1)[1]
            day = self.ok(home, "day", DAY)
            day.pop("digest", None)
            devices = [one for one in self.ok(home, "devices")["devices"] if not one["name"].startswith("fresh")]
            for one in devices:
                one.pop("skew_ms", None)
            day["by_laptop"].pop(home, None)
            day["not_admitted"].pop(home, None)
            day["waiting"] = [name for name in day["waiting"] if name != home]
            seen.append((dump, day, devices, self.ok(home, "conflicts")))
            if number:
                for part, (first, this) in enumerate(zip(seen[0], seen[-1])):
                    self.assertEqual(first, this, "part %d of order %d" % (part, number))
        # l1 up to the lower of its two cuts, l2, and nothing of the rival; l3's only visit is void.
        self.assertEqual(seen[0][1]["person_times"], 1 + 2 + 20 + 1000 + 200)


if __name__ == "__main__":
    unittest.main()
