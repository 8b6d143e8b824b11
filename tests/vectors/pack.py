"""log-format.md, section 5: packs, and as much of zstd (RFC 8878) as a legal frame needs: raw and run-length blocks."""
import re

from change import decode, first_fields
from chain import commitment, first_previous, head_message, is_found, next_link, verify
from columns import Rebuilding, Splitting
from primitives import Reader, Refused, varint

BLOCK = 128 * 1024
PACK_BYTES = 262080
RAW_BYTES = 1048576
COUNT = 4096
MASK = 2**64 - 1


def block(last, kind, size, data):
    return (int(last) | kind << 1 | size << 3).to_bytes(3, "little") + data


def blocks_of(raw):
    """Blocks of at most 128 KiB: what is one byte repeated becomes a run-length block, all else is raw."""
    pieces, at = [], 0
    for run in re.finditer(rb"(.)\1{1023,}", raw, re.DOTALL):
        pieces += raw_blocks_of(raw[at:run.start()])
        size = run.end() - run.start()
        pieces += [(1, min(BLOCK, size - done), run[1]) for done in range(0, size, BLOCK)]
        at = run.end()
    return pieces + raw_blocks_of(raw[at:])


def raw_blocks_of(raw):
    return [(0, len(raw[at:at + BLOCK]), raw[at:at + BLOCK]) for at in range(0, len(raw), BLOCK)]


def frame_of(raw, pieces=None, with_size=True, checksum=False, claimed=None):
    """A zstd frame: of one segment with its content size, or with a window of 128 KiB and without the size."""
    pieces = (raw_blocks_of(raw) if pieces is None else pieces) or [(0, 0, b"")]
    size = len(raw) if claimed is None else claimed
    if with_size:
        head = bytes([2 << 6 | 1 << 5 | checksum << 2]) + size.to_bytes(4, "little")
    else:
        head = bytes([checksum << 2, 7 << 3])
    body = b"".join(block(n == len(pieces) - 1, *piece) for n, piece in enumerate(pieces))
    end = (xxh64(raw) & 0xFFFFFFFF).to_bytes(4, "little") if checksum else b""
    return b"\x28\xb5\x2f\xfd" + head + body + end


def unpack(frame, most):
    """The content of one frame with raw and run-length blocks, which ends where the bytes end."""
    r = Reader(frame)
    if r.raw(4) != b"\x28\xb5\x2f\xfd":
        raise Refused("the zstd frame is whole and legal")
    flags, size = r.u8(), None
    if flags & 0x20 == 0:
        r.u8()
    if flags >> 6 or flags & 0x20:
        width = 1 << (flags >> 6)
        size = int.from_bytes(r.raw(width), "little") + (256 if width == 2 else 0)
    out, last = bytearray(), False
    while not last:
        header = int.from_bytes(r.raw(3), "little")
        last, kind, length = header & 1, header >> 1 & 3, header >> 3
        if kind > 1 or length > BLOCK:
            raise Refused("the zstd frame is whole and legal")
        out += r.raw(length) if kind == 0 else r.raw(1) * length
        if len(out) > most:
            raise Refused("the frame unpacks to raw_size bytes")
    if flags & 4 and r.raw(4) != (xxh64(bytes(out)) & 0xFFFFFFFF).to_bytes(4, "little"):
        raise Refused("the zstd frame is whole and legal")
    if size is not None and size != len(out):
        raise Refused("the zstd frame is whole and legal")
    r.end("nothing is left over after the frame")
    return bytes(out)


def xxh64(data):
    """The checksum of zstd frames: XXH64 with seed 0."""
    p1, p2, p3 = 11400714785074694791, 14029467366897019727, 1609587929392839161
    p4, p5 = 9650029242287828579, 2870177450012600261

    def rotate(x, bits):
        return (x << bits | x >> 64 - bits) & MASK

    def step(lane, word):
        return rotate(lane + word * p2 & MASK, 31) * p1 & MASK

    at, out = 0, p5
    if len(data) >= 32:
        lanes = [p1 + p2 & MASK, p2, 0, -p1 & MASK]
        while at + 32 <= len(data):
            words = (data[at + 8 * n:at + 8 * n + 8] for n in range(4))
            lanes = [step(lane, int.from_bytes(word, "little")) for lane, word in zip(lanes, words)]
            at += 32
        out = sum(rotate(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18))) & MASK
        for lane in lanes:
            out = ((out ^ step(0, lane)) * p1 + p4) & MASK
    out = out + len(data) & MASK
    while at + 8 <= len(data):
        out = (rotate(out ^ step(0, int.from_bytes(data[at:at + 8], "little")), 27) * p1 + p4) & MASK
        at += 8
    if at + 4 <= len(data):
        out = (rotate(out ^ int.from_bytes(data[at:at + 4], "little") * p1 & MASK, 23) * p2 + p3) & MASK
        at += 4
    for byte in data[at:]:
        out = rotate(out ^ byte * p5 & MASK, 11) * p1 & MASK
    out = (out ^ out >> 33) * p2 & MASK
    out = (out ^ out >> 29) * p3 & MASK
    return out ^ out >> 32


