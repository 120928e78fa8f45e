#!/usr/bin/env python3
"""shop.py install|configure|open|come TAG|go TAG|state|selftest: in the guest, as root: a shop around an agent that was installed from its Debian package and runs under its own unit. `open` is the
world of the shop (access point, phone, radio, bridge with panels); a unit of its own starts it at each boot, as a shop has it without anybody's doing. tests/lab/day.py orders the rest."""
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
import zlib

import panels
import wifi
from bluetooth import Radio
from store import PROGRAMS, WORK, holds, until

UUID = "5704e6ed-1ab0-4000-8000-0000000000aa"
TAGS, CANARY = 200, f"ibeacon:{UUID}/0/0"
PIN = "ladder 4711"
STATE, ETC = "/var/lib/storeedge", "/etc/storeedge"


def tag(number):
    return f"ibeacon:{UUID}/1/{number}"


def install():
    """The package by dpkg, as it comes."""
    subprocess.run(["dpkg", "--install", f"{PROGRAMS}/storeedge.deb"], check=True)
    shown = subprocess.run(["systemctl", "show", "storeedge", "-p", "ActiveState,UnitFileState"], capture_output=True, text=True, check=True).stdout.split()
    holds("ActiveState=active" in shown and "UnitFileState=enabled" in shown, f"after the installation: {shown}")


def configure():
    """What a technician writes: the store's configuration, the drop-in for pins, the broker's certificates (which lie in /root/broker)."""
    json.dump({
        "store": {"id": "lab", "name": "Lab", "timeZone": "America/Sao_Paulo"}, "http": {"listen": "0.0.0.0:8480"},
        "receivers": [{"id": "door", "zone": "entrance", "side": "inside", "source": "mgmt:hci0"}],
        "presence": {"silenceMinimum": "3s", "silenceUnlearned": "5s", "silenceMaximum": "6s", "reentryGrace": "1s"},
        "technician": {"pinFile": "credential:secret_technician-pin"}, "enrolment": {"file": "credential:secret_enrolment.json", "pseudonymKeyFile": "credential:secret_pseudonym-key"},
        "bundle": {"file": f"{ETC}/bundle.json"}, "displays": [{"id": "screen", "zone": "entrance"}],
        "hardware": {"profile": "/usr/share/storeedge/hardware/usb-mcp2221.json"},
        **{key: panels.MORE[key] for key in ("panels", "lamps", "buzzers", "buttons")},
        "portal": {"listen": "0.0.0.0:8481", "zone": "entrance"},
        "gate": {"mode": "own", "guests": ["wlan0"], "upstream": "wan0", "accessPoints": ["/run/hostapd/wlan0"], "leftAfter": "3s", "leaseFile": f"{WORK}/leases"},
        "mqtt": {"host": "10.0.2.100", "port": 8883, "retryMost": "10s", **{key: f"{ETC}/broker/{name}" for key, name in (("caFile", "ca.pem"), ("certificateFile", "store.pem"), ("keyFile", "store.key"))}},
    }, open(f"{ETC}/storeedge.json", "w"), indent=2)
    json.dump({"version": 1, "entries": [{"customer": "C-0", "role": "fixed", "beacons": [CANARY]}, *({"customer": f"C-{n}", "role": "customer", "beacons": [tag(n)]} for n in range(1, TAGS))]},
              open(f"{ETC}/secrets/enrolment.json", "w"))
    subprocess.run(["storeedge", "technician", "pin", "--file", f"{ETC}/secrets/technician-pin"], input=PIN + "\n", text=True, check=True)
    os.makedirs(f"{ETC}/broker", exist_ok=True)
    for name in os.listdir("/root/broker"):
        # The user of the package: so a key can be the service's alone while that does not run.
        shutil.copy(f"/root/broker/{name}", f"{ETC}/broker/{name}")
        shutil.chown(f"{ETC}/broker/{name}", user="storeedge", group="storeedge")
        os.chmod(f"{ETC}/broker/{name}", 0o600 if name.endswith("key") else 0o644)
    drop_in = "/etc/systemd/system/storeedge.service.d"
    os.makedirs(drop_in, exist_ok=True)
    for group in ("gpio", "i2c", "netdev"):
        if f"\n{group}:" not in open("/etc/group").read():
            subprocess.run(["groupadd", "--system", group], check=True)
    open(f"{drop_in}/panels.conf", "w").write("[Service]\nPrivateDevices=no\nDeviceAllow=char-i2c rw\nDeviceAllow=char-gpiochip rw\nSupplementaryGroups=i2c gpio netdev\n")
    # The emulated processor is an order of magnitude slower, and shared: what the unit allows a real one is too short for it.
    open(f"{drop_in}/emulated.conf", "w").write("[Service]\nWatchdogSec=120\nTimeoutStartSec=300\n")
    os.makedirs("/etc/systemd/system/storeedge-selftest.service.d", exist_ok=True)
    open("/etc/systemd/system/storeedge-selftest.service.d/emulated.conf", "w").write("[Service]\nTimeoutStartSec=600\n")
    open("/etc/udev/rules.d/60-storeedge.rules", "w").write('SUBSYSTEM=="gpio", KERNEL=="gpiochip*", GROUP="gpio", MODE="0660"\nSUBSYSTEM=="i2c-dev", GROUP="i2c", MODE="0660"\n')
    # The shop itself, at each boot.
    open("/etc/fstab", "a").write("/dev/vdb /opt/programs ext4 ro,nofail 0 0\n")
    open("/etc/systemd/system/lab-shop.service", "w").write(
        f"[Unit]\nRequiresMountsFor={PROGRAMS}\n[Service]\nExecStart=/usr/bin/python3 {PROGRAMS}/guest/shop.py open\n[Install]\nWantedBy=multi-user.target\n")
    subprocess.run(["udevadm", "control", "--reload"], check=True)
    subprocess.run(["systemctl", "daemon-reload"], check=True)
    subprocess.run(["systemctl", "enable", "--now", "lab-shop"], check=True)
    subprocess.run(["storeedge", "check-config"], check=True)
    subprocess.run(["systemctl", "restart", "storeedge"], check=True, timeout=300)


