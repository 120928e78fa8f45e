#!/usr/bin/env python3
"""bluetooth.py [CHAPTER…]: in the guest, as root: a software controller advertises, the agent hears it through the kernel, and things go wrong. Prints a line for each thing that was
to be shown ("Passed NAME", "Failed NAME: what was seen"), then figures, all times in seconds. The machine is emulated, so limits are wide and figures only for comparison."""
import json
import os
import shutil
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import time
import ctypes

from store import PROGRAMS, WORK, Agent, holds, passed, show, until

UUID = "5704e6ed-1ab0-4000-8000-0000000000"
CUSTOMER, STAFF, CANARY, STRANGER = (f"ibeacon:{UUID}{n}/1/1" for n in ("c1", "51", "f1", "99"))


class Radio:
    """The controller: storeedge-sim radio on /dev/vhci."""

    def __init__(self, *arguments):
        os.makedirs(WORK, exist_ok=True)
        self.log, self.fifo = f"{WORK}/radio.log", f"{WORK}/orders"
        if os.path.exists(self.fifo):
            os.remove(self.fifo)
        os.mkfifo(self.fifo)
        self.process = subprocess.Popen([f"{PROGRAMS}/simulator/storeedge-sim", "radio", "--control", self.fifo, *arguments], stdout=open(self.log, "w"), stderr=subprocess.STDOUT)
        until(lambda: self.says("is there"), "the adapter", 60)

    def says(self, words, since=0):
        return any(words in line for line in open(self.log).read().splitlines()[since:])

    def order(self, line):
        with open(self.fifo, "w") as orders:
            orders.write(line + "\n")

    def counts(self):
        lines = len(open(self.log).read().splitlines())
        self.order("counts")
        until(lambda: self.says("counts:", lines), "the controller's counts", 10)
        words = [l for l in open(self.log).read().splitlines() if "counts:" in l][-1].split("counts: ")[1].split(", ")
        return {w.split()[0]: int(w.split()[1]) for w in words[:4]}

    def end(self):
        self.order("quit")
        self.process.wait(20)


def listener(source="mgmt:hci0", entries=(), **receiver):
    """The agent with one receiver, and the usual customer, member of staff and fixed beacon."""
    return Agent(source, entries or [(CUSTOMER, "customer"), (STAFF, "staff"), (CANARY, "fixed")], **receiver)


def monitors():
    """How many monitors the kernel holds, asked by somebody else than the agent."""
    s = socket.socket(socket.AF_BLUETOOTH, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.BTPROTO_HCI)
    if ctypes.CDLL(None).bind(s.fileno(), struct.pack("<HHH", 31, 0xFFFF, 3), 6):
        raise OSError("bind")
    s.send(struct.pack("<HHH", 0x51, 0, 0))
    s.settimeout(10)
    while True:
        event = s.recv(65536)
        if event[:2] == b"\x01\x00" and event[6:8] == b"\x51\x00":
            return struct.unpack_from("<H", event, 9 + 11)[0]


def clean():
    if os.path.exists("/dev/vhci"):
        subprocess.run(["rfkill", "unblock", "bluetooth"], check=False)
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(WORK)


