"""bundle.json: bundle files (bundle-format.md)."""
import bundle
import ed25519
from bundle import (ANNOUNCEMENT, END, HEADER, HEADS, HOLDING, MAGIC, PACK, RECEIPT, STATEMENT, Fault, announcement_body,
                    frames, header_body, heads_digest, holding_body, pages, receipt_body, statement_message)
from cases_chain import RELAY
from cases_pack import Draft
from primitives import H, H16, NOTE_BLOB, ZERO_32, blob, varint
from protocol import announcement_message, holding_message, receipt_message
from world import START_MS, World

WORLD = World()
WORKSPACE = WORLD.workspace
PACKER = WORLD.coordinator.person
INCARNATION = H16(b"incarnation")
LOGS = (WORLD.founder, WORLD.volunteer, WORLD.coordinator)
NOTES = (ANNOUNCEMENT, HOLDING, RECEIPT)


def announcement(log=WORLD.volunteer, now_ms=START_MS + 5000, seq=None):
    author, own_seq, link = log.head()
    seq = own_seq if seq is None else seq
    message = announcement_message(WORKSPACE, author, seq, link, START_MS, now_ms)
    return ANNOUNCEMENT, announcement_body(author, seq, link, START_MS, now_ms, log.person.sign("announcement", message))


def holding():
    message = holding_message(WORKSPACE, PACKER.public, RELAY.public, INCARNATION, 17)
    return HOLDING, holding_body(PACKER.public, RELAY.public, INCARNATION, 17, PACKER.sign("holding", message))


def receipt():
    author, seq, link = WORLD.volunteer.head()
    message = receipt_message(WORKSPACE, author, seq, link, RELAY.public, INCARNATION, 12)
    return RECEIPT, receipt_body(author, seq, link, RELAY.public, INCARNATION, 12, RELAY.sign("receipt", message))


def many_heads(count):
    """Heads of people who need not exist; with long runs of zeros, which the vectors shorten."""
    return [(bytes(28) + n.to_bytes(4, "big"), n + 1, ZERO_32) for n in range(count)]


class Book:
    """A bundle in the making, each part open to a change before bytes() joins them."""

    def __init__(self, heads=None, packs=LOGS, addressee=ZERO_32, notes=(), packed_ms=START_MS + 9000):
        self.heads = sorted(log.head() for log in LOGS) if heads is None else heads
        self.about = (WORKSPACE, PACKER.public, addressee, packed_ms)
        self.pages = list(pages(self.heads))
        self.notes = list(notes)
        self.packs = [Draft(log, 1, len(log.contents)).bytes() for log in packs]
        self.signer, self.signed_count, self.version = PACKER, len(self.heads), 1

    def statement(self):
        digest = heads_digest(self.pages)
        message = statement_message(*self.about, self.signed_count, digest)
        return varint(self.signed_count) + digest + self.signer.sign("statement", message)

    def parts(self):
        yield HEADER, header_body(*self.about, version=self.version)
        yield from ((HEADS, page) for page in self.pages)
        yield STATEMENT, self.statement()
        yield from self.notes
        yield from ((PACK, pack) for pack in self.packs)
        yield END, varint(len(self.packs))

    def bytes(self, parts=None):
        return MAGIC + frames(self.parts() if parts is None else parts)

    def bent(self, kind, change):
        """With the body of the first frame of a kind changed; checks fit."""
        parts = list(self.parts())
        at = next(i for i, part in enumerate(parts) if part[0] == kind)
        parts[at] = (kind, change(parts[at][1]))
        return self.bytes(parts)

    def with_part(self, at, *part):
        parts = list(self.parts())
        parts.insert(at if at >= 0 else len(parts) + 1 + at, part)
        return self.bytes(parts)

    def without(self, kind):
        return self.bytes([part for part in self.parts() if part[0] != kind])


def full():
    return Book(notes=[announcement(WORLD.coordinator), announcement(), holding(), receipt()])


