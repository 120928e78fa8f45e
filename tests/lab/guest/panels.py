#!/usr/bin/env python3
"""panels.py [sheets|agent|edges|rights]...: in the guest, as root: a virtual USB bridge (mcp2221.py) with a character panel, an OLED, a lamp, a buzzer and a button; the agent drives them through the kernel's own driver. Every
byte is logged by the bridge and shown to controllers written from the data sheets (chips.py), whose sequences stand in panel-sequences.json. Prints a line for each thing shown, as bluetooth.py does."""
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

from chips import Hd44780, Ssd1306
from store import PAGE, PROGRAMS, WORK, Agent, holds, passed, show, until

LCD, OLED, LAMP, BUZZER, BUTTON = 0x27, 0x3C, 0, 1, 2
LOG, ORDERS = f"{WORK}/bridge.log", f"{WORK}/orders"
SHEETS = json.load(open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "panel-sequences.json")))
MORE = {
    "hardware": {"profile": f"{PROGRAMS}/hardware/profiles/usb-mcp2221.json"},
    "panels": [{"device": "lcd", "zone": "entrance", "for": "staff"}, {"device": "oled", "zone": "entrance"}],
    "lamps": [{"line": "lamp", "shows": ["arrival", "help"]}], "buzzers": [{"line": "buzzer"}], "buttons": [{"line": "button", "zone": "entrance", "does": "acknowledge"}],
    "portal": {"zone": "entrance"},
}
bridge = None


def plug_bridge():
    """As if its USB plug were put in; the seconds until the kernel has both of its halves."""
    global bridge
    bridge = subprocess.Popen([sys.executable, f"{os.path.dirname(os.path.abspath(__file__))}/mcp2221.py", LOG, ORDERS])
    return until(lambda: os.path.exists("/dev/gpiochip0") and any("MCP2221" in open(f"/sys/class/i2c-dev/{b}/name").read() for b in os.listdir("/sys/class/i2c-dev")), "the bridge", 20)


def pull_bridge():
    bridge.kill()
    bridge.wait()


def order(*lines):
    open(f"{ORDERS}.new", "w").write("\n".join(["gpio 2 1", *lines]))
    os.replace(f"{ORDERS}.new", ORDERS)


def press():
    order("gpio 2 0")
    # A person's press is shorter; the emulated guest looks more seldom than it means to.
    time.sleep(2)
    order()


def lines_since(mark):
    return open(LOG).read().splitlines()[mark:]


def mark():
    return len(open(LOG).read().splitlines())


def writes(address, since=0):
    """(seconds, bytes) of every message to a device."""
    return [(float(w[0]), bytes.fromhex(w[6])) for w in (line.split() for line in lines_since(since)) if w[1:4] == ["i2c", "write", f"0x{address:02x}"]]


def levels(line, since=0):
    """(seconds, level) of each change of a line."""
    return [(float(w[0]), int(w[4])) for w in (text.split() for text in lines_since(since)) if w[1:4] == ["gpio", str(line), "="]]


def shown(chip, address, since=0):
    for when, message in writes(address, since):
        chip.take(when, message)
    return chip


def lcd(since=0):
    return shown(Hd44780(20), LCD, since)


def oled(since=0):
    return shown(Ssd1306(64), OLED, since)


def is_started(chip, times=None):
    """Whether the character panel was started as its data sheet asks; with `times`, when each message was written, also as slowly."""
    sheet = SHEETS["hd44780"]
    told = chip.instructions[:len(sheet["start"])]
    holds([f"{value:02x}" for _, value in told] == sheet["start"], f"the panel was started with {[f'{v:02x}' for _, v in told]}")
    if times:
        holds((told[0][0] - times[0]) * 1000 >= sheet["pauseBeforeMilliseconds"] - 1, f"only {told[0][0] - times[0]:.4f} s before the first instruction")
        for (before, _), (after, _), least in zip(told, told[1:], sheet["pausesMilliseconds"]):
            # The log has milliseconds.
            holds((after - before) * 1000 >= least - 1, f"{(after - before) * 1000:.1f} ms where the data sheet asks for {least}")


