"""bundle-format.md: bundles written and read, from that page alone."""
from primitives import H, H16, Reader, Refused, ZERO_32, u64, varint, zigzag

MAGIC = b"karez bundle\r\n\x1a\n"
HEADER, HEADS, STATEMENT, ANNOUNCEMENT, HOLDING, RECEIPT, PACK, END = range(1, 9)
FIRST_UNKNOWN = 64
PAGE, MOST_HEADS, BODY_BYTES, PACK_BYTES = 1000, 131072, 262144, 262080
SEQ, TIME_MS = 2**32 - 1, 2**47


def frames(parts, check=bytes(16)):
    """(kind, body) pairs behind each other, each with its check."""
    out = bytearray()
    for kind, body in parts:
        head = bytes([kind]) + len(body).to_bytes(4, "big")
        check = H16(b"karez/bundle/1", check, head, body)
        out += head + body + check
    return bytes(out)


def header_body(workspace, packer, addressee, packed_ms, version=1):
    return varint(version) + workspace + packer + addressee + zigzag(packed_ms)


def pages(heads):
    heads = sorted(heads)
    for at in range(0, len(heads), PAGE):
        yield b"".join(author + varint(seq) + link for author, seq, link in heads[at:at + PAGE])


def heads_digest(bodies):
    digest = ZERO_32
    for body in bodies:
        digest = H(b"karez/bundle-heads/1", digest, body)
    return digest


def statement_message(workspace, packer, addressee, packed_ms, count, digest):
    return workspace + packer + addressee + u64(packed_ms) + u64(count) + digest


def announcement_body(author, seq, link, last_record_ms, now_ms, signature):
    return author + varint(seq) + link + zigzag(last_record_ms) + zigzag(now_ms) + signature


def holding_body(author, relay, incarnation, arrival, signature):
    return author + relay + incarnation + varint(arrival) + signature


def receipt_body(author, seq, link, relay, incarnation, arrival, signature):
    return author + varint(seq) + link + relay + incarnation + varint(arrival) + signature


class Fault(Refused):
    """A bundle that is refused: the fault's name, the rule, and how many items are whole before it."""

    def __init__(self, fault, rule, items):
        super().__init__(rule)
        self.fault, self.items = fault, items


def read(data, verify):
    """The items as (kind, fields), or Fault. verify(key, message, signature) checks a statement's signature, its tag
    included."""
    items = []

    def refuse(fault, rule):
        raise Fault(fault, rule, len(items))

    def need(condition, rule, fault="malformed"):
        if not condition:
            refuse(fault, rule)

    need(data[:len(MAGIC)] == MAGIC[:len(data)] and data, "a bundle begins with its magic", "not_a_bundle")
    need(len(data) >= len(MAGIC), "a bundle has an end", "torn")
    at, check, stage = len(MAGIC), bytes(16), HEADER
    header, bodies, heads, notes, packs = None, [], [], 0, 0
    while at < len(data):
        need(stage != END, "nothing follows the end")
        need(len(data) - at >= 5, "a bundle has an end", "torn")
        head, size = data[at:at + 5], int.from_bytes(data[at + 1:at + 5], "big")
        need(size <= BODY_BYTES, "a body has at most 262,144 bytes", "damaged")
        body, end = data[at + 5:at + 5 + size], at + 21 + size
        need(len(data) >= end, "a bundle has an end", "torn")
        check = H16(b"karez/bundle/1", check, head, body)
        need(check == data[end - 16:end], "a check fits", "damaged")
        kind, reader, at = head[0], Reader(body), end
        try:
            if stage == HEADER:
                need(kind == HEADER, "the header stands first")
                version = reader.varint()
                need(version <= 1, "the version is known", "newer")
                need(version == 1, "the version is known")
                header = (reader.raw(32), reader.raw(32), reader.raw(32), reader.zigzag())
                need(abs(header[3]) <= TIME_MS, "a time is within 2^47 ms")
                item = (HEADER, header)
                stage = HEADS
            elif kind == HEADER:
                refuse("malformed", "frames stand in their order")
            elif kind == HEADS:
                need(stage == HEADS, "frames stand in their order")
                need(len(heads) % PAGE == 0, "every page of heads but the last is full")
                page = []
                while reader.at < len(body):
                    page.append((reader.raw(32), reader.varint(), reader.raw(32)))
                need(0 < len(page) <= PAGE, "a page has from 1 to 1,000 heads")
                need(all(0 < seq <= SEQ for _, seq, _ in page), "a seq is from 1 to 2^32-1")
                heads += page
                need(all(a[0] < b[0] for a, b in zip(heads, heads[1:])), "heads ascend by author")
                need(len(heads) <= MOST_HEADS, "there are at most 131,072 heads")
                bodies.append(body)
                item = (HEADS, page)
            elif kind == STATEMENT:
                need(stage == HEADS, "frames stand in their order")
                count, digest, signature = reader.varint(), reader.raw(32), reader.raw(64)
                reader.end("a body ends with its last field")
                is_about = (count, digest) == (len(heads), heads_digest(bodies))
                need(is_about, "the statement is about the heads", "statement")
                message = b"karez/statement/1" + statement_message(*header, count, digest)
                need(verify(header[1], message, signature), "the packer signs the statement", "statement")
                item = (STATEMENT, (count, digest, signature))
                stage = ANNOUNCEMENT
            elif kind in (ANNOUNCEMENT, HOLDING, RECEIPT):
                need(stage == ANNOUNCEMENT, "frames stand in their order")
                notes += 1
                need(notes <= 3 * max(1, len(heads)), "there are at most three notes for each head")
                item = (kind, read_note(kind, reader, need))
            elif kind == PACK:
                need(stage in (ANNOUNCEMENT, PACK), "frames stand in their order")
                need(size <= PACK_BYTES, "a pack has at most 262,080 bytes")
                packs += 1
                item = (PACK, reader.rest())
                stage = PACK
            elif kind == END:
                need(stage in (ANNOUNCEMENT, PACK), "frames stand in their order")
                need(reader.varint() == packs, "the end counts the packs")
                item = (END, packs)
                stage = END
            else:
                need(kind >= FIRST_UNKNOWN, "a kind is known, or 64 and above")
                item = (kind, reader.rest())
            reader.end("a body ends with its last field")
            items.append(item)
        except Fault as fault:
            raise fault
        except Refused as refused:
            refuse("malformed", refused.rule)
    need(stage == END, "a bundle has an end", "torn")
    return items


def read_note(kind, reader, need):
    author = reader.raw(32)
    if kind == HOLDING:
        return (author, reader.raw(32), reader.raw(16), reader.varint(), reader.raw(64))
    seq = reader.varint()
    need(0 < seq <= SEQ, "a seq is from 1 to 2^32-1")
    link = reader.raw(32)
    if kind == RECEIPT:
        return (author, seq, link, reader.raw(32), reader.raw(16), reader.varint(), reader.raw(64))
    times = (reader.zigzag(), reader.zigzag())
    need(all(abs(time) <= TIME_MS for time in times), "a time is within 2^47 ms")
    return (author, seq, link, *times, reader.raw(64))