def open_shop():
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(WORK)
    os.chmod(WORK, 0o755)
    subprocess.run(["modprobe", "-a", "bluetooth", "hci_vhci", "uhid", "i2c-dev", "hid_mcp2221"], check=True)
    radio = Radio("--beacon", CANARY, "--rate", "5", "--seconds", "86400")
    # The bridge takes its orders from a file of its own; the radio has the usual name.
    panels.LOG, panels.ORDERS = f"{WORK}/bridge.log", f"{WORK}/bridge.orders"
    open(panels.LOG, "a").close()
    panels.order()
    panels.plug_bridge()
    wifi.networks()
    wifi.access_point()
    radio.process.wait()


def order(line):
    with open(f"{WORK}/orders", "w") as orders:
        orders.write(line + "\n")


def rows(question, *values):
    with sqlite3.connect(f"file:{STATE}/journal.db?mode=ro", uri=True, timeout=10) as database:
        return database.execute(question, values).fetchall()


def arrivals():
    return rows("SELECT count(*) FROM event WHERE type = 'arrival'")[0][0]


def come(number):
    """A tag walks in: the seconds until its arrival is kept."""
    before = arrivals()
    order(f"begin {tag(number)}")
    print(until(lambda: arrivals() > before, f"the arrival of tag {number}", 120))


def phone():
    """A phone joins the Wi-Fi, accepts, and is through: the seconds from its probe."""
    wifi.joins()
    status, _, led = wifi.asks().partition(" ")
    holds(status == "302" and "/portal" in led, f"the probe got {status} {led}")
    begun = time.monotonic()
    holds(wifi.accepts() == "303", "the acceptance was not taken")
    until(lambda: wifi.asks().startswith("204"), "the open answer", 30)
    print(round(time.monotonic() - begun, 1))


def state():
    """What the journal holds, and whether its numbers are without a hole."""
    (count, first, last), = rows("SELECT count(*), coalesce(min(seq), 1), coalesce(max(seq), 0) FROM event")
    print(json.dumps({"count": count, "first": first, "last": last, "arrivals": arrivals(), "rendered": [r[0] for r in rows("SELECT DISTINCT json_extract(data, '$.display') FROM event WHERE type = 'rendered'")]}))


def shown(since=0.0):
    """What lamp and panels were told so far, and what the panels were given after a moment of the log and kept for a while: what stands there now may be idle again."""
    panels.LOG = f"{WORK}/bridge.log"
    oled, lcd = stood(panels.oled, panels.OLED, lambda chip: zlib.crc32(chip.picture()), since), stood(panels.lcd, panels.LCD, lambda chip: chip.row(0).strip() + "|" + chip.row(1).strip(), since)
    print(json.dumps({"at": float(panels.lines_since(0)[-1].split()[0]), "lamp": len(panels.levels(panels.LAMP)), "oled": zlib.crc32(panels.oled().picture()), "oleds": oled, "lcds": lcd}))


def stood(panel, address, seen, since):
    """Each thing that was written to a panel after that moment and stood for half a second, or stands still."""
    chip, messages, things = panel(len(panels.lines_since(0))), panels.writes(address), []
    for (when, message), (after, _) in zip(messages, messages[1:] + [(float("inf"), b"")]):
        chip.take(when, message)
        if when > since and after - when >= 0.5:
            things.append(seen(chip))
    return things


def fill():
    """Not a byte is left on the disk."""
    free = os.statvfs("/").f_bavail * os.statvfs("/").f_frsize
    with open("/fill", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, free)
    print(free >> 20)


def selftest():
    """The nightly self-test, now: what systemd says of it, what it kept for programs, what it told people, and when it runs by itself."""
    subprocess.run(["systemctl", "start", "storeedge-selftest.service"], check=False, timeout=600)
    unit = dict(line.split("=", 1) for line in subprocess.run(["systemctl", "show", "storeedge-selftest", "-p", "Result,ExecMainStatus,ActiveState"], capture_output=True, text=True, check=True).stdout.split())
    report = json.load(open("/var/lib/private/storeedge-selftest/report.json"))
    told = subprocess.run(["journalctl", "-u", "storeedge-selftest", "-n", "200", "--no-pager", "-o", "cat"], capture_output=True, text=True, check=True).stdout
    timers = json.loads(subprocess.run(["systemctl", "list-timers", "--all", "--output=json", "storeedge-selftest.timer"], capture_output=True, text=True, check=True).stdout)
    print(json.dumps({
        "result": unit["Result"], "status": int(unit["ExecMainStatus"]), "verdict": report["verdict"], "took": report.get("tookSeconds"), "told": report["summary"] in told,
        "bad": [check["code"] for check in report["checks"] if check["verdict"] == "fail"], "next": time.strftime("%H:%M", time.localtime(timers[0]["next"] / 1e6))}))


VERBS = {"selftest": selftest, "install": install, "configure": configure, "open": open_shop, "phone": phone, "state": state, "shown": shown, "fill": fill}
verb, *rest = sys.argv[1:]
if verb == "come":
    come(int(rest[0]))
elif verb == "go":
    order(f"end {tag(int(rest[0]))}")
elif verb == "order":
    order(" ".join(rest))
else:
    VERBS[verb](*map(float, rest))
