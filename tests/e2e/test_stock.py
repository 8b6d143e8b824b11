"""Opened accounts through the command: what is bounded, what passes by a code, what is refused and what is named."""

import shutil
import unittest

from fleet import DONE, NOT_FOUND, REFUSED, USAGE, Fleet


class Stock(Fleet):
    def setUp(self):
        super().setUp()
        self.found()
        for laptop in ("a", "b"):
            self.enlist(laptop)
        self.meet()
        self.ok("hq", "account", "open", "BAG-A", "--owner", "a")
        self.ok("hq", "account", "open", "BAG-B", "--owner", "b", "--kind", "vehicle", "--site", "S001")
        self.meet()

    def carry(self, giver, receiver):
        stick = self.folder / "stick.karez"
        self.ok(giver, "bundle", "pack", stick)
        self.ok(receiver, "bundle", "apply", stick)

    def meet(self, laptops=("a", "b"), rounds=2):
        for _ in range(rounds):
            for laptop in laptops:
                self.carry(laptop, "hq")
            for laptop in laptops:
                self.carry("hq", laptop)

    def items(self, home, code):
        accounts = self.ok(home, "stock", code)["accounts"]
        self.assertEqual([one["code"] for one in accounts], [code])
        return accounts[0]["items"]

    def on_hand(self, home, code, item="W550"):
        return self.items(home, code).get(item, {"on_hand": 0})["on_hand"]

    def cases(self, home):
        return [(one["kind"], one["account"], one["item"], one["qty"], one["laptop"], one["why"])
                for one in self.ok(home, "stock")["cases"]]

    def refused_both(self, home, *words, zh, en, exit_code=REFUSED):
        """The same refusal in both languages; nothing is recorded."""
        before = self.dump(home)
        self.assertIn(en, self.refused(exit_code, home, "--lang", "en", *words))
        message = self.refused(exit_code, home, "--lang", "zh", *words)
        self.assertIn(zh, message)
        self.assertIn("没有", message)
        self.assertEqual(self.dump(home), before)

    def test_a_bag_gives_what_it_has_and_no_more(self):
        self.ok("a", "move", "W550=10", "--to", "BAG-A", "--reason", "buy")
        self.ok("a", "give", "W550=4")  # from its own bag, without a word
        visit = self.ok("a", "visit", "--site", "S001", "--give", "W550=3")
        self.assertEqual(self.on_hand("a", "BAG-A"), 3)
        self.refused_both("a", "give", "W550=4", zh="只有 3 个 W550", en="BAG-A has 3 W550, and 4 are wanted")
        self.refused_both("a", "visit", "--give", "W550=4", zh="只有 3 个 W550", en="BAG-A has 3 W550")
        self.refused_both("a", "add", "move", "item=W550", "qty=4", "reason=give", "from=BAG-A", zh="只有 3 个",
                          en="BAG-A has 3")
        self.ok("a", "give", "W550=400", "--from", "outside")
        self.ok("a", "visit", "--give", "W550=400", "--from", "outside")
        self.assertEqual(self.on_hand("a", "BAG-A"), 3)
        self.ok("a", "void", visit["id"], "--reason", "wrong site")
        self.assertEqual(self.on_hand("a", "BAG-A"), 6)
        self.meet()
        self.assertEqual(self.on_hand("hq", "BAG-A"), 6)
        line = self.items("hq", "BAG-A")["W550"]
        self.assertEqual(line, {"received": 10, "given": 4, "on_hand": 6, "in_transit": 0, "arriving": 0})

    def test_nobody_gives_from_anothers_bag(self):
        self.refused_both("b", "give", "W550=1", "--from", "BAG-A", zh="只有 a 能从账户 BAG-A 付出",
                          en="only a may give from BAG-A")
        self.refused_both("hq", "move", "W550=1", "--from", "BAG-A", "--to", "BAG-B", zh="只有 a 能从账户 BAG-A 付出",
                          en="only a may give from BAG-A")
        self.refused_both("hq", "account", "open", "BAG-A", "--owner", "b", zh="已经开过", en="is opened already, for a")
        self.assertIn("coordinator", self.refused(REFUSED, "a", "account", "open", "NEW", "--owner", "a"))
        self.refused(NOT_FOUND, "hq", "account", "open", "NEW", "--owner", "nobody")
        self.refused(NOT_FOUND, "hq", "stock", "NEW")

    def test_a_code_hands_goods_over_before_any_log_arrives(self):
        self.ok("a", "move", "W550=10", "--to", "BAG-A", "--reason", "buy")
        handed = self.ok("a", "hand-over", "--to", "b", "--give", "W550=6")
        self.assertLess(len(handed["code"]), 600)
        self.assertEqual((handed["from"], handed["to"]), ("BAG-A", "BAG-B"))
        code = handed["code"]
        # Whatever is wrong with a code, nothing is recorded.
        self.refused_both("b", "accept", code[:200], zh="交接码不完整或有误", en="hand-over code")
        self.refused_both("b", "accept", code[:-1] + ("A" if code[-1] != "A" else "B"), zh="交接码不完整或有误",
                          en="hand-over code")
        self.refused_both("hq", "accept", code, zh="不是给本机的", en="not for this laptop")
        self.refused_both("a", "accept", code, zh="这是给 b 的账户 BAG-B 的", en="BAG-B of b")
        self.ok("elsewhere", "init", "--workspace", "other", "--name", "x")
        self.assertIn("another workspace", self.refused(REFUSED, "elsewhere", "accept", code))
        # In lines, as a screen shows it, out of a file.
        lines = self.write("code.txt", "\n".join(code[i:i + 64] for i in range(0, len(code), 64)) + "\n")
        accepted = self.ok("b", "accept", lines)["accepted"]
        self.assertEqual([(one["item"], one["qty"], one["account"], one["laptop"]) for one in accepted],
                         [("W550", 6, "BAG-B", "a")])
        self.refused_both("b", "accept", code, zh="已经接收过", en="accepted")
        self.ok("b", "give", "W550=5")
        self.refused(REFUSED, "b", "give", "W550=2")
        self.assertEqual(self.cases("b"), [("unmatched", "BAG-B", "W550", 6, "b", None)])
        self.meet()
        for home in ("hq", "a", "b"):
            self.assertEqual((self.on_hand(home, "BAG-A"), self.on_hand(home, "BAG-B")), (4, 1))
            self.assertEqual(self.cases(home), [])
        self.assert_alike(["hq", "a", "b"])
        totals = self.ok("hq", "stock")["totals"]["W550"]
        self.assertEqual(totals, {"in": 10, "out": 5, "on_hand": 5, "in_transit": 0})
        for home in ("hq", "a", "b"):
            self.assertTrue(self.ok(home, "verify")["ok"])

    def test_a_bundle_brings_what_waits(self):
        self.ok("hq", "move", "W550=50", "--to", "BAG-A")
        self.ok("hq", "move", "HAT=5", "--to", "BAG-A")
        self.meet()
        waiting = self.ok("a", "accept")["waiting"]
        self.assertEqual(sorted((one["item"], one["qty"], one["receiver"]) for one in waiting),
                         [("HAT", 5, "a"), ("W550", 50, "a")])
        self.assertEqual(self.on_hand("a", "BAG-A"), 0)
        self.assertEqual(self.items("a", "BAG-A")["W550"]["arriving"], 50)
        self.refused(REFUSED, "a", "give", "W550=1")
        hats = [one["id"] for one in waiting if one["item"] == "HAT"][0]
        self.assertEqual(len(self.ok("a", "accept", hats)["accepted"]), 1)
        self.refused(NOT_FOUND, "a", "accept", hats)
        self.refused(NOT_FOUND, "b", "accept", [one["id"] for one in waiting if one["id"] != hats][0])
        self.assertEqual(len(self.ok("a", "accept", "--all")["accepted"]), 1)
        self.assertEqual(self.ok("a", "accept", "--all")["accepted"], [])
        self.ok("a", "give", "W550=1")
        self.meet()
        self.assertEqual(self.ok("hq", "stock")["in_transit"], [])
        self.assertEqual(self.on_hand("hq", "BAG-A"), 49)

    def test_what_was_handed_over_is_not_called_back_nor_edited(self):
        bought = self.ok("a", "move", "W550=10", "--to", "BAG-A", "--reason", "buy")["ids"][0]
        given = self.ok("a", "give", "W550=2")["ids"][0]
        handed = self.ok("a", "hand-over", "--to", "BAG-B", "--give", "W550=6")
        self.refused_both("a", "edit", given, "qty=3", zh="qty 记下后不能改", en="qty stands as it was recorded")
        self.refused_both("a", "void", handed["ids"][0], "--reason", "x", zh="已交给 BAG-B", en="handed over to BAG-B")
        self.refused_both("a", "void", bought, "--reason", "x", zh="这样账户 BAG-A 的 W550 会成为 -8",
                          en="BAG-A would have -8 W550")
        accepted = self.ok("b", "accept", handed["code"])["accepted"][0]
        self.refused_both("b", "void", accepted["id"], "--reason", "x", zh="已经接收的不能作废", en="stands")
        self.ok("b", "hand-over", "--to", "a", "--give", "W550=6", "--reason", "back")
        self.ok("a", "void", given, "--reason", "wrong")
        self.meet()
        self.ok("a", "accept", "--all")
        self.meet()
        self.assertEqual((self.on_hand("hq", "BAG-A"), self.on_hand("hq", "BAG-B")), (10, 0))
        self.assertEqual(self.cases("hq"), [])

    def test_a_copied_laptop_that_spends_twice_is_named(self):
        self.ok("a", "move", "W550=10", "--to", "BAG-A", "--reason", "buy")
        self.meet()
        copy = self.home("copy")
        shutil.copytree(self.home("a"), copy)
        # The whole machine is copied, with what lies outside of the home.
        shutil.copytree(self.folder / "state", self.folder / "state-of-copy")
        elsewhere = {"XDG_STATE_HOME": str(self.folder / "state-of-copy")}
        self.ok("a", "give", "W550=8")
        self.ok("copy", "give", "W550=7", env=elsewhere)
        stick = self.folder / "copy.karez"
        self.ok("copy", "bundle", "pack", stick, env=elsewhere)
        self.carry("a", "hq")
        self.ok("hq", "bundle", "apply", stick)
        kind, account, item, qty, laptop, why = self.cases("hq")[0]
        self.assertEqual((kind, account, item, qty, why), ("overdrawn", "BAG-A", "W550", 5, "fork"))
        self.assertIn("a", laptop)
        self.assertEqual(self.on_hand("hq", "BAG-A"), -5)
        checks = [(one["kind"], one["subject"], one["count"]) for one in self.ok("hq", "day", "2025-07-20")["checks"]
                  if one["kind"].startswith("stock")]
        self.assertEqual(checks, [("stock_overdrawn", "BAG-A", 5)])
        self.assertIn("被复制过", self.ok("hq", "--lang", "zh", "stock", as_json=False))
        self.carry("hq", "b")
        self.assertEqual(self.cases("b"), self.cases("hq"))

    def test_what_a_revoked_laptop_gave_and_another_took_is_named(self):
        self.ok("a", "move", "W550=5", "--to", "BAG-A", "--reason", "buy")
        self.meet()
        self.ok("hq", "revoke", "a", "--reason", "lost")
        self.ok("a", "move", "W550=20", "--to", "BAG-A", "--reason", "buy")
        handed = self.ok("a", "hand-over", "--to", "b", "--give", "W550=15")
        self.ok("b", "accept", handed["code"])
        self.meet(rounds=3)
        self.assertEqual(self.cases("hq"), [("overdrawn", "BAG-A", "W550", 10, "a", "revoked"),
                                            ("accepted_uncounted", "BAG-A", "W550", 15, "a", None)])
        self.assertEqual(self.on_hand("hq", "BAG-B"), 15)
        self.assertEqual(self.cases("b"), self.cases("hq"))
        self.assertIn("停用", self.ok("hq", "--lang", "zh", "stock", as_json=False))

    def test_money_is_an_item_like_any_other(self):
        self.ok("hq", "add", "item", "code=CASH", "class=cash", "unit=fen")
        self.ok("hq", "account", "open", "FUND", "--owner", "hq", "--kind", "fund")
        self.ok("hq", "move", "CASH=1000000000000", "--to", "FUND", "--reason", "gift")
        self.ok("hq", "move", "CASH=30511000", "--from", "FUND", "--to", "household", "--reason", "pay")
        self.assertEqual(self.on_hand("hq", "FUND", "CASH"), 1000000000000 - 30511000)
        self.refused(REFUSED, "hq", "move", "CASH=1000000000000", "--from", "FUND", "--reason", "pay")

    def test_mistakes_in_the_line_are_told(self):
        self.refused(USAGE, "a", "move", "--to", "BAG-A")
        self.refused(USAGE, "a", "hand-over", "W550=1")
        self.refused(REFUSED, "a", "move", "W550=1", "--from", "BAG-A", "--to", "BAG-A")
        self.refused(USAGE, "a", "hand-over", "--to", "BAG-A", "W550=1")
        self.refused(NOT_FOUND, "a", "hand-over", "--to", "nobody", "W550=1")
        self.assertIn("account open", self.refused(REFUSED, "a", "hand-over", "--to", "hq", "W550=1"))
        self.assertEqual(self.run_karez("a", "stock", as_json=False).exit, DONE)
        self.assertEqual([one["code"] for one in self.ok("hq", "account", "list")["accounts"]], ["BAG-A", "BAG-B"])


if __name__ == "__main__":
    unittest.main()
