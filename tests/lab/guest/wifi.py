#!/usr/bin/env python3
"""wifi.py: in the guest, as root: an access point (mac80211_hwsim, hostapd, dnsmasq), the agent with its gate, and a phone (wpa_supplicant, udhcpc, curl) in a network of its own. The
phone joins, is held back, accepts, passes, outlives a killed agent, and leaves. Prints a line for each thing shown, as bluetooth.py does."""
import os
import re
import shutil
import subprocess
import time

from store import WORK, Agent, holds, passed, show, until

PROBE = "http://connectivitycheck.gstatic.com/generate_204"
INTERNET, GATEWAY, PORTAL = "203.0.113.80", "192.168.50.1", 8481
started = []


def run(*command, check=True):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if check and done.returncode:
        raise AssertionError(f"{' '.join(command)}: {done.stdout.strip()}")
    return done.stdout


def start(name, *command):
    process = subprocess.Popen(command, stdout=open(f"{WORK}/{name}.log", "w"), stderr=subprocess.STDOUT)
    started.append(process)
    return process


def phone(*command, check=True):
    return run("ip", "netns", "exec", "phone", *command, check=check)


def asks(url=PROBE, *more):
    """What a phone's probe gets: status and where it is led."""
    return phone("curl", "-s", "-m", "10", "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", *more, url, check=False)


def networks():
    """One radio for the shop, one for the phone; the Internet behind a cable."""
    run("modprobe", "mac80211_hwsim", "radios=2")
    run("modprobe", "-a", "nf_tables", "nft_ct", "nft_chain_nat", "nft_redir", "nft_masq", "nft_reject_inet", "nft_limit", "nft_quota", check=False)
    for name in ("phone", "wan"):
        run("ip", "netns", "add", name)
        run("ip", "-n", name, "link", "set", "lo", "up")
    until(lambda: os.path.exists("/sys/class/net/wlan1/phy80211/name"), "the second radio", 20)
    run("iw", "phy", open("/sys/class/net/wlan1/phy80211/name").read().strip(), "set", "netns", "name", "phone")
    run("ip", "link", "add", "wan0", "type", "veth", "peer", "name", "wan1", "netns", "wan")
    run("ip", "addr", "add", "203.0.113.1/24", "dev", "wan0")
    run("ip", "link", "set", "wan0", "up")
    run("ip", "-n", "wan", "addr", "add", f"{INTERNET}/24", "dev", "wan1")
    run("ip", "-n", "wan", "link", "set", "wan1", "up")
    run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")


def access_point():
    open(f"{WORK}/hostapd.conf", "w").write("interface=wlan0\ndriver=nl80211\nssid=StoreGuest\nhw_mode=g\nchannel=6\nap_isolate=1\nctrl_interface=/run/hostapd\n")
    start("hostapd", "hostapd", f"{WORK}/hostapd.conf")
    seconds = until(lambda: "type AP" in run("iw", "dev", "wlan0", "info"), "the access point", 30)
    run("ip", "addr", "add", f"{GATEWAY}/24", "dev", "wlan0")
    start("dnsmasq", "dnsmasq", "--conf-file=/dev/null", "--keep-in-foreground", "--interface=wlan0", "--bind-interfaces", "--except-interface=lo", "--no-resolv", "--no-hosts", "--no-ping",
          "--user=root", "--dhcp-range=192.168.50.10,192.168.50.99,10m", f"--address=/#/{INTERNET}", f"--dhcp-leasefile={WORK}/leases", "--log-facility=-")
    open(f"{WORK}/internet.py", "w").write(
        "import http.server\nclass H(http.server.BaseHTTPRequestHandler):\n    def do_GET(s):\n        s.send_response(204); s.send_header('Content-Length', '0'); s.end_headers()\n"
        "    def log_message(s, *a): pass\nhttp.server.ThreadingHTTPServer(('', 80), H).serve_forever()\n")
    start("internet", "ip", "netns", "exec", "wan", "python3", f"{WORK}/internet.py")
    return seconds