def is_lit(chip):
    told = [byte for command in chip.commands if command[0] not in (0xAE, 0x20, 0x21, 0x22) for byte in command]
    sheet = list(bytes.fromhex(SHEETS["ssd1306"]["64"].replace(" ", "")))
    holds(told[:len(sheet)] == sheet, f"the OLED was started with {bytes(told[:len(sheet)]).hex()}")
    holds(chip.on and not chip.noise, "the OLED was lit with noise in its memory")


def setting(name):
    shutil.rmtree(f"{WORK}/state", ignore_errors=True)
    os.makedirs(WORK, exist_ok=True)
    open(LOG, "a").close()
    order()
    return Agent(more=MORE)


def sheets():
    """By the technician's command."""
    setting("sheets")
    passed("the bridge is found by the kernel", seconds=plug_bridge())
    try:
        command = [f"{PROGRAMS}/agent/storeedge", "panels", "test", "--config", f"{WORK}/storeedge.json", "--wait", "60"]
        test = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, "HOME": "/tmp"})
        said = []
        for line in test.stdout:
            said.append(line.strip())
            if "press it within" in line:
                time.sleep(1)
                press()
        holds(test.wait() == 0, f"panels test said {said}")
        panel, display = lcd(), oled()
        is_started(panel, [when for when, _ in writes(LCD)])
        holds(panel.on and panel.row(0) == "StoreEdge".ljust(20) and panel.row(1) == "lcd".ljust(20) and panel.row(2) == "_____".ljust(20) and panel.row(3) == "R$ 1,00".ljust(20), f"the panel shows {[panel.row(r) for r in range(4)]}")
        passed("the character panel is started as its data sheet asks, shows four lines, and has its own letters")
        is_lit(display)
        holds(any(display.picture()) and 0xA5 not in display.picture(), "the OLED shows nothing")
        passed("the OLED is started as its data sheet asks and shows no noise")
        holds([level for _, level in levels(LAMP)] == [1, 0] * 5, f"the lamp went {levels(LAMP)}")
        holds([level for _, level in levels(BUZZER)] == [1, 0], f"the buzzer went {levels(BUZZER)}")
        passed("the lamp flashed five times and the buzzer sounded once")
        holds(any(line.startswith("button button: pressed (looked at)") for line in said), f"the button was not pressed: {said}")
        passed("the button was noticed on a chip without interrupts")
        for line in said:
            took = re.match(r"panel (\w+): drawn; start (.+); whole picture (.+); one line (.+)", line)
            if took:
                passed(f"what {took[1]} takes", start=took[2], picture=took[3], line=took[4])
        order(f"absent 0x{LCD:02x}")
        absent = subprocess.run([*command[:-1], "1"], stdout=subprocess.PIPE, text=True, env={**os.environ, "HOME": "/tmp"}, check=False)
        holds(absent.returncode == 1 and "Nobody answers at 0x27" in absent.stdout and "panel oled: drawn" in absent.stdout, f"with the panel absent it said {absent.returncode} {absent.stdout}")
        passed("a panel that is absent is named, and the others are tried")
    finally:
        pull_bridge()


def accepts():
    """A customer accepts the portal: their page. An agent that has only just begun, in an emulated machine, may ask to try again."""
    got = []

    def tries():
        try:
            got.append(post(urllib.request.urlopen(f"{PAGE}/portal", timeout=60).read().decode(), "/portal/accept", PAGE))
        except urllib.error.HTTPError as refused:
            holds(refused.code == 503, f"the portal answers {refused}")
        return got

    until(tries, "the customer's page", 60)
    return got[0]


def post(page, action, origin, **more):
    form = re.search(rf'<form[^>]*action="([^"]*{action}[^"]*)"(.*?)</form>', page, re.S)
    fields = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form[2]))
    request = urllib.request.Request(urllib.parse.urljoin(origin, form[1]), urllib.parse.urlencode({**fields, **more}).encode(), {"Origin": PAGE})
    return urllib.request.urlopen(request, timeout=60).read().decode()


