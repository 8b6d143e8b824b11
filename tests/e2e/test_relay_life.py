"""The relay's life beside its work: stopping, starting again, two of them, watchers, health and metrics, and what a laptop says
when the relay is not the one it was."""

import json
import os
import shutil
import signal
import subprocess
import threading
import time
import unittest

import fleet
import forge
from fleet import DONE, REFUSED, UNREACHABLE
from wire import Guest, Proxy

DAY = "2022-07-14"
TIME = DAY + "T09:00:00+08:00"


class Watcher:
    """`karez sync --watch` in the background."""

    def __init__(self, test, home):
        self.out = test.folder / ("watch-%s-%d.out" % (home, time.monotonic_ns()))
        self.err = self.out.with_suffix(".err")
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = test.start_karez(home, "sync", "--watch", stdout=out, stderr=err)

    def stop(self, with_signal=signal.SIGTERM):
        """(exit, the one document, stderr, seconds)"""
        begun = time.monotonic()
        code = fleet.end_process(self.process, with_signal)
        text = self.out.read_text()
        return code, json.loads(text) if text.strip() else None, self.err.read_text(), time.monotonic() - begun


class RelayLife(fleet.Fleet):
    def setUp(self):
        super().setUp()
        self.relay = self.start_relay()
        self.found("hq", self.relay)
        self.sync("hq")

    def visit(self, home, people=1):
        return self.ok(home, "visit", "--site", "S001", "--person-times", people, "--time", TIME)["id"]

    def knows(self, home, record):
        return self.run_karez(home, "show", record).exit == DONE

    def watcher(self, home):
        watcher = Watcher(self, home)
        fleet.wait_for(lambda: self.metric("karez_relay_sessions") >= 1, 20, "the watcher is logged in")
        return watcher

    def metric(self, name, relay=None):
        status, text = (relay or self.relay).get("/metrics")
        self.assertEqual(status, 200)
        return sum(float(line.split()[-1]) for line in text.splitlines() if line.split("{")[0].split(" ")[0] == name)

    # ---- watching -----------------------------------------------------------------------------------------------

    def test_a_watcher_receives_what_others_bring_at_once_and_sends_what_is_written_beside_it(self):
        for laptop in ("l1", "l2"):
            self.enlist(laptop)
        self.sync_all(["l1", "l2", "hq", "l1", "l2"], 1)
        watcher = self.watcher("l1")
        # From others: without asking.
        visit = self.visit("l2", 3)
        self.sync("l2")
        begun = time.monotonic()
        fleet.wait_for(lambda: self.knows("l1", visit), 10, "the watcher has the other's visit")
        self.assertLess(time.monotonic() - begun, 5 * fleet.SLOWNESS)
        # Its own: written by another process on the same home.
        own = self.visit("l1", 4)
        fleet.wait_for(lambda: self.ok("l1", "show", own)["state"] != "saved_here", 10, "the watcher sent its own")
        self.sync("hq")
        self.assertEqual(self.ok("hq", "day", DAY)["person_times"], 7)
        fleet.wait_for(lambda: self.ok("l1", "show", own)["state"] == "at_headquarters", 10, "headquarters' word came back")
        code, document, err, seconds = watcher.stop()
        self.assertEqual(code, DONE, err)
        self.assertEqual((document["state"], document["received_changes"] > 0, document["sent_changes"]), ("in_sync", True, 1))
        self.assertLess(seconds, 3 * fleet.SLOWNESS)

    def test_watchers_on_all_sides_pass_a_change_on_and_come_to_rest(self):
        for laptop in ("l1", "l2"):
            self.enlist(laptop)
        watchers = [self.watcher(home) for home in ("hq", "l1", "l2")]
        fleet.wait_for(lambda: self.metric("karez_relay_sessions") == 3, 20, "three sessions")
        # An admission is a change that headquarters writes while it watches.
        fleet.wait_for(lambda: self.ok("l1", "status")["standing"] == "admitted", 20, "l1 knows that it is admitted")
        visit = self.visit("l1", 2)
        fleet.wait_for(lambda: self.knows("l2", visit) and self.knows("hq", visit), 10, "everybody has it")
        fleet.wait_for(lambda: len({self.ok(home, "status")["heads"] for home in ("hq", "l1", "l2")}) == 1, 20, "equal heads")
        # Nothing goes round in circles afterwards.
        time.sleep(1)
        before = self.metric("karez_relay_frames_sent_total"), self.metric("karez_relay_packs_stored_total")
        time.sleep(2)
        after = self.metric("karez_relay_frames_sent_total"), self.metric("karez_relay_packs_stored_total")
        self.assertEqual(after, before)
        for watcher in watchers:
            code, document, err, _ = watcher.stop()
            self.assertEqual((code, document["state"]), (DONE, "in_sync"), err)
        self.assert_alike(["hq", "l1", "l2"])

    def test_a_watcher_survives_a_restart_of_the_relay_and_a_broken_line(self):
        self.enlist("l1")
        self.enlist("l2")
        proxy = Proxy(self.relay)
        self.addCleanup(proxy.close)
        self.ok("l1", "sync", "--relay", proxy.url)
        watcher = self.watcher("l1")
        port = self.relay.port
        self.relay.stop()
        fleet.wait_for(lambda: b"" != watcher.err.read_bytes(), 10, "the watcher says that the relay is gone")
        visit = self.visit("l1", 5)
        self.relay = self.start_relay(port=port)
        fleet.wait_for(lambda: self.ok("l1", "show", visit)["state"] != "saved_here", 30, "sent after the restart")
        self.relay.kill()
        other = self.visit("l2", 6)
        self.relay = self.start_relay(port=port)
        self.ok("l2", "sync", "--relay", self.relay.url)
        fleet.wait_for(lambda: self.knows("l1", other), 60, "received after the kill")
        # The line breaks and the relay does not notice: the proxy drops both ends.
        for connection in list(proxy.open):
            connection.close()
        third = self.visit("l2", 7)
        self.ok("l2", "sync")
        fleet.wait_for(lambda: self.knows("l1", third), 60, "received after the line broke")
        code, document, err, _ = watcher.stop(signal.SIGINT)
        self.assertEqual(code, DONE, err)
        self.assertGreater(document["sent_changes"], 0)
        self.assertIs(self.ok("l1", "verify")["ok"], True)

    def test_a_watcher_that_never_met_the_relay_ends_with_a_document_too(self):
        self.enlist("l1")
        self.relay.stop()
        watcher = Watcher(self, "l1")
        fleet.wait_for(lambda: b"" != watcher.err.read_bytes(), 20, "the watcher says that the relay is not there")
        code, document, err, seconds = watcher.stop()
        self.assertIn(code, (REFUSED, UNREACHABLE), err)
        self.assertEqual(document["state"], "partial")
        self.assertIn("safe", err)
        self.assertLess(seconds, 3 * fleet.SLOWNESS)

    # ---- stopping and starting ----------------------------------------------------------------------------------

    def test_sigterm_ends_the_relay_within_five_seconds_whoever_is_connected(self):
        for laptop in ("l1", "l2"):
            self.enlist(laptop)
            self.sync(laptop)
        watchers = [self.watcher("l1"), self.watcher("l2")]
        anna = forge.enlist("anna", self.invitation())
        guests = []
        for state in ("greeted", "logged in", "deaf"):
            guest = Guest(self.relay, anna.person, anna.workspace)
            self.addCleanup(guest.ws.close)
            guests.append(guest)
            if state != "greeted":
                guest.login()
        guests[-1].offer(forge.pack_of(anna))
        guests[-1].want(credit=1 << 30)
        code, seconds = self.relay.stop()
        self.assertEqual(code, DONE)
        self.assertLess(seconds, 5 * fleet.SLOWNESS)
        for watcher in watchers:
            self.assertIsNone(watcher.process.poll())
            code, document, err, _ = watcher.stop()
            # Without the relay nobody can say that all is in sync, and nobody failed.
            self.assertEqual(document["state"], "partial")
            self.assertIn(code, (REFUSED, UNREACHABLE), err)
            self.assertIn("safe", err)
        self.assertEqual(self.relay.events("stopped")[-1]["level"], "info")

    def test_sigterm_in_the_middle_of_many_syncs_loses_nothing(self):
        laptops = ["l%d" % number for number in range(fleet.scaled(8, 3))]
        for laptop in laptops:
            self.enlist(laptop)
            self.ok(laptop, "import", fleet.FIXTURES / "huaibei-day" / "laptops" / "laptop-02.csv", "--as", "handout",
                    "--source", laptop)
        syncs = [self.start_karez(laptop, "sync", stdout=subprocess.PIPE, stderr=subprocess.PIPE) for laptop in laptops]
        time.sleep(0.1 * fleet.SLOWNESS)
        code, seconds = self.relay.stop()
        self.assertEqual(code, DONE)
        self.assertLess(seconds, 5 * fleet.SLOWNESS)
        for process in syncs:
            out, err = process.communicate(timeout=60 * fleet.SLOWNESS)
            self.assertIn(process.returncode, (DONE, UNREACHABLE), err)
        self.relay = self.start_relay(port=self.relay.port)
        self.sync_all(laptops + ["hq"] + laptops, 1)
        self.assertEqual(self.ok("hq", "day", DAY)["visits"], 54 * len(laptops))
        self.assert_alike(["hq", laptops[0], laptops[-1]])

    def test_a_sync_gives_up_within_ten_seconds_when_the_relay_is_lost(self):
        self.enlist("l1")
        self.visit("l1")
        # Stopped, so that its machine answers and the program does not.
        os.kill(self.relay.pid, signal.SIGSTOP)
        run = self.run_karez("l1", "sync")
        os.kill(self.relay.pid, signal.SIGCONT)
        self.assertEqual(run.exit, UNREACHABLE)
        self.assertLess(run.seconds, 10 * fleet.SLOWNESS)
        self.assertIn("safe", run.err)
        self.sync("l1")
        # Nobody listens at all.
        self.relay.stop()
        run = self.run_karez("l1", "sync")
        self.assertEqual(run.exit, UNREACHABLE)
        self.assertLess(run.seconds, 10 * fleet.SLOWNESS)

    def test_a_relay_that_started_again_keeps_its_key_incarnation_and_receipts(self):
        self.enlist("l1")
        visit = self.visit("l1")
        self.sync("l1")
        first = self.relay.events("listening")[-1]
        end = self.metric("karez_relay_arrivals_end")
        for end_it in (fleet.Relay.stop, fleet.Relay.kill):
            end_it(self.relay)
            self.relay = self.start_relay(port=self.relay.port)
            again = self.relay.events("listening")[-1]
            self.assertEqual((again["relay_key"], again["incarnation"], again["workspace"], again["end"]),
                             (first["relay_key"], first["incarnation"], forge.workspace_of(self.home("hq")).hex(), end))
            self.assertEqual(self.ok("l1", "show", visit)["state"], "on_relay")
            document = self.sync("l1")
            self.assertEqual((document["sent_changes"], document["received_changes"]), (0, 0))
            self.assertLess(document["bytes_sent"] + document["bytes_received"], 2000)

    def test_two_relays_on_one_folder_are_refused(self):
        second = subprocess.run([self.relay_program, "--listen", "127.0.0.1:0", "--data", str(self.relay.data)],
                                env=self.environment, capture_output=True, timeout=60 * fleet.SLOWNESS)
        self.assertEqual(second.returncode, REFUSED)
        self.assertIn(b"another relay is already running", second.stderr)
        self.assertTrue(self.relay.is_healthy())
        self.visit("hq")
        self.sync("hq")
        # Two on one port: refused too, and the folder of the second is none the worse.
        second = subprocess.run([self.relay_program, "--listen", "127.0.0.1:%d" % self.relay.port, "--data",
                                 str(self.folder / "second")], env=self.environment, capture_output=True,
                                timeout=60 * fleet.SLOWNESS)
        self.assertEqual(second.returncode, REFUSED)
        self.assertIn(b"cannot listen", second.stderr)
        self.start_relay("second")

    def test_two_workspaces_one_relay(self):
        self.found("other", self.relay, "另一处")
        run = self.run_karez("other", "sync")
        self.assertNotEqual(run.exit, DONE)
        self.assertIn("workspace", run.err)
        self.sync("hq")

    def test_a_new_incarnation_makes_earlier_receipts_void_until_they_are_given_again(self):
        self.enlist("l1")
        visit = self.visit("l1")
        self.sync_all(["l1", "hq", "l1"], 1)
        self.assertEqual(self.ok("l1", "show", visit)["state"], "at_headquarters")
        self.relay.stop()
        self.relay = self.start_relay(port=self.relay.port, arguments=["--new-incarnation"])
        self.visit("l1")
        self.sync("l1")
        self.assertEqual(self.ok("l1", "show", visit)["state"], "on_relay")
        self.sync("hq")
        self.sync("l1")
        self.assertEqual(self.ok("l1", "show", visit)["state"], "at_headquarters")

    def test_a_relay_restored_from_a_backup_gets_back_what_it_lost(self):
        self.enlist("l1")
        self.enlist("l2")
        self.visit("l1", 1)
        self.sync_all(["l1", "l2", "hq", "l1", "l2"], 1)
        self.relay.stop()
        shutil.copytree(self.relay.data, self.folder / "backup")
        self.relay = self.start_relay(port=self.relay.port)
        lost = self.visit("l1", 10)
        self.sync_all(["l1", "l2"], 1)
        self.relay.stop()
        shutil.rmtree(self.relay.data)
        shutil.copytree(self.folder / "backup", self.relay.data)
        # Even without --new-incarnation, which somebody will forget.
        self.relay = self.start_relay(port=self.relay.port)
        self.visit("l2", 100)
        self.sync_all(["l2", "hq", "l1", "l2", "hq"], 1)
        self.assertEqual(self.ok("hq", "day", DAY)["person_times"], 111)
        self.assertTrue(self.knows("hq", lost))
        self.assert_alike(["hq", "l1", "l2"])
        names = [one["name"] for one in self.ok("hq", "devices")["devices"]]
        self.assertEqual(names, ["hq", "l1", "l2"])

    def test_a_relay_whose_folder_was_deleted_is_another_relay_and_the_laptop_says_what_to_do(self):
        self.enlist("l1")
        visit = self.visit("l1")
        self.sync("l1")
        self.relay.stop()
        shutil.rmtree(self.relay.data)
        self.relay = self.start_relay(port=self.relay.port)
        run = self.run_karez("l1", "sync")
        self.assertEqual(run.exit, REFUSED)
        error = json.loads(run.err.strip().splitlines()[-1])["error"]["message"]
        for word in ("relay", "key", "nothing was sent"):
            self.assertIn(word, error)
        # Nothing of it reaches a stranger's relay, and nothing here is any less safe.
        self.assertEqual(self.metric("karez_relay_logins_total"), 0)
        self.assertTrue(self.knows("l1", visit))

    # ---- health and metrics -------------------------------------------------------------------------------------

    def test_health_and_metrics_say_what_is(self):
        self.assertEqual(self.relay.get("/healthz"), (200, '{"status":"ok"}'))
        self.assertEqual(self.relay.get("/nothing")[0], 404)
        self.enlist("l1")
        for _ in range(3):
            self.visit("l1")
        stored = self.metric("karez_relay_changes_stored_total")
        self.sync("l1")
        self.assertEqual(self.metric("karez_relay_changes_stored_total") - stored, 4)
        self.assertEqual(self.metric("karez_relay_authors"), 2)
        self.assertEqual(self.metric("karez_relay_store_writable"), 1)
        self.assertGreater(self.metric("karez_relay_store_bytes"), 0)
        text = self.relay.get("/metrics")[1]
        names = set()
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                names.add(line.split()[2])
                self.assertIn(line.split()[3], ("counter", "gauge", "histogram"))
            elif not line.startswith("#"):
                float(line.rsplit(" ", 1)[1])
                family = line.split("{")[0].split(" ")[0]
                self.assertTrue(any(family == name or family.startswith(name + "_") for name in names), line)
        for line in text.splitlines():
            self.assertNotIn("l1", line.split("{")[-1] if "{" in line else "")
        # Nothing personal in its log: no names, no addresses of laptops, no codes, no contents.
        log = self.relay.log.read_text()
        for word in ("S001", "l1\"", "淮北", "rider"):
            self.assertNotIn(word, log)
        for line in log.splitlines():
            self.assertLessEqual({"time", "level", "event"}, set(json.loads(line)))

    def test_two_sessions_of_one_laptop_the_newer_one_stays(self):
        self.enlist("l1")
        self.sync("l1")
        log = forge.own_log(self.home("l1"))
        with Guest(self.relay, log.person, log.workspace) as first:
            first.login()
            first.want()
            first.expect("at")
            with Guest(self.relay, log.person, log.workspace) as second:
                second.login()
                last = first.expect("error")
                self.assertIn("another session", last["reason"])
                second.want()
                second.expect("at")
        self.sync("l1")

    def test_many_watchers_at_one_address_are_all_served(self):
        """A camp behind one address: the limit before login holds strangers back, not them."""
        count = fleet.scaled(24, 10)
        code = self.invitation()
        guests = []
        gate = threading.Barrier(count)

        def come(number):
            log = forge.enlist("camp-%d" % number, code)
            gate.wait(60 * fleet.SLOWNESS)
            guest = Guest(self.relay, log.person, log.workspace)
            guests.append(guest)
            guest.login()
            self.assertEqual(guest.offer(forge.pack_of(log))["type"], "ack")
            guest.want()
            guest.expect("at")

        threads = [threading.Thread(target=come, args=(number,)) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(guests), count)
        self.assertEqual(self.metric("karez_relay_sessions"), count)
        self.assertEqual(self.metric("karez_relay_authors"), count + 1)
        for guest in guests:
            guest.ws.close()


if __name__ == "__main__":
    unittest.main()
