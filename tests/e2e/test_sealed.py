"""Personal fields: sealed where they are typed, read by coordinators alone, erased everywhere. What is searched for is searched for
in every file of every laptop, in the relay's folder and in all bytes that passed between them."""

import socket
import subprocess
import threading
import unittest

import fleet
import forge
from fleet import REFUSED, USAGE

NAME, PHONE, ID_NUMBER = "金丝雀阿强", "13987654321", "340602198801019876"
CANARIES = (NAME, PHONE, ID_NUMBER)


class Wire:
    """Stands between laptops and a relay and keeps all bytes that pass, both ways and unmasked."""

    def __init__(self, port):
        self.to, self.bytes, self.lock = port, [], threading.Lock()
        self.door = socket.create_server(("127.0.0.1", 0))
        self.url = "ws://127.0.0.1:%d" % self.door.getsockname()[1]
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                near, _ = self.door.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.to))
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self.pump, args=(source, target), daemon=True).start()

    def pump(self, source, target):
        kept = bytearray()
        with self.lock:
            self.bytes.append(kept)
        try:
            while data := source.recv(65536):
                kept += data
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        source.close()

    @staticmethod
    def payloads(stream):
        """The WebSocket payloads (RFC 6455), unmasked, behind the HTTP head; what is no frame ends it."""
        out, at = bytearray(), stream.find(b"\r\n\r\n") + 4
        while at + 2 <= len(stream):
            masked, size, at = stream[at + 1] & 0x80, stream[at + 1] & 0x7F, at + 2
            if size >= 126:
                digits = 2 if size == 126 else 8
                size, at = int.from_bytes(stream[at:at + digits], "big"), at + digits
            key, at = (stream[at:at + 4], at + 4) if masked else (b"\0\0\0\0", at)
            out += bytes(byte ^ key[i % 4] for i, byte in enumerate(stream[at:at + size]))
            at += size
        return bytes(out)

    def passed(self):
        with self.lock:
            streams = [bytes(one) for one in self.bytes]
        return b"".join(streams) + b"".join(self.payloads(one) for one in streams)

    def close(self):
        self.door.close()