def header_bytes(header):
    keys = bytes.fromhex(header["workspace"]) + bytes.fromhex(header["author"])
    run = varint(header["first_seq"]) + varint(header["count"]) + bytes.fromhex(header["prev_link"])
    return b"KZP\1" + keys + run + bytes.fromhex(header["signature"]) + varint(header["raw_size"])


def tail_of(content):
    """What follows version, author and seq."""
    r = Reader(content)
    r.raw(33)
    r.varint()
    return r.rest()


def entry(content, private=None, flag=None):
    """(tail, flag, salt, part). `private` is (salt, part), or None; a flag or a part that does not fit the content's
    commitment makes a bad vector."""
    if flag is None:
        flag = 0 if private is None else 1
    return tail_of(content), flag, *(private or (b"", b""))


def raw_of(first_seq, entries, whole=False, encodings=None, bend=None):
    """What the frame unpacks to; with `whole`, no content is taken apart."""
    splitting = Splitting(first_seq, whole)
    for each in entries:
        splitting.add(*each)
    return splitting.joined(encodings, bend)


def read_header(pack, forgiven=frozenset()):
    r = Reader(pack, forgiven)
    r.need(len(pack) <= PACK_BYTES, "a pack is at most 262,080 bytes")
    r.need(r.raw(4) == b"KZP\1", "a pack begins with KZP and 1")
    header = {"workspace": r.raw(32).hex(), "author": r.raw(32).hex(), "first_seq": r.varint(), "count": r.varint()}
    header |= {"prev_link": r.raw(32).hex(), "signature": r.raw(64).hex(), "raw_size": r.varint()}
    r.need(1 <= header["count"] <= COUNT, "a pack holds from 1 to 4096 changes")
    seqs = header["first_seq"] >= 1 and header["first_seq"] + header["count"] - 1 < 2**32
    r.need(seqs, "seq is from 1 to 2^32-1")
    r.need(header["raw_size"] <= RAW_BYTES, "raw_size is at most 1,048,576")
    return header, r.rest()


def check_part(r, change, flag, salt, part):
    r.need(flag == 0 or change["private"] is not None, "a part stands only where the content has a commitment")
    r.need(flag != 0 or change["private"] is None, "a content with a commitment has its part")
    r.need(flag != 2, "a part is absent only where an erase names the change")
    if flag != 1:
        return None
    fits = change["private"] is None or commitment(salt, part).hex() == change["private"]
    r.need(fits, "a part fits its commitment")
    return [salt.hex(), part.hex()]


def open_pack(pack, forgiven=frozenset()):
    """(header, changes): form, chain and signature hold, or Refused names the rule."""
    header, frame = read_header(pack, forgiven)
    most = RAW_BYTES if header["raw_size"] <= RAW_BYTES else header["raw_size"]
    raw = unpack(frame, most)
    r = Reader(raw, forgiven)
    r.need(len(raw) == header["raw_size"], "the frame unpacks to raw_size bytes")
    rebuilding = Rebuilding(header["first_seq"], raw, forgiven)
    workspace, link = bytes.fromhex(header["workspace"]), bytes.fromhex(header["prev_link"])
    changes = []
    for n in range(header["count"]):
        seq = header["first_seq"] + n
        tail, *private = rebuilding.next()
        content = first_fields({"author": header["author"], "seq": seq}) + tail
        change = decode(content, forgiven)
        if seq == 1:
            r.need(link == first_previous(workspace, change), "prev_link is link(first_seq - 1)")
        link = next_link(link, content)
        if seq == 1 and is_found(change):
            r.need(link == workspace, "the workspace is link(1) of its founder")
        changes.append({"content": content.hex(), "link": link.hex(), "private": check_part(r, change, *private)})
    rebuilding.end()
    last = header["first_seq"] + header["count"] - 1
    message = head_message(workspace, bytes.fromhex(header["author"]), last, link)
    signed = verify(bytes.fromhex(header["author"]), "head", message, bytes.fromhex(header["signature"]))
    r.need(signed, "the signature is the author's head signature at the last change")
    return header, changes
