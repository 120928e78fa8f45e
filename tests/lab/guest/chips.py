"""The two display controllers, written from their data sheets and not from the agent: what they would show, given the bytes that went over the bus."""


class Hd44780:
    """Hitachi HD44780 behind a PCF8574: a nibble is taken when enable falls. `instructions` are (time, value); a nibble of the eight-bit time counts as a byte."""

    RS, RW, EN = 1, 2, 4

    def __init__(self, columns):
        self.columns, self.pins, self.four, self.high, self.to_letters, self.address = columns, 0, False, None, False, 0
        self.display, self.letters, self.instructions, self.on = bytearray(b"#" * 128), bytearray(64), [], False

    def take(self, when, message):
        for pins in message:
            assert not pins & self.RW, "the expander is told to be read"
            if self.pins & self.EN and not pins & self.EN:
                assert (self.pins ^ pins) & 0xF1 == 0, "data or register select change with the fall of enable"
                self.nibble(when, self.pins & 0xF0, self.pins & self.RS)
            if not self.pins & self.EN and pins & self.EN:
                assert (self.pins ^ pins) & self.RS == 0, "register select changes with the rise of enable"
            self.pins = pins

    def nibble(self, when, nibble, is_data):
        if not self.four:
            self.instructions.append((when, nibble))
            self.four = nibble == 0x20
            return
        if self.high is None:
            self.high = nibble
            return
        value, self.high = self.high | nibble >> 4, None
        if is_data:
            if self.to_letters:
                self.letters[self.address & 63] = value
            else:
                self.display[self.address & 127] = value
            self.address += 1
            return
        self.instructions.append((when, value))
        if value >= 0x80:
            self.to_letters, self.address = False, value & 0x7F
        elif value >= 0x40:
            self.to_letters, self.address = True, value & 0x3F
        elif value >= 0x20:
            self.four = not value & 0x10
        elif 8 <= value < 16:
            self.on = bool(value & 4)
        elif value == 1:
            self.display[:] = b" " * 128

    def row(self, row):
        """A line; a letter of its own (codes 0 to 7) is an underscore where its slot is drawn, and an exclamation mark where it is empty."""
        start = (row & 1) * 0x40 + (row >> 1) * self.columns
        return "".join(("_" if any(self.letters[c * 8:c * 8 + 8]) else "!") if c < 8 else chr(c) for c in self.display[start:start + self.columns])


class Ssd1306:
    """Solomon Systech SSD1306: `commands` are lists of a command with its arguments; noise in its memory until it is written."""

    ARGUMENTS = {0x20: 1, 0x81: 1, 0x8D: 1, 0xA8: 1, 0xD3: 1, 0xD5: 1, 0xD9: 1, 0xDA: 1, 0xDB: 1, 0x21: 2, 0x22: 2}

    def __init__(self, rows):
        self.rows, self.memory, self.commands, self.on, self.noise = rows, bytearray(b"\xa5" * 1024), [], False, False
        self.columns, self.pages, self.column, self.page, self.mode = (0, 127), (0, 7), 0, 0, 2

    def take(self, _, message):
        if message[0] == 0x40:
            assert self.mode == 0, "picture before the addressing mode"
            for dots in message[1:]:
                self.memory[self.page * 128 + self.column] = dots
                self.column += 1
                if self.column > self.columns[1]:
                    self.column = self.columns[0]
                    self.page = self.page + 1 if self.page < self.pages[1] else self.pages[0]
            return
        assert message[0] == 0, f"control byte {message[0]:02x}"
        at = 1
        while at < len(message):
            end = at + 1 + self.ARGUMENTS.get(message[at], 0)
            command = list(message[at:end])
            at = end
            self.commands.append(command)
            if command[0] == 0x20:
                self.mode = command[1]
            elif command[0] == 0x21:
                self.columns, self.column = tuple(command[1:]), command[1]
            elif command[0] == 0x22:
                self.pages, self.page = tuple(command[1:]), command[1]
            elif command[0] in (0xAE, 0xAF):
                self.on = command[0] == 0xAF
                self.noise |= self.on and 0xA5 in self.memory[:self.rows * 16]

    def picture(self):
        return bytes(self.memory[:self.rows * 16])
