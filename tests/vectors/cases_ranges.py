"""ranges.json: frames of ranges, and whole reconciliations between two tables (protocol.md, section 6)."""
from primitives import H, NOTE_BLOB, Refused, blob, varint
from ranges import (END, HEADS, SKIP, START, SUM, WANTED, Reconciler, answer, bound_between, parse_ranges, range_sum,
                    ranges_frame)

MODE_NAMES = ("skip", "sum", "wanted", "heads")


def person(name):
    return H(b"an author of ranges: ", str(name).encode())


def head(name, seq=None):
    link = H(b"a link of ranges: ", str(name).encode(), str(seq).encode())
    return person(name), seq or 1 + len(str(name)), link


def table(names):
    return sorted(head(name) for name in names)


def padded(prefix):
    return prefix.ljust(32, b"\0")


def bounds():
    low = bytes(31) + b"\1"
    for a, b in ((person(1), person(2)), (START, low), (low, bytes(31) + b"\2"), (START, b"\xff" * 32),
                 (b"\x12" * 32, b"\x12" * 31 + b"\x13"), (padded(b"\x12\x34"), padded(b"\x12\x35")),
                 (padded(b"\x12"), padded(b"\x12\0\0\1"))):
        a, b = sorted((a, b))
        yield {"below": a.hex(), "above": b.hex(), "bound": bound_between(a, b).rstrip(b"\0").hex()}


def sums():
    yield {"name": "of nothing", "heads": [], "sum": range_sum([]).hex()}
    for count in (1, 2, 40):
        heads = table(range(count))
        yield {"name": f"of {count}", "heads": rows(heads), "sum": range_sum(heads).hex()}


def rows(heads):
    return [[author.hex(), seq, link.hex()] for author, seq, link in heads]


def told(entry):
    end, mode, *body = entry
    out = {"to": "end" if end == END else end.hex(), "mode": MODE_NAMES[mode]}
    if mode == SUM:
        out["sum"] = body[0].hex()
    if mode == HEADS:
        out["heads"] = rows(body[0])
    return out


def frames():
    ten, few = padded(b"\x10"), table("ab")
    yield "no ranges: the end of fetches", "replica", []
    yield "no ranges: fetches before it are done", "relay", []
    yield "everything is wanted", "replica", [(END, WANTED)]
    yield "a sum, nothing, and what is wanted", "replica", [
        (ten, SUM, range_sum(few)), (padded(b"\x80\x01"), SKIP), (END, WANTED)]
    yield "a bound of all 32 bytes", "replica", [(b"\xaa" * 32, WANTED)]
    yield "4,096 ranges", "replica", [(padded((n + 1).to_bytes(3, "big")), SKIP if n % 2 else WANTED) for n in range(4096)]
    yield "all is equal", "relay", [(END, SKIP)]
    yield "no heads", "relay", [(END, HEADS, [])]
    yield "two heads, and nothing beyond", "relay", [(END, HEADS, few)]
    yield "the first and the last of all keys", "relay", [
        (END, HEADS, [(bytes(32), 1, H(b"x")), (b"\xff" * 32, 2**32 - 1, H(b"y"))])]
    yield "parts, and an end before the question's", "relay", [
        (ten, SUM, range_sum(few)), (padded(b"\x20"), SUM, bytes(16)), (padded(b"\x21"), SKIP)]


