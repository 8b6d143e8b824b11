"""karez-relay backup and restore: a relay set back in time loses nothing that a laptop or headquarters still has."""

import json
import shutil
import subprocess
import threading
import unittest

import fleet


class Backups(fleet.Fleet):
    def relay_command(self, *words):
        return subprocess.run([self.relay_program, *map(str, words)], capture_output=True, text=True,
                              timeout=60 * fleet.SLOWNESS)

    def back_up(self, to, data="relay"):
        run = self.relay_command("backup", self.folder / to, "--data", self.folder / data)
        self.assertEqual(run.returncode, 0, run.stderr)
        return json.loads(run.stdout)

    def restore(self, name, data):
        run = self.relay_command("restore", self.folder / name, "--data", self.folder / data)
        self.assertEqual(run.returncode, 0, run.stderr)
        return json.loads(run.stdout)

    def visits(self, laptop, count):
        for n in range(count):
            self.ok(laptop, "visit", "--site", "S001", "--person-times", n + 1)

    def setUp(self):
        super().setUp()
        self.relay = self.start_relay()
        self.found("hq", self.relay.url)
        for laptop in ("l1", "l2"):
            self.enlist(laptop)
        self.sync_all(["l1", "l2", "hq", "l1", "l2"])

    def test_a_restored_relay_gets_again_what_came_after_the_backup(self):
        self.visits("l1", 5)
        self.sync("l1")
        told = self.back_up("copy")
        self.visits("l1", 3)
        self.visits("l2", 4)
        self.sync_all(["l1", "l2", "hq"])
        before = self.ok("hq", "status")
        port = self.relay.port
        self.relay.kill()
        restored = self.restore("copy", "relay-again")
        self.assertEqual((restored["end"], restored["changes"]), (told["end"], told["changes"]))
        self.relay = self.start_relay("relay-again", port)
        # Receipts of the earlier life no longer count: they are asked for again, and nothing is sent as new.
        self.sync_all(["l1", "l2", "hq", "l1", "l2"])
        self.assertEqual(self.ok("hq", "status")["heads"], before["heads"])
        self.assert_alike(["hq", "l1", "l2"])
        self.assertIs(self.ok("hq", "verify")["ok"], True)
        self.assertEqual(self.ok("l1", "status")["unsent"], 0)
        fresh = "l3"
        self.enlist(fresh)
        self.sync_all([fresh, "hq", fresh])
        self.assert_alike(["hq", fresh])

    def test_a_backup_beside_a_relay_at_work_is_one_moment_of_it(self):
        """Whatever the moment: it opens, its heads are whole, and the next life goes on from it."""
        over = threading.Event()

        def work():
            while not over.is_set():
                self.visits("l1", 1)
                self.sync("l1")

        worker = threading.Thread(target=work)
        worker.start()
        try:
            told = [self.back_up("copy-%d" % n) for n in range(3)]
        finally:
            over.set()
            worker.join()
        self.assertEqual([one["changes"] for one in told], sorted(one["changes"] for one in told))
        self.sync("hq")
        self.relay.kill()
        lives = set()
        for n in range(3):
            self.restore("copy-%d" % n, "again-%d" % n)
            relay = self.start_relay("again-%d" % n)
            lives.add(relay.events("listening")[0]["incarnation"])
            self.assertEqual(relay.events("listening")[0]["end"], told[n]["end"])
            self.ok("hq", "sync", "--relay", relay.url)
            relay.stop()
        self.assertEqual(len(lives), 3)

    def test_nothing_that_is_there_is_overwritten(self):
        self.back_up("copy")
        again = self.relay_command("backup", self.folder / "copy", "--data", self.folder / "relay")
        self.assertEqual(again.returncode, 4)
        self.assertIn("nothing was changed", again.stderr)
        over = self.relay_command("restore", self.folder / "copy", "--data", self.folder / "relay")
        self.assertEqual(over.returncode, 4)
        nothing = self.relay_command("backup", self.folder / "other", "--data", self.folder / "no-relay")
        self.assertEqual(nothing.returncode, 3, nothing.stderr)
        self.assertFalse((self.folder / "other").exists())
        self.assertFalse((self.folder / "other.part").exists())
        self.sync("l1")

    def test_a_damaged_backup_restores_nothing(self):
        self.back_up("copy")
        for name, offset in (("bad-page", 8192), ("bad-header", 0)):
            shutil.copytree(self.folder / "copy", self.folder / name)
            with open(self.folder / name / "relay.db", "r+b") as file:
                file.seek(offset)
                file.write(b"\xff" * 4096)
            run = self.relay_command("restore", self.folder / name, "--data", self.folder / "again")
            self.assertEqual(run.returncode, 1, run.stderr)
            self.assertFalse((self.folder / "again").exists())
        (self.folder / "copy" / "relay.key").write_text("no key\n")
        run = self.relay_command("restore", self.folder / "copy", "--data", self.folder / "again")
        self.assertNotEqual(run.returncode, 0)
        self.assertFalse((self.folder / "again").exists())

    def test_a_backup_that_is_started_as_it_is_begins_a_new_life_too(self):
        self.back_up("copy")
        first = self.relay.events("listening")[0]["incarnation"]
        self.relay.kill()
        relay = self.start_relay("copy")
        self.assertNotEqual(relay.events("listening")[0]["incarnation"], first)
        self.ok("l1", "sync", "--relay", relay.url)


if __name__ == "__main__":
    unittest.main()
