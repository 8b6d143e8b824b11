"""Laptops, headquarters and a relay out of the real programs, for the tests in this folder.

A Fleet is one test: a folder of its own that holds every home, the relay's data and the state folder, and every program
that the test started. All of it is gone when the test ends. The programs come from KAREZ_PROGRAM and KAREZ_RELAY_PROGRAM.
"""

import atexit
import collections
import concurrent.futures
import glob
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
FIXTURES = HERE.parent / "fixtures"
SCHEMA = HERE.parent.parent / "schema"
FAKETIME = next(iter(glob.glob("/usr/lib/*/faketime/libfaketime.so.1")), None)

# 1.0 in a plain build; the sanitizer builds set less, so that the whole of e2e stays within a few minutes there.
SCALE = float(os.environ.get("KAREZ_TEST_SCALE", "1"))
# How much longer than in a plain build one program may take.
SLOWNESS = 1 if SCALE >= 1 else 10
SANITIZERS = os.environ.get("KAREZ_SANITIZE", "")

DONE, FAILED, USAGE, NOT_FOUND, REFUSED, UNREACHABLE = range(6)

Run = collections.namedtuple("Run", "exit json out err seconds")


def at_clock(clock):
    """The environment of a program whose clock stands as libfaketime reads it: "@1970-01-01 09:00:00", "+2h"."""
    # A sanitizer's library wants to be the first in the list; libfaketime works behind it as well.
    options = ":".join(filter(None, (os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0")))
    return {"LD_PRELOAD": FAKETIME, "FAKETIME": clock, "NO_FAKE_STAT": "1", "ASAN_OPTIONS": options}


def needs_other_clocks(test):
    """Skips a test (or all of a class) where a program cannot be given another clock."""
    test = unittest.skipUnless(FAKETIME, "libfaketime is not installed")(test)
    return unittest.skipIf("thread" in SANITIZERS, "the thread sanitizer and libfaketime both replace clocks")(test)


def scaled(count, least=2):
    """`count` in a plain build, a share of it (never below `least`) in a slow one."""
    return max(least, int(count * min(SCALE, 1)))


def at_once(work, inputs, workers=2):
    """work(x) for every input, two at a time: the machine's cores are shared. In order of the inputs."""
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, inputs))


def program(variable):
    path = os.environ.get(variable)
    if not path or not os.access(path, os.X_OK):
        raise AssertionError(variable + " names no program; run these tests through ctest")
    return path


def wait_for(condition, seconds, what):
    """Asks until condition() gives something true, and gives that back."""
    deadline = time.monotonic() + seconds * SLOWNESS
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError("not within %s s: %s" % (seconds * SLOWNESS, what))
        time.sleep(0.02)


def end_process(process, with_signal=signal.SIGKILL, seconds=10):
    """Ends one process of ours, by its own pid, and waits until it is gone. Gives its exit code."""
    if process.poll() is None:
        process.send_signal(with_signal)
    try:
        return process.wait(seconds * SLOWNESS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


class Relay:
    """One run of karez-relay over one data folder. `log` is the file of its JSON lines."""

    def __init__(self, process, data, log):
        self.process, self.data, self.log = process, data, log
        self.pid = process.pid
        self.address = self.port = self.url = None

    def events(self, name=None):
        """What it has logged so far, as a list of objects; of one event, if named."""
        found = []
        for line in self.log.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if isinstance(entry, dict) and (name is None or entry.get("event") == name):
                found.append(entry)
        return found

    def get(self, path, seconds=5):
        """(status, text) of an HTTP GET."""
        try:
            with urllib.request.urlopen("http://%s:%d%s" % (self.address, self.port, path),
                                        timeout=seconds * SLOWNESS) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")

    def is_healthy(self):
        try:
            return self.get("/healthz")[0] == 200
        except OSError:
            return False

    def stop(self):
        """SIGTERM; gives (exit code, seconds that it took)."""
        begun = time.monotonic()
        return end_process(self.process, signal.SIGTERM), time.monotonic() - begun

    def kill(self):
        """As a power cut takes a program away: SIGKILL."""
        return end_process(self.process)


class Fleet(unittest.TestCase):
    """A test with a folder of its own. `self.folder` is that folder, `self.environment` what programs get."""

    maxDiff = 4000

    def setUp(self):
        self.karez_program = program("KAREZ_PROGRAM")
        self.relay_program = program("KAREZ_RELAY_PROGRAM")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="karez-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.processes = []
        self.addCleanup(self._end_all)
        # A test run that is ended early must not leave its programs behind.
        atexit.register(self._end_all)
        self.addCleanup(atexit.unregister, self._end_all)
        # Nothing of the caller's own laptop may be found: its home, its language, its clock.
        self.environment = {key: value for key, value in os.environ.items()
                            if key in ("PATH", "KAREZ_MUTANT", "ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS",
                                       "LD_LIBRARY_PATH")}
        self.environment.update(HOME=str(self.folder / "user"), XDG_STATE_HOME=str(self.folder / "state"),
                                LANG="C.UTF-8", TZ="UTC")
        self.serial = 0

    # ---- the command --------------------------------------------------------------------------------------------

    def home(self, name):
        """The folder of this replica; it need not exist yet."""
        return self.folder / "homes" / name

    def command(self, home, *arguments, as_json=True):
        """The words of one call, as for subprocess. `home` None leaves --home out."""
        words = [self.karez_program]
        if home is not None:
            words += ["--home", str(self.home(home))]
        words += [str(argument) for argument in arguments]
        return words + (["--json"] if as_json else [])

    def run_karez(self, home, *arguments, as_json=True, env=None, seconds=120, stdin=None):
        """One call, whatever comes of it: Run(exit, json, out, err, seconds).

        With --json (the default) stdout must be exactly one JSON document, or nothing where the call failed. `env` is
        added to the environment; a value of None takes a variable away.
        """
        environment = dict(self.environment)
        for key, value in (env or {}).items():
            environment.pop(key, None)
            if value is not None:
                environment[key] = str(value)
        begun = time.monotonic()
        done = subprocess.run(self.command(home, *arguments, as_json=as_json), env=environment,
                              input=stdin.encode() if isinstance(stdin, str) else stdin or b"",
                              capture_output=True, timeout=seconds * SLOWNESS, cwd=self.folder)
        taken = time.monotonic() - begun
        out, err = done.stdout.decode(), done.stderr.decode()
        document = None
        if as_json and (out or done.returncode == DONE):
            try:
                document = json.loads(out)
            except ValueError:
                self.fail("karez %s: stdout is not one JSON document: %r (exit %d, stderr %r)"
                          % (" ".join(map(str, arguments)), out[:2000], done.returncode, err[:2000]))
        return Run(done.returncode, document, out, err, taken)

    def ok(self, home, *arguments, **options):
        """The document (or, without --json, the text) of a call that must end well."""
        run = self.run_karez(home, *arguments, **options)
        self.assertEqual(run.exit, DONE, "karez %s: %s%s" % (" ".join(map(str, arguments)), run.out[:2000], run.err[:2000]))
        return run.json if options.get("as_json", True) else run.out

    def refused(self, exit_code, home, *arguments, **options):
        """The error's message of a call that must end with this exit code; with --json stderr's last line is the
        object {"error": {"code", "message", "exit"}}."""
        run = self.run_karez(home, *arguments, **options)
        self.assertEqual(run.exit, exit_code, "karez %s: %s%s" % (" ".join(map(str, arguments)), run.out[:2000], run.err[:2000]))
        last = run.err.strip().splitlines()[-1] if run.err.strip() else ""
        if not options.get("as_json", True):
            return last
        error = json.loads(last)["error"]
        self.assertEqual(error["exit"], exit_code)
        self.assertTrue(error["message"])
        return error["message"]

    def start_karez(self, home, *arguments, as_json=True, env=None, **options):
        """A call that goes on (sync --watch, an import to be killed): its Popen, ended with the test."""
        return self.start(self.command(home, *arguments, as_json=as_json), env=env, **options)

    def start(self, words, env=None, **options):
        environment = dict(self.environment)
        environment.update({key: str(value) for key, value in (env or {}).items()})
        options.setdefault("stdout", subprocess.DEVNULL)
        options.setdefault("stderr", subprocess.DEVNULL)
        process = subprocess.Popen(words, env=environment, stdin=subprocess.DEVNULL, cwd=self.folder, **options)
        self.processes.append(process)
        return process

    def _end_all(self):
        for process in self.processes:
            end_process(process)
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
        self.processes = []

    # ---- the relay ----------------------------------------------------------------------------------------------

    def start_relay(self, data="relay", port=0, arguments=(), env=None, wait=True):
        """karez-relay on 127.0.0.1; port 0 takes a free one. Waits until it says that it is healthy."""
        self.serial += 1
        log = self.folder / ("relay-%d.log" % self.serial)
        with open(log, "wb") as stream:
            process = self.start([self.relay_program, "--listen", "127.0.0.1:%d" % port, "--data",
                                  str(self.folder / data), *arguments], env=env, stdout=stream, stderr=stream)
        relay = Relay(process, self.folder / data, log)

        def listening():
            if process.poll() is not None:
                self.fail("the relay ended with %d: %s" % (process.returncode, log.read_text(errors="replace")[-2000:]))
            found = relay.events("listening")
            return found[0] if found else None

        if not wait and port != 0:
            relay.address, relay.port = "127.0.0.1", port
        else:
            entry = wait_for(listening, 20, "the relay listens")
            relay.address, relay.port = "127.0.0.1", entry["port"]
        relay.url = "ws://%s:%d" % (relay.address, relay.port)
        if wait:
            wait_for(relay.is_healthy, 20, "the relay is healthy")
        return relay

    @staticmethod
    def free_port():
        """A port that nobody listens on now, below the range out of which the kernel gives ports to clients."""
        while True:
            port = random.randint(18000, 32000)
            with socket.socket() as probe:
                try:
                    probe.bind(("127.0.0.1", port))
                    return port
                except OSError:
                    continue

    # ---- what most tests begin with -----------------------------------------------------------------------------

    def found(self, home="hq", relay=None, workspace="淮北一瓶水", name=None, *more):
        """init; `relay` is a Relay, a url or None. Gives the document."""
        url = relay.url if isinstance(relay, Relay) else relay
        words = ["init", "--workspace", workspace, "--name", name or home]
        if url:
            words += ["--relay", url]
        return self.ok(home, *words, *more)

    def invitation(self, home="hq", role="volunteer", *more):
        return self.ok(home, "invite", "--role", role, *more)["code"]

    def enlist(self, laptop, name=None, hq="hq", role="volunteer", **options):
        """invite at hq, join on the laptop; gives join's document."""
        return self.ok(laptop, "join", self.invitation(hq, role), "--name", name or laptop, **options)

    def sync(self, home, **options):
        """A sync that must end in_sync; gives its document."""
        document = self.ok(home, "sync", **options)
        self.assertEqual(document["state"], "in_sync")
        return document

    def sync_all(self, homes, rounds=2):
        """Everyone, in order, until all hold the same: after two rounds they must."""
        for _ in range(rounds):
            for home in homes:
                last = self.sync(home)
        return last

    def dump(self, home):
        """The canonical dump, as bytes."""
        out = subprocess.run(self.command(home, "dump", as_json=False), env=self.environment, capture_output=True,
                             timeout=300 * SLOWNESS, cwd=self.folder)
        self.assertEqual(out.returncode, DONE, out.stderr[:2000])
        return out.stdout

    def assert_alike(self, homes):
        """Same heads and byte-identical dumps everywhere; gives the dump."""
        heads = {home: self.ok(home, "status")["heads"] for home in homes}
        self.assertEqual(len(set(heads.values())), 1, heads)
        first = self.dump(homes[0])
        for home in homes[1:]:
            self.assertTrue(self.dump(home) == first, "the dumps of %s and %s differ" % (homes[0], home))
        return first

    def import_lists(self, fixture, home="hq"):
        """The sites and items of one field day (a folder of tests/fixtures)."""
        return (self.ok(home, "import", FIXTURES / fixture / "sites.csv", "--as", "site"),
                self.ok(home, "import", FIXTURES / fixture / "items.csv", "--as", "item"))

    def write(self, name, text, encoding="utf-8"):
        """A file in the test's folder; gives its path."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path
