"""The command block as a stranger checks it: words, JSON keys, exit codes, one document on stdout, two languages."""

import base64
import hashlib
import json
import os
import pathlib
import re
import socket
import stat
import threading
import unittest

import fleet
from fleet import FAILED, NOT_FOUND, REFUSED, UNREACHABLE, USAGE

ID = re.compile(r"^[a-z2-7]{26}-[1-9][0-9]*-[1-9][0-9]*$")
HEX64 = re.compile(r"^[0-9a-f]{64}$")
DAY = "2022-07-14"
HEADER = "visit,time,site,trade,person_times,item,qty,voucher,note\n"


def digest_of(day):
    """The day's digest as the issue words it: BLAKE2b-256 of the figures as JSON with sorted keys."""
    figures = {key: day[key] for key in ("visits", "person_times", "items", "by_trade", "by_site", "by_laptop")}
    text = json.dumps(figures, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=32).hexdigest()


class TheCommandBlock(fleet.Fleet):
    def test_every_command_of_the_issue_in_its_order(self):
        port = self.free_port()
        url = "ws://127.0.0.1:%d" % port
        init = self.ok("hq", "init", "--workspace", "淮北一瓶水", "--name", "hq", "--relay", url)
        key = init["recovery_key"]
        self.assertTrue(os.path.isfile(key), init)
        self.assertEqual(stat.S_IMODE(os.stat(key).st_mode), 0o600)

        invited = self.ok("hq", "invite", "--role", "volunteer")
        self.assertTrue(invited["code"].startswith("kz1."))
        self.ok("l1", "join", invited["code"], "--name", "laptop-01")

        lists = fleet.FIXTURES / "huaibei-day"
        sites = self.ok("hq", "import", lists / "sites.csv", "--as", "site")
        self.assertEqual(sites["refused"], [])
        self.ok("hq", "import", lists / "items.csv", "--as", "item")

        field_day = lists / "laptops" / "laptop-01.csv"
        first = self.ok("l1", "import", field_day, "--as", "handout")
        self.assertEqual((first["visits"], first["lines"], first["refused"]), (28, 43, []))
        again = self.ok("l1", "import", field_day, "--as", "handout")
        self.assertEqual((again["visits"], again["lines"], again["refused"]), (0, 0, []))

        visit = self.ok("l1", "visit", "--site", "S001", "--trade", "rider", "--person-times", "12",
                        "--give", "W550=24", "--note", "补水")
        self.assertRegex(visit["id"], ID)
        self.ok("l1", "edit", visit["id"], "note=补水和毛巾")
        shown = self.ok("l1", "show", visit["id"])
        self.assertEqual(shown["fields"]["note"], "补水和毛巾")
        self.assertEqual(shown["fields"]["person_times"], 12)
        self.assertEqual([one["fields"]["qty"] for one in shown["handouts"]], [24])
        for entry in shown["history"]:
            self.assertEqual(entry["who"], "laptop-01")
            self.assertRegex(entry["change"], r"^[a-z2-7]{26}-[1-9][0-9]*$")
            self.assertRegex(entry["when"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d$")
        self.ok("l1", "void", visit["id"], "--reason", "记错了")
        self.assertEqual(self.ok("l1", "show", visit["id"])["void"], "记错了")

        before = self.ok("l1", "status")
        self.assertGreater(before["unsent"], 0)
        relay = self.start_relay(data="relaydir", port=port)
        self.sync("hq")
        synced = self.ok("l1", "sync")
        self.assertEqual(synced["state"], "in_sync")
        for key in ("sent_changes", "received_changes", "bytes_sent", "bytes_received"):
            self.assertIsInstance(synced[key], int, key)
            self.assertGreater(synced[key], 0, key)
        self.assertRegex(synced["heads"], HEX64)
        status = self.ok("l1", "status")
        self.assertEqual(status["unsent"], 0)
        self.assertEqual(status["heads"], synced["heads"])

        self.sync("hq")
        day = self.ok("hq", "day", DAY)
        self.check_day(day)

        self.assertEqual(self.ok("hq", "conflicts"), {"conflicts": [], "closes": []})
        verified = self.ok("hq", "verify")
        self.assertIs(verified["ok"], True)
        rows = self.ok("hq", "query", "select sum(qty) from handout where item = 'W550'")
        self.assertEqual(rows["rows"], [[day["items"]["W550"]]])
        self.assertEqual(relay.get("/healthz"), (200, '{"status":"ok"}'))
        exit_code, seconds = relay.stop()
        self.assertEqual(exit_code, 0)
        self.assertLess(seconds, 5 * fleet.SLOWNESS)

    def check_day(self, day):
        expected = json.loads((fleet.FIXTURES / "huaibei-day" / "expected.json").read_text())["by_laptop"]["laptop-01"]
        self.assertEqual(day["visits"], expected["visits"])
        self.assertEqual(day["person_times"], expected["person_times"])
        row = day["by_laptop"]["laptop-01"]
        self.assertEqual(row, {"visits": expected["visits"], "lines": expected["lines"],
                               "person_times": expected["person_times"], "complete": True})
        self.assertEqual(sum(day["by_trade"].values()), day["person_times"])
        self.assertEqual(sum(site["person_times"] for site in day["by_site"].values()), day["person_times"])
        for item, total in day["items"].items():
            self.assertEqual(sum(site.get(item, 0) for site in day["by_site"].values()), total)
        self.assertIs(day["whole"], True)
        self.assertEqual(day["waiting"], [])
        self.assertEqual(day["not_admitted"], {})
        self.assertEqual(day["digest"], digest_of(day))

    def test_give_list_devices_doctor_and_dump(self):
        self.found()
        self.import_lists("huaibei-day")
        self.enlist("l1", "laptop-01")
        visit = self.ok("l1", "visit", "--site", "S002", "--time", DAY + "T09:00:00+08:00")["id"]
        given = self.ok("l1", "give", visit, "W550=6", "TOWEL=2")
        self.assertEqual(len(given["ids"]), 2)
        alone = self.ok("l1", "give", "W550=5", "--site", "S003")
        self.assertEqual(len(alone["ids"]), 1)
        for one in given["ids"] + alone["ids"]:
            self.assertRegex(one, ID)
        listed = self.ok("l1", "list", "visit", "--day", DAY)["records"]
        self.assertEqual([record["id"] for record in listed], [visit])
        self.assertEqual(len(self.ok("l1", "list", "handout")["records"]), 3)
        sites = (fleet.FIXTURES / "huaibei-day" / "sites.csv").read_text(encoding="utf-8").splitlines()[1:]
        self.assertEqual(len(self.ok("hq", "list", "site")["records"]), len(sites))
        self.assertEqual([one["name"] for one in self.ok("hq", "devices")["devices"]], ["hq"])
        doctor = self.run_karez("l1", "doctor", "--offline").json
        self.assertEqual(set(doctor), {"ok", "checks", "skewed"})
        told = self.run_karez("l1", "--lang", "zh", "doctor", "--offline", as_json=False).out
        for check in doctor["checks"]:
            self.assertNotRegex(told, r"(?m)^\S+ +%s " % check["name"])
        dumped = self.ok("l1", "dump")
        self.assertEqual(dumped["digest"], hashlib.blake2b(self.dump("l1"), digest_size=32).hexdigest())

    def test_home_may_come_from_the_environment(self):
        self.found()
        env = {"KAREZ_HOME": str(self.home("hq"))}
        self.assertEqual(self.ok(None, "status", env=env)["name"], "hq")
        # What the line says goes before what the environment says.
        self.enlist("l1")
        self.assertEqual(self.ok("l1", "status", env=env)["name"], "l1")

    def test_the_recovery_key_is_written_once_and_read_by_nobody_else(self):
        document = self.found()
        for name in ("replica.db", "author.key"):
            mode = stat.S_IMODE(os.stat(self.home("hq") / name).st_mode)
            self.assertEqual(mode & 0o077, 0, name)
        key = pathlib.Path(document["recovery_key"])
        text = key.read_text(encoding="ascii")
        self.refused(REFUSED, "hq", "init", "--workspace", "另一个", "--name", "hq")
        self.assertEqual(key.read_text(encoding="ascii"), text)
        self.assertEqual(self.ok("hq", "status")["workspace"], "淮北一瓶水")

    def test_the_zone_decides_working_days_and_wall_times_without_offset(self):
        self.found("hq", None, "西部", "hq", "--zone", "+06:00")
        path = self.write("late.csv", HEADER + "1,2022-07-14T23:30:00,S1,rider,3,W550,1,,\n"
                          "2,2022-07-14T23:30:00+08:00,S1,rider,4,W550,1,,\n"
                          "3,2022-07-15T00:30:00+06:00,S1,rider,5,W550,1,,\n")
        self.ok("hq", "import", path, "--as", "handout")
        self.assertEqual(self.ok("hq", "day", "2022-07-14")["person_times"], 7)
        self.assertEqual(self.ok("hq", "day", "2022-07-15")["person_times"], 5)
        # A laptop takes the zone from its invitation.
        self.enlist("l1")
        self.assertEqual(self.ok("l1", "status")["zone"], "+06:00")

    def test_an_invitation_may_come_in_a_file_and_with_line_breaks(self):
        self.found()
        code = self.invitation()
        broken = "\n".join(code[i:i + 60] for i in range(0, len(code), 60)) + "\r\n"
        path = self.write("code.txt", broken)
        self.assertEqual(self.ok("l1", "join", path, "--name", "laptop-01")["role"], "volunteer")
        self.ok("l2", "join", "-", "--name", "laptop-02", stdin=broken)

    def test_without_a_file_behind_it_a_code_spoilt_anywhere_is_refused(self):
        self.found()
        code = self.invitation()
        body = bytearray(base64.urlsafe_b64decode(code[4:] + "=" * (-len(code[4:]) % 4)))
        for at in range(1, len(body), max(1, len(body) // fleet.scaled(40, 8))):
            spoilt = bytes(body[:at]) + bytes([body[at] ^ 0x10]) + bytes(body[at + 1:])
            text = "kz1." + base64.urlsafe_b64encode(spoilt).decode().rstrip("=")
            self.refused(REFUSED, "l1", "join", text, "--name", "laptop-01")
        self.refused(REFUSED, "l1", "join", code[:-6], "--name", "laptop-01")
        self.refused(NOT_FOUND, "l1", "status")
        self.ok("l1", "join", code, "--name", "laptop-01")


class ExitCodes(fleet.Fleet):
    def test_usage_is_2(self):
        self.found()
        for words in ([], ["fly"], ["visit", "--wings", "2"], ["init", "--name", "x"], ["day", "14.7.2022"],
                      ["edit"], ["import"], ["invite", "--role", "king"], ["list", "dragons"],
                      ["query", "selekt 1"], ["invite", "--expires", "soon"], ["show", "not-an-id"]):
            with self.subTest(words=words):
                self.assertEqual(self.run_karez("hq", *words, as_json=False).exit, USAGE)
        self.refused(USAGE, "hq", "visit", "--wings", "2")
        self.refused(USAGE, "hq", "day", "14.7.2022")
        self.refused(USAGE, "x", "init", "--workspace", "w", "--name", "n", "--relay", "http://127.0.0.1")

    def test_not_found_is_3(self):
        self.refused(NOT_FOUND, "nobody", "status")
        self.found()
        self.refused(NOT_FOUND, "hq", "show", "a" * 26 + "-1-1")
        self.refused(NOT_FOUND, "hq", "import", self.folder / "no.csv", "--as", "site")
        visit = self.ok("hq", "visit", "--note", "x")["id"]
        self.refused(NOT_FOUND, "hq", "resolve", visit, "note", "--keep", "y")
        self.refused(NOT_FOUND, "hq", "admit", "laptop-99")
        # An address of a record is found by the short form that lists print.
        self.assertEqual(self.ok("hq", "show", visit[:8] + visit[26:])["id"], visit)

    def test_refused_is_4(self):
        self.found()
        self.enlist("l1")
        sites = self.write("sites.csv", "code,name,role,district\nS001,甲,station,x\n")
        for words in (["import", sites, "--as", "site"], ["invite", "--role", "volunteer"]):
            with self.subTest(words=words):
                self.refused(REFUSED, "l1", *words)
        self.refused(REFUSED, "hq", "query", "delete from event")
        self.refused(REFUSED, "l1", "join", "kz1.AAAA", "--name", "again")

    def test_one_call_says_one_thing_about_a_field(self):
        self.found()
        visit = self.ok("hq", "visit", "--note", "x")["id"]
        self.ok("hq", "edit", visit, "tags+=a;b", "tags+=c", "tally+=2", "note=y")
        self.ok("hq", "edit", visit, "tags-=a", "tags+=d")
        self.assertEqual(self.ok("hq", "show", visit)["fields"]["tags"], ["b", "c", "d"])
        for settings in (("note=a", "note=b"), ("tally+=1", "tally+=2"), ("tags+=e", "tags+=e"), ("tags-=b", "tags+=b"),
                         ("tags=x", "tags+=y")):
            with self.subTest(settings):
                self.refused(USAGE, "hq", "edit", visit, *settings)

    def test_an_edit_that_does_not_fit_changes_nothing(self):
        self.found()
        visit = self.ok("hq", "visit", "--note", "x", "--person-times", "3")["id"]
        before = self.dump("hq")
        for setting in ("person_times=-4", "person_times=many", "trade=wizard", "wings=2", "time=yesterday",
                        "person_times=10000000000000", "score=6"):
            with self.subTest(setting=setting):
                run = self.run_karez("hq", "edit", visit, "note=y", setting)
                self.assertIn(run.exit, (USAGE, REFUSED), run)
                self.assertIsNone(run.json)
        self.assertEqual(self.dump("hq"), before)

    def test_a_relay_that_is_not_there_is_5_within_ten_seconds(self):
        port = self.free_port()
        self.found("hq", "ws://127.0.0.1:%d" % port)
        self.ok("hq", "visit", "--note", "x")
        self.check_unreachable("hq")
        # A route to nowhere must not take longer (a packet to a documentation address is answered by nobody).
        self.check_unreachable("hq", "--relay", "ws://192.0.2.1:8470")
        # A name that no resolver knows.
        self.check_unreachable("hq", "--relay", "ws://relay.invalid:8470")

    def test_a_relay_that_accepts_and_says_nothing_is_5_within_ten_seconds(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen(8)
            self.found("hq", "ws://127.0.0.1:%d" % silent.getsockname()[1])
            self.check_unreachable("hq")

    def test_a_relay_that_stops_talking_after_the_upgrade_is_5_within_ten_seconds(self):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(8)
            thread = threading.Thread(target=self.upgrade_and_be_silent, args=(listener,), daemon=True)
            thread.start()
            self.found("hq", "ws://127.0.0.1:%d" % listener.getsockname()[1])
            self.check_unreachable("hq")
            thread.join()

    @staticmethod
    def upgrade_and_be_silent(listener):
        connection, _ = listener.accept()
        with connection:
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(4096)
            key = re.search(rb"Sec-WebSocket-Key: (\S+)", request, re.I).group(1)
            accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
            connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                               b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
            while connection.recv(4096):
                pass

    def test_a_relay_that_freezes_in_the_middle_is_5_within_ten_seconds(self):
        relay = self.start_relay()
        self.found("hq", relay)
        self.sync("hq")
        self.ok("hq", "visit", "--note", "x")
        relay.process.send_signal(fleet.signal.SIGSTOP)
        self.check_unreachable("hq")
        relay.process.send_signal(fleet.signal.SIGCONT)
        self.assertEqual(self.sync("hq")["sent_changes"], 1)

    def check_unreachable(self, home, *more):
        unsent = self.ok(home, "status")["unsent"]
        run = self.run_karez(home, "sync", *more)
        self.assertEqual(run.exit, UNREACHABLE, run)
        self.assertLess(run.seconds, 10 * fleet.SLOWNESS)
        self.assertIn("safe here", json.loads(run.err.strip().splitlines()[-1])["error"]["message"])
        self.assertEqual(self.ok(home, "status")["unsent"], unsent)

    def test_sync_without_a_relay_is_told_how(self):
        self.found()
        self.assertIn("--relay", self.refused(USAGE, "hq", "sync"))

    def test_anything_else_is_1(self):
        self.found()
        (self.home("hq") / "replica.db").write_bytes(b"SQLite format 3\0" + b"x" * 4096)
        for words in (["status"], ["verify"], ["visit", "--note", "x"]):
            with self.subTest(words=words):
                self.assertEqual(self.run_karez("hq", *words).exit, FAILED)

    def test_output_that_cannot_be_written_is_1(self):
        self.found()
        with open("/dev/full", "wb") as full:
            process = self.start(self.command("hq", "status"), stdout=full)
            self.assertEqual(process.wait(20 * fleet.SLOWNESS), FAILED)


class Words(fleet.Fleet):
    def test_json_is_one_document_and_all_else_goes_to_stderr(self):
        relay = self.start_relay()
        self.found("hq", relay)
        self.enlist("l1")
        for home, words in (("hq", ["--help"]), ("hq", ["visit", "--help"]), ("hq", ["--version"]),
                            ("l1", ["visit", "--site", "S404", "--give", "NOPE=1"]), ("l1", ["list"]), ("l1", ["status"]),
                            ("l1", ["sync"]), ("hq", ["sync"]), ("hq", ["list", "invitation"]), ("hq", ["devices"]),
                            ("hq", ["day", DAY]), ("hq", ["query", "select 1 as one, null, 2.5, x'00ff', '字'"])):
            with self.subTest(words=words):
                run = self.run_karez(home, *words)
                self.assertEqual(run.exit, 0, run)
                self.assertIsInstance(run.json, dict)
                self.assertEqual(run.out.count("\n"), 1)
        rows = self.ok("hq", "query", "select 1 as one, null, 2.5, x'00ff', '字'")
        self.assertEqual(rows["rows"], [[1, None, 2.5, "00ff", "字"]])
        self.assertEqual(rows["columns"][0], "one")

    def test_errors_are_one_plain_sentence_in_the_language_asked_for(self):
        self.found()
        for language, word in (("en", "no replica"), ("zh", "没有找到")):
            run = self.run_karez("nobody", "--lang", language, "status", as_json=False)
            self.assertEqual((run.exit, run.out), (NOT_FOUND, ""))
            self.assertEqual(len(run.err.strip().splitlines()), 1)
            self.assertIn(word, run.err)
        error = json.loads(self.run_karez("nobody", "status", "--lang", "zh").err)["error"]
        self.assertEqual(set(error), {"code", "message", "exit"})
        self.assertEqual((error["code"], error["exit"]), ("not_found", NOT_FOUND))

    def test_dead_relay_in_chinese_says_that_all_is_safe(self):
        self.found("hq", "ws://127.0.0.1:%d" % self.free_port())
        run = self.run_karez("hq", "--lang", "zh", "sync", as_json=False)
        self.assertEqual(run.exit, UNREACHABLE)
        self.assertIn("安全", run.err)

    def test_both_languages_and_aligned_columns(self):
        self.found()
        self.import_lists("huaibei-day")
        self.ok("hq", "import", fleet.FIXTURES / "huaibei-day" / "laptops" / "laptop-01.csv", "--as", "handout")
        chinese = self.ok("hq", "day", DAY, "--lang", "zh", as_json=False)
        english = self.ok("hq", "day", DAY, "--lang", "en", as_json=False)
        for word in ("合计", "人次", "服务次数", "摘要"):
            self.assertIn(word, chinese)
        for word in ("Totals", "person-times", "visits", "digest"):
            self.assertIn(word, english)
        self.assertEqual(self.ok("hq", "day", DAY, as_json=False, env={"LANG": "zh_CN.UTF-8"}), chinese)
        # Wide characters take two columns: the right edges of the trades' numbers are in one column.
        trades = chinese.split("按工种")[1].split("\n\n")[0].splitlines()[1:]
        widths = {sum(2 if ord(c) > 0x2E7F else 1 for c in line) for line in trades if line.strip()}
        self.assertEqual(len(widths), 1, trades)
        for language in ("zh", "en"):
            help_text = self.ok(None, "--help", "--lang", language, as_json=False)
            for command in ("init", "invite", "join", "admit", "import", "visit", "give", "edit", "void", "list", "show",
                            "sync", "status", "day", "conflicts", "resolve", "devices", "revoke", "verify", "dump",
                            "query", "doctor"):
                self.assertRegex(help_text, r"(?m)^\s+%s\b" % command)
        self.assertEqual(self.run_karez("hq", "--lang", "fr", "status", as_json=False).exit, USAGE)

    def test_names_from_others_cannot_paint_the_terminal(self):
        self.found()
        self.enlist("l1", "\x1b[31mred\nname")
        out = self.ok("l1", "devices", as_json=False)
        self.assertNotIn("\x1b", out)
        self.assertEqual(self.ok("l1", "status")["name"], "\x1b[31mred\nname")


if __name__ == "__main__":
    unittest.main()
