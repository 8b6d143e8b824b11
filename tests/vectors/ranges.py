"""protocol.md, section 6: reconciliation of heads by ranges. A table is a sorted list of (author, seq, link); a bound is a
key of 32 bytes, or END, which is greater than every key."""
from chain import head_entry
from primitives import Reader, Refused, sized, varint

SKIP, SUM, WANTED, HEADS = range(4)
START, END = bytes(32), b"\xff" * 33
PARTS, LISTED, ASKED, LARGEST_SEQ = 16, 8, 4096, 0xFFFFFFFF
MODES = {"replica": (SKIP, SUM, WANTED), "relay": (SKIP, SUM, HEADS)}


def range_sum(heads):
    total = sum(int.from_bytes(head_entry(*head), "big") for head in heads)
    return (total % 2**128).to_bytes(16, "big")


def within(table, begin, end):
    return [head for head in table if begin <= head[0] < end]


def bound_between(a, b):
    """The shortest prefix of b that a does not have, filled with zeros."""
    same = next(i for i in range(32) if a[i] != b[i])
    return b[:same + 1].ljust(32, b"\0")


def bound_bytes(bound):
    return sized(b"" if bound == END else bound.rstrip(b"\0"))


def range_bytes(entry):
    end, mode, *body = entry
    out = bound_bytes(end) + bytes([mode])
    if mode == SUM:
        out += body[0]
    if mode == HEADS:
        out += varint(len(body[0])) + b"".join(author + varint(seq) + link for author, seq, link in body[0])
    return out


def ranges_frame(ranges):
    return b"R" + b"".join(map(range_bytes, ranges))


def parse_ranges(data, sender):
    """[(end, mode[, sum or heads])], or Refused."""
    reader = Reader(data)
    reader.need(reader.u8() == ord("R"), "a frame of ranges begins with R")
    ranges, begin = [], START
    while reader.at < len(data):
        prefix = reader.sized(32, "a bound has at most 32 bytes")
        reader.need(not prefix.endswith(b"\0"), "a bound stands in its shortest form")
        end = prefix.ljust(32, b"\0") if prefix else END
        mode = reader.u8()
        reader.need(begin < end, "bounds ascend")
        reader.need(sender == "relay" or len(ranges) < ASKED, "a question has at most 4,096 ranges")
        reader.need(mode in MODES[sender], "a range has a mode that its sender has")
        if mode == SUM:
            ranges.append((end, SUM, reader.raw(16)))
        elif mode == HEADS:
            ranges.append((end, HEADS, parse_heads(reader, begin, end)))
        else:
            ranges.append((end, mode))
        begin = end
    return ranges


def parse_heads(reader, begin, end):
    heads = []
    for _ in range(reader.varint()):
        author, seq, link = reader.raw(32), reader.varint(), reader.raw(32)
        reader.need(begin <= author < end and (not heads or heads[-1][0] < author), "heads ascend in their range")
        reader.need(0 < seq <= LARGEST_SEQ, "a head has the number of a change")
        heads.append((author, seq, link))
    return heads


def divided(held, end):
    """Up to 16 parts of nearly equal numbers of heads, with their sums; `held` are the heads of a range that ends at `end`."""
    parts = min(PARTS, len(held))
    cuts = [len(held) * i // parts for i in range(parts + 1)]
    bounds = [bound_between(held[cut - 1][0], held[cut][0]) for cut in cuts[1:-1]] + [end]
    return [(bound, SUM, range_sum(held[first:last])) for bound, first, last in zip(bounds, cuts, cuts[1:])]


def joined(ranges):
    """Skips side by side are one."""
    out = []
    for entry in ranges:
        if out and entry[1] == SKIP and out[-1][1] == SKIP:
            out.pop()
        out.append(entry)
    return out


def answer(table, question):
    """A relay's answer to a question, both as lists of ranges. Nothing is remembered in between."""
    out, begin = [], START
    for end, mode, *body in question:
        held = within(table, begin, end)
        if mode == SKIP or mode == SUM and range_sum(held) == body[0]:
            out.append((end, SKIP))
        elif mode == WANTED or len(held) <= LISTED:
            out.append((end, HEADS, held))
        else:
            out += divided(held, end)
        begin = end
    return joined(out)


class Reconciler:
    """The replica's side."""

    def __init__(self, presumed):
        self.ours, self.relay = sorted(presumed), sorted(presumed)
        self.pending = self.ask_about(START, END)

    def ask_about(self, begin, end):
        """[(begin, range)] for a range whose heads differ."""
        held = within(self.ours, begin, end)
        parts = [(end, WANTED)] if len(held) <= LISTED else divided(held, end)
        return list(zip([begin] + [part[0] for part in parts], parts))

    def question(self):
        ranges, at = [], START
        for begin, entry in self.pending:
            if at < begin:
                ranges.append((begin, SKIP))
            ranges.append(entry)
            at = entry[0]
        return ranges

    def take(self, answered):
        pending, begin = [], START
        for end, mode, *body in answered:
            if mode == HEADS:
                outside = [head for head in self.relay if not begin <= head[0] < end]
                self.relay = sorted(outside + body[0])
            elif mode == SUM and range_sum(within(self.ours, begin, end)) != body[0]:
                pending += self.ask_about(begin, end)
            begin = end
        self.pending = pending
