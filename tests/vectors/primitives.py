"""log-format.md, section 1: the hash, varints, text, and a reader that names the rule which bytes break."""
import hashlib

ZERO_32 = bytes(32)
ZERO_64 = bytes(64)


def H(*parts):
    return hashlib.blake2b(b"".join(parts), digest_size=32).digest()


def H16(*parts):
    return hashlib.blake2b(b"".join(parts), digest_size=16).digest()


def u64(number):
    return (number % 2**64).to_bytes(8, "big")


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def zigzag(number):
    return varint(2 * number if number >= 0 else -2 * number - 1)


def sized(data):
    return varint(len(data)) + data


def text(value):
    """Takes bytes too, for text that is not text."""
    return sized(value if isinstance(value, bytes) else value.encode())


class Refused(Exception):
    """Bytes that break a rule; `rule` is one sentence, the same in the vectors."""

    def __init__(self, rule):
        super().__init__(rule)
        self.rule = rule


def broken_rule(name, read, structural, alone=True):
    """The rule that `read(forgiven)` finds broken. If it stands alone, this proves that nothing else is wrong, by
    forgiving that rule, unless it is one of the `structural` ones behind which nothing can be read."""
    try:
        read(frozenset())
    except Refused as refused:
        rule = refused.rule
    else:
        raise AssertionError(f"{name}: not refused")
    if alone and rule not in structural:
        try:
            read({rule})
        except Refused as refused:
            raise AssertionError(f"{name}: breaks {rule}, but also: {refused.rule}") from refused
    return rule


class Reader:
    """Reads what the writers above write. A rule in `forgiven` may be broken: so a bad vector is shown to break that
    rule and no other."""

    def __init__(self, data, forgiven=frozenset()):
        self.data = data
        self.at = 0
        self.forgiven = forgiven

    def need(self, condition, rule):
        if not condition and rule not in self.forgiven:
            raise Refused(rule)

    def raw(self, count):
        if count > len(self.data) - self.at:
            raise Refused("bytes end too early")
        self.at += count
        return self.data[self.at - count:self.at]

    def rest(self):
        return self.raw(len(self.data) - self.at)

    def u8(self):
        return self.raw(1)[0]

    def varint(self):
        number = shift = 0
        while True:
            byte = self.u8()
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
            self.need(shift < 70, "a varint has at most 64 bits")
        self.need(number < 2**64, "a varint has at most 64 bits")
        self.need(shift == 7 or byte != 0, "a varint stands in its shortest form")
        return number

    def zigzag(self):
        number = self.varint()
        return -(number + 1) // 2 if number & 1 else number // 2

    def sized(self, most=None, rule=None):
        size = self.varint()
        if most is not None:
            self.need(size <= most, rule)
        return self.raw(size)

    def text(self, most, rule):
        data = self.sized(most, rule)
        self.need(b"\0" not in data, "text has no U+0000")
        try:
            return data.decode()
        except UnicodeDecodeError:
            self.need(False, "text is well-formed UTF-8")
            return data.decode(errors="replace")

    def end(self, rule):
        self.need(self.at == len(self.data), rule)


def repeat_at(data, at):
    """(bytes covered, period) of the longest repetition that begins here: at least 32 bytes, a period of at most 64."""
    best, key = (0, 0), data[at:at + 16]
    found = data.find(key, at + 1, at + 64 + len(key))
    while found >= 0:
        period, end = found - at, found
        while data[end:end + period] == data[at:found]:
            end += period
        if end - at >= max(32, 2 * period) and end - at > best[0]:
            best = (end - at, period)
        found = data.find(key, found + 1, at + 64 + len(key))
    return best


def parts_of(data):
    """Bytes as [[hex, times], ...], repetitions found greedily."""
    parts, plain, at = [], bytearray(), 0
    while at < len(data):
        covered, period = repeat_at(data, at)
        if not covered:
            plain.append(data[at])
            at += 1
            continue
        if plain:
            parts.append([plain.hex(), 1])
            plain = bytearray()
        parts.append([data[at:at + period].hex(), covered // period])
        at += covered
    return parts + ([[plain.hex(), 1]] if plain else [])


def blob(data):
    """The JSON members for a case's bytes: `hex`, or `hex_parts` where that is much shorter."""
    if len(data) > 2048:
        parts = parts_of(data)
        if sum(len(part[0]) + 8 for part in parts) < len(data):
            return {"hex_parts": parts}
    return {"hex": data.hex()}


NOTE_BLOB = ("A long case has hex_parts instead of hex: a list of [hex, times], each part repeated that often, "
             "then all joined.")
