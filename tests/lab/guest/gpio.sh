#!/bin/bash
# In the guest: GPIO lines and an I2C bus by a virtual MCP2221, through the kernel's real driver. Leaves the bridge running; its process id is in /run/mcp2221.pid.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
modprobe -a uhid i2c-dev hid_mcp2221
cp "$here/mcp2221.py" /run/
python3 /run/mcp2221.py /run/mcp2221.log &
echo $! > /run/mcp2221.pid
for _ in {1..50}; do [ -e /dev/gpiochip0 ] && break; sleep 0.1; done
gpiodetect
bus=$(i2cdetect -l | awk '/MCP2221/ { print substr($1, 5) }')
echo "I2C bus $bus"
# One line up and down again, one byte to each device.
gpioset -c gpiochip0 -t 200ms,0 1=1
i2ctransfer -y "$bus" w1@0x27 0x08
i2ctransfer -y "$bus" w2@0x3c 0x00 0xaf
cat /run/mcp2221.log
