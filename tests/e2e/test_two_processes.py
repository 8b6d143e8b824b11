"""Several processes on one home at the same time: every one of them gets its turn, and none sees another's lock as an error."""

import random
import threading
import time
import unittest

import fleet
import forge
from fleet import DONE

DAY = "2022-07-14"
TIME = DAY + "T09:00:00+08:00"
HEADER = "visit,time,site,trade,person_times,item,qty,voucher,note\n"


class TwoProcesses(fleet.Fleet):
    def run_all(self, works):
        """Every work in a thread of its own, all begun together; what failed in one fails the test."""
        gate, failures = threading.Barrier(len(works)), []

        def go(work):
            gate.wait()
            try:
                work()
            except BaseException as failure:
                failures.append(failure)

        threads = [threading.Thread(target=go, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]

    def visit(self, home, people=1):
        return self.ok(home, "visit", "--site", "S001", "--person-times", people, "--time", TIME)["id"]

    def test_import_edits_syncs_and_readers_beside_each_other(self):
        relay = self.start_relay()
        self.found("hq", relay)
        self.import_lists("huaibei-day")
        for laptop in ("l1", "l2"):
            self.enlist(laptop)
        self.sync_all(["l1", "l2", "hq", "l1", "l2"], 1)
        edited = [self.visit("l1") for _ in range(4)]
        rows = [HEADER] + ["%d,%s,S001,rider,1,W550,2,,\n" % (number, TIME) for number in range(1, fleet.scaled(2500, 600) + 1)]
        big = self.write("big.csv", "".join(rows))
        rounds = fleet.scaled(12, 3)
        chooser = random.Random(20220714)
        counts = {"visits": 0}

        def imports():
            document = self.ok("l1", "import", big, "--as", "handout")
            self.assertEqual(document["visits"], len(rows) - 1)

        def visits():
            for _ in range(rounds):
                self.visit("l1")
                counts["visits"] += 1

        def edits():
            for number in range(rounds):
                self.ok("l1", "edit", edited[number % len(edited)], "person_times=%d" % (number % 5 + 1), "tally+=1")
                time.sleep(chooser.uniform(0, 0.02))

        def others():
            for _ in range(rounds // 2):
                self.visit("l2")
                self.sync("l2")

        def syncs():
            for _ in range(rounds // 2):
                self.sync_or_partial("l1")

        def reads():
            for number in range(rounds):
                words = (["status"], ["day", DAY], ["list", "--limit", "3"], ["dump"], ["conflicts"],
                         ["query", "select count(*) from visit"])[number % 6]
                self.ok("l1", *words, as_json=words != ["dump"])

        def proofs():
            for _ in range(max(1, rounds // 6)):
                self.assertIs(self.ok("l1", "verify")["ok"], True)

        self.run_all([imports, visits, edits, others, syncs, syncs, reads, proofs])
        self.sync_all(["l1", "l2", "hq", "l1", "l2"], 1)
        for home in ("hq", "l1", "l2"):
            self.assertIs(self.ok(home, "verify")["ok"], True, home)
        self.assert_alike(["hq", "l1", "l2"])
        day = self.ok("hq", "day", DAY)
        self.assertEqual(day["by_laptop"]["l1"]["visits"], len(rows) - 1 + len(edited) + counts["visits"])
        self.assertEqual(day["by_laptop"]["l2"]["visits"], rounds // 2)
        self.assertEqual([one["name"] for one in self.ok("hq", "devices")["devices"]], ["hq", "l1", "l2"])
        tally = sum(self.ok("hq", "show", record)["fields"].get("tally", 0) for record in edited)
        self.assertEqual(tally, rounds)

    def sync_or_partial(self, home):
        """Beside another session of the same laptop one of the two is sent away, and says so; that is no error of the lock."""
        run = self.run_karez(home, "sync")
        self.assertIn(run.exit, (DONE, fleet.REFUSED, fleet.UNREACHABLE), run.err)
        for word in ("locked", "another program is writing", "SQLITE", "busy"):
            self.assertNotIn(word, run.err)

    def test_one_import_twice_at_the_same_time_counts_every_row_once(self):
        self.found("hq")
        rows = [HEADER] + ["%d,%s,S001,rider,1,W550,2,,\n" % (number, TIME) for number in range(1, fleet.scaled(1500, 300) + 1)]
        path = self.write("day.csv", "".join(rows))
        reports = []
        self.run_all([lambda: reports.append(self.ok("hq", "import", path, "--as", "handout"))] * 3)
        self.assertEqual(self.ok("hq", "day", DAY)["visits"], len(rows) - 1, reports)
        self.assertIs(self.ok("hq", "verify")["ok"], True)

    def test_twenty_first_writes_at_once_make_no_clone(self):
        """Each process changes the clone guard's nonce before its first write."""
        self.found("hq")
        ids = []
        self.run_all([lambda: ids.append(self.visit("hq")) for _ in range(fleet.scaled(20, 8))])
        self.assertEqual(len(set(ids)), len(ids))
        self.assertEqual(len(forge.keys_of(self.home("hq"))), 1)
        self.assertEqual(self.ok("hq", "status")["notices"], [])
        self.assertEqual(self.ok("hq", "day", DAY)["visits"], len(ids))
        self.assertIs(self.ok("hq", "verify")["ok"], True)

    def test_readers_see_committed_states_only(self):
        """While visits with two handouts each are written, no reader sees a visit without its handouts."""
        self.found("hq")
        is_over = threading.Event()
        seen = []

        def writes():
            for _ in range(fleet.scaled(30, 8)):
                self.ok("hq", "visit", "--site", "S001", "--person-times", "1", "--time", TIME, "--give", "W550=1", "--give",
                        "HXZQ=1")
            is_over.set()

        def reads():
            while not is_over.is_set():
                day = self.ok("hq", "day", DAY)
                lines = day["by_laptop"].get("hq", {"visits": 0, "lines": 0})
                seen.append((lines["visits"], lines["lines"]))

        self.run_all([writes, reads])
        self.assertTrue(all(lines == 2 * visits for visits, lines in seen), seen)
        self.assertEqual(seen, sorted(seen))


if __name__ == "__main__":
    unittest.main()
