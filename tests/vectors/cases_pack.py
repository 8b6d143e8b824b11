"""pack.json: packs (log-format.md, section 5)."""
from change import encode
from chain import Person, commitment, head_message, link_zero, next_link
from pack import (BLOCK, PACK_BYTES, RAW_BYTES, blocks_of, entry, frame_of, header_bytes, open_pack,
                  raw_blocks_of)
from primitives import H, NOTE_BLOB, Reader, ZERO_32, blob, broken_rule, sized, varint
from world import START_MS, World, claim, create_op, filler_op, found_op

WORLD = World()
SALT = H(b"salt")[:16]
WHOLE = "the zstd frame is whole and legal"
EARLY = "bytes end too early"
FITS = "the frame unpacks to raw_size bytes"
LEFT = "nothing is left over after the frame"
SIGNED = "the signature is the author's head signature at the last change"
PREVIOUS = "prev_link is link(first_seq - 1)"


class Draft:
    """A pack in the making, each part open to a change before bytes() joins them."""

    def __init__(self, log, first, last, privates=None):
        self.log = log
        privates = privates or {}
        self.entries = [entry(log.contents[seq - 1], privates.get(seq)) for seq in range(first, last + 1)]
        self.header = {"workspace": log.workspace.hex(), "author": log.person.hex, "first_seq": first,
                       "count": last - first + 1, "prev_link": log.links[first - 1].hex(),
                       "signature": log.sign_head(last).hex() if last >= first else "00" * 64}
        self.pieces = raw_blocks_of

    def raw(self):
        return b"".join(self.entries)

    def with_header(self, **more):
        self.header |= more
        return self

    def signed(self, link, seq=None, signer=None, purpose="head"):
        """Signed at another link."""
        seq = self.header["first_seq"] + self.header["count"] - 1 if seq is None else seq
        workspace, author = bytes.fromhex(self.header["workspace"]), bytes.fromhex(self.header["author"])
        message = head_message(workspace, author, seq, link)
        return self.with_header(signature=(signer or self.log.person).sign(purpose, message).hex())

    def bytes(self, frame=None, **more):
        raw = self.raw()
        header = {"raw_size": len(raw)} | self.header | more
        return header_bytes(header) + (frame_of(raw, self.pieces(raw)) if frame is None else frame)


def private_log():
    """A volunteer's log with private parts in changes 2 and 4."""
    log = WORLD.log("volunteer").append(claim(Person("volunteer"), WORLD.founder, 2, WORLD.key_volunteer))
    log.append(create_op("a household"), private=commitment(SALT, "电话 138".encode()).hex())
    log.append(create_op())
    return log.append(create_op("another"), private=commitment(bytes(16), b"").hex())


PRIVATE = private_log()
PARTS = {2: (SALT, "电话 138".encode()), 4: (bytes(16), b"")}


def long_log(count, size):
    """Changes that hold one run of equal bytes each; `size(seq)` is the run's length."""
    log = WORLD.log("long").append(claim(Person("long"), WORLD.founder, 2, WORLD.key_volunteer))
    for seq in range(2, count + 1):
        log.append(filler_op(size(seq)))
    return log


def padded(log, first, goal, measure, pieces):
    """Adds one change to a copy of the log, so that measure(draft of first..last) is `goal`."""
    size = 1000
    for _ in range(8):
        out = copy_of(log).append(filler_op(size))
        draft = Draft(out, first, len(out.contents))
        draft.pieces = pieces
        missing = goal - measure(draft)
        if missing == 0:
            return draft
        size += missing
    raise AssertionError("no size fits")


def copy_of(log):
    out = WORLD.log(log.person.name)
    out.contents, out.links = list(log.contents), list(log.links)
    return out


def largest_raw(goal):
    return padded(long_log(17, lambda seq: 65000), 2, goal, lambda draft: len(draft.raw()), blocks_of)


def largest_pack(goal):
    log = long_log(5, lambda seq: 65000 if seq < 5 else 61000)
    return padded(log, 2, goal, lambda draft: len(draft.bytes()), raw_blocks_of)


def many(count):
    log = WORLD.log("many").append(claim(Person("many"), WORLD.founder, 2, WORLD.key_volunteer))
    for _ in range(count):
        log.append(filler_op(0), time=[START_MS, 0], wall=[START_MS, 480])  # Equal tails keep the vector short.
    return Draft(log, 2, count + 1)


