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
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
LAB = os.environ.get("STOREEDGE_LAB", os.path.join(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "storeedge-lab"))
PORT = int(os.environ.get("STOREEDGE_LAB_PORT", "2240"))
PATIENCE = float(os.environ.get("LAB_PATIENCE", "1"))
BROKER, PLAIN, PAGE = PORT + 2, PORT + 3, f"http://127.0.0.1:{PORT + 1}"
WHERE = tempfile.mkdtemp(prefix="storeedge-day-")
DAY = 86400
report, started, tags = {"recovery seconds": {}}, {}, iter(range(1, 200))


def say(text, **measured):
    print("Passed", text, json.dumps(measured) if measured else "", flush=True)


def holds(condition, what):
    if not condition:
        raise AssertionError(what)


def until(look, what, within):
    begun = time.monotonic()
    while not (seen := look()):
        holds(time.monotonic() - begun < within * PATIENCE, f"{what} did not come within {within * PATIENCE:g} s")
        time.sleep(0.2)
    return round(time.monotonic() - begun, 1)


def vm(*words, check=True):
    done = subprocess.run([f"{HERE}/vm.sh", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=600)
    holds(not check or done.returncode == 0, f"{' '.join(words)} ended with {done.returncode}: {done.stdout[-2000:]}")
    return done.stdout.strip()


def guest(command, check=True):
    return vm("run", command, check=check)


def shop(*words, check=True):
    return guest(f"python3 /opt/programs/guest/shop.py {' '.join(map(str, words))}", check)


def run(name, *command):
    started[name] = subprocess.Popen(command, stdout=open(f"{WHERE}/{name}.log", "a"), stderr=subprocess.STDOUT)


def end(name, how=signal.SIGTERM):
    process = started.pop(name, None)
    if process and process.poll() is None:
        process.send_signal(how)
        process.wait(30)


# The world outside: an authority, a broker, central, a browser.

def certificate(name, days, *more):
    """NAME.pem and NAME.key of the day's own authority; `days` below zero: its time is over."""
    key, pem = f"{WHERE}/{name}.key", f"{WHERE}/{name}.pem"
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if not os.path.exists(key):
        subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key], **quiet)
    if name == "ca":
        subprocess.run(["openssl", "req", "-x509", "-new", "-key", key, "-subj", "/CN=Day authority", "-days", "3650", "-out", pem], **quiet)
        return
    subprocess.run(["openssl", "req", "-new", "-key", key, "-subj", f"/CN={'lab' if name == 'store' else name}", "-out", f"{WHERE}/{name}.csr"], **quiet)
    open(f"{WHERE}/ca.cnf", "w").write(f"[ca]\ndefault_ca=a\n[a]\ndatabase={WHERE}/index\nserial={WHERE}/serial\nnew_certs_dir={WHERE}\ndefault_md=sha256\npolicy=p\nunique_subject=no\ncopy_extensions=none\n"
                                       "[p]\ncommonName=supplied\n[e]\nbasicConstraints=CA:FALSE\n" + "\n".join(more) + "\n")
    open(f"{WHERE}/index", "a").close()
    if not os.path.exists(f"{WHERE}/serial"):
        open(f"{WHERE}/serial", "w").write("01\n")
    moment = lambda offset: time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + offset))
    subprocess.run(["openssl", "ca", "-batch", "-config", f"{WHERE}/ca.cnf", "-extensions", "e", "-cert", f"{WHERE}/ca.pem", "-keyfile", f"{WHERE}/ca.key", "-in", f"{WHERE}/{name}.csr", "-notext",
                    "-startdate", moment(-30 * DAY), "-enddate", moment(days * DAY), "-out", pem], **quiet)