def good():
    yield "empty: a laptop that holds nothing", Book(heads=[], packs=[]).bytes()
    yield "heads, notes of each kind and packs, for anybody", full().bytes()
    yield "for a laptop, receipts alone", Book(packs=[], addressee=WORLD.volunteer.person.public, notes=[receipt()]).bytes()
    yield "a pack that lies beyond a gap", gap_bundle()
    yield "packed before 1970", Book(packs=[], packed_ms=-5).bytes()
    yield "two pages of heads, the second of one", Book(heads=many_heads(1001), packs=[]).bytes()
    yield "one full page of heads", Book(heads=many_heads(1000), packs=[]).bytes()
    yield "a pack that is none: judged when it is stored", Book(packs=[]).bytes([
        *list(Book(packs=[]).parts())[:-1], (PACK, b"not a pack"), (END, varint(1))])
    later = list(full().parts())
    later[2:2] = [(200, b"of a later program")]
    later[-1:-1] = [(64, b""), (255, b"too")]
    yield "kinds of later programs are passed over", full().bytes(later)


def gap_bundle():
    book = Book(packs=[])
    book.packs = [Draft(WORLD.volunteer, 2, 2).bytes()]
    return book.bytes()


def bad():
    whole = full().bytes()
    yield "no bytes", b""
    yield "another file", b"PK\x03\x04" + whole
    yield "line ends changed by a copy", whole.replace(b"\r\n", b"\n", 1)
    yield "the magic alone", MAGIC
    yield "half the magic", MAGIC[:9]
    yield "torn inside the header", whole[:40]
    yield "torn inside a pack", whole[:-200]
    yield "torn before the last byte", whole[:-1]
    yield "torn between frames", full().without(END)
    yield "one bit turned in the header", turned(whole, 30)
    yield "one bit turned in a pack", turned(whole, len(whole) - 100)
    yield "one bit turned in the last check", turned(whole, len(whole) - 1)
    yield "one bit turned in a size", turned(whole, 17, 0x80)
    yield "a size above the limit", MAGIC + b"\x01\x00\x04\x00\x01"
    at = next(i for i, part in enumerate(full().parts()) if part[0] == PACK)
    swapped = [frame for _, frame in cut(whole)]
    swapped[at], swapped[at + 1] = swapped[at + 1], swapped[at]
    yield "two packs changed places", MAGIC + b"".join(swapped)
    yield "a pack is gone", MAGIC + b"".join(frame for n, (_, frame) in enumerate(cut(whole)) if n != at)
    newer = full()
    newer.version = 2
    yield "of version 2", newer.bytes()
    newer.version = 0
    yield "of version 0", newer.bytes()
    yield "a header with a byte too much", full().bent(HEADER, lambda body: body + b"\0")
    yield "a header with a byte too little", full().bent(HEADER, lambda body: body[:-1])
    yield "a time beyond 2^47 ms", Book(packs=[], packed_ms=2**47 + 1).bytes()
    yield "no header", full().bytes(list(full().parts())[1:])
    yield "two headers", full().with_part(1, HEADER, list(full().parts())[0][1])
    yield "an unknown kind before the header", full().with_part(0, 64, b"")
    yield "a kind below 64 that is unknown", full().with_part(3, 9, b"")
    yield "kind 0", full().with_part(3, 0, b"")
    yield "a page without heads", full().with_part(2, HEADS, b"")
    yield "heads that do not ascend", heads_bundle(sorted(log.head() for log in LOGS)[::-1])
    yield "a head twice", heads_bundle([WORLD.founder.head()] * 2)
    yield "seq 0", heads_bundle([(PACKER.public, 0, ZERO_32)])
    yield "seq 2^32", heads_bundle([(PACKER.public, 2**32, ZERO_32)])
    yield "a head that ends early", full().bent(HEADS, lambda body: body[:-1])
    yield "a page of 1,001 heads", paged([1001])
    yield "a page before the last that is not full", paged([999, 2])
    yield "heads after the statement", full().with_part(3, HEADS, list(pages(many_heads(1)))[0])
    yield "no statement", full().without(STATEMENT)
    yield "two statements", full().with_part(3, STATEMENT, full().statement())
    signed = full()
    signed.signer = WORLD.founder.person
    yield "a statement by another", signed.bytes()
    signed = full()
    signed.signed_count = 2
    yield "a statement about fewer heads", signed.bytes()
    yield "a statement about other heads", full().bent(HEADS, lambda body: body[:-1] + bytes([body[-1] ^ 1]))
    yield "a statement for another addressee", full().bent(
        HEADER, lambda body: header_body(*full().about[:2], WORLD.volunteer.person.public, full().about[3]))
    yield "a note before the statement", full().with_part(2, *receipt())
    yield "a note behind the packs", full().with_part(-2, *receipt())
    yield "more than three notes for each head", Book(packs=[], heads=[WORLD.volunteer.head()], notes=[receipt()] * 4).bytes()
    for kind, name in zip(NOTES, ("announcement", "holding", "receipt")):
        yield f"a byte too much in the {name}", full().bent(kind, lambda body: body + b"\0")
        yield f"a byte too little in the {name}", full().bent(kind, lambda body: body[:-1])
    yield "an announcement of seq 0", Book(packs=[], notes=[announcement(seq=0)]).bytes()
    yield "an announcement beyond 2^47 ms", Book(packs=[], notes=[announcement(now_ms=2**47 + 1)]).bytes()
    yield "a pack before the statement", full().with_part(2, PACK, full().packs[0])
    yield "a pack longer than a pack may be", Book(packs=[]).with_part(3, PACK, bytes(262081))
    yield "an end that counts other packs", full().bent(END, lambda body: varint(4))
    yield "an end before the statement", full().with_part(2, END, varint(0))
    yield "bytes behind the end", whole + b"\0"
    yield "a frame behind the end", full().with_part(-1, 64, b"")


