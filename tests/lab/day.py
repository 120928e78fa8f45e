#!/usr/bin/env python3
"""The day of store.sh, on the host: broker, central journey service and browser stand here, outside the store, and reach it as the world does. What was shown is told as it is by the guest's scripts:
"Passed …", "Failed …", then the report."""
import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

from world import (LAB, PAGE, PLAIN, WHERE, Technician, answers, broker, central, certificate, come, complete, end, fault, guest, hears, holds, journal, named, online, ready, report, run, say, shop, started,
                   status, tags, told, until, vm, warns)


def morning():
    certificate("ca", 3650)
    certificate("store", 300)
    broker()
    run("central", "dotnet", f"{LAB}/artifacts/bin/StoreEdge.Simulator/release/storeedge-sim.dll", "journey", "--mqtt", f"127.0.0.1:{PLAIN}", "--database", f"{WHERE}/central.db")
    vm("up")
    guest("mount -o ro /dev/vdb /opt/programs")
    begun = time.monotonic()
    shop("install")
    report["install seconds"] = round(time.monotonic() - begun, 1)
    say("the package installs and its service runs", seconds=report["install seconds"])
    guest("mkdir -p /root/broker")
    vm("copy", *[f"{WHERE}/{file}" for file in ("ca.pem", "store.pem", "store.key")], "/root/broker/")
    shop("configure")
    until(answers, "the agent's page", 180)
    until(online, "the broker", 60)
    kept, heard = come()
    report["install to first arrival seconds"] = round(time.monotonic() - begun, 1)
    report["arrival kept, told seconds"] = [kept, heard]
    say("a tag walks in and central hears of it", installed_before=report["install to first arrival seconds"], kept=kept, told=heard)
    holds(guest("stat -c %U:%a /etc/storeedge/broker/store.key") == "storeedge:600", "the key is not the service's own")
    say("the broker's key belongs to the service's own user")


def visitors():
    run("browser", "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={WHERE}/browser", "--remote-debugging-port=0", f"{PAGE}/display/screen")
    # Whoever comes while the page still loads is greeted elsewhere.
    until(lambda: any(display["id"] == "screen" and display["connected"] for display in (status() or {"displays": []})["displays"]), "the browser at its display", 90)
    before = json.loads(shop("shown"))
    come()
    until(lambda: {"screen", "oled"} <= set(journal()["rendered"]), "what the displays say that they show", 90)
    end("browser")
    after = json.loads(shop("shown", before["at"]))
    texts = [text for text in after["lcds"] if text.strip("|")]
    holds(after["lamp"] > before["lamp"] and any(picture != before["oled"] for picture in after["oleds"]) and texts, f"lamp and panels went from {before} to {after}")
    say("a browser and an OLED show it and say so, the lamp is lit, the staff's LCD has a text", lcd=texts[0])
    seconds = float(shop("phone").splitlines()[-1])
    report["phone through after accepting seconds"] = seconds
    say("a phone joins the Wi-Fi, is led to the portal, accepts and is through", seconds=seconds)


def pid():
    return guest("systemctl show storeedge -p MainPID --value")


def killed():
    fault("kill -9", lambda: guest("systemctl kill -s KILL storeedge"), answers, 120)


def hung():
    stopped = pid()
    fault("hang (SIGSTOP)", lambda: guest(f"kill -STOP {stopped}"), lambda: pid() not in (stopped, "0") and answers(), 300)


def pulled():
    shop("order", "remove")
    until(lambda: (status() or {"receivers": [{}]})["receivers"][0].get("connected") is False, "the agent's word that the adapter is gone", 60)
    fault("adapter pulled, from its return", lambda: shop("order", "return"), hears, 90)


def restarted():
    """The technician's safe restart, judged as its page does it: the service is back once it has run for less time than has passed since."""
    failures = "journalctl -u storeedge --no-pager -o cat | grep -c 'Failed with result' || true"
    technician, former, before, begun = Technician(), pid(), guest(failures), time.monotonic()
    holds("restarting" in technician.deed("restart", sure="on"), "the page did not say that it restarts")
    until(lambda: (status() or {"uptimeSeconds": 1e9})["uptimeSeconds"] < time.monotonic() - begun and ready(), "the page after the restart", 180)
    report["recovery seconds"]["restart by the technician, until the page is back"] = round(time.monotonic() - begun, 1)
    holds(pid() not in (former, "0"), "it is the same process")
    holds(guest(failures) == before, "systemd calls the restart a failure")
    come()
    say("a technician restarts the service from the page, in order", seconds=report["recovery seconds"]["restart by the technician, until the page is back"])


