"""sync --watch: a connected replica gets others' changes and gives its own at once, and outlives a relay that goes."""

import json
import signal
import subprocess
import unittest

import fleet


class Watch(fleet.Fleet):
    def setUp(self):
        super().setUp()
        self.port = self.free_port()
        self.relay = self.start_relay(port=self.port)
        self.found("hq", self.relay)
        for laptop in ("l1", "l2"):
            self.enlist(laptop)
        self.sync_all(["l1", "l2", "hq", "l1", "l2"], 1)

    def watch(self, home):
        return self.start_karez(home, "sync", "--watch", stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def end_watch(self, process):
        """SIGTERM; gives the one document that a watch prints at its end."""
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=10 * fleet.SLOWNESS)
        self.assertEqual(process.returncode, fleet.DONE, err)
        return json.loads(out)

    def visits(self, home):
        return len(self.ok(home, "list")["records"])

    def test_changes_reach_a_connected_replica_at_once_and_its_own_go_out(self):
        watching = self.watch("l1")
        self.ok("l2", "visit", "--site", "S001")
        self.sync("l2")
        fleet.wait_for(lambda: self.visits("l1") == 1, 5, "the watching laptop has the other's visit")
        # What another process records in the watched home is noticed there.
        self.ok("l1", "visit", "--site", "S002")
        fleet.wait_for(lambda: self.ok("l1", "status")["unsent"] == 0, 5, "the visit has gone out")
        self.sync("hq")
        self.assertEqual(self.visits("hq"), 2)
        document = self.end_watch(watching)
        self.assertEqual((document["sent_changes"], document["received_changes"]), (1, 1))

    def test_headquarters_that_watches_admits_at_once(self):
        watching = self.watch("hq")
        self.enlist("l3")
        self.sync("l3")
        fleet.wait_for(lambda: self.ok("hq", "status")["unsent"] == 0 and len(self.ok("hq", "devices")["devices"]) == 4,
                       5, "headquarters has heard of the laptop and said so")
        self.sync("l3")
        self.assertEqual(self.ok("l3", "status")["standing"], "admitted")
        self.end_watch(watching)

    def test_a_relay_that_goes_and_comes_back_is_found_again(self):
        watching = self.watch("l1")
        self.ok("l1", "visit", "--site", "S001")
        fleet.wait_for(lambda: self.ok("l1", "status")["unsent"] == 0, 5, "the visit has gone out")
        self.relay.kill()
        self.ok("l1", "visit", "--site", "S002")
        self.relay = self.start_relay(port=self.port)
        fleet.wait_for(lambda: self.ok("l1", "status")["unsent"] == 0, 30, "the second visit has gone out too")
        self.assertIsNone(watching.poll())
        self.end_watch(watching)
        self.sync("hq")
        self.assertEqual(self.visits("hq"), 2)

    def test_a_watch_begun_without_a_relay_waits_for_one(self):
        self.relay.stop()
        watching = self.watch("l1")
        self.ok("l1", "visit", "--site", "S001")
        self.relay = self.start_relay(port=self.port)
        fleet.wait_for(lambda: self.ok("l1", "status")["unsent"] == 0, 30, "the visit has gone out")
        self.end_watch(watching)


if __name__ == "__main__":
    unittest.main()