def joins():
    open(f"{WORK}/wpa.conf", "w").write('ctrl_interface=/run/wpa\nnetwork={\n ssid="StoreGuest"\n key_mgmt=NONE\n}\n')
    start("wpa", "ip", "netns", "exec", "phone", "wpa_supplicant", "-i", "wlan1", "-c", f"{WORK}/wpa.conf")
    associated = until(lambda: "Connected" in phone("iw", "dev", "wlan1", "link"), "the association", 60)
    open(f"{WORK}/dhcp.sh", "w").write('#!/bin/sh\n[ "$1" = bound ] && { ip addr flush dev $interface; ip addr add $ip/24 dev $interface; ip route replace default via $router; }\n')
    os.chmod(f"{WORK}/dhcp.sh", 0o755)
    begun = time.monotonic()
    phone("busybox", "udhcpc", "-i", "wlan1", "-n", "-q", "-t", "8", "-T", "1", "-s", f"{WORK}/dhcp.sh")
    os.makedirs("/etc/netns/phone", exist_ok=True)
    open("/etc/netns/phone/resolv.conf", "w").write(f"nameserver {GATEWAY}\n")
    return associated, round(time.monotonic() - begun, 1)


def accepts():
    """From the probe that is led astray to the page of one's own."""
    portal = asks().split()[1]
    page = phone("curl", "-s", "-m", "20", portal)
    field = {name: re.search(f'name="{name}" value="([^"]*)"', page).group(1) for name in ("token", "lang")}
    origin = "/".join(portal.split("/")[:3])
    return phone("curl", "-s", "-m", "20", "-o", "/dev/null", "-w", "%{http_code}", "-H", f"Origin: {origin}", "--data-urlencode", f"token={field['token']}", "--data-urlencode", f"lang={field['lang']}",
                 f"{origin}/portal/accept")


def walk():
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(WORK)
    networks()
    passed("the access point is up", seconds=access_point())
    agent = Agent(more={
        "portal": {"listen": f"0.0.0.0:{PORTAL}", "zone": "entrance"},
        "gate": {"mode": "own", "guests": ["wlan0"], "upstream": "wan0", "accessPoints": ["/run/hostapd/wlan0"], "leftAfter": "3s", "leaseFile": f"{WORK}/leases"}})
    try:
        agent.start()
        associated, leased = joins()
        passed("a phone joins", associated=associated, leased=leased)
        status, _, led = asks().partition(" ")
        holds(status == "302" and f":{PORTAL}/portal" in led, f"the probe got {status} {led}")
        passed("its probe is led to the portal")
        holds(phone("curl", "-s", "-m", "5", "-o", "/dev/null", f"https://{INTERNET}/", "-w", "%{exitcode}", check=False).endswith("7"), "HTTPS is not refused at once")
        holds("1 received" not in phone("ping", "-c", "1", "-W", "2", INTERNET, check=False), "an echo came through")
        passed("nothing else of it gets out")

        begun = time.monotonic()
        holds(accepts() == "303", "the acceptance was not taken")
        until(lambda: asks().startswith("204"), "the open answer", 20)
        passed("it accepts and its probe reaches the Internet", seconds=round(time.monotonic() - begun, 1))
        until(lambda: len(agent.events("arrival")) == 1, "the arrival", 10)
        consent = agent.events("consent")
        holds(len(consent) == 1 and consent[0]["terms"], f"the consent is {consent}")
        passed("one arrival and one receipt are kept")

        agent.kill()
        holds(asks().startswith("204"), "the phone lost its passage with the agent")
        agent.start()
        holds(asks().startswith("204"), "the phone lost its passage with the agent's return")
        holds(len(agent.events("arrival")) == 1, "a second arrival")
        passed("it outlives a killed agent")

        begun = time.monotonic()
        phone("wpa_cli", "-p", "/run/wpa", "-i", "wlan1", "disconnect")
        until(lambda: len(agent.events("departure")) == 1, "the departure", 60)
        passed("it leaves and the visit ends", seconds=round(time.monotonic() - begun, 1))
        station = open(f"{WORK}/leases").read().split()[1].lower()
        for directory, _, files in os.walk(f"{WORK}/state"):
            for name in filter(lambda n: os.path.isfile(f"{directory}/{n}"), files):
                holds(station.encode() not in open(f"{directory}/{name}", "rb").read().lower(), f"{directory}/{name} names the phone")
        holds(station not in open(agent.log).read().lower(), "the log names the phone")
        passed("its hardware address is in no file of the agent's and not in its log")
        agent.stop()
    finally:
        if agent.process and agent.process.poll() is None:
            agent.kill()
        for process in started:
            process.terminate()


if __name__ == "__main__":
    show({"walk": walk}, "hostapd.log", "dnsmasq.log", "wpa.log")
