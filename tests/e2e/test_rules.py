"""Rules: judged on the laptop before saving with what it knows, and at merge the same whatever the order; vouchers."""

import json
import os
import pathlib
import random
import subprocess
import unittest

import fleet
from fleet import DONE, NOT_FOUND, REFUSED, USAGE, FIXTURES

DAY = "2025-07-20"
SHIHEZI = FIXTURES / "shihezi-vouchers"
TWO_A_DAY = ("rule", "add", "--scope", "person", "--item", "W550", "--limit", "max", "--qty", "2", "--per", "day",
             "--across", "all", "--on-break")


def over_of(day):
    return {group["voucher"]: group["over"] for group in day["over_quota"]}


class Rules(fleet.Fleet):
    """Headquarters with a rule, and two stores that know it; records travel by bundle."""

    def prepare(self, on_break="warn", stores=("H1", "H2"), rule=None):
        self.found()
        self.rule = self.ok("hq", *(rule or TWO_A_DAY + (on_break,)))["id"]
        for store in stores:
            self.enlist(store)
        for store in stores:
            self.carry(store, "hq")
        for store in stores:
            self.carry("hq", store)

    def carry(self, from_, to):
        path = self.folder / ("%s-%s.karez" % (from_, to))
        self.ok(from_, "bundle", "pack", path)
        self.ok(to, "bundle", "apply", path)

    def give(self, store, voucher="V1", at="09:00", quantity=1, item="W550", *more):
        return self.ok(store, "give", "%s=%d" % (item, quantity), "--voucher", voucher, "--site", store, "--time",
                       "%sT%s:00+08:00" % (DAY, at), *more)

    def day(self, home="hq", date=DAY):
        return self.ok(home, "day", date)

    # ---- the quota of a person --------------------------------------------------------------------------------------

    def test_a_third_bottle_is_recorded_with_a_mark_and_listed_with_who_could_have_known(self):
        self.prepare("warn")
        self.assertEqual(self.give("H1", at="09:00")["over_quota"], [])
        self.assertEqual(self.give("H1", at="10:00")["over_quota"], [])
        self.carry("H1", "hq")
        self.carry("hq", "H2")
        third = self.give("H2", at="11:00")
        self.assertEqual([(b["voucher"], b["over"], b["limit"], b["total"]) for b in third["over_quota"]], [("V1", 1, 2, 3)])
        self.assertEqual([h["laptop"] for h in third["over_quota"][0]["known"]], ["H1", "H1"])
        self.carry("H2", "hq")
        for home in ("hq", "H2"):
            group, = self.day(home)["over_quota"]
            self.assertEqual((group["voucher"], group["over"], group["total"], group["rule"]), ("V1", 1, 3, self.rule))
            self.assertEqual([(h["site"], h["laptop"], h["time"], h["known"]) for h in group["handouts"]],
                             [("H1", "H1", DAY + "T09:00:00+08:00", False), ("H1", "H1", DAY + "T10:00:00+08:00", False),
                              ("H2", "H2", DAY + "T11:00:00+08:00", True)])
            self.assertEqual(group["handouts"][2]["id"], third["ids"][0])
        # A warning takes nothing from the totals.
        self.assertEqual(self.day()["items"], {"W550": 3})

    def test_a_person_at_a_terminal_is_asked_and_a_program_is_not(self):
        self.prepare("warn")
        self.give("H1", quantity=2)
        words = ("give", "W550=1", "--voucher", "V1", "--site", "H1", "--time", DAY + "T10:00:00+08:00", "--lang")
        for language, answer, exit_code, total in (("zh", "n", REFUSED, 2), ("en", "", REFUSED, 2), ("zh", "y", DONE, 3)):
            master, slave = os.openpty()
            process = subprocess.Popen(self.command("H1", *words, language, as_json=False), env=self.environment, stdin=slave,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder)
            os.close(slave)
            os.write(master, (answer + "\n").encode())
            told = process.communicate(timeout=60 * fleet.SLOWNESS)[1].decode()
            os.close(master)
            self.assertEqual(process.returncode, exit_code, told)
            self.assertIn("[y/N]", told)
            self.assertIn("仍然发放" if language == "zh" else "all the same", told)
            self.assertEqual(self.day("H1")["items"], {"W550": total})
        # Nobody is there to ask: recorded, and told.
        run = self.run_karez("H1", *words[:-1], as_json=False)
        self.assertEqual((run.exit, self.day("H1")["items"]), (DONE, {"W550": 4}))
        self.assertIn("V1", run.err)

    def test_who_could_not_know_is_not_said_to_have_known(self):
        self.prepare("warn")
        self.give("H1", at="09:00")
        self.give("H1", at="10:00")
        self.assertEqual(self.give("H2", at="11:00")["over_quota"], [])
        for store in ("H1", "H2"):
            self.carry(store, "hq")
        group, = self.day()["over_quota"]
        self.assertEqual([h["known"] for h in group["handouts"]], [False, False, False])

    def test_block_refuses_what_this_laptop_knows_and_nothing_else(self):
        self.prepare("block")
        self.give("H1", at="09:00", quantity=2)
        message = self.refused(REFUSED, "H1", "give", "W550=1", "--voucher", "V1", "--site", "H1", "--time",
                               DAY + "T10:00:00+08:00")
        self.assertIn("V1", message)
        self.assertIn("nothing was recorded", message)
        self.assertEqual(self.day("H1")["items"], {"W550": 2})
        # The day after, another item, another person: not this rule's.
        self.ok("H1", "give", "W550=1", "--voucher", "V1", "--time", "2025-07-21T00:00:00+08:00")
        self.give("H1", item="TOWEL", quantity=9)
        self.give("H1", voucher="V2", quantity=2)
        # A visit is refused as a whole.
        self.refused(REFUSED, "H1", "visit", "--site", "H1", "--time", DAY + "T12:00:00+08:00", "--party", "P1", "--give",
                     "W550=3")
        self.assertEqual(self.day("H1")["visits"], 0)
        # The other store does not know, and what was handed out there counts and is listed.
        self.give("H2", at="11:00")
        for store in ("H1", "H2"):
            self.carry(store, "hq")
        self.assertEqual(over_of(self.day()), {"V1": 1})

    def test_a_file_with_a_blocked_row_goes_in_without_that_row(self):
        self.prepare("block")
        rows = ["visit,time,site,trade,person_times,item,qty,voucher,note"]
        for visit, voucher in enumerate(("V1", "V1", "V2", "V1", "V1"), 1):
            rows.append("%d,%sT09:%02d:00+08:00,H1,rider,1,W550,1,%s," % (visit, DAY, visit, voucher))
        path = self.write("day.csv", "\n".join(rows) + "\n")
        run = self.run_karez("H1", "import", path, "--as", "handout")
        self.assertEqual(run.exit, REFUSED)
        self.assertEqual((run.json["visits"], run.json["lines"], [row["row"] for row in run.json["refused"]]), (3, 3, [4, 5]))
        self.assertIn("V1", run.json["refused"][0]["reason"])
        day = self.day("H1")
        self.assertEqual((day["visits"], day["items"], day["over_quota"]), (3, {"W550": 3}, []))
        # Again: the same rows are refused, and nothing is there twice.
        run = self.run_karez("H1", "import", path, "--as", "handout")
        self.assertEqual((run.json["lines"], run.json["repeated"], len(run.json["refused"])), (0, 3, 2))

    def test_a_quota_of_each_store_by_itself(self):
        self.prepare(rule=TWO_A_DAY[:-3] + ("--across", "site", "--on-break", "warn"))
        for store in ("H1", "H2"):
            self.give(store, quantity=2)
            self.carry(store, "hq")
        self.assertEqual(self.day()["over_quota"], [])
        self.give("H2", at="12:00")
        self.carry("H2", "hq")
        group, = self.day()["over_quota"]
        self.assertEqual((group["over"], group["subject"], len(group["handouts"])), (1, "voucher:V1@H2", 2))

    def test_voided_records_are_outside(self):
        self.prepare("warn")
        self.give("H1", quantity=2)
        wrong = self.give("H1", at="10:00")["ids"][0]
        self.carry("H1", "hq")
        self.assertEqual(over_of(self.day()), {"V1": 1})
        self.ok("H1", "void", wrong, "--reason", "typed twice")
        self.carry("H1", "hq")
        self.assertEqual(self.day()["over_quota"], [])

    def test_a_void_rule_and_one_of_another_trade_or_time_say_nothing(self):
        self.prepare(rule=TWO_A_DAY + ("warn", "--trades", "san", "--code", "R-SAN"))
        self.ok("hq", *TWO_A_DAY, "warn", "--start", "2025-07-21", "--end", "2025-08-31")
        self.give("H1", "V1", "09:00", 3, "W550", "--trade", "rider")
        self.carry("H1", "hq")
        self.assertEqual(self.day()["over_quota"], [])
        self.give("H1", "V2", "09:00", 3, "W550", "--trade", "san")
        self.carry("H1", "hq")
        self.assertEqual([group["rule"] for group in self.day()["over_quota"]], ["R-SAN"])
        self.ok("hq", "rule", "void", "R-SAN")
        self.assertEqual(self.day()["over_quota"], [])
        self.assertEqual(len(self.ok("hq", "rule", "list")["rules"]), 1)

    def test_a_party_is_a_person_and_no_voucher_of_the_same_code(self):
        self.prepare("warn")
        for party in ("--party", "--voucher"):
            self.ok("H1", "give", "W550=2", party, "X1", "--time", DAY + "T09:00:00+08:00")
        self.carry("H1", "hq")
        self.assertEqual(self.day()["over_quota"], [])
        # Named by the visit.
        self.ok("H1", "visit", "--party", "X1", "--time", DAY + "T10:00:00+08:00", "--give", "W550=1")
        self.carry("H1", "hq")
        self.assertEqual([(g["subject"], g["voucher"], g["over"]) for g in self.day()["over_quota"]], [("party:X1", "X1", 1)])

    # ---- hold and verdicts ------------------------------------------------------------------------------------------

    def test_what_is_held_counts_and_waits_for_a_verdict_that_later_records_open_again(self):
        self.prepare("hold")
        self.give("H1", at="09:00", quantity=2)
        self.assertEqual(self.give("H1", at="10:00")["over_quota"][0]["on_break"], "hold")
        self.carry("H1", "hq")
        group, = self.day()["over_quota"]
        self.assertEqual((group["state"], self.day()["items"]), ("held", {"W550": 3}))
        self.assertIn(("held", 1), [(check["kind"], check["count"]) for check in self.day()["checks"]])
        self.refused(REFUSED, "H1", "rule", "verdict", group["group"], "--action", "over")
        self.refused(NOT_FOUND, "hq", "rule", "verdict", group["group"] + "x", "--action", "over")
        self.refused(USAGE, "hq", "rule", "verdict", group["group"], "--action", "perhaps")
        self.ok("hq", "rule", "verdict", group["group"], "--action", "over", "--reason", "two children")
        self.assertEqual(self.day()["over_quota"][0]["state"], "accepted")
        self.carry("hq", "H2")
        self.assertEqual(self.day("H2")["over_quota"][0]["state"], "accepted")
        self.assertNotIn("held", [check["kind"] for check in self.day()["checks"]])
        # The other store had a fourth all the time.
        self.give("H2", at="08:00")
        self.carry("H2", "hq")
        group, = self.day()["over_quota"]
        self.assertEqual((group["state"], group["over"]), ("held", 2))
        self.ok("hq", "rule", "verdict", group["group"], "--action", "no")
        self.assertEqual(self.day()["over_quota"][0]["state"], "sent_back")
        self.assertEqual(self.day()["items"], {"W550": 4})

    # ---- the other limits -------------------------------------------------------------------------------------------

    def test_a_sites_ceiling_a_campaigns_budget_and_one_box_for_a_campaign(self):
        self.found()
        self.ok("hq", "add", "campaign", "code=C1", "start=2025-07-01", "end=2025-08-31")
        self.ok("hq", "rule", "add", "--code", "SITE", "--scope", "site", "--limit", "max", "--qty", "10", "--per", "day", "--item",
                "W550")
        self.ok("hq", "rule", "add", "--code", "BATCH", "--scope", "batch", "--limit", "budget", "--qty", "12", "--per", "campaign",
                "--campaign", "C1", "--on-break", "hold")
        self.ok("hq", "rule", "add", "--code", "BOX", "--scope", "person", "--limit", "max", "--qty", "1", "--per", "campaign",
                "--campaign", "C1", "--item", "BOX", "--on-break", "block")

        def give(what, *more):
            return self.run_karez("hq", "give", what, "--campaign", "C1", "--site", "S1", *more)

        self.assertEqual(give("W550=10", "--batch", "B1", "--time", DAY + "T09:00:00+08:00").json["over_quota"], [])
        marks = give("W550=3", "--batch", "B1", "--time", DAY + "T10:00:00+08:00").json["over_quota"]
        self.assertEqual(sorted((m["rule"], m["subject"], m["over"]) for m in marks),
                         [("BATCH", "batch:B1", 1), ("SITE", "site:S1", 3)])
        self.assertEqual(sorted((g["rule"], g["over"], g["state"]) for g in self.day()["over_quota"]),
                         [("BATCH", 1, "held"), ("SITE", 3, "open")])
        # One box each, in two months.
        self.assertEqual(give("BOX=1", "--party", "P1", "--time", DAY + "T09:00:00+08:00").exit, DONE)
        self.assertEqual(give("BOX=1", "--party", "P1", "--time", "2025-08-20T09:00:00+08:00").exit, REFUSED)
        self.assertEqual(give("BOX=1", "--party", "P2", "--time", "2025-08-20T09:00:00+08:00").exit, DONE)

    def test_a_balance_is_spent_in_parts_and_a_pool_holds_all_of_them(self):
        self.found()
        self.ok("hq", "add", "grant", "code=POOL", "type=plan", "qty=15000")
        for code in ("Y1", "Y2"):
            self.ok("hq", "add", "grant", "code=" + code, "type=balance", "qty=10000", "parent=POOL")
        self.ok("hq", "rule", "add", "--code", "LEFT", "--scope", "person", "--limit", "balance", "--qty", "0", "--per", "campaign",
                "--on-break", "block")
        self.ok("hq", "rule", "add", "--code", "POOL", "--scope", "campaign", "--limit", "budget", "--qty", "15000", "--per",
                "campaign", "--grant", "POOL")

        def pay(fen, code):
            return self.run_karez("hq", "give", "CASH=%d" % fen, "--reason", "use", "--voucher", code, "--time",
                                  DAY + "T09:00:00+08:00")

        self.assertEqual(pay(6000, "Y1").json["over_quota"], [])
        self.assertEqual(pay(4001, "Y1").exit, REFUSED)
        self.assertEqual(pay(4000, "Y1").json["over_quota"], [])
        marks = pay(9000, "Y2").json["over_quota"]
        self.assertEqual([(m["rule"], m["subject"], m["over"]) for m in marks], [("POOL", "grant:POOL", 4000)])
        self.assertEqual([(g["rule"], g["over"]) for g in self.day()["over_quota"]], [("POOL", 4000)])
        # What is no voucher of the kind is nobody's balance.
        self.assertEqual(pay(99999, "OTHER").json["over_quota"], [])

    def test_a_voucher_used_outside_of_its_days_is_named(self):
        self.found()
        words = ("voucher", "make", "2", "--item", "W550", "--valid-from", "2025-07-01", "--valid-to", DAY)
        late, good = self.ok("hq", *words)["codes"]
        self.ok("hq", "give", "W550=1", "--voucher", good, "--time", DAY + "T23:59:00+08:00")
        self.ok("hq", "give", "W550=1", "--voucher", late, "--time", "2025-07-21T00:01:00+08:00")
        named = lambda date: [(c["subject"], c["detail"]) for c in self.day(date=date)["checks"] if c["kind"] == "voucher_invalid"]
        self.assertEqual(named(DAY), [])
        self.assertEqual(named("2025-07-21"), [(late, "2025-07-01.." + DAY)])
        voucher = self.ok("hq", "voucher", "check", late)["voucher"]
        self.assertEqual((voucher["valid_from"], voucher["valid_to"]), ("2025-07-01", DAY))

    def test_a_gift_over_a_threshold_and_a_box_in_two_places(self):
        self.found()
        self.ok("hq", "rule", "add", "--code", "ILL", "--scope", "person", "--limit", "max", "--qty", "1", "--per", "campaign",
                "--threshold", "1000000", "--item", "GIFT")
        self.ok("hq", "rule", "add", "--code", "TURN", "--scope", "asset", "--limit", "order", "--qty", "1", "--per", "month",
                "--item", "BOX1")
        for party, value in (("P1", 1000001), ("P2", 1000000)):
            self.ok("hq", "visit", "--party", party, "--value", value, "--time", DAY + "T09:00:00+08:00", "--give", "GIFT=1")
        for day, place in (("01", "A"), ("20", "B")):
            self.ok("hq", "give", "BOX1=1", "--reason", "turn", "--to", place, "--time", "2025-07-%sT09:00:00+08:00" % day)
        self.ok("hq", "give", "BOX1=1", "--reason", "turn", "--to", "C", "--time", "2025-08-01T09:00:00+08:00")
        groups = {group["rule"]: group for group in self.day()["over_quota"]}
        self.assertEqual(groups["ILL"]["subject"], "party:P2")
        self.assertEqual((groups["TURN"]["over"], groups["TURN"]["window"], groups["TURN"]["double_place"]), (1, "2025-07", True))
        self.assertEqual(self.day(date="2025-08-01")["over_quota"], [])

    def test_duties_are_done_due_or_overdue_window_by_window(self):
        self.found()
        self.ok("hq", "add", "site", "code=EXIT")
        self.ok("hq", "add", "grant", "code=PAIR1", "type=duty", "party=F1")
        self.ok("hq", "rule", "add", "--code", "DAILY", "--scope", "site", "--limit", "min", "--qty", "1", "--per", "day", "--site",
                "EXIT", "--start", "2025-07-18", "--end", "2025-08-06")
        self.ok("hq", "rule", "add", "--code", "CALL", "--scope", "pair", "--limit", "min", "--qty", "1", "--per", "month",
                "--event-type", "call", "--start", "2025-05-01")
        self.ok("hq", "rule", "add", "--code", "SEE", "--scope", "pair", "--limit", "min", "--qty", "1", "--per", "half_year",
                "--event-type", "visit", "--start", "2025-01-01")
        for day in ("18", "20"):
            self.ok("hq", "visit", "--site", "EXIT", "--time", "2025-07-%sT09:00:00+08:00" % day)
        self.ok("hq", "add", "event", "type=call", "grant=PAIR1", "time=2025-06-30T23:59:59+08:00")
        self.ok("hq", "visit", "--party", "F1", "--time", "2025-03-01T09:00:00+08:00")
        for words in (("duty", DAY), ("rule", "due", "--on", DAY)):
            report = self.ok("hq", *words)
            by_rule = {}
            for duty in report["duties"]:
                by_rule.setdefault(duty["rule"], []).append((duty["window"], duty["done"], duty["state"]))
            self.assertEqual(by_rule["DAILY"], [("2025-07-18", 1, "done"), ("2025-07-19", 0, "overdue"), ("2025-07-20", 1, "done")])
            self.assertEqual(by_rule["CALL"], [("2025-05", 0, "overdue"), ("2025-06", 1, "done"), ("2025-07", 0, "due")])
            self.assertEqual(by_rule["SEE"], [("2025-H1", 1, "done"), ("2025-H2", 0, "due")])
            self.assertEqual((report["overdue"], report["due"], report["done"]), (2, 2, 4))
        self.assertIn("PAIR1", self.ok("hq", "duty", DAY, as_json=False))
        # On its own day the lack of a record is an alarm.
        for day, alarms in (("2025-07-19", ["EXIT"]), (DAY, [])):
            checks = self.day(date=day)["checks"]
            self.assertEqual([check["subject"] for check in checks if check["kind"] == "no_record"], alarms)

    def test_rules_that_make_no_sense_and_rules_of_volunteers_are_refused(self):
        self.prepare()
        self.refused(USAGE, "hq", "rule", "add", "--scope", "asset", "--limit", "min", "--qty", "1", "--per", "day")
        self.refused(REFUSED, "hq", "rule", "add", "--scope", "person", "--limit", "max", "--per", "day")
        self.refused(REFUSED, "H1", *TWO_A_DAY, "warn")
        self.refused(NOT_FOUND, "hq", "rule", "void", self.rule[:-1] + "99")

    # ---- a whole day ------------------------------------------------------------------------------------------------

    def test_the_day_of_shihezi_is_the_expected_one_in_every_order(self):
        expected = json.loads((SHIHEZI / "expected.json").read_text())
        self.found()
        self.import_lists("shihezi-vouchers")
        rule = self.ok("hq", *TWO_A_DAY, "warn")["id"]
        stores = sorted(pathlib.Path(path).stem for path in (SHIHEZI / "laptops").glob("*.csv"))
        for store in stores:
            self.enlist(store)
            self.ok(store, "import", SHIHEZI / "laptops" / (store + ".csv"), "--as", "handout")
        dice = random.Random(11)
        homes = ["hq"] + stores
        for _ in range(3):  # chance meetings, each of which carries one way
            for from_, to in dice.sample([(a, b) for a in homes for b in homes if a != b], 8):
                self.carry(from_, to)
        for store in dice.sample(stores, len(stores)):
            self.carry(store, "hq")
        for store in dice.sample(stores, len(stores)):
            self.carry("hq", store)
        reports = []
        for home in homes:
            day = self.day(home, expected["date"])
            self.assertEqual(day["items"], {"W550": expected["redeemed"]})
            self.assertEqual({site: row["W550"] for site, row in day["by_site"].items()}, expected["by_store"])
            self.assertEqual(over_of(day), expected["over_quota"])
            self.assertEqual(sum(over_of(day).values()), expected["over_quota_bottles"])
            for group in day["over_quota"]:
                self.assertEqual(group["rule"], rule)
                self.assertEqual(len(group["handouts"]), group["over"] + 2)
                self.assertEqual(group["handouts"], sorted(group["handouts"], key=lambda one: one["time"]))
            reports.append(day["over_quota"])
        self.assertEqual([report == reports[0] for report in reports], [True] * len(homes))
        self.assertIs(self.ok("hq", "verify")["ok"], True)

    # ---- vouchers ---------------------------------------------------------------------------------------------------

    def test_voucher_codes_can_be_checked_typed_and_counted(self):
        self.prepare("warn")
        made = self.ok("hq", "voucher", "make", 5, "--campaign", "C1")
        self.assertEqual((made["made"], len(set(made["codes"]))), (5, 5))
        for code in made["codes"]:
            self.assertRegex(code, "^KZ-[2-9A-HJKMNP-Z]{5}-[2-9A-HJKMNP-Z]{5}$")
        code = made["codes"][0]
        self.refused(REFUSED, "H1", "voucher", "make", 1)
        self.carry("hq", "H1")
        # In whatever way it is typed it is the printed code.
        self.give("H1", code.lower().replace("-", ""))
        self.assertEqual(self.give("H1", code, "10:00", 2)["over_quota"][0]["voucher"], code)
        # One wrong symbol, or two that changed places.
        other = "2" if code[5] != "2" else "3"
        for slip in (code[:5] + other + code[6:], code[:3] + code[4] + code[3] + code[5:]):
            if slip == code:
                continue
            self.assertIn("check symbol", self.refused(REFUSED, "H1", "voucher", "check", slip))
            self.assertIn("check symbol", self.refused(REFUSED, "H1", "give", "W550=1", "--voucher", slip))
        self.assertEqual(self.ok("H1", "voucher", "check", code)["voucher"]["state"], "used")
        self.assertEqual(self.ok("H1", "voucher", "check", "V100015"), {"code": "V100015", "form": "foreign", "issued": False,
                                                                       "voucher": None})
        self.carry("H1", "hq")
        listed = self.ok("hq", "voucher", "list", "--campaign", "C1")
        self.assertEqual((listed["unused"], listed["used"], len(listed["vouchers"])), (4, 1, 5))
        self.assertEqual([v["code"] for v in self.ok("hq", "voucher", "list", "--unused")["vouchers"]], sorted(made["codes"][1:]))

    def test_vouchers_are_written_into_a_file_and_balance_vouchers_have_a_rest(self):
        self.found()
        path = self.folder / "codes.csv"
        self.assertEqual(self.ok("hq", "voucher", "make", 250, "--qty", 10000, "--out", path)["made"], 250)
        lines = path.read_text().split()
        self.assertEqual((lines[0], len(set(lines))), ("code", 251))
        self.ok("hq", "give", "CASH=9900", "--reason", "use", "--voucher", lines[1], "--time", DAY + "T09:00:00+08:00")
        use = self.ok("hq", "voucher", "check", lines[1])["voucher"]
        self.assertEqual((use["state"], use["used"], use["qty"]), ("part", 9900, 10000))
        self.refused(USAGE, "hq", "voucher", "make", 0)


if __name__ == "__main__":
    unittest.main()