def broker(days=300):
    certificate("broker", days, "subjectAltName=IP:10.0.2.100")
    open(f"{WHERE}/mosquitto.conf", "w").write(
        f"per_listener_settings true\nlistener {BROKER} 127.0.0.1\ncertfile {WHERE}/broker.pem\nkeyfile {WHERE}/broker.key\ncafile {WHERE}/ca.pem\nrequire_certificate true\nuse_subject_as_username true\n"
        f"allow_anonymous false\nlistener {PLAIN} 127.0.0.1\nallow_anonymous true\n")
    for file in os.listdir(WHERE):
        os.chmod(f"{WHERE}/{file}", 0o644)
    os.chmod(WHERE, 0o755)
    run("broker", "mosquitto", "-c", f"{WHERE}/mosquitto.conf")


def central(question, *values):
    with sqlite3.connect(f"file:{WHERE}/central.db?mode=ro", uri=True, timeout=10) as database:
        return database.execute(question, values).fetchall()


def told():
    return central("SELECT count(*) FROM event WHERE type = 'arrival'")[0][0] if os.path.exists(f"{WHERE}/central.db") else 0


def status():
    try:
        return json.load(urllib.request.urlopen(PAGE + "/diagnostics/status.json", timeout=15))
    except OSError:
        return None


def warns(code):
    """Whether a check is not well by a code that begins so, its own or its fault's. An agent that does not answer warns of nothing, and of nothing the contrary."""
    return any(check["verdict"] in ("warn", "fail") and any((word or "").startswith(code) for word in (check["code"], check["fault"])) for check in (status() or {"checks": []})["checks"])


def online():
    return (status() or {"link": {}})["link"].get("connected") is True


def answers():
    return status() is not None


def hears():
    receiver = (status() or {"receivers": [{}]})["receivers"][0]
    return receiver.get("connected") is True and (receiver["lastFrameSecondsAgo"] or 99) < 2


def come(hear=True):
    """A tag that was not here yet walks in; it is kept, and central hears of it unless it cannot. Seconds until it was kept, and until central had it."""
    number, before, begun = next(tags), told(), time.monotonic()
    kept = float(shop("come", number).splitlines()[-1])
    heard = None
    if hear:
        until(lambda: told() > before, "the arrival at central", 120)
        heard = round(time.monotonic() - begun, 1)
    shop("go", number)
    return kept, heard


def journal():
    return json.loads(shop("state").splitlines()[-1])


def complete():
    """Central has each number that the store kept."""
    here = journal()

    def equal():
        got = central("SELECT count(*), max(seq) FROM event")[0]
        return got[1] == journal()["last"] and got[0] == got[1]
    until(equal, f"central's last number, {here['last']}", 240)
    holds(here["count"] == here["last"] - here["first"] + 1, f"the journal has holes: {here}")
    return here


def fault(name, inject, recovered, within):
    """From the fault (or from its end, where only its end can cure it) until the store works and has met somebody new."""
    inject()
    begun = time.monotonic()
    until(recovered, f"the recovery from {name}", within)
    come()
    report["recovery seconds"][name] = round(time.monotonic() - begun, 1)
    say(f"recovered: {name}", seconds=report["recovery seconds"][name])


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
    before = json.loads(shop("shown"))
    come()
    until(lambda: {"screen", "oled"} <= set(journal()["rendered"]), "what the displays say that they show", 90)
    end("browser")
    after = json.loads(shop("shown"))
    holds(after["lamp"] > before["lamp"] and after["oled"] != before["oled"] and after["lcd"].strip("|"), f"lamp and panels went from {before} to {after}")
    say("a browser and an OLED show it and say so, the lamp is lit, the staff's LCD has a text", lcd=after["lcd"])
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
    options.add_argument("chapters", nargs="*", help="visitors, kill, hang, adapter, disk, clock, broker, certificate, power; all of them unless named")
    options = options.parse_args()
    chapters = {"visitors": visitors, "kill": killed, "hang": hung, "adapter": pulled, "disk": full, "clock": clock, "broker": broker_gone, "certificate": expired, "power": lambda: power(options.cuts)}
    chapters = {"morning": morning, **{name: chapters[name] for name in options.chapters or chapters}, "evening": evening}
    failed = []
    try:
        for name, chapter in chapters.items():
            try:
                chapter()
            except (AssertionError, OSError, subprocess.SubprocessError, sqlite3.Error, ValueError, TypeError) as wrong:
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
