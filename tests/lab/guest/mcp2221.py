#!/usr/bin/env python3
"""mcp2221.py [LOG [ORDERS]]: a Microchip MCP2221 (USB bridge to GPIO and I2C) played over /dev/uhid. The kernel's own driver (hid_mcp2221) then offers a real /dev/gpiochipN with four
lines and a real /dev/i2c-N with plain I2C, which i2c-stub does not. Two devices are on the bus, at 0x27 and 0x3c, as a character panel and a small OLED would be; they take
everything and answer with the last byte they got. Each change of a line and each write goes to LOG with its time. ORDERS is a file that may change at any time: "absent 0x27" pulls a
device out until the line is gone, "gpio 2 0" holds an input at a level."""
import os
import struct
import sys
import time

DEVICES = {0x27: bytearray(), 0x3C: bytearray()}
LARGEST_REPORT = 60
REPORT_DESCRIPTOR = bytes.fromhex("0600ff0901a101150026ff007508954009018102954009019102c0")
UHID_CREATE2, UHID_OUTPUT, UHID_INPUT2 = 11, 6, 12
START = time.monotonic()
log = open(sys.argv[1] if len(sys.argv) > 1 else "/run/mcp2221.log", "a", buffering=1)


def say(*words):
    print(f"{time.monotonic() - START:8.3f}", *words, file=log)


class Orders:
    """What is plugged in, and who presses what."""

    def __init__(self, path):
        self.path, self.read_at, self.absent, self.levels = path, None, set(), {}

    def look(self):
        if self.path is None or not os.path.exists(self.path) or self.read_at == (now := os.stat(self.path).st_mtime_ns):
            return self
        self.read_at = now
        words = [line.split() for line in open(self.path).read().splitlines()]
        self.absent = {int(w[1], 16) for w in words if w and w[0] == "absent"}
        self.levels = {int(w[1]): int(w[2]) for w in words if w and w[0] == "gpio"}
        return self

    def has(self, address):
        return address in DEVICES and address not in self.look().absent


class Bridge:
    def __init__(self, orders):
        self.orders = orders
        self.value, self.direction = [0] * 4, [1] * 4
        self.writing, self.reading, self.refused = bytearray(), b"", False

    def answer(self, c):
        r = bytearray(64)
        r[0] = c[0]
        if c[0] in (0x90, 0x94):                      # I2C write with and without a stop, 60 bytes a report
            address, total = c[3] >> 1, c[1] | c[2] << 8
            self.refused = not self.orders.has(address)
            self.writing += c[4:4 + min(LARGEST_REPORT, total - len(self.writing))]
            if len(self.writing) >= total:
                if not self.refused:
                    DEVICES[address] += self.writing
                    del DEVICES[address][:-4096]
                    say(f"i2c write 0x{address:02x} {len(self.writing)} bytes {bytes(self.writing).hex()}")
                self.writing = bytearray()
        elif c[0] in (0x91, 0x93):                    # I2C read
            address, total = c[3] >> 1, c[1] | c[2] << 8
            self.refused = not self.orders.has(address)
            self.reading = b"" if self.refused else (bytes(DEVICES[address][-1:]) or b"\0") * total
            say(f"i2c read 0x{address:02x} {total}{' refused' if self.refused else ''}")
        elif c[0] == 0x40:                            # hand over what was read
            part, self.reading = self.reading[:LARGEST_REPORT], self.reading[LARGEST_REPORT:]
            r[2], r[3] = 0x25 if self.refused else 0x55, len(part)
            r[4:4 + len(part)] = part
        elif c[0] == 0x10:                            # status; with 0x10 also: cancel the transfer
            r[3] = c[3]
            r[20] = 0x40 if self.refused and c[3] != 0x20 and c[2] != 0x10 else 0
            if c[2] == 0x10:
                self.refused, self.writing = False, bytearray()
        elif c[0] == 0x50:                            # set lines
            for i in range(4):
                b = c[2 + 4 * i:6 + 4 * i]
                r[2 + 4 * i:6 + 4 * i] = b
                if b[0] and self.value[i] != b[1]:
                    self.value[i] = b[1]
                    say(f"gpio {i} = {b[1]}")
                if b[2] and self.direction[i] != b[3]:
                    self.direction[i] = b[3]
                    say(f"gpio {i} {'in' if b[3] else 'out'}")
        elif c[0] == 0x51:                            # get lines
            for i in range(4):
                r[2 + 2 * i], r[3 + 2 * i] = self.orders.look().levels.get(i, self.value[i]) if self.direction[i] else self.value[i], self.direction[i]
        elif c[0] == 0x61:                            # what the pins are: all four GPIO
            r[22:26] = b"\0\0\0\0"
        return bytes(r)


def main():
    device, bridge = os.open("/dev/uhid", os.O_RDWR), Bridge(Orders(sys.argv[2] if len(sys.argv) > 2 else None))
    os.write(device, struct.pack("<I128s64s64sHHIIII", UHID_CREATE2, b"virtual MCP2221", b"lab", b"", len(REPORT_DESCRIPTOR), 3, 0x04D8, 0x00DD, 0, 0) + REPORT_DESCRIPTOR)
    while True:
        event = os.read(device, 4380)
        if struct.unpack_from("<I", event)[0] == UHID_OUTPUT:
            length = struct.unpack_from("<H", event, 4 + 4096)[0]
            os.write(device, struct.pack("<IH", UHID_INPUT2, 64) + bridge.answer(event[4:4 + length].ljust(64, b"\0")))


main()