def visit():
    """Arrival, departure, and all that happens in between."""
    clean()
    radio = Radio("--beacon", STAFF, CANARY, STRANGER, "--rate", "10")
    agent = listener()
    try:
        agent.start()
        passed("the agent listens on hci0", seconds=until(agent.connected, "the receiver", 60))
        until(lambda: agent.receiver()["frames"] > 200, "200 advertisements", 60)
        holds(not agent.events("arrival"), f"somebody arrived though only staff, a fixed beacon and a stranger are there: {agent.events('arrival')}")
        passed("staff, fixed beacons and strangers do not arrive")
        radio.order(f"begin {CUSTOMER}")
        passed("a customer's beacon begins and an arrival is kept", seconds=until(lambda: agent.events("arrival"), "the arrival", 20))
        time.sleep(5)

        radio.order("remove")
        seconds = until(lambda: not agent.connected(), "blindness", 20)
        fault = agent.receiver()["fault"]
        holds("removed" in fault or "no adapter" in fault.lower() or "not there" in fault, f"the fault says: {fault}")
        passed("a removed controller makes the receiver blind", seconds=seconds)
        time.sleep(40)
        holds(not agent.events("departure"), "somebody departed while nobody could hear")
        passed("nobody departs while the controller is away")
        radio.order("return")
        until(lambda: radio.says("is there", 5), "the controller", 20)
        passed("a returned controller is heard again", seconds=until(lambda: agent.connected() and agent.hears(), "hearing", 30))
        time.sleep(5)
        holds(len(agent.events("arrival")) == 1 and not agent.events("departure"), f"the visit did not continue: {agent.events('arrival')} {agent.events('departure')}")
        passed("the visit continues over the controller's absence")

        since = agent.log_length()
        subprocess.run(["systemctl", "start", "bluetooth"], check=True)
        until(lambda: agent.said("was removed by somebody", since), "the wiped monitor's log line", 30)
        passed("bluetoothd starts, wipes the monitors, and they are added again", seconds=until(lambda: agent.connected() and agent.hears(), "hearing beside bluetoothd", 30))
        subprocess.run(["systemctl", "stop", "bluetooth"], check=True)
        passed("bluetoothd stops, and hearing goes on", seconds=until(lambda: agent.connected() and agent.hears(), "hearing after bluetoothd", 30))

        since = agent.log_length()
        subprocess.run(["rfkill", "block", "bluetooth"], check=True)
        until(lambda: agent.said("was switched on", since), "the lifted block", 40)
        passed("a soft block of rfkill is lifted", seconds=until(lambda: agent.connected() and agent.hears(), "hearing after rfkill", 40))
        holds(len(agent.events("arrival")) == 1 and not agent.events("departure"), f"the visit did not survive: {agent.events('arrival')} {agent.events('departure')}")
        passed("the visit continues over all of this")

        radio.order(f"end {CUSTOMER}")
        passed("the beacon ends and a departure is kept", seconds=until(lambda: agent.events("departure"), "the departure", 150))
        holds(len(agent.events("arrival")) == 1, "more than one arrival")
        counts = radio.counts()
        dropped = agent.receiver()["dropped"]
        holds(dropped == 0, f"{dropped} dropped")
        passed("nothing was dropped", frames=agent.receiver()["frames"], sent=counts["sent"])

        before = monitors()
        agent.kill()
        holds(monitors() == before == 1, f"{before} monitors before the kill, {monitors()} after it")
        agent.start()
        until(lambda: agent.connected() and agent.hears(), "hearing after the kill", 60)
        holds(monitors() == 1, f"{monitors()} monitors after the next start")
        passed("a killed agent's monitor is removed at the next start")
        agent.stop()
        passed("a stopped agent leaves", monitors=monitors())
    finally:
        if agent.process and agent.process.poll() is None:
            agent.kill()
        radio.end()


def ladder():
    """A controller that stops reporting, or answering, is brought back."""
    clean()
    radio = Radio("--beacon", STAFF, CANARY, STRANGER, CUSTOMER, "--rate", "10", "--extended")
    agent = listener()
    try:
        agent.start()
        until(lambda: agent.events("arrival"), "the arrival, by extended reports", 60)
        passed("extended reports make an arrival too")
        time.sleep(30)                                     # the fixed beacon is learned
        for order, step, within in (("wedge scan", "RestartScan", 90), ("wedge reset", "PowerCycle", 120)):
            since, lines = agent.log_length(), len(open(radio.log).read().splitlines())
            begun = time.monotonic()
            radio.order(order)
            until(lambda: radio.says("works again", lines), f"the cure by {step}", within)
            until(lambda: agent.connected() and agent.hears(), "hearing", 60)
            until(lambda: agent.said("heard again", since), "the log line of the recovery", 30)
            holds(agent.said(f"heard again after {step}", since), open(agent.log).read()[since:])
            passed(f"'{order}': recovered after {step}", seconds=round(time.monotonic() - begun, 1))
        since, lines = agent.log_length(), len(open(radio.log).read().splitlines())
        begun = time.monotonic()
        radio.order("hang reset")
        until(lambda: radio.says("works again", lines), "the cure of a controller that answers nothing", 240)
        until(lambda: agent.connected() and agent.hears(), "hearing", 60)
        passed("'hang reset': recovered", seconds=round(time.monotonic() - begun, 1))
        radio.order("power-glitch")
        until(lambda: not agent.hears(), "silence", 30)
        passed("'power-glitch': recovered", seconds=until(lambda: agent.connected() and agent.hears(), "hearing", 120))
        radio.order("hardware-error")
        passed("'hardware-error': recovered", seconds=until(lambda: agent.connected() and agent.hears(), "hearing", 120))
        holds(not agent.events("departure") and len(agent.events("arrival")) == 1, f"the visit did not survive: {agent.events('arrival')} {agent.events('departure')}")
        passed("the visit continues over all faults")
        agent.stop()
    finally:
        if agent.process and agent.process.poll() is None:
            agent.kill()
        radio.end()