def warned(agent, name):
    # By its text: the warning of a customers' panel stands under the code of its display.
    return f" {name} cannot be used" in json.dumps(agent.status() or "")


def agent_lives():
    """By the agent itself."""
    agent = setting("agent")
    plug_bridge()
    try:
        start = mark()
        passed("the agent is up", seconds=agent.start())
        until(lambda: lcd(start).row(1).startswith("tudo em ordem"), "the staff's text", 60)
        is_started(lcd(start), [when for when, _ in writes(LCD, start)])
        until(lambda: oled(start).on, "the OLED", 60)
        is_lit(oled(start))
        passed("both displays are started and show what they show while nothing is up")

        before = (oled(start).picture(), mark())
        page = accepts()
        until(lambda: agent.events("rendered"), "the acknowledgement", 60)
        rendered = agent.events("rendered")[0]
        holds(rendered["display"] == "oled" and oled(start).picture() != before[0], f"rendered is {rendered}")
        until(lambda: [level for _, level in levels(LAMP, before[1])][:2] == [1, 0], "the lamp for the arrival", 30)
        on, off = [when for when, _ in levels(LAMP, before[1])[:2]]
        passed("somebody comes: the greeting is written and acknowledged, the lamp is lit for a while", arrival_to_acknowledged_ms=round(rendered["arrivalToRenderMilliseconds"]), lamp_seconds=round(off - on, 1))

        since = mark()
        asked = time.monotonic()
        post(page, "/help", PAGE, skill="find")
        until(lambda: len(levels(LAMP, since)) >= 4, "the lamp's flashes", 30)
        until(lambda: [level for _, level in levels(BUZZER, since)] == [1, 0] * 3, "the buzzer's three tones", 30)
        until(lambda: lcd(start).row(0).startswith("Ajuda: entrance") and lcd(start).row(1).startswith("encontrar algo"), "the staff's display", 30)
        passed("somebody wants help: the lamp flashes, the buzzer sounds three times, the staff's display says where", seconds=round(time.monotonic() - asked, 1))
        press()
        time.sleep(1)
        since = mark()
        time.sleep(4)
        holds(not levels(LAMP, since) and levels(LAMP)[-1][1] == 1, f"after the button the lamp went {levels(LAMP, since)}")
        holds(lcd(start).row(1).startswith("algu_m j_ vai"), f"the staff's display says {lcd(start).row(1)}")
        passed("the button says that it was seen: the lamp is steady, the staff's display says so")

        order(f"absent 0x{LCD:02x}")
        named = until(lambda: warned(agent, "lcd"), "the warning", 60)
        since = mark()
        order()
        back = until(lambda: not warned(agent, "lcd") and writes(LCD, since), "the panel's return", 60)
        until(lambda: lcd(since).row(0).startswith("Ajuda: entrance"), "the text on the returned panel", 30)
        is_started(lcd(since))
        passed("the panel is pulled out, named, put in again, and started and drawn anew by itself", named_after=named, back_after=back)

        pull_bridge()
        named = until(lambda: all(warned(agent, name) for name in ("lcd", "oled", "lamp", "button")), "the four warnings", 60)
        until(lambda: not os.path.exists("/dev/gpiochip0"), "the end of the chip", 30)
        since = mark()
        plug_bridge()
        back = until(lambda: not any(warned(agent, name) for name in ("lcd", "oled", "lamp", "button", "buzzer")), "the return of everything", 90)
        until(lambda: lcd(since).row(0).startswith("Ajuda: entrance") and oled(since).on, "both displays", 30)
        is_started(lcd(since))
        is_lit(oled(since))
        holds(levels(LAMP, since)[-1][1] == 1, "the lamp forgot the open call")
        passed("the whole bridge is pulled out, everything is named, and all of it comes back by itself", named_after=named, back_after=back)

        since = mark()
        agent.stop()
        holds(levels(LAMP, since)[-1][1] == 0, "the lamp is lit although the agent has ended")
        passed("the agent ends and the lamp is dark")
    finally:
        if agent.process and agent.process.poll() is None:
            agent.kill()
        pull_bridge()


