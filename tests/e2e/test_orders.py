"""The order of syncs and their number decide nothing: same heads, same bytes; a sync without news makes none."""

import os
import random
import shutil
import unittest

import fleet

SEED = int(os.environ.get("KAREZ_TEST_SEED", "20220714"))
LAPTOPS = ["l%d" % n for n in range(1, 6)]
ALL = ["hq"] + LAPTOPS


class Orders(fleet.Fleet):
    def settle(self, rng, homes):
        """Random syncs, some of them twice, then rounds in random order until nobody sends or receives anything."""
        for home in rng.choices(homes, k=len(homes)):
            for _ in range(rng.choice((1, 1, 2))):
                self.sync(home)
        for _ in range(4):
            moved = 0
            for home in rng.sample(homes, len(homes)):
                report = self.sync(home)
                moved += report["sent_changes"] + report["received_changes"]
            if moved == 0:
                return
        self.fail("after four rounds there is still news")

    def field_work(self, rng, visits):
        """What five laptops do in a morning without signal, each from what all of them knew at its beginning."""
        for laptop in LAPTOPS:
            mine = []
            for n in range(3):
                words = ["visit", "--site", "S%03d" % rng.randint(1, 4), "--trade", rng.choice(("rider", "san", "build")),
                         "--person-times", rng.randint(1, 9), "--time", "2022-07-14T%02d:00:00+08:00" % rng.randint(6, 20)]
                for item in rng.sample(("W550", "HXZQ", "TOWEL"), rng.randint(0, 2)):
                    words += ["--give", "%s=%d" % (item, rng.randint(1, 30))]
                mine.append(self.ok(laptop, *words)["id"])
            self.ok(laptop, "edit", visits[0], "note=%s sees it so" % laptop, "tally+=1")
            for _ in range(4):
                record = rng.choice(visits + mine)
                kind = rng.randrange(6)
                if self.ok(laptop, "show", record)["void"]:
                    self.ok(laptop, "void", record, "--undo")
                elif kind == 0:
                    self.ok(laptop, "void", record, "--reason", "重 %d" % rng.randrange(100))
                elif kind == 1:
                    self.ok(laptop, "edit", record, "tally+=%d" % rng.randint(1, 9))
                elif kind == 2:
                    self.ok(laptop, "edit", record, "tags+=t%d" % rng.randrange(3), "tags-=t%d" % rng.randrange(3, 6))
                else:
                    self.ok(laptop, "edit", record, rng.choice((
                        "note=%s %d" % (laptop, rng.randrange(100)), "person_times=%d" % rng.randint(1, 99),
                        "trade=courier", "site=S009")))

    def test_any_order_of_syncs_and_any_number_of_repeats_ends_in_the_same_bytes(self):
        rng = random.Random(SEED)
        print("seed %d (KAREZ_TEST_SEED)" % SEED, flush=True)
        port = self.free_port()
        relay = self.start_relay(port=port)
        self.found("hq", relay)
        self.import_lists("huaibei-day")
        for laptop in LAPTOPS:
            self.enlist(laptop)
        visits = [self.ok(laptop, "visit", "--site", "S001", "--person-times", "1", "--note", "早上")["id"]
                  for laptop in LAPTOPS]
        self.settle(rng, ALL)
        self.assert_alike(ALL)
        self.field_work(rng, visits)
        self.assertEqual(relay.stop()[0], 0)
        # The same morning, met by the relay in several orders: every run starts from the same files.
        for part in ("homes", "state", "relay"):
            shutil.copytree(self.folder / part, self.folder / "before" / part)
        results = []
        for _ in range(fleet.scaled(4, 2)):
            for part in ("homes", "state", "relay"):
                shutil.rmtree(self.folder / part)
                shutil.copytree(self.folder / "before" / part, self.folder / part)
            relay = self.start_relay(port=port)
            self.settle(rng, ALL)
            results.append(self.assert_alike(ALL))
            for home in (rng.choice(LAPTOPS), "hq"):
                self.assertIs(self.ok(home, "verify")["ok"], True)
            self.assertEqual(relay.stop()[0], 0)
        self.assertEqual(len(set(results)), 1, "another order of syncs made another dump")
        self.assertTrue(b'"conflict"' in results[0], "nobody met anybody in this morning")

    def test_a_sync_that_brings_nothing_new_creates_no_change_and_costs_little(self):
        relay = self.start_relay()
        self.found("hq", relay)
        self.import_lists("huaibei-day")
        for laptop in LAPTOPS[:2]:
            self.enlist(laptop)
            self.ok(laptop, "visit", "--site", "S001", "--give", "W550=3")
        homes = ["hq"] + LAPTOPS[:2]
        self.sync_all(LAPTOPS[:2] + homes, 2)
        before = {home: self.ok(home, "status") for home in homes}
        self.assertEqual(len({status["heads"] for status in before.values()}), 1)
        for _ in range(3):
            for home in homes:
                # The first may tell a coordinator that the others were here; the second has nothing at all to say.
                for report in (self.sync(home), self.sync(home)):
                    self.assertEqual((report["sent_changes"], report["received_changes"]), (0, 0), home)
                self.assertLess(report["bytes_sent"], 1024, home)
                self.assertLess(report["bytes_received"], 1024, home)
        for home in homes:
            after = self.ok(home, "status")
            for key in ("heads", "own_changes", "changes_held", "changes_applied", "unsent"):
                self.assertEqual(after[key], before[home][key], (home, key))

    def test_what_a_sync_itself_causes_is_sent_before_it_reports_in_sync(self):
        relay = self.start_relay()
        self.found("hq", relay)
        codes = [self.invitation() for _ in LAPTOPS]
        self.sync("hq")
        for laptop, code in zip(LAPTOPS, codes):
            self.ok(laptop, "join", code, "--name", laptop)
            self.ok(laptop, "visit", "--site", "S001", "--time", "2022-07-14T09:00:00+08:00", "--person-times", "2")
            self.sync(laptop)
            self.assertEqual(self.ok(laptop, "status")["standing"], "not_admitted")
        report = self.sync("hq")
        self.assertGreaterEqual(report["sent_changes"], 1)
        status = self.ok("hq", "status")
        self.assertEqual((status["unsent"], status["heads"]), (0, report["heads"]))
        self.assertEqual(self.ok("hq", "day", "2022-07-14")["person_times"], 10)
        # One sync of a laptop is enough to learn of it.
        heads = {self.sync(laptop)["heads"] for laptop in LAPTOPS}
        self.assertEqual(heads, {report["heads"]})
        for laptop in LAPTOPS:
            self.assertEqual(self.ok(laptop, "status")["standing"], "admitted")
        self.assertEqual(self.sync("hq")["sent_changes"], 0)
        self.assert_alike(ALL)

    def test_a_laptop_may_reach_a_fresh_relay_before_headquarters_does(self):
        relay = self.start_relay()
        self.found("hq", relay)
        for laptop in LAPTOPS[:3]:
            self.enlist(laptop)
            self.ok(laptop, "visit", "--site", "S001", "--person-times", "2")
            self.sync(laptop)
        self.sync("hq")
        self.sync_all(["hq"] + LAPTOPS[:3], 1)
        self.assert_alike(["hq"] + LAPTOPS[:3])

    def test_a_relay_that_lost_its_data_gets_everything_back(self):
        port = self.free_port()
        relay = self.start_relay(port=port)
        self.found("hq", relay)
        for laptop in LAPTOPS[:2]:
            self.enlist(laptop)
            self.ok(laptop, "visit", "--site", "S001", "--person-times", "2")
        homes = ["hq"] + LAPTOPS[:2]
        self.sync_all(LAPTOPS[:2] + homes, 1)
        before = self.assert_alike(homes)
        relay.kill()
        shutil.rmtree(self.folder / "relay")
        relay = self.start_relay(port=port)
        record = self.ok("l1", "list")["records"][0]["id"]
        # The new relay has another key than the pinned one; a replica says so instead of talking to it.
        run = self.run_karez("l1", "sync")
        if run.exit != 0:
            self.assertIn(run.exit, (fleet.REFUSED, fleet.UNREACHABLE), run)
            self.assertEqual(self.ok("l1", "show", record)["state"], "at_headquarters")
            return
        self.sync_all(homes)
        self.assertEqual(self.assert_alike(homes), before)

    def test_the_data_folder_of_a_relay_moved_to_another_address_serves_on(self):
        relay = self.start_relay()
        self.found("hq", relay)
        self.enlist("l1")
        self.ok("l1", "visit", "--site", "S001")
        self.sync_all(["l1", "hq"])
        self.assertEqual(relay.stop()[0], 0)
        shutil.copytree(self.folder / "relay", self.folder / "elsewhere")
        moved = self.start_relay(data="elsewhere")
        for home in ("hq", "l1"):
            self.assertEqual(self.ok(home, "sync", "--relay", moved.url)["state"], "in_sync")
            # The address is kept.
            self.assertEqual(self.ok(home, "status")["relay"], moved.url)
        self.sync("l1")


if __name__ == "__main__":
    unittest.main()
