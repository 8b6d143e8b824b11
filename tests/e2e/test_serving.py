"""karez serve: a laptop is a relay for those on its network; what it took counts once, wherever it goes from there."""

import contextlib
import json
import shutil
import signal
import sqlite3
import subprocess
import unittest

import fleet


class Serving(fleet.Fleet):
    def record(self, laptop, count=3):
        return [self.ok(laptop, "visit", "--site", "S001", "--person-times", n + 1)["id"] for n in range(count)]

    def states(self, laptop, ids):
        return {self.ok(laptop, "show", one)["state"] for one in ids}

    def serve(self, laptop, port=None):
        """A laptop that serves on loopback: (process, what it said at its start, its url)."""
        process = self.start_karez(laptop, "serve", "--address", "127.0.0.1", "--port", port or self.free_port(),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        said = json.loads(process.stdout.readline())
        self.assertEqual(said["state"], "serving")
        self.assertEqual(said["addresses"], [said["local"]])
        return process, said, said["local"]

    def end(self, process):
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10 * fleet.SLOWNESS)
        self.assertEqual(process.returncode, fleet.DONE, err)
        self.assertEqual(out, b"")

    def incarnation(self, laptop):
        with contextlib.closing(sqlite3.connect(self.home(laptop) / "relay" / "relay.db")) as database:
            return database.execute("SELECT value FROM meta WHERE name = 'incarnation'").fetchone()[0]

    def meet(self, laptop, url, **options):
        document = self.ok(laptop, "sync", "--near", url, **options)
        self.assertEqual(document["state"], "in_sync")
        return document

    def test_laptops_without_a_relay_meet_at_one_that_serves(self):
        self.found("hq")
        for laptop in ("l1", "l2"):
            self.enlist(laptop)
        ids = self.record("l1")
        serving, _, url = self.serve("l2")
        for laptop in ("l1", "hq", "l1"):
            self.meet(laptop, url)
        # What headquarters signed to hold is at headquarters, whoever's laptop carried it; nothing is on "the relay".
        self.assertEqual(self.states("l1", ids), {"at_headquarters"})
        self.assertGreater(self.ok("l1", "status")["unsent"], 0)
        own = self.record("l2", 1)
        fleet.wait_for(lambda: self.meet("hq", url)["received_changes"] == 1, 10, "what the serving laptop records goes out")
        fleet.wait_for(lambda: self.ok("l2", "status")["heads"] == self.ok("hq", "status")["heads"], 10, "all came in")
        self.meet("l1", url)
        self.assert_alike(["hq", "l1", "l2"])
        self.assertEqual(self.states("l2", own) - {"saved_here", "at_headquarters"}, set())
        self.end(serving)
        self.assertEqual(self.run_karez("l1", "sync", "--near", url).exit, fleet.UNREACHABLE)
        for home in ("hq", "l1", "l2"):
            self.assertTrue(self.ok(home, "verify")["ok"])
        # Again, with the store that it kept: nothing is sent twice.
        serving, _, url = self.serve("l2")
        again = self.meet("l1", url)
        self.assertEqual((again["sent_changes"], again["received_changes"]), (0, 0))
        self.end(serving)

    def test_the_serving_laptop_is_the_mule_for_those_who_met_it(self):
        relay = self.start_relay()
        self.found("hq", relay)
        self.sync("hq")
        for laptop in ("l1", "l2", "mule"):
            self.enlist(laptop)
        ids = {laptop: self.record(laptop) for laptop in ("l1", "l2")}
        serving, _, url = self.serve("mule")
        for laptop in ("l1", "l2"):
            self.meet(laptop, url)
            self.assertEqual(self.states(laptop, ids[laptop]), {"saved_here"})
        fleet.wait_for(lambda: len(self.ok("mule", "list", "visit", "--all")["records"]) == 6, 10, "both days came in")
        self.end(serving)
        self.sync("mule")
        self.sync("hq")
        self.assertEqual(len(self.ok("hq", "list", "visit")["records"]), 6)
        # The relay of the workspace is the same as before, and the rest comes by itself: once.
        for laptop in ("l1", "l2"):
            self.assertEqual(self.sync(laptop)["sent_changes"], 0)
            self.assertEqual(self.states(laptop, ids[laptop]), {"at_headquarters"})
        self.sync_all(["hq", "mule", "l1", "l2"])
        self.assert_alike(["hq", "mule", "l1", "l2"])

    def test_a_serving_laptop_serves_its_own_workspace_only_and_says_what_is_wrong(self):
        self.found("hq")
        self.found("other", workspace="别的")
        serving, said, url = self.serve("hq")
        self.assertIn("another workspace", self.refused(fleet.REFUSED, "other", "sync", "--near", url))
        self.assertIn("running", self.refused(fleet.FAILED, "hq", "serve", "--port", "0"))
        self.refused(fleet.REFUSED, "other", "serve", "--address", "127.0.0.1", "--port", said["port"])
        self.refused(fleet.USAGE, "other", "serve", "--port", "70000")
        self.refused(fleet.USAGE, "other", "serve", "--address", "here")
        self.refused(fleet.USAGE, "hq", "sync", "--near", url, "--relay", url)
        self.refused(fleet.NOT_FOUND, "nobody", "serve")
        self.end(serving)
        text = self.start_karez("hq", "--lang", "zh", "serve", "--address", "127.0.0.1", "--port", "0", as_json=False,
                                stdout=subprocess.PIPE)
        self.assertIn("在别的电脑上运行", text.stdout.readline().decode())
        self.assertIn("karez sync --near ws://127.0.0.1:", text.stdout.readline().decode())
        fleet.end_process(text, signal.SIGTERM)

    def test_a_restored_home_serves_under_a_new_incarnation(self):
        self.found("hq")
        self.enlist("l1")
        serving, before, url = self.serve("hq")
        self.meet("l1", url)
        self.end(serving)
        incarnation = self.incarnation("hq")
        shutil.copytree(self.home("hq"), self.folder / "backup")
        serving, _, url = self.serve("hq")
        self.assertEqual(self.incarnation("hq"), incarnation)
        ids = self.record("l1")
        self.meet("l1", url)
        fleet.wait_for(lambda: len(self.ok("hq", "list", "visit", "--all")["records"]) == 3, 10, "the visits came in")
        self.end(serving)
        shutil.rmtree(self.home("hq"))
        shutil.copytree(self.folder / "backup", self.home("hq"))
        serving, after, url = self.serve("hq")
        self.assertEqual(before["relay_key"], after["relay_key"])
        self.assertNotEqual(self.incarnation("hq"), incarnation)
        # What the backup did not hold comes again: nobody believes the old receipts of another incarnation.
        self.meet("l1", url)
        fleet.wait_for(lambda: len(self.ok("hq", "list", "visit", "--all")["records"]) == 3, 10, "the visits are back")
        self.end(serving)
        self.assertEqual(len(ids), 3)


if __name__ == "__main__":
    unittest.main()
