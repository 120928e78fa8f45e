#!/usr/bin/env python3
"""monitor.py SECONDS [hciN]: asks the kernel for advertisements without the agent, and prints every byte exchanged as hex with its direction. For capturing what a kernel
really says, and for proving the virtual controller by something that is not ours. Python because nothing here is measured. Address bytes in the lab are the controller's own inventions."""
import select
import socket
import struct
import sys
import time
import ctypes

COMMANDS = [
    "0300ffff0000",                                  # Read Index List
    "0400{i}0000",                                   # Read Info
    "0d00{i}010001",                                 # Set LE
    "0500{i}010001",                                 # Set Powered
    "4c00{i}0a0013000260001400026000",               # default configuration: interval 60 ms, window 60 ms
    "5100{i}0000",                                   # Read monitor features
    "5200{i}6700" "03" "ff00044c000215" + "00" * 27 + "ff0202beac" + "00" * 29 + "160002aafe" + "00" * 29,
]


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5
    index = struct.pack("<H", int(sys.argv[2][3:]) if len(sys.argv) > 2 else 0).hex()
    libc = ctypes.CDLL(None, use_errno=True)
    s = socket.socket(socket.AF_BLUETOOTH, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.BTPROTO_HCI)
    if libc.bind(s.fileno(), struct.pack("<HHH", 31, 0xFFFF, 3), 6):
        sys.exit("bind: errno %d" % ctypes.get_errno())
    waiting, end, counts = [bytes.fromhex(c.format(i=index)) for c in COMMANDS], time.monotonic() + seconds, {}
    asked = None
    while time.monotonic() < end:
        if asked is None and waiting:
            asked = waiting.pop(0)
            print(">", asked.hex(), flush=True)
            s.send(asked)
        if not select.select([s], [], [], 0.2)[0]:
            continue
        event = s.recv(65536)
        code = struct.unpack_from("<H", event)[0]
        counts[code] = counts.get(code, 0) + 1
        if code not in (0x2F, 0x12) or counts[code] <= 4:
            print("<", event.hex(), flush=True)
        if code in (1, 2) and asked and event[6:8] == asked[:2]:
            asked = None
    print("#", {hex(k): v for k, v in counts.items()})


main()
