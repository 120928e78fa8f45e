"""What the chapters of the virtual store stand on: the guest, the world outside (an authority, a broker, central), a technician, and looking until something is so."""
import json
import os
import re
import signal
import sqlite3
import subprocess
import tempfile
import time
import urllib.parse
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
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


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


class Technician:
    """Somebody with the PIN at the technician's pages, by their own forms, as a browser sends them."""

    PIN = "ladder 4711"

    def __init__(self):
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        self.post("enter", secret=self.PIN)

    def post(self, path, **form):
        request = urllib.request.Request(f"{PAGE}/technician/{path}", urllib.parse.urlencode(form).encode(), {"Origin": PAGE})
        return self.browser.open(request, timeout=60).read().decode()

    def page(self, path=""):
        return self.browser.open(f"{PAGE}/technician{path}", timeout=60).read().decode()

    def deed(self, path, **form):
        return self.post(path, proof=re.search(r'name="proof" value="([^"]+)"', self.page()).group(1), **form)


def named():
    """What the running store is called, by its configuration."""
    return (status() or {"store": {}})["store"].get("name")


def ready():
    try:
        return urllib.request.urlopen(PAGE + "/health/ready", timeout=15).status == 200
    except OSError:
        return False


def fault(name, inject, recovered, within):
    """From the fault (or from its end, where only its end can cure it) until the store works and has met somebody new."""
    inject()
    begun = time.monotonic()
    until(recovered, f"the recovery from {name}", within)
    come()
    report["recovery seconds"][name] = round(time.monotonic() - begun, 1)
    say(f"recovered: {name}", seconds=report["recovery seconds"][name])


