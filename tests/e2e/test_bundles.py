"""The USB route: what travels by hand arrives, counts once, says what it lacks, and brings receipts back."""

import hashlib
import os
import time
import unittest

import fleet


class Bundles(fleet.Fleet):
    def stick(self, name="usb.karez"):
        (self.folder / "usb").mkdir(exist_ok=True)
        return self.folder / "usb" / name

    def record(self, laptop, count=3, site="S001"):
        return [self.ok(laptop, "visit", "--site", site, "--person-times", n + 1, "--give", "W550=%d" % (n + 1))["id"]
                for n in range(count)]

    def carry(self, giver, taker, only=True):
        """One bundle from giver to taker; gives both documents."""
        stick = self.stick("%s-%s.karez" % (giver, taker))
        words = ["--for", taker] if only else []
        return self.ok(giver, "bundle", "pack", stick, *words), self.ok(taker, "bundle", "apply", stick)

    def states(self, laptop, ids):
        return {self.ok(laptop, "show", one)["state"] for one in ids}

    def test_a_laptop_without_any_signal_reaches_headquarters_and_hears_that_it_did(self):
        self.found("hq")
        self.enlist("l1")
        ids = self.record("l1")
        self.assertEqual(self.states("l1", ids), {"saved_here"})
        packed, applied = self.carry("l1", "hq", only=False)
        self.assertEqual(applied["state"], "complete")
        self.assertEqual(applied["new_changes"], packed["changes"])
        laptops = {one["name"]: one for one in self.ok("hq", "status")["laptops"]}
        self.assertTrue(laptops["l1"]["complete"], laptops["l1"])
        self.assertEqual(laptops["l1"]["standing"], "admitted")
        self.assertEqual(len(self.ok("hq", "list", "visit")["records"]), 3)
        # The way back: headquarters' signed word, and its admission.
        back, home = self.carry("hq", "l1")
        self.assertEqual((home["state"], home["lacks"], home["refused"]), ("complete", [], []))
        self.assertEqual(self.states("l1", ids), {"at_headquarters"})
        self.assertGreater(self.ok("l1", "status")["at_headquarters"], 0)
        self.assert_alike(["hq", "l1"])
        # Again, and again: nothing changes.
        before = self.dump("hq")
        again = self.ok("hq", "bundle", "apply", self.stick("l1-hq.karez"))
        self.assertEqual((again["state"], again["new_changes"]), ("complete", 0))
        self.assertEqual(self.dump("hq"), before)
        for home in ("hq", "l1"):
            self.assertTrue(self.ok(home, "verify")["ok"])

    def test_a_bundle_for_a_laptop_holds_only_what_it_is_not_known_to_have(self):
        self.found("hq")
        for laptop in ("l1", "l2"):
            self.enlist(laptop)
            self.record(laptop)
            self.carry(laptop, "hq", only=False)  # it has not heard of headquarters' laptop yet
        everything = self.ok("hq", "bundle", "pack", self.stick())
        first, _ = self.carry("hq", "l1")
        self.assertLess(first["changes"], everything["changes"])
        self.carry("l1", "hq")  # its statement is the acknowledgement
        second, home = self.carry("hq", "l1")
        self.assertEqual(second["changes"], 0)
        self.assertEqual(home["state"], "complete")
        self.record("l2", 1)
        self.carry("l2", "hq", only=False)
        third, home = self.carry("hq", "l1")
        self.assertEqual((third["changes"], home["new_changes"]), (1, 1))
        self.assertEqual(self.refused(fleet.REFUSED, "l1", "bundle", "pack", self.stick(), "--for", "l1")
                         .count("this laptop"), 1)
        self.refused(fleet.NOT_FOUND, "l1", "bundle", "pack", self.stick(), "--for", "nobody")
        self.refused(fleet.NOT_FOUND, "l1", "bundle", "pack", self.folder / "no" / "where.karez")
        self.refused(fleet.USAGE, "l1", "bundle", "pack", self.folder / "usb")

    def test_what_lacks_its_beginning_waits_on_the_shelf_and_is_named(self):
        self.found("hq")
        self.enlist("l1")
        self.enlist("l2")
        self.record("l1")
        self.carry("l1", "hq", only=False)
        self.carry("hq", "l1")
        self.record("l1", 2)
        # Made for headquarters, which has the beginning; l2 has nothing of l1.
        self.ok("l1", "bundle", "pack", self.stick(), "--for", "hq")
        run = self.run_karez("l2", "bundle", "apply", self.stick())
        self.assertEqual(run.exit, fleet.REFUSED)
        self.assertEqual(run.json["state"], "partial")
        self.assertEqual(run.json["shelved_packs"], 1)
        lacks = {one["why"]: one for one in run.json["lacks"]}
        self.assertIn("enrolment", lacks)
        self.assertEqual(lacks["enrolment"]["first"], 1)
        words = self.run_karez("l2", "bundle", "apply", self.stick(), as_json=False)
        self.assertIn("lacking", words.out)
        self.assertIn("缺", self.run_karez("l2", "--lang", "zh", "bundle", "apply", self.stick(), as_json=False).out)
        # What came first goes in when the rest arrives.
        self.ok("l1", "bundle", "pack", self.stick("all.karez"))
        whole = self.ok("l2", "bundle", "apply", self.stick("all.karez"))
        self.assertEqual(whole["lacks"], [])
        for laptop in ("l1", "l2"):
            self.carry(laptop, "hq", only=False)
        for laptop in ("l1", "l2"):
            self.carry("hq", laptop)
        self.assert_alike(["hq", "l1", "l2"])

    def test_torn_damaged_foreign_and_newer_bundles_are_told_apart_in_both_languages(self):
        self.found("hq")
        self.enlist("l1")
        self.record("l1", 3)
        self.ok("l1", "bundle", "pack", self.stick())
        good = self.stick().read_bytes()
        before = self.dump("hq")

        def applied(data, en, zh, exit_code=fleet.REFUSED):
            path = self.write("bad.karez", data)
            for language, word in (("zh", zh), ("en", en)):
                run = self.run_karez("hq", "--lang", language, "bundle", "apply", path, as_json=False)
                self.assertEqual(run.exit, exit_code, run.err)
                self.assertIn(word, run.err)
                shown = self.run_karez("hq", "--lang", language, "bundle", "show", path, as_json=False)
                self.assertEqual(shown.exit, exit_code)
                self.assertIn(word, shown.err)
            self.assertTrue(self.ok("hq", "verify")["ok"])

        applied(b"", "not a bundle", "不是 karez 的包")
        applied(b"PK\x03\x04" + good, "not a bundle", "不是 karez 的包")
        applied(good.replace(b"\r\n", b"\n", 1), "not a bundle", "不是 karez 的包")
        newer = bytearray(good)
        newer[21] = 2  # the version, behind magic and frame head; its checksum is made anew
        size = int.from_bytes(good[17:21], "big")
        newer[21 + size:37 + size] = hashlib.blake2b(b"karez/bundle/1" + bytes(16) + bytes(newer[16:21 + size]),
                                                     digest_size=16).digest()
        applied(bytes(newer), "newer karez", "更新版本")
        applied(good[:50], "torn", "不完整")
        flipped = bytearray(good)
        flipped[60] ^= 1
        applied(bytes(flipped), "damaged", "损坏")
        self.assertEqual(self.dump("hq"), before)
        # The end is missing, all packs are there: they are taken in, and it is said.
        path = self.write("bad.karez", good[:-10])
        run = self.run_karez("hq", "bundle", "apply", path)
        self.assertEqual((run.exit, run.json["fault"]), (fleet.REFUSED, "torn"))
        self.assertEqual(len(self.ok("hq", "list", "visit")["records"]), 3)
        # Another workspace.
        self.found("other", workspace="别的")
        before = self.dump("other")
        self.assertIn("another workspace", self.refused(fleet.REFUSED, "other", "bundle", "apply", self.stick()))
        self.assertEqual(self.dump("other"), before)
        self.assertFalse(self.ok("other", "bundle", "show", self.stick())["own_workspace"])

    def test_a_bundle_appears_whole_or_not_at_all(self):
        self.found("hq")
        self.record("hq", 5)
        self.ok("hq", "bundle", "pack", self.stick())
        good = self.stick().read_bytes()
        self.record("hq", 2)
        self.write("usb/usb.karez.part", b"left by a power cut")
        self.ok("hq", "bundle", "pack", self.stick())
        self.assertNotEqual(self.stick().read_bytes(), good)
        self.assertEqual(sorted(os.listdir(self.folder / "usb")), ["usb.karez"])
        self.assertTrue(self.ok("hq", "bundle", "show", self.stick())["whole"])

    def test_a_mule_brings_the_packs_to_the_relay_and_the_receipt_back(self):
        relay = self.start_relay()
        self.found("hq", relay)
        self.sync("hq")  # so that invitations name the relay's key
        for laptop in ("far", "mule"):
            self.enlist(laptop)
        ids = self.record("far")
        self.carry("far", "mule", only=False)
        self.assertEqual(self.states("far", ids), {"saved_here"})
        sent = self.sync("mule")["sent_changes"]
        self.assertGreaterEqual(sent, 4 + 1)
        self.assertEqual(self.sync("mule")["sent_changes"], 0)
        self.sync("hq")
        self.assertEqual(len(self.ok("hq", "list", "visit")["records"]), 3)
        # The announcement came along, so headquarters knows that this log is complete, though it never met the laptop.
        far = {one["name"]: one for one in self.ok("hq", "status")["laptops"]}["far"]
        self.assertTrue(far["complete"])
        self.assertEqual(far["announced"], far["held"])
        self.assertIsNotNone(far["last_heard"])
        back, home = self.carry("mule", "far", only=False)
        self.assertGreaterEqual(home["new_receipts"], 1)
        self.assertEqual(self.states("far", ids), {"on_relay"})
        # A newer word alone is carried too: nothing new was recorded, but the day has gone on.
        before = far["last_heard"]
        time.sleep(1.1)
        self.carry("far", "mule", only=False)
        self.sync("mule")
        self.sync("hq")
        far = {one["name"]: one for one in self.ok("hq", "status")["laptops"]}["far"]
        self.assertGreater(far["last_heard"], before)
        # Headquarters' holding travels by the same hands.
        self.sync("mule")
        self.carry("mule", "far")
        self.assertEqual(self.states("far", ids), {"at_headquarters"})
        # In the end it comes itself: its packs are there already, and count once.
        self.assertEqual(self.sync("far")["sent_changes"], 0)
        self.sync_all(["hq", "mule", "far"])
        self.assert_alike(["hq", "mule", "far"])


if __name__ == "__main__":
    unittest.main()