def good():
    founder, volunteer = WORLD.founder, WORLD.volunteer
    yield "founder's first change", Draft(founder, 1, 1).bytes()
    yield "founder's log", Draft(founder, 1, 4).bytes()
    yield "founder's second change alone", Draft(founder, 2, 2).bytes()
    yield "the middle of the founder's log", Draft(founder, 2, 3).bytes()
    yield "a volunteer's first change", Draft(volunteer, 1, 1).bytes()
    yield "a volunteer's log", Draft(volunteer, 1, 2).bytes()
    yield "a volunteer under a coordinator", Draft(WORLD.second, 1, 1).bytes()
    yield "with private parts, one of them empty", Draft(PRIVATE, 1, 4, PARTS).bytes()
    yield "the same changes in a second pack", Draft(PRIVATE, 4, 4, PARTS).bytes()
    draft = Draft(founder, 1, 4)
    raw = draft.raw()
    yield "frame without content size", draft.bytes(frame_of(raw, with_size=False))
    yield "frame with a checksum", draft.bytes(frame_of(raw, checksum=True))
    halves = raw_blocks_of(raw[:50]) + raw_blocks_of(raw[50:]) + [(0, 0, b"")]
    yield "frame of several blocks, the last of them empty", draft.bytes(frame_of(raw, halves))
    runs = Draft(long_log(3, lambda seq: 3000), 2, 3)
    runs.pieces = blocks_of
    yield "frame with run-length blocks", runs.bytes()
    yield "4096 changes", many(4096).bytes()
    yield "raw_size 1,048,576", largest_raw(RAW_BYTES).bytes()
    yield "a pack of 262,080 bytes", largest_pack(PACK_BYTES).bytes()


def bad_headers():
    whole, draft = Draft(WORLD.founder, 1, 4).bytes(), Draft(WORLD.founder, 1, 4)
    begins = "a pack begins with KZP and 1"
    yield "nothing at all", EARLY, b""
    yield "magic in lower case", begins, b"kzp" + whole[3:]
    yield "version 0", begins, b"KZP\0" + whole[4:]
    yield "version 2", begins, b"KZP\2" + whole[4:]
    count = "a pack holds from 1 to 4096 changes"
    empty = Draft(WORLD.founder, 1, 0).signed(WORLD.founder.links[0], 0)
    yield "count 0", count, empty.bytes(frame_of(b""))
    yield "count 4097", count, many(4097).bytes()
    yield "count 2^64-1", None, draft.bytes(count=2**64 - 1)
    yield "first_seq 0", None, draft.bytes(first_seq=0)
    yield "last seq 2^32", None, draft.bytes(first_seq=2**32 - 3)
    yield "first_seq 2^64-1", None, draft.bytes(first_seq=2**64 - 1)
    at = whole.index(b"\1\4", 68)
    yield "first_seq in two bytes", "a varint stands in its shortest form", whole[:at] + b"\x81\0" + whole[at + 1:]
    yield "count in two bytes", "a varint stands in its shortest form", whole[:at + 1] + b"\x84\0" + whole[at + 2:]
    for size in (3, 4, 36, 67, 68, 69, 70, 102, 165):
        yield f"truncated after {size} bytes", EARLY, whole[:size]
    limit = "raw_size is at most 1,048,576"
    yield "raw_size 2^63", None, draft.bytes(raw_size=2**63)
    yield "unpacked 1,048,577 bytes", limit, largest_raw(RAW_BYTES + 1).bytes()
    yield "a pack of 262,081 bytes", "a pack is at most 262,080 bytes", largest_pack(PACK_BYTES + 1).bytes()