def edges():
    """On a chip that tells changes as interrupts: another bridge, of another maker."""
    json.dump({"board": "lab", "header": "none", "gpioChip": "cp2112_gpio", "lines": [{"name": "bell", "line": 3, "direction": "input", "activeLow": True}]}, open(f"{WORK}/cp2112.json", "w"))
    order()
    Agent(more={"hardware": {"profile": f"{WORK}/cp2112.json"}, "buttons": [{"line": "bell", "zone": "entrance"}]})
    chip = subprocess.Popen([sys.executable, f"{os.path.dirname(os.path.abspath(__file__))}/cp2112.py", ORDERS])
    try:
        until(lambda: os.path.exists("/dev/gpiochip0"), "the chip", 20)
        test = subprocess.Popen([f"{PROGRAMS}/agent/storeedge", "panels", "test", "--config", f"{WORK}/storeedge.json", "--wait", "60"], stdout=subprocess.PIPE, text=True, env={**os.environ, "HOME": "/tmp"})
        said = []
        for line in test.stdout:
            said.append(line.strip())
            if "press it within" in line:
                time.sleep(1)
                order("gpio 3 0")
                time.sleep(2)
                order()
        holds(test.wait() == 0 and said[-1] == "button bell: pressed (the kernel told)", f"panels test said {said}")
        passed("the button is told by the kernel on a chip with interrupts")
    finally:
        chip.kill()
        chip.wait()


def rights():
    """Under a user of its own, as a unit with the drop-in of deploy/README.md gives it."""
    setting("rights")
    plug_bridge()
    try:
        for path in ("/etc/group",):
            if "gpio:" not in open(path).read():
                subprocess.run(["groupadd", "--system", "gpio"], check=True)
        command = [f"{PROGRAMS}/agent/storeedge", "panels", "test", "--config", f"{WORK}/storeedge.json", "--wait", "1"]

        def under(*properties):
            return subprocess.run(["systemd-run", "--quiet", "--wait", "--pipe", "-p", "DynamicUser=yes", "-p", "DevicePolicy=closed", "-p", "Environment=HOME=/tmp", *[w for p in properties for w in ("-p", p)], *command],
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)

        os.chmod(WORK, 0o755)
        refused = under("DeviceAllow=char-i2c rw", "DeviceAllow=char-gpiochip rw")
        holds(refused.returncode == 1 and "may not be opened" in refused.stdout and "SupplementaryGroups=" in refused.stdout, f"without the groups: {refused.returncode} {refused.stdout}")
        passed("without the groups the fault names them")
        for path, group in (("/dev/gpiochip0", "gpio"), *((f"/dev/{b}", "i2c") for b in os.listdir("/dev") if b.startswith("i2c-"))):
            shutil.chown(path, group=group)
            os.chmod(path, 0o660)
        allowed = under("DeviceAllow=char-i2c rw", "DeviceAllow=char-gpiochip rw", "SupplementaryGroups=i2c gpio")
        holds(allowed.returncode == 0 and "panel lcd: drawn" in allowed.stdout and "lamp lamp: flashed" in allowed.stdout, f"with the groups: {allowed.returncode} {allowed.stdout}")
        passed("with the drop-in of deploy/README.md a user of no rights drives everything")
    finally:
        pull_bridge()


if __name__ == "__main__":
    subprocess.run(["modprobe", "-a", "uhid", "i2c-dev", "hid_mcp2221", "hid_cp2112"], check=True)
    chapters = {"sheets": sheets, "agent": agent_lives, "edges": edges, "rights": rights}
    show({name: chapters[name] for name in (sys.argv[1:] or chapters)}, "bridge.log")