def rights():
    """Without the capability a clear message; with it alone, under the real unit, everything."""
    clean()
    radio = Radio("--beacon", STAFF, CANARY, STRANGER, CUSTOMER, "--rate", "10")
    try:
        agent = listener()
        subprocess.run(["chmod", "-R", "a+rwX", WORK], check=True)
        agent.start("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs")
        until(lambda: "CAP_NET_ADMIN" in (agent.receiver()["fault"] or ""), "the message", 40)
        passed("without the capability the fault names CAP_NET_ADMIN")
        agent.stop()

        subprocess.run(["sh", f"{PROGRAMS}/deploy/install.sh", "--no-start", f"{PROGRAMS}/agent"], check=True, stdout=subprocess.DEVNULL)
        configuration = json.load(open(f"{WORK}/storeedge.json"))
        configuration.pop("state")
        configuration["enrolment"] = {"file": "credential:secret_enrolment.json", "pseudonymKeyFile": "credential:secret_pseudonym-key"}
        json.dump(configuration, open("/etc/storeedge/storeedge.json", "w"))
        shutil.copy(f"{WORK}/enrolment.json", "/etc/storeedge/secrets/enrolment.json")
        subprocess.run(["systemctl", "daemon-reload"], check=True)
        begun = time.monotonic()
        subprocess.run(["systemctl", "start", "storeedge"], check=True, timeout=180)
        passed("the unit starts", seconds=round(time.monotonic() - begun, 1))
        process = subprocess.run(["systemctl", "show", "storeedge", "-p", "MainPID", "--value"], capture_output=True, text=True).stdout.strip()
        words = dict(line.split(":", 1) for line in open(f"/proc/{process}/status").read().splitlines())
        # CAP_NET_ADMIN is bit 12.
        holds(words["Uid"].split()[1] != "0" and int(words["CapEff"], 16) == 1 << 12 and words["NoNewPrivs"].strip() == "1", f"user {words['Uid']}, capabilities {words['CapEff']}")
        until(lambda: agent.connected() and agent.hears(), "hearing under the unit", 60)
        passed("an unprivileged user with CAP_NET_ADMIN alone hears, under the real unit")
        database = "/var/lib/storeedge/journal.db"
        until(lambda: os.path.exists(database) and sqlite3.connect(f"file:{database}?mode=ro", uri=True).execute("SELECT count(*) FROM event WHERE type = 'arrival'").fetchone()[0], "the arrival", 40)
        passed("and keeps an arrival")
        subprocess.run(["systemctl", "stop", "storeedge"], check=True, timeout=60)
        result = subprocess.run(["systemctl", "show", "storeedge", "-p", "Result", "--value"], capture_output=True, text=True).stdout.strip()
        holds(result == "success", f"the unit ended with {result}")
        passed("the unit stops in order")
    finally:
        radio.end()


def cpu(process):
    words = open(f"/proc/{process}/stat").read().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def rate():
    """What 1,000 advertisements a second cost, beside the cheapest reader of the same socket."""
    clean()
    entries = [(f"ibeacon:5704e6ed-1ab0-4000-8000-000000000000/0/{i}", "customer") for i in range(10)]
    radio = Radio("--beacons", "100", "--rate", "10")
    agent = listener(entries=entries)
    try:
        agent.start()
        until(agent.connected, "the receiver", 60)
        until(lambda: len(agent.events("arrival")) >= 10, "ten arrivals", 60)
        time.sleep(15)                                     # compiled code settles
        floor = subprocess.Popen([f"{PROGRAMS}/guest/floor", "30"], stdout=subprocess.PIPE, text=True)
        before, begun, used, frames = radio.counts(), time.monotonic(), cpu(agent.process.pid), agent.receiver()["frames"]
        time.sleep(28)
        seconds, used, frames, after = time.monotonic() - begun, cpu(agent.process.pid) - used, agent.receiver()["frames"] - frames, radio.counts()
        bare = json.loads(floor.communicate()[0])
        holds(agent.receiver()["dropped"] == 0 and bare["dropped"] == 0, f"dropped: {agent.receiver()['dropped']}, bare reader {bare['dropped']}")
        shares = used / seconds, bare["cpuSeconds"] / bare["seconds"]
        passed("a thousand a second and none dropped", sentPerSecond=round((after["sent"] - before["sent"]) / seconds), heardPerSecond=round(frames / seconds), agentShare=round(shares[0], 4),
               floorShare=round(shares[1], 4), ratio=round(shares[0] / max(shares[1], 1e-4), 1), refused=after["refused"], agentMicrosecondsEach=round(used / max(frames, 1) * 1e6),
               floorMicrosecondsEach=round(bare["cpuSeconds"] / max(bare["reports"], 1) * 1e6))
        agent.stop()
    finally:
        if agent.process and agent.process.poll() is None:
            agent.kill()
        radio.end()


