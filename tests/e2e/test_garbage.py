"""What no program of ours would send or keep: broken frames, senseless JSON, requests that are none, files cut in half, bytes at
random. Everything gets a clear end; the relay and the others work on, and the relay's memory stays bounded."""

import json
import os
import random
import shutil
import socket
import subprocess
import time
import unittest

import fleet
import forge
from fleet import DONE, FAILED, NOT_FOUND, REFUSED, USAGE
from wire import BINARY, TEXT, Closed, Guest, WebSocket, connect

DAY = "2022-07-14"
TIME = DAY + "T09:00:00+08:00"


class AtTheRelay(fleet.Fleet):
    def setUp(self):
        super().setUp()
        self.relay = self.start_relay()
        self.found("hq", self.relay)
        self.sync("hq")
        self.workspace = forge.workspace_of(self.home("hq"))
        self.anna = forge.enlist("anna", self.invitation())
        self.sync("hq")
        with self.guest() as guest:
            guest.offer(forge.pack_of(self.anna))
        self.sync("hq")

    def guest(self):
        guest = Guest(self.relay, self.anna.person, self.workspace)
        self.addCleanup(guest.ws.close)
        guest.login()
        return guest

    def connect(self):
        ws = connect(self.relay.address, self.relay.port)
        self.addCleanup(ws.close)
        return ws

    def raw(self, data, close_after=False):
        """What a bare socket gets back for these bytes, until the relay closes."""
        with socket.create_connection((self.relay.address, self.relay.port), timeout=30) as bare:
            try:
                bare.sendall(data)
                if close_after:
                    bare.shutdown(socket.SHUT_WR)
                answer = b""
                while len(answer) < 1 << 20:
                    more = bare.recv(65536)
                    if not more:
                        break
                    answer += more
            except ConnectionError:
                return b""
            return answer

    def memory(self):
        """Resident memory of the relay in MiB: the most so far."""
        with open("/proc/%d/status" % self.relay.pid, encoding="ascii") as status:
            fields = dict(line.split(":", 1) for line in status)
        return int(fields["VmHWM"].split()[0]) / 1024

    def still_serves(self):
        """A good laptop syncs as if nothing were."""
        self.assertIsNone(self.relay.process.poll(), self.relay.log.read_text(errors="replace")[-2000:])
        self.assertTrue(self.relay.is_healthy())
        self.ok("hq", "visit", "--site", "S001", "--person-times", "1", "--time", TIME)
        self.assertEqual(self.sync("hq")["sent_changes"], 1)

    def end_of(self, ws):
        """How the relay ended this session: (last error message, close code)."""
        error = None
        try:
            while True:
                kind, payload = ws.receive()
                if kind == TEXT:
                    message = json.loads(payload)
                    error = message if message["type"] == "error" else error
        except Closed as closed:
            return error, closed.code
        except TimeoutError:
            return error, "no end"

    def test_frames_that_are_cut_off_end_their_session_and_nothing_else(self):
        pack = b"P" + forge.pack_of(self.anna)
        for frame in (b"\x82", WebSocket.header(BINARY, 5000, True), None):
            guest = self.guest()
            if frame is None:
                frame = guest.ws.frame(BINARY, pack)[:-7]
            guest.ws.send_raw(frame)
            guest.ws.close()
        # A message in parts whose last part never comes, and one that comes byte by byte.
        guest = self.guest()
        guest.ws.send(BINARY, pack[:20], final=False)
        guest.ws.close()
        guest = self.guest()
        for at in range(0, len(pack), 64):
            guest.ws.send(BINARY if at == 0 else 0, pack[at:at + 64], final=at + 64 >= len(pack))
        self.assertEqual(guest.expect("ack", "refuse")["type"], "ack")
        for early in (b"\x82", b"\x81\x85", WebSocket.header(TEXT, 100, True) + b"abcd" + b"x" * 50):
            ws = self.connect()
            ws.send_raw(early)
            ws.close()
        self.still_serves()

    def test_a_frame_of_100_megabytes_is_cut_at_its_header_and_never_kept(self):
        before = self.memory()
        for opcode in (TEXT, BINARY):
            guest = self.guest()
            guest.ws.send_raw(WebSocket.header(opcode, 100_000_000, True) + b"\0\0\0\0")
            self.assertEqual(self.end_of(guest.ws)[1], 1009)
        early = self.connect()
        early.send_raw(WebSocket.header(TEXT, 100_000_000, True) + b"\0\0\0\0")
        self.assertEqual(self.end_of(early)[1], 1009)
        # And really sent, by several at a time, for as long as the relay takes it; in one frame and in many small parts.
        def flood(parts):
            guest = self.guest()
            block, sent = b"x" * 65536, 0
            try:
                if not parts:
                    guest.ws.send_raw(WebSocket.header(BINARY, 100_000_000, True) + b"\0\0\0\0")
                while sent < 100_000_000:
                    if parts:
                        guest.ws.send(BINARY if sent == 0 else 0, block, final=False)
                    else:
                        guest.ws.send_raw(block)
                    sent += len(block)
            except (Closed, OSError):
                pass
            guest.ws.close()
            return sent
        sent = [flood(parts) for parts in (False, True, False, True)]
        # What fits into the kernel's buffers may leave here; the rest must not be taken.
        self.assertLess(max(sent), 30_000_000, sent)
        self.still_serves()
        self.assertLess(self.memory() - before, 40 if fleet.SCALE >= 1 else 400)

    def test_senseless_messages_are_answered_with_an_error_and_the_end(self):
        deep = 100_000
        texts = {
            "100,000 deep": b"[" * deep + b"]" * deep,
            "100,000 deep inside a message": b'{"type":"credit","bytes":' + b"[" * deep + b"]" * deep + b"}",
            "33 deep": b'{"type":"credit","bytes":1,"x":' + b"[" * 33 + b"]" * 33 + b"}",
            "too many values": b'{"type":"credit","bytes":1,"x":[' + b"1," * 5000 + b"1]}",
            "a key twice": b'{"type":"credit","bytes":1,"bytes":2}',
            "a key twice inside": b'{"type":"credit","bytes":1,"x":{"a":1,"a":2}}',
            "a number beyond 2^53": b'{"type":"credit","bytes":9007199254740993}',
            "an endless number": b'{"type":"credit","bytes":' + b"9" * 1000 + b"}",
            "a fraction": b'{"type":"credit","bytes":1.5}',
            "a negative credit": b'{"type":"credit","bytes":-1}',
            "no object": b'"credit"',
            "no type": b"{}",
            "a type that is no text": b'{"type":7}',
            "a field that is missing": b'{"type":"credit"}',
            "a field of another kind": b'{"type":"credit","bytes":"1"}',
            "hex of the wrong length": b'{"type":"fetch","author":"00","after":0}',
            "hex in capitals": b'{"type":"fetch","author":"' + b"AB" * 32 + b'","after":0}',
            "cut off": b'{"type":"credit","by',
            "two of them": b'{"type":"credit","bytes":1}{"type":"credit","bytes":1}',
            "a zero byte": b'{"type":"credit","bytes":1}\0',
            "nothing": b"",
            "a comment": b'{"type":"credit",/* */"bytes":1}',
            "NaN": b'{"type":"credit","bytes":NaN}',
        }
        wrong = []
        for name, text in texts.items():
            guest = self.guest()
            begun = time.monotonic()
            guest.ws.send(TEXT, text)
            error, code = self.end_of(guest.ws)
            if not error or error["code"] not in ("malformed", "too_large", "protocol") or not error["reason"] or code != 1008:
                wrong.append((name, error, code))
            if time.monotonic() - begun > 5 * fleet.SLOWNESS:
                wrong.append((name, "slow"))
        self.assertEqual(wrong, [])
        # Before login the same, within a small frame.
        for text in (b"[" * 2000, b'{"type":"login"}', b'{"type":"want"}', b"\xff\xfe", b'{"type":"login","type":"login"}'):
            ws = self.connect()
            ws.send(TEXT, text)
            error, code = self.end_of(ws)
            self.assertTrue(code == 1007 if text == b"\xff\xfe" else error, (text, error, code))
        # A type of a newer version is answered, and the session goes on.
        guest = self.guest()
        self.assertEqual(guest.ask("sing", loudly=True)["type"], "error")
        self.assertEqual(guest.offer(forge.pack_of(self.anna))["type"], "ack")
        self.still_serves()

    def test_text_that_is_not_utf8_and_frames_against_the_rules(self):
        cases = [
            (b"\x81" + bytes([0x80 | 4]) + b"\0\0\0\0" + b"\xc3\x28\xff\xfe", (1007,)),
            (b"\x81\x02{}", (1002,)),                                   # a client that does not mask
            (b"\x85\x80\0\0\0\0", (1002,)),                             # an opcode that is not given out
            (b"\xc1\x80\0\0\0\0", (1002,)),                             # a reserved bit
            (b"\x80\x80\0\0\0\0", (1002,)),                             # the continuation of nothing
            (b"\x09\x80\0\0\0\0", (1002,)),                             # a ping in parts
            (b"\x89\xfe\x00\x80" + b"\0" * 132, (1002,)),               # a ping that is too long
            (b"\x82\xff" + b"\xff" * 8 + b"\0\0\0\0", (1002, 1009)),    # a length above 2^63
            (b"\x88\x81\0\0\0\0\x03", (1002,)),                         # a close with half a code
        ]
        for frame, codes in cases:
            guest = self.guest()
            guest.ws.send_raw(frame)
            self.assertIn(self.end_of(guest.ws)[1], (*codes, None), frame[:4])
        self.still_serves()

    def test_requests_that_are_none(self):
        requests = [
            (b"\0" * 100 + b"\r\n\r\n", 400), (b"GET\r\n\r\n", None), (b"GET / HTTP/9.9\r\n\r\n", None),
            (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(50) + b"\r\n\r\n", None),
            (b"POST /sync HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n", 413),
            (b"GET /sync HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
            (b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\n\r\n", 431),
            (b"GET / HTTP/1.1\r\n" + b"X-A: b\r\n" * 500 + b"\r\n", 431),
            (b"GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", 404),
            (b"GET /sync HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 99\r\n"
             b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", None),
            (b"GET /sync HTTP/1.1\r\nHost: a\r\n\r\n", 426), (b"DELETE /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 405),
            (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", 400), (b"GET /metrics HTTP/1.1\nHost: a\n\n", None),
        ]
        for request, status in requests:
            answer = self.raw(request, close_after=True)
            self.assertTrue(answer == b"" or answer.startswith(b"HTTP/1.1 "), answer[:80])
            self.assertNotIn(answer[9:10], (b"1", b"2"))
            if status is not None:
                self.assertTrue(answer.startswith(b"HTTP/1.1 %d " % status), (request[:60], answer[:80]))
        chooser = random.Random(1)
        for _ in range(fleet.scaled(100)):
            self.raw(chooser.randbytes(chooser.randrange(1, 2000)), close_after=True)
        self.still_serves()

    def test_random_bytes_in_place_of_packs_and_frames(self):
        chooser = random.Random(2)
        good = forge.pack_of(self.anna)
        guest = self.guest()
        for _ in range(fleet.scaled(150)):
            kind = chooser.randrange(3)
            if kind == 0:
                pack = chooser.randbytes(chooser.randrange(3000))
            elif kind == 1:
                pack = bytearray(good)
                for _ in range(chooser.randrange(1, 6)):
                    pack[chooser.randrange(len(pack))] = chooser.randrange(256)
                pack = bytes(pack)
            else:
                at = chooser.randrange(len(good))
                pack = good[:at] + chooser.randbytes(chooser.randrange(60)) + good[at + chooser.randrange(60):]
            if pack == good:
                continue
            answer = guest.offer(pack)
            self.assertEqual(answer["type"], "refuse", pack.hex())
            self.assertTrue(answer["reason"])
        self.assertEqual(guest.offer(good)["type"], "ack")
        for _ in range(fleet.scaled(60)):
            ws = self.connect()
            try:
                ws.send_raw(chooser.randbytes(chooser.randrange(1, 4000)))
            except Closed:
                pass
            ws.close()
        self.still_serves()
        self.sync("hq")
        self.assertIs(self.ok("hq", "verify")["ok"], True)

    def test_a_guest_who_asks_and_never_reads_costs_little_memory(self):
        big = forge.copy_of(self.anna)
        for _ in range(40):
            big.append({"kind": 99, "name": "unknown", "body": os.urandom(60000).hex()})
        with self.guest() as guest:
            for seq in range(2, len(big.contents) + 1):
                guest.offer(forge.pack_of(big, seq, seq))
        before = self.memory()
        deaf = []
        for number in range(fleet.scaled(20, 5)):
            code = self.invitation() if number == 0 else code
            log = forge.enlist("deaf-%d" % number, code)
            guest = Guest(self.relay, log.person, self.workspace)
            self.addCleanup(guest.ws.close)
            guest.ws.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            guest.login()
            if number == 0:
                self.sync("hq")
            guest.offer(forge.pack_of(log))
            guest.want(credit=1 << 40)
            try:
                for _ in range(200):
                    guest.send_ranges()
                    guest.send("fetch", author=big.person.hex, after=0)
            except Closed:
                pass
            deaf.append(guest)
        self.still_serves()
        self.assertLess(self.memory() - before, (2 * len(deaf) + 20) * (1 if fleet.SCALE >= 1 else 10))


class OnTheDisk(fleet.Fleet):
    """A database file that was cut in half, filled with something else, or is not there."""

    def halve(self, file):
        with forge.database(file, write=True) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for name in ("-wal", "-shm"):
            shutil.rmtree(str(file) + name, ignore_errors=True)
        data = file.read_bytes()
        file.write_bytes(data[:len(data) // 2])
        return file.read_bytes()

    def test_half_a_replica_gets_a_clear_error_and_is_left_as_it_is(self):
        relay = self.start_relay()
        self.found("hq", relay)
        self.import_lists("huaibei-day")
        self.enlist("l1")
        self.ok("l1", "import", fleet.FIXTURES / "huaibei-day" / "laptops" / "laptop-02.csv", "--as", "handout")
        self.sync_all(["l1", "hq"], 1)
        file = self.home("l1") / "replica.db"
        half = self.halve(file)
        commands = [["status"], ["visit", "--site", "S001", "--person-times", "1"], ["day", DAY], ["sync"], ["dump"], ["list"],
                    ["import", fleet.FIXTURES / "huaibei-day" / "laptops" / "laptop-03.csv", "--as", "handout"]]
        for words in commands:
            run = self.run_karez("l1", *words)
            self.assertEqual(run.exit, FAILED, (words, run.out, run.err))
            error = json.loads(run.err.strip().splitlines()[-1])["error"]
            self.assertEqual(error["code"], "corrupt", words)
            self.assertIn("damaged", error["message"])
            self.assertEqual(file.read_bytes(), half, words)
        run = self.run_karez("l1", "verify")
        self.assertEqual((run.exit, run.json["ok"]), (FAILED, False))
        self.assertTrue(run.json["where"])
        self.assertNotEqual(self.run_karez("l1", "doctor").exit, DONE)
        # init and join do not write over it either.
        self.assertNotEqual(self.run_karez("l1", "join", self.invitation(), "--name", "l1").exit, DONE)
        self.assertEqual(file.read_bytes(), half)
        # The others go on, and what the laptop had sent is not lost.
        self.sync("hq")
        self.assertEqual(self.ok("hq", "day", DAY)["by_laptop"]["l1"]["visits"], 54)

    def put_database(self, file, data):
        """These bytes are the whole database: no log beside them."""
        for name in ("-wal", "-shm"):
            (file.parent / (file.name + name)).unlink(missing_ok=True)
        file.write_bytes(data)

    def test_a_replica_that_is_something_else(self):
        self.found("hq")
        file = self.home("hq") / "replica.db"
        for data in (b"hello", b"\0" * 8192, os.urandom(65536), b"SQLite format 3\0" + os.urandom(8192), b""):
            self.put_database(file, data)
            run = self.run_karez("hq", "status")
            self.assertIn(run.exit, (FAILED, NOT_FOUND), (data[:20], run.out, run.err))
            self.assertTrue(json.loads(run.err.strip().splitlines()[-1])["error"]["message"])
            if data:
                self.assertEqual(file.read_bytes(), data)
        file.unlink()
        self.refused(NOT_FOUND, "hq", "status")

    def test_bits_turned_around_in_a_replica_never_crash_a_program(self):
        self.found("hq")
        self.import_lists("huaibei-day")
        self.ok("hq", "visit", "--site", "S001", "--person-times", "1", "--time", TIME, "--give", "W550=2")
        file = self.home("hq") / "replica.db"
        with forge.database(file, write=True) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        good = file.read_bytes()
        chooser = random.Random(3)
        for _ in range(fleet.scaled(25, 5)):
            data = bytearray(good)
            for _ in range(chooser.choice((1, 1, 20, 400))):
                data[chooser.randrange(100, len(data))] ^= 1 << chooser.randrange(8)
            self.put_database(file, data)
            for words in (["verify"], ["day", DAY], ["dump"]):
                run = self.run_karez("hq", *words, as_json=words != ["dump"])
                self.assertIn(run.exit, (DONE, FAILED, NOT_FOUND, REFUSED, USAGE), (words, run.exit, run.err[-500:]))
                self.assertEqual(run.exit != DONE, bool(run.err.strip()) or words == ["verify"] and run.exit != DONE)

    def test_tables_whose_columns_have_other_names_never_crash_a_program(self):
        self.found("hq")
        self.import_lists("huaibei-day")
        self.ok("hq", "visit", "--site", "S001", "--person-times", "1", "--time", TIME, "--give", "W550=2")
        file = self.home("hq") / "replica.db"
        with forge.database(file, write=True) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            columns = connection.execute(
                "SELECT m.sql, c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type='table'").fetchall()
        good = file.read_bytes()
        damaged = 0
        for sql, column in random.Random(5).sample(columns, fleet.scaled(25, 5)) + [
                one for one in columns if one[1] in ("touches_others", "tally", "duplicate_of")]:
            # As it stands in the file, up to where a page may end.
            start = good.find(sql[:60].encode())
            at = good.find(column.encode(), start)
            self.assertGreater(start, 0)
            self.assertGreater(at, start)
            data = bytearray(good)
            data[at] ^= 2
            self.put_database(file, data)
            for words in (["status"], ["verify"], ["day", DAY], ["dump"], ["heads"],
                          ["visit", "--site", "S001", "--person-times", "1", "--time", TIME]):
                run = self.run_karez("hq", *words, as_json=words != ["dump"])
                self.assertIn(run.exit, (DONE, FAILED, NOT_FOUND, REFUSED, USAGE), (column, words, run.exit, run.err[-500:]))
                damaged += run.exit == FAILED and "damaged" in run.err
        self.assertGreater(damaged, 10)

    def test_half_a_relay_gets_a_clear_error_and_is_left_as_it_is_and_an_empty_folder_gets_everything_again(self):
        relay = self.start_relay()
        self.found("hq", relay)
        self.enlist("l1")
        self.ok("l1", "import", fleet.FIXTURES / "huaibei-day" / "laptops" / "laptop-02.csv", "--as", "handout")
        self.sync_all(["l1", "hq", "l1"], 1)
        port = relay.port
        self.assertEqual(relay.stop()[0], DONE)
        file = relay.data / "relay.db"
        half = self.halve(file)
        run = subprocess.run([self.relay_program, "--listen", "127.0.0.1:%d" % port, "--data", str(relay.data)],
                             env=self.environment, capture_output=True, timeout=60 * fleet.SLOWNESS)
        self.assertEqual(run.returncode, FAILED, run.stderr)
        self.assertIn(b"damaged", run.stderr)
        self.assertNotIn(b'"listening"', run.stderr)
        self.assertEqual(file.read_bytes(), half)
        self.refused(fleet.UNREACHABLE, "l1", "sync")
        # As the message says: the file aside, the key kept. Laptops know the relay, and send everything again.
        file.rename(self.folder / "kept-aside.db")
        for name in ("relay.db-wal", "relay.db-shm"):
            (relay.data / name).unlink(missing_ok=True)
        self.ok("l1", "visit", "--site", "S001", "--person-times", "1", "--time", TIME)
        self.start_relay(port=port)
        self.assertEqual(self.ok("l1", "status")["unsent"], 1)
        document = self.sync("l1")
        # Everybody's: the laptop supplies headquarters' log too.
        self.assertEqual(document["sent_changes"], self.ok("l1", "status")["changes_held"])
        self.sync_all(["hq", "l1"], 1)
        self.assertEqual(self.ok("hq", "day", DAY)["by_laptop"]["l1"]["visits"], 55)
        self.assert_alike(["hq", "l1"])

    def test_a_key_file_that_is_damaged_or_gone(self):
        self.found("hq")
        key = self.home("hq") / "author.key"
        good = key.read_bytes()
        for bad in (b"", b"zz" * 32, good[:40], os.urandom(100)):
            key.write_bytes(bad)
            run = self.run_karez("hq", "visit", "--site", "S001", "--person-times", "1")
            self.assertNotEqual(run.exit, DONE, bad)
            self.assertTrue(json.loads(run.err.strip().splitlines()[-1])["error"]["message"])
            self.assertEqual(key.read_bytes(), bad)
        key.unlink()
        self.assertNotEqual(self.run_karez("hq", "visit", "--site", "S001", "--person-times", "1").exit, DONE)
        key.write_bytes(good)
        self.ok("hq", "visit", "--site", "S001", "--person-times", "1")
        self.assertIs(self.ok("hq", "verify")["ok"], True)


class Typed(fleet.Fleet):
    """What people paste and files they bring."""

    def test_a_csv_with_a_missing_column_or_a_negative_quantity(self):
        self.found("hq")
        head = "visit,time,site,trade,person_times,item,qty,voucher,note"
        for column in head.split(",")[:7]:  # a file without vouchers or notes is as good as any
            columns = [name for name in head.split(",") if name != column]
            path = self.write("missing.csv", ",".join(columns) + "\n" + ",".join("1" for _ in columns) + "\n")
            message = self.refused(REFUSED, "hq", "import", path, "--as", "handout")
            self.assertIn(column, message)
        rows = ["1,%s,S001,rider,2,W550,5,,ok" % TIME, "2,%s,S001,rider,2,W550,-5,," % TIME, "3,%s,S001,rider,-2,W550,5,," % TIME,
                "4,%s,S001,rider,2,W550,9999999999999,," % TIME, "5,%s,S001,rider,2,W550,1.5,," % TIME, "6,yesterday,S001,rider,2,W550,5,,",
                "7,%s,S001,astronaut,2,W550,5,," % TIME, "8,%s,S001,rider,2,W550,7,,ok" % TIME, "9,%s,S001" % TIME]
        run = self.run_karez("hq", "import", self.write("bad.csv", head + "\n" + "\n".join(rows) + "\n"), "--as", "handout")
        self.assertEqual(run.exit, REFUSED)
        self.assertEqual((run.json["visits"], run.json["lines"]), (2, 2))
        self.assertEqual([one["row"] for one in run.json["refused"]], [2, 3, 4, 5, 6, 7, 9])
        self.assertTrue(all(one["reason"] for one in run.json["refused"]))
        self.assertEqual(self.ok("hq", "day", DAY)["items"], {"W550": 12})
        self.assertIs(self.ok("hq", "verify")["ok"], True)

    def test_files_that_are_no_csv(self):
        self.found("hq")
        chooser = random.Random(4)
        head = b"visit,time,site,trade,person_times,item,qty,voucher,note\n"
        for data in (b"", b"\0" * 1000, chooser.randbytes(5000), head + chooser.randbytes(5000), head + b'1,"' + b"x" * 100000,
                     head + b"," * 100000, b'"' * 9999, head + b"\xff\xfe,\xc3\x28\n", head[:-1] + b"," + head):
            before = self.ok("hq", "status")["heads"]
            run = self.run_karez("hq", "import", self.write("noise.csv", data), "--as", "handout")
            self.assertIn(run.exit, (DONE, FAILED, REFUSED, USAGE), run.err)
            if run.exit != DONE:
                self.assertTrue(run.err.strip())
            if run.json is None or (run.json["visits"], run.json["lines"]) == (0, 0):
                self.assertEqual(self.ok("hq", "status")["heads"], before)
        self.assertIs(self.ok("hq", "verify")["ok"], True)

    def test_random_bytes_as_an_invitation_code(self):
        self.found("hq")
        code = self.invitation()
        chooser = random.Random(5)
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        bad = ["x", "kz1.", "kz1.!!!", "kz2." + code[4:], code[:-1], code[:100], code + "A", code[:50] + code[51:], code * 2,
               "kz1." + "A" * 5000, "kz1." + "".join(chooser.choices(letters, k=len(code) - 4)), "坎儿井", "kz1.\u202e" + code[4:]]
        for _ in range(fleet.scaled(20, 4)):
            at = chooser.randrange(4, len(code))
            bad.append(code[:at] + chooser.choice(letters.replace(code[at], "")) + code[at + 1:])
        for text in bad:
            run = self.run_karez("l1", "join", text, "--name", "l1")
            self.assertIn(run.exit, (FAILED, USAGE, NOT_FOUND, REFUSED), text)
            self.assertTrue(json.loads(run.err.strip().splitlines()[-1])["error"]["message"])
        for data in (b"", os.urandom(3000), b"\0" * 100, b"kz1." + b"A" * (1 << 20)):
            run = self.run_karez("l1", "join", self.write("code.txt", data), "--name", "l1")
            self.assertNotEqual(run.exit, DONE)
            self.assertTrue(run.err.strip())
        # Nothing of all that stands in the way of the real one, with the line breaks that a chat put in.
        broken = "\n ".join(code[at:at + 60] for at in range(0, len(code), 60))
        self.ok("l1", "join", self.write("code.txt", "\ufeff" + broken + "\r\n"), "--name", "l1")
        self.assertIs(self.ok("l1", "verify")["ok"], True)


if __name__ == "__main__":
    unittest.main()