def heads_bundle(heads):
    """Heads as they are given, in one page, the statement about them."""
    book = Book(packs=[], heads=[])
    book.pages = [b"".join(author + varint(seq) + link for author, seq, link in heads)]
    book.signed_count = len(heads)
    return book.bytes()


def paged(sizes):
    heads, book, at = many_heads(sum(sizes)), Book(packs=[], heads=[]), 0
    book.pages = []
    for size in sizes:
        book.pages += [b"".join(author + varint(seq) + link for author, seq, link in heads[at:at + size])]
        at += size
    book.signed_count = len(heads)
    return book.bytes()


def turned(data, at, bit=1):
    return data[:at] + bytes([data[at] ^ bit]) + data[at + 1:]


def cut(data):
    """The frames of a good bundle as (kind, bytes)."""
    at = len(MAGIC)
    while at < len(data):
        end = at + 21 + int.from_bytes(data[at + 1:at + 5], "big")
        yield data[at], data[at:end]
        at = end


def described(kind, fields):
    def form(field):
        return field.hex() if isinstance(field, bytes) else [form(one) for one in field] if isinstance(
            field, (list, tuple)) else field
    if kind == PACK:
        return [kind, H(fields).hex()]
    if kind == HEADS and len(fields) > 100:
        return [kind, len(fields)]
    return [kind, form(fields)]


def good_case(name, data):
    items = bundle.read(data, ed25519.verify)
    return {"name": name, **blob(data), "items": [described(*item) for item in items]}


def bad_case(name, data):
    try:
        bundle.read(data, ed25519.verify)
    except Fault as fault:
        return {"name": name, "rule": fault.rule, "fault": fault.fault, "items": fault.items, **blob(data)}
    raise AssertionError(f"{name}: not refused")


def document():
    return {
        "version": 1,
        "source": "bundle-format.md",
        "note": NOTE_BLOB + " The items of a good case are [kind, fields in the order of the table], of a pack "
                "[7, H(pack)], of a long page of heads its length. A bad case breaks the rule that it names; `items` stand whole before the fault.",
        "seeds": [{"name": PACKER.name, "seed": PACKER.seed.hex()}],
        "good": [good_case(*case) for case in good()],
        "bad": [bad_case(*case) for case in bad()]}