class Sealed(fleet.Fleet):
    def setUp(self):
        super().setUp()
        self.relay = self.start_relay()
        self.wire = Wire(self.relay.port)
        self.addCleanup(self.wire.close)
        self.found("hq", self.wire.url)
        self.enlist("l1")

    def add(self, home, *more, name=NAME, phone=PHONE, id_number=ID_NUMBER):
        return self.ok(home, "add", "party", "type=person", "trade=rider", "name=" + name, "phone=" + phone,
                       "id_number=" + id_number, *more)["id"]

    def files(self):
        """Everything that any program of the test left on the disk."""
        return {path: path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}

    def assert_nowhere(self, *needles):
        found = [(needle, str(path)) for path, data in self.files().items() for needle in needles
                 if (needle.encode() if isinstance(needle, str) else needle) in data]
        wire = self.wire.passed()
        found += [(needle, "the wire") for needle in needles if isinstance(needle, str) and needle.encode() in wire]
        self.assertEqual(found, [])

    def fields(self, home, record, *more):
        return self.ok(home, "show", record, *more)["fields"]

    def parts(self, home):
        """The private parts that stand alone in this laptop's log, as bytes."""
        return [row[0] for row in forge.rows(self.home(home) / "replica.db",
                                             "SELECT private_part FROM change WHERE private_part IS NOT NULL")]

    def assert_verified(self, *homes):
        for home in homes:
            self.assertIs(self.ok(home, "verify")["ok"], True, home)

    # ---- sealing ------------------------------------------------------------------------------------------------

    def test_what_is_typed_is_nowhere_to_be_read_but_at_headquarters(self):
        # Without signal, from the invitation alone.
        party = self.add("l1")
        sealed = {"sealed": True}
        self.assertEqual({key: self.fields("l1", party)[key] for key in ("name", "phone", "id_number")},
                         {"name": sealed, "phone": sealed, "id_number": sealed})
        self.assertIn("已密封", self.ok("l1", "show", party, "--lang", "zh", as_json=False))
        self.assert_nowhere(*CANARIES)
        self.refused(REFUSED, "l1", "show", party, "--unseal")
        self.refused(REFUSED, "l1", "list", "party", "--unseal")
        self.ok("l1", "edit", party, "phone=13900001111")
        self.sync("l1")
        self.sync("hq")
        opened = self.fields("hq", party, "--unseal")
        self.assertEqual((opened["name"], opened["phone"], opened["id_number"]), (NAME, "13900001111", ID_NUMBER))
        listed = self.ok("hq", "list", "party", "--unseal")["records"]
        self.assertEqual([one["fields"]["name"] for one in listed], [NAME])
        # Never by default.
        for words in (("show", party), ("list", "party"), ("dump",), ("query", "select * from party")):
            out = self.run_karez("hq", *words, as_json=False).out
            self.assertFalse([one for one in CANARIES if one in out], words)
        self.ok("l1", "bundle", "pack", self.folder / "stick.karez")
        self.assert_nowhere(*CANARIES, "13900001111")
        self.sync_all(["hq", "l1"], 1)
        self.assert_alike(["hq", "l1"])
        self.assert_verified("hq", "l1")

    def test_the_search_finds_what_is_not_sealed(self):
        """The search itself: a note is no personal field, and is found on the disk and on the wire."""
        self.ok("l1", "add", "party", "type=person", "note=" + PHONE)
        with self.assertRaises(AssertionError):
            self.assert_nowhere(PHONE)

    def test_lengths_say_little(self):
        self.add("l1", name="李", phone="1", id_number="2")
        self.add("l1", name="一个很长很长的名字" * 3, phone="+86 139-8765-4321", id_number=ID_NUMBER)
        sizes = {len(part) for part in self.parts("l1")}
        self.assertEqual(len(self.parts("l1")), 2)
        self.assertEqual(len(sizes), 1, sizes)

    def test_concurrent_edits_of_a_sealed_field_are_a_conflict_that_headquarters_settles(self):
        self.enlist("l2")
        party = self.add("l1")
        self.sync_all(["l1", "l2", "hq", "l1", "l2"], 1)
        self.ok("l1", "edit", party, "phone=13900000001")
        self.ok("l2", "edit", party, "phone=13900000002")
        self.sync_all(["l1", "l2", "hq"])
        shown = self.ok("hq", "show", party, "--unseal")
        self.assertEqual({one["value"] for one in shown["conflicts"]["phone"]}, {"13900000001", "13900000002"})
        self.ok("hq", "resolve", party, "phone", "--keep", "13900000002")
        self.sync_all(["hq", "l1", "l2"])
        self.assertEqual(self.fields("hq", party, "--unseal")["phone"], "13900000002")
        self.assert_nowhere("13900000001", "13900000002")
        self.assert_alike(["hq", "l1", "l2"])

    # ---- erasing ------------------------------------------------------------------------------------------------

    def test_who_was_erased_is_unreadable_everywhere_and_every_chain_still_holds(self):
        for laptop in ("l2", "away"):
            self.enlist(laptop)
        party, other = self.add("l1"), self.add("l1", name="别的人", phone="13700000000", id_number="X")
        self.ok("l1", "edit", party, "phone=13900001111")
        secret = [part[33:] for part in self.parts("l1")]
        self.assertEqual(len(secret), 3)
        self.sync("hq")
        self.relay_tool("backup", self.folder / "backup", "--data", self.relay.data)
        self.sync_all(["l1", "l2", "away", "hq", "l1", "l2", "away"], 1)
        self.ok("away", "bundle", "pack", self.folder / "old-copy.karez")
        self.assertTrue(any(secret[0] in data for data in self.files().values()))

        self.refused(REFUSED, "l1", "erase", party, "--reason", "本人要求", "--yes")
        self.refused(USAGE, "hq", "erase", party, "--reason", "本人要求")
        done = self.ok("hq", "erase", party, "--reason", "本人要求", "--yes")
        self.assertEqual((done["changes"], done["wiped"]), (2, True))
        self.refused(REFUSED, "hq", "erase", party, "--reason", "again", "--yes")
        self.sync_all(["hq", "l1", "l2"])
        erased = {"erased": True}
        for home in ("hq", "l1", "l2"):
            self.assertEqual({self.fields(home, party)[key] == erased for key in ("name", "phone", "id_number")}, {True}, home)
        opened = self.fields("hq", party, "--unseal")
        self.assertEqual((opened["name"], opened["trade"]), (erased, "rider"))
        self.assertEqual(self.fields("hq", other, "--unseal")["name"], "别的人")
        (self.folder / "old-copy.karez").rename(self.folder / "old-copy.away")
        self.assertEqual(self.holders(secret[0], secret[2]), {"away", "old-copy.away"})

        # An old copy brings nothing back; who joins later, or was away, gets nothing of it.
        self.ok("l2", "bundle", "apply", self.folder / "old-copy.away")
        self.enlist("late")
        self.sync("late")
        self.enlist("by-stick")
        self.ok("by-stick", "bundle", "apply", self.folder / "old-copy.away")
        self.sync("by-stick")
        self.sync("away")
        (self.folder / "old-copy.away").unlink()
        self.assertEqual(self.holders(secret[0], secret[2]), set())
        self.assertTrue(self.holders(secret[1]))
        homes = ["hq", "l1", "l2", "away", "late", "by-stick"]
        self.sync_all(homes)
        for home in homes:
            self.assertEqual(self.fields(home, party)["name"], erased, home)
        self.assert_alike(homes)
        self.assert_verified(*homes)
        # A relay that was set back to before all this gets it from the laptops, without what was erased.
        self.relay.stop()
        self.relay_tool("restore", self.folder / "backup", "--data", self.folder / "relay-2")
        self.relay = self.start_relay("relay-2", port=self.relay.port)
        for home in homes:  # a log may come before the erase that allows its part to be absent: the next sync settles that
            self.run_karez(home, "sync")
        self.sync_all(homes)
        self.assert_alike(homes)
        self.assertEqual(self.holders(secret[0], secret[2]), set())

    def relay_tool(self, *words):
        done = subprocess.run([self.relay_program, *map(str, words)], env=self.environment, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def holders(self, *needles):
        """Where any of these bytes lie: the names of homes, or of files beside them."""
        found = set()
        for path, data in self.files().items():
            if any(needle in data for needle in needles):
                parts = path.relative_to(self.folder).parts
                found.add(parts[1] if parts[0] == "homes" else parts[0])
        return found

    # ---- keys ---------------------------------------------------------------------------------------------------

    def test_a_coordinator_who_comes_later_reads_all_and_one_who_was_revoked_nothing_new(self):
        first = self.add("l1")
        self.sync("l1")
        self.ok("deputy", "join", self.invitation("hq", "coordinator"), "--name", "deputy")
        self.sync_all(["deputy", "hq"], 1)
        self.refused(REFUSED, "deputy", "show", first, "--unseal")
        self.ok("hq", "admit", "deputy")
        self.sync_all(["hq", "deputy"], 1)
        self.assertEqual(self.fields("deputy", first, "--unseal")["name"], NAME)
        state = self.ok("hq", "sealing")
        self.assertEqual((sorted(state["readers"]), state["lacking"], len(state["keys"])), (["deputy", "hq"], [], 1))

        self.ok("hq", "revoke", "deputy", "--reason", "离任")
        self.sync_all(["hq", "l1"], 1)
        second = self.add("l1", phone="13600000000")
        self.sync_all(["l1", "hq"], 1)
        self.ok("hq", "bundle", "pack", self.folder / "all.karez")
        self.ok("deputy", "bundle", "apply", self.folder / "all.karez")
        self.assertEqual(self.fields("hq", second, "--unseal")["phone"], "13600000000")
        self.assertEqual(self.fields("hq", first, "--unseal")["phone"], PHONE)
        self.assertEqual(self.fields("deputy", second, "--unseal")["phone"], {"sealed": True})
        state = self.ok("hq", "sealing")
        self.assertEqual((state["readers"], [key["generation"] for key in state["keys"]]), (["hq"], [2, 1]))
        self.assert_verified("hq", "l1")

    def test_headquarters_finds_parties_with_one_phone_and_laptops_cannot(self):
        one = self.add("l1", phone="+86 139-8765-4321", id_number="1")
        two = self.add("l1", phone="１３９８７６５４３２１", id_number="2", name="阿强")
        self.add("l1", phone="13900009999", id_number="3")
        self.sync_all(["l1", "hq"], 1)
        found = self.ok("hq", "duplicates", "--parties")["parties"]
        self.assertEqual([(match["field"], sorted(match["ids"])) for match in found], [("phone", sorted([one, two]))])
        self.refused(REFUSED, "l1", "duplicates", "--parties")
        self.refused(USAGE, "hq", "duplicates")


if __name__ == "__main__":
    unittest.main()