def bad_frames():
    one = head("a")
    row = one[0] + varint(one[1]) + one[2]
    low, high = sorted((head("a"), head("b")))
    pair = [author + varint(seq) + link for author, seq, link in (low, high)]
    yield "nothing", "replica", b""
    yield "another kind", "replica", b"S\0\2"
    yield "a bound without a mode", "replica", b"R\0"
    yield "a bound that is cut", "replica", b"R\x05ab"
    yield "a bound of 33 bytes", "replica", b"R\x21" + b"\x01" * 33 + b"\2"
    yield "a bound with a zero at its end", "replica", b"R\x02\x10\0\2"
    yield "a bound with its length in a longer form", "replica", b"R\x81\0\x10\2"
    yield "the same bound twice", "replica", b"R\1\x10\2\1\x10\2"
    yield "a bound below the one before", "replica", b"R\1\x10\2\1\x0f\2"
    yield "something after the end", "replica", b"R\0\2\0\2"
    yield "a mode that does not exist", "replica", b"R\0\4"
    yield "heads from a replica", "replica", b"R\0\3\0"
    yield "a question from a relay", "relay", b"R\0\2"
    yield "a sum that is cut", "replica", b"R\0\1" + bytes(15)
    yield "4,097 ranges", "replica", ranges_frame([(padded((n + 1).to_bytes(3, "big")), WANTED) for n in range(4097)])
    yield "fewer heads than it says", "relay", b"R\0\3\2" + row
    yield "more heads than it says", "relay", b"R\0\3\1" + row + row
    yield "a count of 2^63", "relay", b"R\0\3" + varint(2**63) + row
    yield "heads that descend", "relay", b"R\0\3\2" + pair[1] + pair[0]
    yield "a head twice", "relay", b"R\0\3\2" + row + row
    yield "a head behind its range", "relay", b"R\1\x01\3\1" + padded(b"\x01") + b"\1" + bytes(32)
    yield "a head before its range", "relay", b"R\1\x02\0\0\3\1" + padded(b"\x01") + b"\1" + bytes(32)
    yield "a head of seq 0", "relay", b"R\0\3\1" + one[0] + b"\0" + one[2]
    yield "a head of seq 2^32", "relay", b"R\0\3\1" + one[0] + varint(2**32) + one[2]


def runs():
    """(name, presumed, relay's)"""
    some, many = range(40), range(300)
    yield "nothing here, nothing there", [], []
    yield "equal", table(some), table(some)
    yield "nothing there", table(some), []
    yield "nothing here", [], table(some)
    yield "eight that are listed at once", table(range(8)), table(range(1, 9))
    yield "nine that are divided", table(range(9)), table(range(1, 10))
    yield "one is lacking there", table(some), table(range(1, 40))
    yield "one is lacking here", table(range(1, 40)), table(some)
    newer = sorted(table(range(1, 40)) + [head(0, 900)])
    yield "one has another head", table(some), newer
    yield "one has another link", table(some), sorted(table(range(1, 40)) + [(person(0), head(0)[1], H(b"fork"))])
    yield "300 and three differences", table(many), sorted(
        table(set(many) - {1, 2} | {"new"}) + [head(2, 77)])
    yield "nothing in common", table(range(60)), table(range(100, 160))


def run_case(name, presumed, relay):
    ours, steps = Reconciler(presumed), []
    while ours.pending:
        question = ours.question()
        assert parse_ranges(ranges_frame(question), "replica") == question
        answered = answer(relay, question)
        assert parse_ranges(ranges_frame(answered), "relay") == answered
        ours.take(answered)
        steps.append([ranges_frame(question).hex(), ranges_frame(answered).hex()])
    assert ours.relay == relay, name
    gone = sorted({entry[0].hex() for entry in presumed} - {entry[0].hex() for entry in relay})
    other = [entry for entry in relay if entry not in presumed]
    return {"name": name, "presumed": rows(presumed), "gone": gone, "other": rows(other), "frames": steps}


def frame_case(name, sender, ranges):
    frame = ranges_frame(ranges)
    assert parse_ranges(frame, sender) == ranges, name
    case = {"name": name, "from": sender, **blob(frame), "count": len(ranges)}
    return case if len(ranges) > 100 else case | {"ranges": [told(entry) for entry in ranges]}


def bad_frame_case(name, sender, frame):
    try:
        parse_ranges(frame, sender)
    except Refused as refused:
        return {"name": name, "from": sender, **blob(frame), "rule": refused.rule}
    raise AssertionError(f"{name}: not refused")


def document():
    return {
        "version": 1,
        "source": "protocol.md, section 6",
        "note": NOTE_BLOB + " Heads are [author, seq, link]. bounds: the shortest key above the one and not above the "
                "other, without its zeros at the end. runs: a whole reconciliation, presumed is what the replica begins "
                "with, the relay lacks the authors that are gone and holds the other heads instead or besides, frames "
                "are [question, answer].",
        "bounds": list(bounds()),
        "sums": list(sums()),
        "frames": [frame_case(*case) for case in frames()],
        "bad_frames": [bad_frame_case(*case) for case in bad_frames()],
        "runs": [run_case(*case) for case in runs()]}
