#!/usr/bin/env python3
"""Runs the tests against saboteurs: run.py [--build FOLDER] [--list | --all | NAME...]

For each mutant its test (table.py) first passes without it and then fails with it. FOLDER is a build with the CMake
option KAREZ_MUTANTS (the preset dev). Exit code 0: all were caught; 1: some were not; 2: usage.

run.py --quick-names prints those that run with every ./tests/run. run.py --present and --absent look whether the
programs of a build hold the saboteurs: all of them where the option is on, not one word of them anywhere else.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import time

import table

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent
SECONDS = 300


class Broken(Exception):
    """Something that says nothing about the mutant: no program, no such case, another failure."""


def command_of(test, build):
    """(words, environment that is added, folder, a pattern of the output) of a test in the table's words."""
    kind, _, name = test.partition(": ")
    if kind == "e2e":
        programs = {"KAREZ_PROGRAM": str(build / "bin" / "karez"),
                    "KAREZ_RELAY_PROGRAM": str(build / "bin" / "karez-relay"), "KAREZ_TEST_SCALE": "0.2"}
        return [sys.executable, "-B", "-m", "unittest", name], programs, TESTS / "e2e", "Ran 1 test"
    if kind == "seed":
        seed, days = name.split()
        return [str(build / "bin" / "karez-sim"), "--seed", seed, "--days", days], {}, build, "1 seeds"
    program = build / "tests" / kind / ("karez_tests_" + kind.replace("/", "_"))
    # doctest separates filters by commas and takes a backslash before one that is meant.
    words = [str(program), "--no-colors=true", "--test-case=" + name.replace(",", "\\,")]
    return words, {}, build, r"test cases: +1 "


def run(test, build, mutant=None):
    """(passed, seconds, output); a run that ends in no way within its time counts as failed."""
    words, more, folder, must_hold = command_of(test, build)
    environment = {key: value for key, value in os.environ.items() if key != "KAREZ_MUTANT"}
    environment.update(more)
    if mutant is not None:
        environment["KAREZ_MUTANT"] = mutant
    begun = time.monotonic()
    try:
        done = subprocess.run(words, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=SECONDS)
    except FileNotFoundError:
        raise Broken("%s is not built" % words[0])
    except subprocess.TimeoutExpired as late:
        return False, time.monotonic() - begun, (late.output or b"").decode(errors="replace") + "\n(no end in time)"
    output = done.stdout.decode(errors="replace")
    passed = done.returncode == 0
    # A filter that matches no case ends well for doctest.
    if passed and not re.search(must_hold, output):
        raise Broken("there is no test \"%s\"" % test)
    return passed, time.monotonic() - begun, output


def make_sure_that_it_runs(name, build):
    """The programs know the mutant and say so: else every failure of a test would pass for a catch."""
    done = subprocess.run([str(build / "bin" / "karez"), "--version"], env=dict(os.environ, KAREZ_MUTANT=name),
                          capture_output=True, text=True, timeout=SECONDS)
    if done.returncode != 0 or ("as the mutant %s " % name) not in done.stderr:
        raise Broken("%s has no mutant %s: %s" % (build, name, done.stderr.strip() or "it is built without them"))


def try_one(one, build, passed_before, is_quiet=False):
    """None if the mutant is caught, else what went wrong. `passed_before`: tests that passed without a mutant."""
    try:
        make_sure_that_it_runs(one.name, build)
        if one.test not in passed_before:
            passed, seconds, output = run(one.test, build)
            if not passed:
                return "its test fails without it too:\n" + output[-2000:]
            passed_before.add(one.test)
        passed, seconds, output = run(one.test, build, one.name)
    except Broken as broken:
        return str(broken)
    if passed:
        return "lives: \"%s\" passes although %s is broken" % (one.test, one.rule)
    if not is_quiet:
        print("caught %-26s %5.1f s  %s" % (one.name, seconds, one.rule), flush=True)
    return None


def look_for_all(build, is_present):
    """What is wrong with the programs of a build that must hold every saboteur, or none."""
    problems = []
    for name in ("karez", "karez-relay"):
        program = build / "bin" / name
        data = program.read_bytes()
        words = ["KAREZ_MUTANT"] + [one.name for one in table.ALL]
        found = [word for word in words if word.encode() in data]
        if is_present and len(found) < len(words):
            problems.append("%s lacks %s" % (program, ", ".join(set(words) - set(found))))
        if not is_present and found:
            problems.append("%s holds %s" % (program, ", ".join(found)))
        asked = subprocess.run([str(program), "--help"], env=dict(os.environ, KAREZ_MUTANT="no_such_mutant"),
                               capture_output=True, text=True, timeout=SECONDS)
        if is_present and (asked.returncode != 2 or "there is no mutant no_such_mutant" not in asked.stderr):
            problems.append("%s takes a mutant that there is not: exit %d" % (program, asked.returncode))
        if not is_present and (asked.returncode != 0 or "mutant" in asked.stderr):
            problems.append("%s looks at KAREZ_MUTANT: exit %d, %s" % (program, asked.returncode, asked.stderr))
    return problems


def repeat_of(name, build):
    return "%s --build %s %s" % (pathlib.Path(__file__).resolve(), build, name)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=TESTS.parent / "build" / "dev")
    parser.add_argument("--all", action="store_true", help="every mutant of the table")
    parser.add_argument("--quick-names", action="store_true")
    parser.add_argument("--present", action="store_true")
    parser.add_argument("--absent", action="store_true")
    parser.add_argument("--list", action="store_true", help="names the mutants and the rules that they break")
    parser.add_argument("names", nargs="*", metavar="NAME")
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    by_name = {one.name: one for one in table.ALL}
    if arguments.list:
        for one in table.ALL:
            when = " (with every ./tests/run)" if one.quick else ""
            print("%-26s %s%s\n%26s %s" % (one.name, one.rule, when, "", one.test))
        return 0
    if arguments.quick_names:
        print(";".join(one.name for one in table.ALL if one.quick))
        return 0
    if arguments.present or arguments.absent:
        problems = look_for_all(build, arguments.present)
        print("\n".join(problems) or "as it should be")
        return 1 if problems else 0
    unknown = [name for name in arguments.names if name not in by_name]
    chosen = table.ALL if arguments.all else [by_name[name] for name in arguments.names if name in by_name]
    if unknown or not chosen:
        parser.error("no such mutant: " + ", ".join(unknown) if unknown else "name a mutant, or --all")
    passed_before, alive = set(), 0
    for one in chosen:
        problem = try_one(one, build, passed_before)
        if problem is None:
            continue
        alive += 1
        print("NOT CAUGHT %s: %s\n  again: %s" % (one.name, problem, repeat_of(one.name, build)), flush=True)
    print("%d mutants, %d caught" % (len(chosen), len(chosen) - alive))
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
