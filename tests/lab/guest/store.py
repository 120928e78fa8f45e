"""What the chapters share: looking until something is so, telling what was shown, and the agent in a terminal."""
import json
import os
import sqlite3
import subprocess
import sys
import time
import traceback
import urllib.request

# In the guest the page is open to the host's one forwarded port; on a machine of its own it stays at home.
PROGRAMS, WORK, LISTEN = os.environ.get("LAB_PROGRAMS", "/opt/programs"), os.environ.get("LAB_WORK", "/run/lab"), os.environ.get("LAB_LISTEN", "0.0.0.0:8480")
PAGE = "http://127.0.0.1:" + LISTEN.split(":")[1]
# On a machine that others load too, limits are to be longer: LAB_PATIENCE=4.
PATIENCE = float(os.environ.get("LAB_PATIENCE", "1"))
SECRET = "1:" + "5e" * 32
figures, failures = {}, []


def until(look, what, within):
    """Looks until it is so; the seconds it took."""
    begun = time.monotonic()
    while True:
        seen = look()
        if seen:
            return round(time.monotonic() - begun, 1)
        if time.monotonic() - begun > within * PATIENCE:
            raise AssertionError(f"{what} did not come within {within * PATIENCE:g} s")
        time.sleep(0.1)


def holds(condition, what):
    if not condition:
        raise AssertionError(what)


def passed(name, **measured):
    print(f"Passed {name}", json.dumps(measured) if measured else "", flush=True)
    figures.update({f"{name}: {k}": v for k, v in measured.items()})


class Agent:
    """The agent in a terminal; the unit file has a chapter of its own."""

    def __init__(self, source=None, entries=(), more=None, **receiver):
        os.makedirs(f"{WORK}/state", exist_ok=True)
        json.dump({"version": 1, "entries": [{"customer": f"C-{i}", "role": role, "beacons": [beacon]} for i, (beacon, role) in enumerate(entries)]}, open(f"{WORK}/enrolment.json", "w"))
        open(f"{WORK}/key", "w").write(SECRET)
        json.dump({
            "store": {"id": "lab"}, "http": {"listen": LISTEN}, "state": {"directory": f"{WORK}/state"},
            "receivers": [{"id": "door", "zone": "entrance", "side": "inside", "source": source, **receiver}] if source else [],
            "enrolment": {"file": f"{WORK}/enrolment.json", "pseudonymKeyFile": f"{WORK}/key"}, **(more or {})}, open(f"{WORK}/storeedge.json", "w"))
        self.log, self.process = f"{WORK}/agent.log", None

    def start(self, *before):
        self.process = subprocess.Popen([*before, f"{PROGRAMS}/agent/storeedge", "run", "--config", f"{WORK}/storeedge.json"], stdout=open(self.log, "a"), stderr=subprocess.STDOUT,
                                        env={**os.environ, "DOTNET_CLI_HOME": "/tmp", "HOME": "/tmp"})
        return until(lambda: self.status() is not None, "the agent's page", 120)

    @staticmethod
    def status():
        try:
            return json.load(urllib.request.urlopen(PAGE + "/diagnostics/status.json", timeout=10))
        except OSError:
            return None

    def receiver(self):
        status = self.status()
        return status["receivers"][0] if status else {"connected": None, "frames": 0, "fault": "the agent does not answer"}

    def connected(self):
        """Whether the source is open and not blind: a wedged controller leaves it open."""
        receiver = self.receiver()
        return receiver["connected"] is True and not receiver.get("blind")

    def hears(self):
        """Whether advertisements come in now."""
        before = self.receiver()["frames"]
        time.sleep(0.5)
        return self.receiver()["frames"] > before

    def said(self, words, since=0):
        return words in open(self.log).read()[since:]

    def log_length(self):
        return os.path.getsize(self.log)

    @staticmethod
    def events(kind):
        try:
            database = sqlite3.connect(f"file:{WORK}/state/journal.db?mode=ro", uri=True, timeout=5)
            return [json.loads(row[0]) for row in database.execute("SELECT data FROM event WHERE type = ? ORDER BY seq", (kind,))]
        except sqlite3.OperationalError:
            return []

    def stop(self):
        self.process.terminate()
        self.process.wait(60)

    def kill(self):
        self.process.kill()
        self.process.wait()


def show(chapters, *logs):
    """Runs chapters by name; where one fails, says why with the ends of the logs. Ends the program."""
    for name, chapter in chapters.items():
        try:
            chapter()
        except (AssertionError, OSError, subprocess.SubprocessError, AttributeError, IndexError) as wrong:
            failures.append(name)
            print(f"Failed {name}: {wrong}", flush=True)
            traceback.print_exc(limit=3)
            for log in ("agent.log", *logs):
                if os.path.exists(f"{WORK}/{log}"):
                    print(f"--- {log}", *open(f"{WORK}/{log}").read().splitlines()[-30:], sep="\n", flush=True)
    print("Figures", json.dumps(figures))
    sys.exit(1 if failures else 0)