class Feed(threading.Thread):
    """A peer that streams a hundred beacons ten times a second each to a Unix socket, as btsnoop."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path, self.ends, self.sent = path, False, 0

    def run(self):
        peer = socket.socket(socket.AF_UNIX)
        until(lambda: peer.connect_ex(self.path) == 0, "the listener", 60)
        peer.sendall(b"btsnoop\0" + struct.pack(">II", 1, 1002))
        begun = time.monotonic()
        while not self.ends:
            n = self.sent % 100
            data = bytes.fromhex("0201061aff4c0002155704e6ed1ab04000800000000000000000000000c5")[:25] + struct.pack(">HHB", 0, n, 0xC5)
            frame = bytes([4, 0x3E, 12 + len(data), 2, 1, 3, 1, n, 0, 0x33, 0x22, 0x11, 0xC0, len(data)]) + data + bytes([0xC4])
            try:
                peer.sendall(struct.pack(">IIIIq", len(frame), len(frame), 1, 0, 0x00E03AB44A676000 + self.sent * 1000) + frame)
            except BrokenPipeError:
                return                                     # the reader has measured enough
            self.sent += 1
            ahead = begun + self.sent / 1000 - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)


def unix():
    """The same thousand a second through a Unix socket: run here and on the host, it says what the emulation costs."""
    clean()
    entries = [(f"ibeacon:5704e6ed-1ab0-4000-8000-000000000000/0/{i}", "customer") for i in range(10)]
    agent = listener(f"unix:{WORK}/radio.sock", entries)
    agent.start()
    feed = Feed(f"{WORK}/radio.sock")
    try:
        feed.start()
        until(lambda: len(agent.events("arrival")) >= 10, "ten arrivals", 60)
        time.sleep(15)
        begun, sent, used = time.monotonic(), feed.sent, cpu(agent.process.pid)
        time.sleep(28)
        seconds, sent, used = time.monotonic() - begun, feed.sent - sent, cpu(agent.process.pid) - used
        floor = subprocess.Popen([f"{PROGRAMS}/guest/floor", "15", "unix", f"{WORK}/floor.sock"], stdout=subprocess.PIPE, text=True)
        feed.ends = True
        other = Feed(f"{WORK}/floor.sock")
        other.start()
        bare = json.loads(floor.communicate()[0])
        other.ends = True
        holds(agent.receiver()["dropped"] == 0, f"{agent.receiver()['dropped']} dropped")
        passed("the same through a Unix socket", sentPerSecond=round(sent / seconds), agentShare=round(used / seconds, 4), agentMicrosecondsEach=round(used / sent * 1e6),
               floorShare=round(bare["cpuSeconds"] / bare["seconds"], 4), floorMicrosecondsEach=round(bare["cpuSeconds"] / max(bare["reports"], 1) * 1e6), ratio=round(used / seconds / max(bare["cpuSeconds"] / bare["seconds"], 1e-4), 1))
        agent.stop()
    finally:
        feed.ends = True
        if agent.process and agent.process.poll() is None:
            agent.kill()


CHAPTERS = {"visit": visit, "ladder": ladder, "rights": rights, "rate": rate, "unix": unix}


if __name__ == "__main__":
    if sys.argv[1:] != ["unix"]:
        subprocess.run(["modprobe", "-a", "bluetooth", "hci_vhci"], check=True)
    show({name: CHAPTERS[name] for name in sys.argv[1:] or CHAPTERS}, "radio.log")
