"""A hundred times SIGKILL: laptops while they import, the relay while many sync. What was reported saved or acknowledged is
there, the next sync completes the day, and nobody is taken for a clone."""

import csv
import fcntl
import io
import json
import os
import random
import signal
import struct
import time
import unittest

import fleet
import forge
from fleet import DONE, REFUSED, UNREACHABLE

DAY = "2022-07-14"
DAY_BEFORE = "2022-07-13"
LATER_DAYS = 3
SEED = int(os.environ.get("KAREZ_TEST_SEED", "20220714"))
# SQLite's lock of the one that writes, in the -shm file (sqlite.org/walformat.html, 2.3).
WAL_WRITE_LOCK = 120


class Strike:
    """Stops a process at some moment, looks whether it is inside a write transaction, and kills it."""

    def __init__(self, chooser):
        self.chooser = chooser
        self.kills = self.inside = 0

    def is_writing(self, pid, database):
        """Whether this process holds SQLite's write lock; asking takes no lock and disturbs nobody."""
        try:
            with open(str(database) + "-shm", "rb") as shared:
                query = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, WAL_WRITE_LOCK, 1, 0)
                answer = struct.unpack("hhqqi4x", fcntl.fcntl(shared, fcntl.F_GETLK, query))
        except OSError:
            return False
        return answer[0] != fcntl.F_UNLCK and answer[4] == pid

    def holds_file_lock(self, lock):
        """Whether somebody holds the lock under which every write transaction happens."""
        try:
            with open(lock, "rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                fcntl.flock(file, fcntl.LOCK_UN)
                return False
        except BlockingIOError:
            return True
        except FileNotFoundError:
            return False

    def hit(self, process, database, lock, seconds, goes_on=lambda: True):
        """Kills `process`, at some moment of the next `seconds` or in the next commit after that; False if it had ended by
        itself. `goes_on`: whether there may still be a commit to come."""
        moment = time.monotonic() + self.chooser.uniform(0, seconds)
        waits_for_commit = self.chooser.random() < 0.8
        while time.monotonic() < moment and process.poll() is None:
            time.sleep(0.0005)
        while process.poll() is None:
            os.kill(process.pid, signal.SIGSTOP)
            while not self.has_stopped(process.pid):
                time.sleep(0.00005)
            is_inside = self.is_writing(process.pid, database)
            if not is_inside and waits_for_commit and goes_on():
                # Stopped and looked at again and again, it is met inside a commit sooner or later.
                os.kill(process.pid, signal.SIGCONT)
                time.sleep(0.0001)
                continue
            if is_inside:
                # The program's own rule: no write transaction outside of the file lock.
                assert self.holds_file_lock(lock)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            self.kills += 1
            self.inside += is_inside
            return True
        return False

    @staticmethod
    def has_stopped(pid):
        """Every thread of it: a thread may be inside a system call for a moment longer."""
        try:
            for thread in os.listdir("/proc/%d/task" % pid):
                with open("/proc/%d/task/%s/stat" % (pid, thread), encoding="ascii", errors="replace") as stat:
                    if stat.read().rsplit(")", 1)[1].split()[0] not in "TZX":
                        return False
        except FileNotFoundError:
            pass
        return True


class Kills(fleet.Fleet):
    def setUp(self):
        super().setUp()
        self.chooser = random.Random(SEED)
        self.laptops = ["laptop-%02d" % number for number in range(1, fleet.scaled(40, 8) + 1)]
        self.relay = self.start_relay()
        self.found("hq", self.relay)
        self.import_lists("huaibei-day")
        codes = {laptop: self.invitation() for laptop in self.laptops}
        fleet.at_once(lambda laptop: self.ok(laptop, "join", codes[laptop], "--name", laptop), self.laptops)
        self.saved = []         # ids that a command reported as saved

    def file_of(self, laptop):
        return fleet.FIXTURES / "huaibei-day" / "laptops" / (laptop + ".csv")

    def rows_of(self, laptop):
        """Header and rows of a laptop's day, and the same day again on later ones: so that there is always more to import."""
        with open(self.file_of(laptop), encoding="utf-8-sig", newline="") as file:
            header, *rows = list(csv.reader(file))
        later = [[str(1000 * n + int(row[0])), row[1].replace(DAY, "2022-07-%d" % (14 + n)), *row[2:]]
                 for n in range(1, LATER_DAYS + 1) for row in rows]
        return [header] + rows + later

    def beginning_of(self, laptop, share):
        """The first part of that, cut between two visits: a file that grows is imported again and again."""
        rows = self.rows_of(laptop)
        end = max(2, int(len(rows) * share))
        while end < len(rows) and rows[end][0] == rows[end - 1][0]:
            end += 1
        out = io.StringIO()
        csv.writer(out).writerows(rows[:end])
        return self.write("parts/%s/%s.csv" % (laptop, laptop), out.getvalue())

    def save_one(self, laptop):
        """One visit on the day before, so that the day's totals stay the expected ones."""
        self.saved.append((laptop, self.ok(laptop, "visit", "--site", "S001", "--person-times", "1", "--time",
                                           DAY_BEFORE + "T09:00:00+08:00")["id"]))

    def kill_imports(self, count):
        strike = Strike(self.chooser)
        self.killed = self.laptops[:fleet.scaled(10, 2)]
        # How long an import takes here and now: the range of moments.
        begun = time.monotonic()
        self.ok(self.killed[0], "import", self.beginning_of(self.killed[0], 0.05), "--as", "handout")
        span = time.monotonic() - begun
        rounds = 0
        while strike.kills < count:
            rounds += 1
            self.assertLess(rounds, 20, "the imports are over before they can be hit")
            for laptop in self.killed:
                if strike.kills == count:
                    break
                self.save_one(laptop)
                part = self.beginning_of(laptop, min(1, 0.05 + 0.06 * rounds))
                process = self.start_karez(laptop, "import", part, "--as", "handout")
                # On a machine that is busy with other work now and not at the next moment, the range follows what is met.
                if not strike.hit(process, self.home(laptop) / "replica.db", self.home(laptop) / "replica.lock", span):
                    span *= 0.7
        return strike

    def acknowledged(self):
        """The newest receipt of each author, from every laptop: [(author, seq, link)]."""
        found = []
        for laptop in self.laptops + ["hq"]:
            found += forge.rows(self.home(laptop) / "replica.db",
                                "SELECT a.key, r.seq, r.link FROM receipt r JOIN author a ON a.id=r.author")
        return found

    def check_relay_holds(self, acknowledged):
        """Every receipt that was ever given stands: the relay has that change, with that link."""
        heads = dict(forge.rows(self.relay.data / "relay.db", "SELECT a.key, max(p.last_seq) FROM pack p JOIN author a "
                                                              "ON a.id=p.author GROUP BY p.author"))
        ends = {(key, seq): link for key, seq, link in forge.rows(
            self.relay.data / "relay.db", "SELECT a.key, p.last_seq, p.last_link FROM pack p JOIN author a ON a.id=p.author")}
        for key, seq, link in acknowledged:
            self.assertGreaterEqual(heads.get(key, 0), seq)
            if (key, seq) in ends:
                self.assertEqual(ends[key, seq], link)

    def kill_relays(self, count):
        strike = Strike(self.chooser)
        identity = [(event["relay_key"], event["incarnation"]) for event in self.relay.events("listening")]
        port, cycle = self.relay.port, 0
        # How long such a round takes here and now: the range of moments.
        for _ in range(2):
            begun = time.monotonic()
            fleet.at_once(self.sync, self.laptops, len(self.laptops))
            span = (time.monotonic() - begun) / 4  # news come in the first half of a round
        while strike.kills < count:
            # All of them at once; some have news, the others only ask.
            for laptop in self.chooser.sample(self.laptops, min(len(self.laptops), 12)):
                self.save_one(laptop)
            syncs = [self.start_karez(laptop, "sync", stdout=-1, stderr=-1) for laptop in self.laptops]
            strike.hit(self.relay.process, self.relay.data / "relay.db", self.relay.data / "relay.lock", span,
                       lambda: any(process.poll() is None for process in syncs))
            for process in syncs:
                out, err = process.communicate(timeout=60 * fleet.SLOWNESS)
                self.assertIn(process.returncode, (DONE, UNREACHABLE), out + err)
                if process.returncode == UNREACHABLE:
                    self.assertIn(b"safe", err)
            if cycle % 5 == 4:
                acknowledged = self.acknowledged()
            else:
                acknowledged = []
            self.relay = self.start_relay(port=port)
            self.check_relay_holds(acknowledged)
            identity += [(event["relay_key"], event["incarnation"]) for event in self.relay.events("listening")]
            cycle += 1
            self.processes = [process for process in self.processes if process.poll() is None]
        self.assertEqual(len(set(identity)), 1, "a relay that was killed is the same relay")
        return strike

    def test_a_hundred_kills_lose_nothing_that_was_reported_or_acknowledged(self):
        each = fleet.scaled(50, 6)
        begun = time.monotonic()
        laptops = self.kill_imports(each)
        for laptop, record in self.saved:
            self.assertIsNone(self.ok(laptop, "show", record)["void"])
        # Everything is imported to its end; what a killed import had committed counts once.
        fleet.at_once(lambda laptop: self.ok(laptop, "import", self.beginning_of(laptop, 1) if laptop in self.killed
                                             else self.file_of(laptop), "--as", "handout"), self.laptops)
        half = time.monotonic()
        relays = self.kill_relays(each)
        acknowledged = self.acknowledged()
        done = time.monotonic()

        fleet.at_once(self.sync, self.laptops)
        self.sync("hq")
        fleet.at_once(self.sync, self.laptops)
        self.sync("hq")
        self.check_relay_holds(acknowledged)
        self.check_the_day()
        kills, inside = laptops.kills + relays.kills, laptops.inside + relays.inside
        names = [one["name"] for one in self.ok("hq", "devices")["devices"]]
        clones = [name for name in names if "#" in name]
        print("\n%d kills (seed %d), %d of them inside a commit: laptops %d of %d in %.0f s, relay %d of %d in %.0f s; taken for a "
              "clone: %d" % (kills, SEED, inside, laptops.inside, laptops.kills, half - begun, relays.inside, relays.kills,
                             done - half, len(clones)))
        self.assertGreaterEqual(2 * inside, kills, "too few kills fell inside a commit to prove anything")
        self.assertEqual(names, ["hq"] + self.laptops)
        for laptop in self.laptops:
            self.assertEqual(len(forge.keys_of(self.home(laptop))), 1, laptop)

    def check_the_day(self):
        expected = json.loads((fleet.FIXTURES / "huaibei-day" / "expected.json").read_text())
        day = self.ok("hq", "day", DAY)
        for laptop in self.laptops:
            row, wanted = day["by_laptop"][laptop], expected["by_laptop"][laptop]
            self.assertEqual({key: row[key] for key in ("visits", "lines", "person_times")},
                             {key: wanted[key] for key in ("visits", "lines", "person_times")}, laptop)
            self.assertIs(row["complete"], True)
        if len(self.laptops) == 40:
            for key in ("visits", "person_times", "items", "by_trade"):
                self.assertEqual(day[key], expected[key], key)
            self.assertEqual(day["by_site"], expected["by_site"])
        self.assertEqual((day["whole"], day["waiting"], day["not_admitted"]), (True, [], {}))
        self.assertEqual(self.ok("hq", "day", DAY_BEFORE)["visits"], len(self.saved))
        for number in range(1, LATER_DAYS + 1):
            later = self.ok("hq", "day", "2022-07-%d" % (14 + number))
            self.assertEqual({name: row["visits"] for name, row in later["by_laptop"].items() if row["visits"]},
                             {laptop: expected["by_laptop"][laptop]["visits"] for laptop in self.killed})
        for _, record in self.saved[::7]:
            self.assertTrue(self.ok("hq", "show", record)["counts"])
        heads = {self.ok(home, "status")["heads"] for home in ["hq"] + self.laptops}
        self.assertEqual(len(heads), 1)
        for home in ["hq"] + self.laptops[:10:3]:
            self.assertIs(self.ok(home, "verify")["ok"], True, home)
        self.assert_alike(["hq"] + self.laptops[::9])


class KillsAtTheStart(fleet.Fleet):
    """The first moments of a replica and of a relay: what is begun can be begun again."""

    def test_a_killed_join_or_init_can_be_done_again_or_is_done(self):
        chooser = random.Random(SEED + 1)
        self.found("hq")
        span = 0.05 * fleet.SLOWNESS
        for number in range(fleet.scaled(12, 3)):
            code = self.invitation()
            home = "l%d" % number
            process = self.start_karez(home, "join", code, "--name", home)
            time.sleep(chooser.uniform(0, span))
            fleet.end_process(process)
            again = self.run_karez(home, "join", code, "--name", home)
            # Either it had been finished, and says so, or it is now.
            self.assertIn(again.exit, (DONE, REFUSED), again.err)
            self.ok(home, "visit", "--site", "S001", "--person-times", "1")
            self.assertIs(self.ok(home, "verify")["ok"], True)
            self.assertEqual(len(forge.rows(self.home(home) / "replica.db", "SELECT * FROM author WHERE held_seq>0")), 1)
        for number in range(fleet.scaled(6, 2)):
            home = "hq%d" % number
            process = self.start_karez(home, "init", "--workspace", "x", "--name", home)
            time.sleep(chooser.uniform(0, span))
            fleet.end_process(process)
            again = self.run_karez(home, "init", "--workspace", "x", "--name", home)
            self.assertIn(again.exit, (DONE, REFUSED), again.err)
            self.ok(home, "invite", "--role", "volunteer")
            self.assertTrue((self.home(home) / "recovery.key").exists())
            # The recovery key on the disk is the one that the founder's change names.
            seed, = forge.Key(bytes.fromhex((self.home(home) / "recovery.key").read_text().strip())),
            self.assertEqual(forge.decode(forge.own_log(self.home(home)).contents[0])["operations"][0]["recovery"], seed.hex)

    def test_a_relay_killed_at_its_first_start_starts_again(self):
        chooser = random.Random(SEED + 2)
        for number in range(fleet.scaled(8, 3)):
            data = "relay-%d" % number
            process = self.start([self.relay_program, "--listen", "127.0.0.1:0", "--data", str(self.folder / data)])
            time.sleep(chooser.uniform(0, 0.05 * fleet.SLOWNESS))
            fleet.end_process(process)
            self.assertEqual(self.start_relay(data).stop()[0], DONE)


if __name__ == "__main__":
    unittest.main()