def tested():
    found = json.loads(shop("selftest").splitlines()[-1])
    holds(found["status"] == {"ok": 0, "degraded": 1}.get(found["verdict"], 2) and (found["result"] == "success") == (found["status"] < 2), f"the self-test's ends do not fit each other: {found}")
    holds(found["told"], "the journal does not say what the self-test found")
    holds("03:30" <= found["next"] <= "04:31", f"the timer waits until {found['next']}")
    report["self-test"] = found
    say("the self-test runs in its unit, keeps its report and tells it to the journal; its timer waits for the night", **found)


def attempted(name):
    """A change of the configuration by the page, which nobody confirms: it is in force after this many seconds."""
    technician, begun = Technician(), time.monotonic()
    holds("restarting" in technician.deed("configuration-apply", document=json.dumps({"store": {"name": name}})), "the change was not taken")
    until(lambda: named() == name, "the change in force", 120)
    return technician, time.monotonic(), round(time.monotonic() - begun, 1)


def trial():
    former, running = named(), pid()
    technician, begun, applied = attempted("Trial")
    holds(pid() == running, "it is another process")
    shown = technician.page("/configuration")
    holds("configuration-confirm" in shown, "the page does not ask for a confirmation")
    until(lambda: named() == former, "the former configuration", 150)
    back = round(time.monotonic() - begun, 1)
    holds(pid() == running and back > 60, f"it was taken back after {back} s, by process {pid()} instead of {running}")
    holds("within 90 s" in technician.page("/configuration"), "the page does not say why")
    come()
    report["trial"] = {"in force": applied, "not confirmed, taken back after": back}
    say("a change that nobody confirms is taken back in the whole process, and the page says so", **report["trial"])

    attempted("Killed")
    begun = time.monotonic()
    guest("systemctl kill -s KILL storeedge")
    until(lambda: named() is not None, "the killed agent", 180)
    holds(named() == former, f"after kill -9 it is called {named()}")
    report["trial"]["killed meanwhile, back after"] = round(time.monotonic() - begun, 1)
    say("kill -9 on trial: the next process has the former configuration", seconds=report["trial"]["killed meanwhile, back after"])

    attempted("Cut")
    begun = time.monotonic()
    vm("kill")
    vm("boot")
    until(lambda: named() is not None, "the agent after the power cut", 300)
    holds(named() == former, f"after the power cut it is called {named()}")
    report["trial"]["power cut meanwhile, back after"] = round(time.monotonic() - begun, 1)
    say("a power cut on trial: the former configuration is in force", seconds=report["trial"]["power cut meanwhile, back after"])
    until(lambda: hears() and online(), "radio and broker", 180)


def full():
    """While not a byte can be written events wait in memory (decision 10): the arrival is kept once there is room."""
    shop("fill")
    before, number = journal()["arrivals"], next(tags)
    shop("order", f"begin ibeacon:5704e6ed-1ab0-4000-8000-0000000000aa/1/{number}")
    until(lambda: warns("journal") or warns("disk"), "the agent's word that the disk is full", 90)
    fault("disk full, from the space", lambda: guest("rm /fill"), lambda: journal()["arrivals"] > before, 180)
    shop("go", number)


def clock():
    guest("systemctl stop storeedge; date -s @1000; systemctl start storeedge")
    until(answers, "the agent in 1970", 180)
    come()
    say("somebody arrives in 1970 and central hears of it over TLS")
    fault("clock at 1970, from its correction", lambda: guest(f"date -s @{int(time.time())}"), answers, 60)


def broker_gone():
    end("broker")
    until(lambda: answers() and not online(), "the agent's word that the broker is gone", 90)
    come(hear=False)
    fault("broker gone, from its return", broker, online, 120)


