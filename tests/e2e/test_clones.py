"""A home folder that was copied or brought back from a backup: both go on, nothing is lost or counted twice."""

import shutil
import subprocess
import unittest

import fleet

DAY = "2022-07-14"


class Clones(fleet.Fleet):
    def setUp(self):
        super().setUp()
        self.relay = self.start_relay()
        self.found("hq", self.relay)
        self.enlist("l1", "laptop-01")
        self.visit("l1", 1)
        self.sync_all(["l1", "hq"], 1)

    def visit(self, home, people, **options):
        return self.ok(home, "visit", "--site", "S001", "--person-times", people, "--time", DAY + "T09:00:00+08:00",
                       "--give", "W550=%d" % people, **options)["id"]

    def copy(self, old, new):
        """cp -r, as people do it."""
        subprocess.run(["cp", "-r", self.home(old), self.home(new)], check=True)

    def clone_the_disk(self, old, new):
        """Home and state folder together, so that neither can tell that there is another. Gives the options of calls
        that are made on the clone."""
        shutil.copytree(self.folder / "state", self.folder / ("state of " + new))
        self.copy(old, new)
        return {"env": {"XDG_STATE_HOME": str(self.folder / ("state of " + new))}}

    def check(self, homes, people, names, **options):
        for _ in range(2):
            for home in homes:
                self.assertEqual(self.ok(home, "sync", **options.get(home, {}))["state"], "in_sync", home)
        for home in homes:
            day = self.ok(home, "day", DAY)
            self.assertEqual((day["person_times"], day["items"]), (people, {"W550": people}), home)
            self.assertEqual(day["duplicate_records"], 0)
            self.assertEqual(sorted(day["by_laptop"]), sorted(names), home)
        self.assert_alike(homes)
        for home in homes:
            self.assertIs(self.ok(home, "verify")["ok"], True, home)

    def test_a_copy_goes_on_as_a_second_laptop(self):
        self.copy("l1", "copy")
        # Reading alone makes nobody new.
        self.assertEqual(self.ok("copy", "status")["name"], "laptop-01")
        first = self.visit("l1", 10)
        second = self.visit("copy", 100)
        self.assertNotEqual(first[:26], second[:26])
        self.assertEqual(self.ok("l1", "status")["name"], "laptop-01")
        status = self.ok("copy", "status")
        self.assertEqual(status["name"], "laptop-01#2")
        self.assertTrue(status["notices"])
        self.check(["l1", "copy", "hq"], 111, ["laptop-01", "laptop-01#2"])
        # And both keep going.
        self.visit("copy", 1000)
        self.visit("l1", 10000)
        self.check(["copy", "l1", "hq"], 11111, ["laptop-01", "laptop-01#2"])

    def test_whoever_writes_second_is_the_copy(self):
        self.copy("l1", "copy")
        self.visit("copy", 100)
        self.visit("l1", 10)
        self.assertEqual(self.ok("copy", "status")["name"], "laptop-01")
        self.assertEqual(self.ok("l1", "status")["name"], "laptop-01#2")
        self.check(["l1", "copy", "hq"], 111, ["laptop-01", "laptop-01#2"])

    def test_a_copy_made_before_headquarters_was_met(self):
        """Nothing held there says yet who belongs to the workspace; names and lists are in order all the same."""
        self.enlist("l2", "laptop-02")
        self.visit("l2", 10)
        self.copy("l2", "copy")
        self.visit("copy", 100)
        self.visit("l2", 1000)
        self.assertEqual(self.ok("copy", "status")["name"], "laptop-02")
        status = self.ok("l2", "status")
        self.assertEqual((status["name"], status["standing"]), ("laptop-02#2", "not_admitted"))
        self.assertEqual(len(self.ok("l2", "list")["records"]), 2)
        self.check(["copy", "l2", "hq"], 1111, ["laptop-01", "laptop-02", "laptop-02#2"])

    def test_a_copy_with_unsent_records_counts_them_once(self):
        self.visit("l1", 10)
        self.copy("l1", "copy")
        self.visit("copy", 100)
        self.visit("l1", 1000)
        self.check(["copy", "l1", "hq"], 1111, ["laptop-01", "laptop-01#2"])

    def test_a_copy_of_a_copy(self):
        self.copy("l1", "copy")
        self.visit("l1", 10)
        self.visit("copy", 100)
        self.copy("copy", "third")
        self.visit("copy", 1000)
        self.visit("third", 10000)
        self.check(["l1", "copy", "third", "hq"], 11111, ["laptop-01", "laptop-01#2", "laptop-01#3"])

    def test_a_copy_on_another_machine(self):
        self.copy("l1", "copy")
        elsewhere = {"env": {"XDG_STATE_HOME": str(self.folder / "state of another machine")}}
        self.visit("copy", 100, **elsewhere)
        self.visit("l1", 10)
        self.check(["l1", "copy", "hq"], 111, ["laptop-01", "laptop-01#2"], copy=elsewhere)

    def test_a_backup_brought_back_loses_nothing_that_was_sent(self):
        self.copy("l1", "backup")
        self.visit("l1", 10)
        self.sync("l1")
        shutil.rmtree(self.home("l1"))
        self.copy("backup", "l1")
        self.visit("l1", 100)
        self.check(["l1", "hq"], 111, ["laptop-01", "laptop-01#2"])

    def test_a_backup_brought_back_that_only_syncs_gets_back_what_it_had_sent(self):
        self.copy("l1", "backup")
        self.visit("l1", 10)
        self.sync("l1")
        shutil.rmtree(self.home("l1"))
        self.copy("backup", "l1")
        self.check(["l1", "hq"], 11, ["laptop-01", "laptop-01#2"])

    def test_a_moved_home_is_no_copy(self):
        shutil.move(self.home("l1"), self.home("moved"))
        self.visit("moved", 10)
        self.assertEqual(self.ok("moved", "status")["name"], "laptop-01")
        self.check(["moved", "hq"], 11, ["laptop-01"])

    def test_a_copy_of_headquarters_goes_on_too(self):
        self.copy("hq", "hq2")
        self.ok("hq", "visit", "--note", "x", "--time", DAY + "T09:00:00+08:00", "--person-times", "1")
        self.import_lists("huaibei-day", "hq2")
        self.enlist("l2", "laptop-02", hq="hq2")
        self.visit("l2", 100)
        for home in ("hq", "hq2", "l2", "hq2", "hq", "l1", "l2"):
            self.sync(home)
        self.assertEqual(self.ok("hq2", "status")["name"], "hq#2")
        for home in ("hq", "hq2", "l1", "l2"):
            day = self.ok(home, "day", DAY)
            self.assertEqual((day["person_times"], day["not_admitted"], day["unknown_sites"]), (102, {}, []), home)
        self.assert_alike(["hq", "hq2", "l1", "l2"])

    def test_a_clone_of_the_whole_disk_is_caught_at_first_contact(self):
        """Home and state folder copied together pass the guard; the relay sees two changes of one number."""
        other = self.clone_the_disk("l1", "disk")
        self.visit("l1", 10)
        self.sync("l1")
        self.visit("disk", 100, **other)
        run = self.run_karez("disk", "sync", **other)
        self.assertIn(run.exit, (fleet.DONE, fleet.REFUSED), run)
        status = self.ok("disk", "status", **other)
        self.assertTrue(status["notices"], status)
        self.assertIn("新的名字", self.ok("disk", "--lang", "zh", "status", as_json=False, **other))
        # Its record is still on that laptop, and it goes on.
        self.assertIn(100, [one["fields"].get("person_times") for one in self.ok("disk", "list", "--all", **other)["records"]])
        self.visit("disk", 1000, **other)
        self.run_karez("disk", "sync", **other)
        self.sync("hq")
        self.assertIn("laptop-01#2", [one["name"] for one in self.ok("hq", "devices")["devices"]])
        self.assertEqual(self.ok("hq", "day", DAY)["person_times"], 1111)

    def handouts(self, home, visit):
        return [one["fields"]["qty"] for one in self.ok(home, "show", visit)["handouts"]]

    def test_what_was_given_is_shown_with_its_visit_whichever_branch_either_stands_in(self):
        stem = self.visit("l1", 10)
        other = self.clone_the_disk("l1", "disk")
        self.ok("l1", "give", stem, "W550=11")
        self.ok("disk", "give", stem, "W550=12", **other)
        first = self.visit("l1", 20)
        second = self.visit("disk", 30, **other)
        self.assertEqual(first, second)
        alone = self.visit("disk", 40, **other)
        for home, options in (("l1", {}), ("disk", other), ("l1", {}), ("hq", {})):
            self.run_karez(home, "sync", **options)
        for home in ("l1", "hq"):
            visits = {one["fields"]["person_times"]: one["id"] for one in self.ok(home, "list", "visit")["records"]}
            self.assertEqual(sorted(visits), [1, 10, 20, 30, 40], home)
            self.assertEqual(visits[10], stem)
            self.assertEqual(sorted(self.handouts(home, stem)), [10, 11, 12], home)
            for people in (20, 30, 40):
                self.assertEqual(self.handouts(home, visits[people]), [people], home)
            # Ids that stand on paper from before: one is still good, of the other both are named.
            self.assertEqual(self.ok(home, "show", alone)["id"], visits[40])
            message = self.refused(fleet.USAGE, home, "show", first)
            self.assertIn(visits[20], message)
            self.assertIn(visits[30], message)

    def test_a_copied_laptop_is_called_by_its_name_in_bundles(self):
        other = self.clone_the_disk("l1", "disk")
        self.visit("l1", 10)
        self.visit("disk", 100, **other)
        stick = self.folder / "stick.kzb"
        self.ok("disk", "bundle", "pack", stick, **other)  # under the name that both still bear
        for home in ("l1", "hq"):
            self.sync(home)
        self.ok("hq", "bundle", "apply", stick)
        shown = self.ok("hq", "bundle", "show", stick)
        # Both branches have the key that the bundle says: which of the two names stands for it is not told by it.
        names = ("laptop-01", "laptop-01#2")
        self.assertIn(shown["packer_laptop"], names)
        self.assertLessEqual({one["laptop"] for one in shown["authors"]}, {"hq", *names})
        for name in names:
            packed = self.ok("hq", "bundle", "pack", self.folder / "back.kzb", "--for", name)
            self.assertEqual(packed["for_laptop"], name)
            self.assertIn(self.ok("hq", "bundle", "show", self.folder / "back.kzb")["for_laptop"], names)

    def test_a_copied_headquarters_says_that_open_invitations_are_to_be_given_anew(self):
        self.invitation()
        other = self.clone_the_disk("hq", "disk")
        self.visit("hq", 10)
        self.visit("disk", 100, **other)
        self.assertNotIn("invitations", self.ok("hq", "status", as_json=False))
        self.sync("hq")
        self.run_karez("disk", "sync", **other)
        run = self.run_karez("disk", "sync", as_json=False, **other)
        self.assertIn("give new invitations", run.out + run.err)
        self.assertIn("give new invitations", self.ok("disk", "status", as_json=False, **other))
        self.assertIn("请重新发邀请码", self.ok("disk", "--lang", "zh", "status", as_json=False, **other))
        self.assertEqual(self.ok("disk", "status", **other)["stranded_invitations"], 1)


if __name__ == "__main__":
    unittest.main()