def bad_frames():
    draft = Draft(WORLD.founder, 1, 4)
    raw = draft.raw()
    frame = frame_of(raw)
    yield "no frame", EARLY, draft.bytes(b"")
    yield "frame with another magic", WHOLE, draft.bytes(b"\x28\xb5\x2f\xfe" + frame[4:])
    yield "raw bytes instead of a frame", WHOLE, draft.bytes(raw)
    for size in (3, 8, 11, 12, len(frame) // 2, len(frame) - 1):
        yield f"frame truncated after {size} bytes", EARLY, draft.bytes(frame[:size])
    yield "a byte after the frame", LEFT, draft.bytes(frame + b"\0")
    yield "a second frame", LEFT, draft.bytes(frame + frame_of(b"x"))
    yield "an empty second frame", LEFT, draft.bytes(frame + frame_of(b""))
    yield "a run in two frames", LEFT, draft.bytes(frame_of(raw[:50]) + frame_of(raw[50:]))
    yield "checksum wrong", WHOLE, draft.bytes(frame_of(raw, checksum=True)[:-1] + b"\0")
    yield "content size one too large", WHOLE, draft.bytes(frame_of(raw, claimed=len(raw) + 1))
    yield "block of the reserved type", WHOLE, draft.bytes(frame_of(raw, [(3, len(raw), raw)]))
    yield "raw_size one too small", FITS, draft.bytes(raw_size=len(raw) - 1)
    yield "raw_size one too large", FITS, draft.bytes(raw_size=len(raw) + 1)
    yield "raw_size 0", FITS, draft.bytes(raw_size=0)
    yield "frame without content size, raw_size one too small", FITS, draft.bytes(
        frame_of(raw, with_size=False), raw_size=len(raw) - 1)
    bomb = [(1, BLOCK, b"\0")] * 4096
    yield "a frame of 512 MiB without content size", FITS, draft.bytes(frame_of(b"", bomb, with_size=False))
    yield "a frame of 512 MiB that claims raw_size", FITS, draft.bytes(frame_of(b"", bomb, claimed=len(raw)))
    yield "a frame that says 4 GiB", WHOLE, draft.bytes(frame_of(raw, claimed=2**32 - 1))


def bad_chains():
    founder, volunteer = WORLD.founder, WORLD.volunteer
    other = H(b"another link")
    yield "signature of zeros", SIGNED, Draft(founder, 1, 4).with_header(signature="00" * 64).bytes()
    flipped = bytearray(founder.sign_head(4))
    flipped[5] ^= 1
    yield "signature with a flipped bit", SIGNED, Draft(founder, 1, 4).with_header(signature=flipped.hex()).bytes()
    yield "signature by another key", SIGNED, Draft(founder, 1, 4).signed(
        founder.links[4], signer=volunteer.person).bytes()
    yield "signature at the change before", SIGNED, Draft(founder, 1, 4).signed(founder.links[3]).bytes()
    yield "signature with another seq", SIGNED, Draft(founder, 1, 4).signed(founder.links[4], seq=3).bytes()
    yield "signature with another tag", SIGNED, Draft(founder, 1, 4).signed(founder.links[4], purpose="login").bytes()
    yield "signature for another workspace", SIGNED, Draft(volunteer, 2, 2).with_header(workspace=other.hex()).bytes()
    yield "another prev_link", SIGNED, Draft(founder, 2, 4).with_header(prev_link=other.hex()).bytes()
    yield "another author", SIGNED, Draft(founder, 2, 2).with_header(author=volunteer.person.hex).bytes()
    yield "another first_seq", SIGNED, Draft(founder, 2, 2).with_header(first_seq=3).bytes()
    swapped = Draft(founder, 2, 3)
    swapped.entries.reverse()
    yield "two changes swapped", SIGNED, swapped.bytes()
    left_out = Draft(founder, 2, 4).with_header(count=2)
    del left_out.entries[1]
    yield "a change left out", SIGNED, left_out.bytes()
    content = bytearray(founder.contents[3])
    content[-1] += 2
    altered = Draft(founder, 2, 4)
    altered.entries[2] = entry(bytes(content))
    yield "a change altered", SIGNED, altered.bytes()
    yield "founder, first_seq 1, prev_link not link(0)", PREVIOUS, rechained(Draft(founder, 1, 1), other)
    yield "founder, link(0) made with the workspace", PREVIOUS, rechained(
        Draft(founder, 1, 1), link_zero(founder.workspace, founder.person.public))
    yield "volunteer, first_seq 1, prev_link not link(0)", PREVIOUS, rechained(Draft(volunteer, 1, 2), other)
    yield "volunteer, link(0) made with zeros", PREVIOUS, rechained(
        Draft(volunteer, 1, 2), link_zero(ZERO_32, volunteer.person.public))
    founded = "the workspace is link(1) of its founder"
    draft = Draft(founder, 1, 1).with_header(workspace=other.hex())
    yield "founder whose link(1) is not the workspace", founded, draft.signed(founder.links[1]).bytes()
    draft = Draft(founder, 1, 4).with_header(workspace=ZERO_32.hex())
    yield "founder with a workspace of zeros", founded, draft.signed(founder.links[4]).bytes()


def rechained(draft, prev_link):
    """With another prev_link, and signed for what follows from it."""
    link = prev_link
    for content in draft.log.contents[:draft.header["count"]]:
        link = next_link(link, content)
    draft.with_header(prev_link=prev_link.hex())
    if draft.header["workspace"] == draft.log.links[1].hex():
        draft.with_header(workspace=link.hex())
    return draft.signed(link).bytes()


def bad_entries():
    founder = WORLD.founder
    after = Draft(founder, 1, 4)
    after.entries.append(b"\0")
    yield "a byte after the last entry", "nothing is left over after the last entry", after.bytes()
    yield "an entry more than counted", "nothing is left over after the last entry", Draft(
        founder, 1, 4).with_header(count=3).signed(founder.links[3]).bytes()
    yield "an entry less than counted", EARLY, Draft(founder, 1, 4).with_header(count=5).bytes()
    cut = Draft(founder, 1, 4)
    cut.entries[3] = cut.entries[3][:-1]
    yield "the last part missing", EARLY, cut.bytes()
    nothing = Draft(founder, 2, 4)
    nothing.entries[1] = sized(b"") + b"\0"
    yield "an empty tail", EARLY, nothing.bytes()
    whole = Draft(founder, 2, 2)
    whole.entries[0] = sized(founder.contents[1]) + b"\0"
    yield "the whole content instead of its tail", None, whole.bytes()
    for name, rule, content in (
            ("a tail with a byte left over", "nothing is left over after the last operation",
             founder.contents[1] + b"\0"),
            ("a tail with found in change 2", "found and enrol occur in change 1 only", encode(
                founder.change(found_op(WORLD.recovery), seq=2)))):
        draft = Draft(founder, 2, 2)
        draft.entries[0] = entry(content)
        yield name, rule, draft.signed(next_link(founder.links[1], content)).bytes()
    draft = Draft(founder, 1, 1)
    content = encode(founder.change(create_op(), seq=1))
    draft.entries[0] = entry(content)
    yield "a first change without found or enrol", None, draft.signed(next_link(founder.links[0], content)).bytes()


def bad_parts():
    fits, where = "a part fits its commitment", "a part stands only where the content has a commitment"

    def with_part(seq, part, count=1):
        log = PRIVATE
        draft = Draft(log, seq, seq + count - 1, PARTS)
        draft.entries[0] = sized(Reader(draft.entries[0]).sized()) + part
        return draft.bytes()

    salt, part = PARTS[2]
    yield "part of another text", fits, with_part(2, b"\1" + salt + sized(part[:-1] + b"9"))
    yield "part with another salt", fits, with_part(2, b"\1" + bytes(16) + sized(part))
    yield "part with a byte more", fits, with_part(2, b"\1" + salt + sized(part + b"\0"))
    yield "an empty part instead", fits, with_part(2, b"\1" + salt + sized(b""))
    yield "part 0 although the content has a commitment", "a content with a commitment has its part", with_part(
        2, b"\0")
    yield "a part without commitment", where, with_part(3, b"\1" + salt + sized(part))
    yield "part 2 without commitment", None, with_part(3, b"\2")
    yield "part 2 without an erase", "a part is absent only where an erase names the change", with_part(2, b"\2")
    yield "part 3", "a part is 0, 1 or 2", with_part(2, b"\3")
    yield "part cut inside its salt", EARLY, with_part(2, b"\1" + salt[:9])
    yield "part cut inside its bytes", EARLY, with_part(2, b"\1" + salt + varint(len(part)) + part[:3])


def good_case(name, data):
    header, changes = open_pack(data)
    told = {"name": name, **blob(data), **header, "last_link": changes[-1]["link"]}
    return told | ({"changes": changes} if header["raw_size"] <= 4096 else {})


def bad_case(name, rule, data):
    found = broken_rule(name, lambda forgiven: open_pack(data, forgiven), (EARLY, WHOLE, FITS, LEFT),
                        alone=rule is not None)
    assert rule in (None, found), (name, rule, found)
    return {"name": name, **blob(data), "rule": found}


def document():
    return {
        "version": 1,
        "source": "log-format.md, section 5",
        "note": NOTE_BLOB + " A good case is valid in itself; its members after the bytes are those of the header, "
                "then the link at its end and, up to raw_size 4,096, each change's content, link and [salt, private "
                "part]. A bad case breaks the rule that it names.",
        "good": [good_case(*case) for case in good()],
        "bad": [bad_case(*case) for part in (bad_headers, bad_frames, bad_chains, bad_entries, bad_parts)
                for case in part()]}