def expired():
    end("broker")
    broker(days=-1)
    # No time server confirms the guest's clock, so the agent names both that may be wrong: the certificate with its dates, and the clock.
    until(lambda: warns("broker-tls-clock") or warns("broker-tls-expired"), "the name of the fault", 90)
    holds("has expired" in json.dumps(status()["link"]["fault"]), "the text does not say that the certificate has expired")
    come(hear=False)
    say("a certificate that has expired is named, and the shop goes on")

    def renew():
        end("broker")
        broker()
    fault("certificate expired, from its renewal", renew, online, 120)


def power(cuts):
    random.seed(6)
    seconds = []
    for cut in range(cuts):
        # People come and go until the moment of the cut; what was read from the journal before it was committed, so it must be there afterwards.
        number = next(tags)
        shop("order", f"begin ibeacon:5704e6ed-1ab0-4000-8000-0000000000aa/1/{number}")
        time.sleep(random.uniform(0, 6))
        before = journal()
        time.sleep(random.uniform(0, 1))
        vm("kill")
        begun = time.monotonic()
        vm("boot")
        until(answers, "the agent after the power cut", 300)
        after = journal()
        holds(after["last"] >= before["last"] and after["count"] == after["last"] - after["first"] + 1, f"cut {cut + 1}: {before} became {after}")
        until(lambda: hears() and online(), "radio and broker after the power cut", 180)
        come()
        seconds.append(round(time.monotonic() - begun, 1))
        print(f"  cut {cut + 1}: {seconds[-1]} s, {after['last']} events", flush=True)
    report["recovery seconds"]["power cut, with the machine's own boot"] = seconds
    say(f"{cuts} power cuts: the shop came back by itself each time and what was committed was there", most=max(seconds), least=min(seconds))


def evening():
    here = complete()
    report["events"], report["lost"] = here["last"], 0
    say("nothing was lost: central has every number that the store ever gave", events=here["last"], arrivals=here["arrivals"])
    guest("dpkg --remove storeedge")
    holds(guest("test -f /var/lib/private/storeedge/journal.db && test -f /etc/storeedge/storeedge.json && ! test -e /usr/lib/storeedge && echo kept") == "kept", "removal left the wrong things")
    guest("dpkg --install /opt/programs/storeedge.deb")
    until(answers, "the agent that was installed again", 180)
    holds(journal()["last"] >= here["last"], "the journal was lost by removing and installing")
    guest("dpkg --purge storeedge")
    holds(guest("ls -d /etc/storeedge /var/lib/storeedge /var/lib/private/storeedge /usr/lib/storeedge 2>/dev/null", check=False) == "", "purging left something")
    say("removed it keeps its state, installed again it goes on, purged nothing is left")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--cuts", type=int, default=10)
    options.add_argument("--report")
    options.add_argument("chapters", nargs="*", help="visitors, kill, hang, adapter, disk, clock, broker, certificate, restart, selftest, trial, power; all of them unless named")
    options = options.parse_args()
    chapters = {"visitors": visitors, "kill": killed, "hang": hung, "adapter": pulled, "disk": full, "clock": clock, "broker": broker_gone, "certificate": expired, "restart": restarted, "selftest": tested, "trial": trial, "power": lambda: power(options.cuts)}
    chapters = {"morning": morning, **{name: chapters[name] for name in options.chapters or chapters}, "evening": evening}
    # In the background of a script it would be ignored, by what is started here too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    failed, report["minutes"], report["load"] = [], {}, [round(os.getloadavg()[0], 1)]
    try:
        for name, chapter in chapters.items():
            begun = time.monotonic()
            try:
                chapter()
                report["minutes"][name] = round((time.monotonic() - begun) / 60, 1)
                report["load"].append(round(os.getloadavg()[0], 1))
            except (AssertionError, OSError, subprocess.SubprocessError, sqlite3.Error, ValueError, TypeError, AttributeError, KeyError, IndexError) as wrong:
                failed.append(name)
                print(f"Failed {name}: {wrong}", flush=True)
                print(guest("journalctl -u storeedge -u lab-shop -n 40 --no-pager -o cat", check=False), flush=True)
                if name == "morning":
                    break
    finally:
        for name in list(started):
            end(name, signal.SIGINT if name == "central" else signal.SIGTERM)
    print("Report", json.dumps(report, indent=1))
    if options.report:
        json.dump(report, open(options.report, "w"), indent=1)
    sys.exit(1 if failed else 0)


main()
