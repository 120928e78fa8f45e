#!/usr/bin/env python3
"""cp2112.py [ORDERS]: the GPIO half of a Silicon Labs CP2112 played over /dev/uhid: eight lines whose driver (hid-cp2112) tells changes as interrupts, which that of the MCP2221 does not. ORDERS is a file that may change at
any time: "gpio 0 1" holds an input at a level; lines without an order are high."""
import os
import struct
import sys

REPORT_DESCRIPTOR = bytes.fromhex("0600ff0901a101150026ff007508954009018102954009019102c0")
UHID_CREATE2, UHID_GET_REPORT, UHID_GET_REPORT_REPLY, UHID_SET_REPORT, UHID_SET_REPORT_REPLY = 11, 9, 10, 13, 14
GPIO_CONFIG, GPIO_GET, VERSION, SMBUS_CONFIG = 0x02, 0x03, 0x05, 0x06


def level():
    pins = 0xFF
    if len(sys.argv) > 1 and os.path.exists(sys.argv[1]):
        for words in map(str.split, open(sys.argv[1]).read().splitlines()):
            if words and words[0] == "gpio":
                pins = pins | 1 << int(words[1]) if words[2] == "1" else pins & ~(1 << int(words[1]))
    return pins


def main():
    device = os.open("/dev/uhid", os.O_RDWR)
    os.write(device, struct.pack("<I128s64s64sHHIIII", UHID_CREATE2, b"virtual CP2112", b"lab", b"", len(REPORT_DESCRIPTOR), 3, 0x10C4, 0xEA90, 0, 0) + REPORT_DESCRIPTOR)
    answers = {GPIO_CONFIG: bytearray(5), VERSION: bytearray([VERSION, 0x0C, 0x02]), SMBUS_CONFIG: bytearray(14)}
    while True:
        event = os.read(device, 4380)
        kind = struct.unpack_from("<I", event)[0]
        if kind == UHID_GET_REPORT:
            number, report = struct.unpack_from("<IB", event, 4)
            answer = bytes([GPIO_GET, level()]) if report == GPIO_GET else bytes(answers.get(report, bytes([report] + [0] * 63)))
            os.write(device, struct.pack("<IIHH", UHID_GET_REPORT_REPLY, number, 0, len(answer)) + answer)
        elif kind == UHID_SET_REPORT:
            number, report, _, size = struct.unpack_from("<IBBH", event, 4)
            answers[report] = bytearray(event[12:12 + size])
            os.write(device, struct.pack("<IIH", UHID_SET_REPORT_REPLY, number, 0))


main()
