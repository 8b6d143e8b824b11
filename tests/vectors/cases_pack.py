"""pack.json: packs (log-format.md, section 5)."""
from change import encode
from chain import Person, commitment, head_message, link_zero, next_link
from columns import (COUNTER, KEY, LIMIT, NAMES_COLUMN, OPERATIONS, PIN_LINK, PART, SHAPE, USED_UP, WHOLE,
                     Splitting)
import examples
from pack import (BLOCK, PACK_BYTES, RAW_BYTES, blocks_of, entry, frame_of, header_bytes, open_pack, raw_blocks_of,
                  raw_of)
from primitives import H, NOTE_BLOB, ZERO_32, blob, broken_rule, sized, varint
from world import START_MS, World, claim, create_op, filler_op, found_op

WORLD = World()
SALT = H(b"salt")[:16]
WHOLE_FRAME = "the zstd frame is whole and legal"
EARLY = "bytes end too early"
FITS = "the frame unpacks to raw_size bytes"
LEFT = "nothing is left over after the frame"
SIGNED = "the signature is the author's head signature at the last change"
PREVIOUS = "prev_link is link(first_seq - 1)"
COLUMN = "nothing is left over after the last column"
# Behind these nothing can be read.
STRUCTURAL = (EARLY, WHOLE_FRAME, FITS, LEFT, NAMES_COLUMN, "a pack has from 17 to 4096 columns", "a part is 0, 1 or 2",
              "a column's encoding is from 0 to 4", "a fixed column holds numbers or texts as it must",
              "dictionaries have at most 65,536 entries together", "a run is at least 1 long",
              "a dictionary has the entry that is named", "keys and links have 32 bytes, salts 16",
              "a value's type is from 0 to 6", "lists nest at most 8 deep", "a change names a shape that is there",
              "from 1 to 1024 dots are named", "content is at most 65,536 bytes",
              "the shapes are at most 65,536 bytes together")


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
        self.whole, self.encodings, self.bend = True, None, None

    def raw(self):
        return raw_of(self.header["first_seq"], self.entries, self.whole, self.encodings, self.bend)

    def in_columns(self, encodings=None, bend=None):
        """With contents taken apart; `encodings` by column, `bend(columns, shapes)` makes a bad one."""
        self.whole, self.encodings, self.bend = False, encodings, bend
        return self

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


def rich_log():
    """Every known operation that may stand outside change 1, unknown ones, and every type of value, twice over."""
    log = WORLD.log("rich").append(claim(Person("rich"), WORLD.founder, 2, WORLD.key_volunteer))
    for n in range(2):
        own = [log.person.hex, len(log.contents) + 1, 1]
        log.append(examples.create([1, {"text": "visit"}], [2, {"wall": [START_MS - 60000 * n, 480]}],
                                   [3, {"integer": 41 - 50 * n}], [4, {"bytes": "00ff"}], collection=5))
        log.append(examples.create([1, {"record": own}], [2, {"list": [None, {"integer": 7}, {"list": []}]}],
                                   collection=6))
        log.append(examples.write({"integer": 12}, record=own, field=3, replaces=[own[:2]]))
        log.append(examples.write({"text": "twice"}, record=own, field=0,
                                  replaces=[own[:2], [own[0], len(log.contents)]]))
        log.append(examples.add(-3, record=own), examples.put({"text": "a"}, record=own))
        log.append(examples.drop({"text": "a"}, seen=[[own[0], len(log.contents)]], record=own))
    for op in (examples.write({"integer": 5}), examples.erase([examples.keys(1)[0], 4]), examples.invite(),
               examples.admit(examples.keys(2)[1], [examples.keys(1)[0], 3]), examples.revoke(),
               examples.unknown(99, b"\1\2"),
               examples.write({"integer": 6}, field=[examples.keys(1)[0], 2, 1])):
        named = sorted(examples.named_in(op) - {log.person.hex})
        pins = [[named[0], 300, H(b"a link").hex()]] if named else []
        log.append(op, authors=named, pins=pins)
    return log


RICH = rich_log()


def encodings_of(encoding):
    """All columns of numbers in one encoding, and all of texts."""
    return lambda is_text: {n: 3 + encoding % 2 if text else encoding for n, text in enumerate(is_text)}


class Mixed(Draft):
    """Every third change whole."""

    def raw(self):
        splitting = Splitting(self.header["first_seq"])
        for n, each in enumerate(self.entries):
            splitting.whole = n % 3 == 1
            splitting.add(*each)
        return splitting.joined()


def repeated(count):
    """Changes with one and the same text of 16,384 bytes, which the pack holds once."""
    log = WORLD.log("repeated").append(claim(Person("repeated"), WORLD.founder, 2, WORLD.key_volunteer))
    for _ in range(count):
        log.append(create_op("a" * 16384), time=[START_MS, 0], wall=[START_MS, 480])
    draft = Draft(log, 2, count + 1).in_columns(lambda is_text: {n: 4 if text else 2 for n, text in enumerate(is_text)})
    draft.pieces = blocks_of
    return draft


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
    yield "founder's log in columns", Draft(founder, 1, 4).in_columns().bytes()
    yield "the middle of the founder's log in columns", Draft(founder, 2, 3).in_columns().bytes()
    yield "a volunteer's log in columns", Draft(volunteer, 1, 2).in_columns().bytes()
    yield "with private parts, in columns", Draft(PRIVATE, 1, 4, PARTS).in_columns().bytes()
    for encoding in range(3):
        draft = Draft(RICH, 2, len(RICH.contents)).in_columns(encodings_of(encoding))
        yield f"every kind of operation and value, columns of encoding {encoding} and {3 + encoding % 2}", draft.bytes()
    draft = Draft(RICH, 2, len(RICH.contents)).in_columns()
    yield "every kind of operation and value, encodings that go around", draft.bytes()
    yield "one change whole among others in columns", Mixed(RICH, 2, len(RICH.contents)).bytes()
    yield "a text 60 times from a dictionary", repeated(60).bytes()
    yield "4096 changes", many(4096).bytes()
    yield "4096 changes in columns", many(4096).in_columns(encodings_of(2)).bytes()
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
    yield "count 0", count, empty.bytes()
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
    yield "frame with another magic", WHOLE_FRAME, draft.bytes(b"\x28\xb5\x2f\xfe" + frame[4:])
    yield "raw bytes instead of a frame", WHOLE_FRAME, draft.bytes(raw)
    for size in (3, 8, 11, 12, len(frame) // 2, len(frame) - 1):
        yield f"frame truncated after {size} bytes", EARLY, draft.bytes(frame[:size])
    yield "a byte after the frame", LEFT, draft.bytes(frame + b"\0")
    yield "a second frame", LEFT, draft.bytes(frame + frame_of(b"x"))
    yield "an empty second frame", LEFT, draft.bytes(frame + frame_of(b""))
    yield "a run in two frames", LEFT, draft.bytes(frame_of(raw[:50]) + frame_of(raw[50:]))
    yield "checksum wrong", WHOLE_FRAME, draft.bytes(frame_of(raw, checksum=True)[:-1] + b"\0")
    yield "content size one too large", WHOLE_FRAME, draft.bytes(frame_of(raw, claimed=len(raw) + 1))
    yield "block of the reserved type", WHOLE_FRAME, draft.bytes(frame_of(raw, [(3, len(raw), raw)]))
    yield "raw_size one too small", FITS, draft.bytes(raw_size=len(raw) - 1)
    yield "raw_size one too large", FITS, draft.bytes(raw_size=len(raw) + 1)
    yield "raw_size 0", FITS, draft.bytes(raw_size=0)
    yield "frame without content size, raw_size one too small", FITS, draft.bytes(
        frame_of(raw, with_size=False), raw_size=len(raw) - 1)
    bomb = [(1, BLOCK, b"\0")] * 4096
    yield "a frame of 512 MiB without content size", FITS, draft.bytes(frame_of(b"", bomb, with_size=False))
    yield "a frame of 512 MiB that claims raw_size", FITS, draft.bytes(frame_of(b"", bomb, claimed=len(raw)))
    yield "a frame that says 4 GiB", WHOLE_FRAME, draft.bytes(frame_of(raw, claimed=2**32 - 1))


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
    yield "a change more than counted", USED_UP, Draft(founder, 1, 4).with_header(count=3).signed(
        founder.links[3]).bytes()
    yield "a change less than counted", EARLY, Draft(founder, 1, 4).with_header(count=5).bytes()
    nothing = Draft(founder, 2, 4)
    nothing.entries[1] = (b"", 0, b"", b"")
    yield "an empty tail", EARLY, nothing.bytes()
    whole = Draft(founder, 2, 2)
    whole.entries[0] = (founder.contents[1], 0, b"", b"")
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
    yield "contents of more than 1,048,576 bytes from a dictionary", LIMIT, repeated(64).bytes()


def bad_columns():
    founder = WORLD.founder

    several, end = 7, len(RICH.contents)

    def bent(bend):
        return Draft(RICH, end - several + 1, end).in_columns(bend=bend).bytes()

    def column(number, encoding=None, data=None, more=b""):
        def bend(columns, _):
            if encoding is not None:
                columns[number][0] = encoding
            columns[number][1] = (columns[number][1] if data is None else data) + more
        return bent(bend)

    def shapes(change):
        def bend(_, shapes):
            shapes[:] = change(bytes(shapes))
        return bent(bend)

    raw = Draft(founder, 1, 4).in_columns().raw()
    draft = Draft(founder, 1, 4)
    for name, rule, data in (("a byte after the last column", COLUMN, raw + b"\0"),
                             ("the last byte of the last column missing", EARLY, raw[:-1]),
                             ("nothing unpacked", EARLY, b"")):
        yield name, rule, draft.bytes(frame_of(data), raw_size=len(data))
    count = "a pack has from 17 to 4096 columns"
    yield "16 columns", count, bent_count(16)
    yield "4097 columns", count, bent_count(4097)
    yield "a column of encoding 5", "a column's encoding is from 0 to 4", column(COUNTER, 5)
    fixed = "a fixed column holds numbers or texts as it must"
    yield "texts as counters", fixed, column(COUNTER, 3, b"")
    yield "numbers as keys", fixed, column(KEY, 0, b"")
    yield "a number more than is used", USED_UP, column(COUNTER, 0, b"\0" * (several + 1))
    yield "a number less than is used", EARLY, column(COUNTER, 0, b"\0" * (several - 1))
    yield "a number in a longer form", "a varint stands in its shortest form", column(
        COUNTER, 0, b"\0" * (several - 1) + b"\x80\0")
    yield "a run of none", "a run is at least 1 long", column(COUNTER, 2, b"\0\0")
    yield "a run longer than is used", USED_UP, column(COUNTER, 2, b"\0" + varint(several + 1))
    yield "a run of 2^64-1", USED_UP, column(COUNTER, 2, b"\0" + varint(2**64 - 1))
    yield "a run shorter than is used", EARLY, column(COUNTER, 2, b"\0\1")
    yield "2^63 operations in a change", None, column(OPERATIONS, 2, varint(2**63) + varint(several))
    yield "2^63 authors in a change", None, column(4, 2, varint(2**63) + varint(several))
    yield "a shape that is not there", "a change names a shape that is there", column(SHAPE, 2, b"\x7f\x7f")
    yield "lengths that their column does not hold", EARLY, column(KEY, 3, sized(b"\x20" * 99))
    yield "a length of 2^63", EARLY, column(KEY, 3, sized(varint(2**63)))
    keys = "keys and links have 32 bytes, salts 16"
    yield "a key of 31 bytes", keys, column(KEY, 3, sized(b"\x1f") + bytes(31))
    yield "a link of 33 bytes", keys, column(PIN_LINK, 3, sized(b"\x21") + bytes(33))
    entries = "dictionaries have at most 65,536 entries together"
    yield "a dictionary of 65,537 entries", entries, column(KEY, 4, varint(65537) + bytes(65537) + b"\0")
    yield "a dictionary of 2^64-1 entries", entries, column(KEY, 4, varint(2**64 - 1))
    yield "a dictionary without the entry", "a dictionary has the entry that is named", column(
        KEY, 4, b"\1\x20" + bytes(32) + b"\1")
    yield "texts that nobody uses", USED_UP, column(WHOLE, 3, sized(b"\1") + b"a")
    yield "a shape that names a fixed column", NAMES_COLUMN, shapes(lambda shapes: shapes + b"\x63\x0d")
    yield "a shape that names a column beyond the last", NAMES_COLUMN, shapes(lambda shapes: shapes + b"\x63\xff\x1f")
    yield "a shape that ends early", EARLY, shapes(lambda shapes: shapes + b"\1\5\3")
    yield "a shape with a value of type 7", "a value's type is from 0 to 6", shapes(
        lambda shapes: shapes + b"\1\5\1\2\7")
    yield "a shape with lists nine deep", "lists nest at most 8 deep", shapes(
        lambda shapes: shapes + b"\1\5\1\2" + b"\6\1" * 9 + b"\0")
    yield "shapes of 65,537 bytes", "the shapes are at most 65,536 bytes together", shapes(
        lambda shapes: shapes + bytes(65537 - len(shapes)))


def bent_count(count):
    """A pack with that many columns."""
    def bend(columns, _):
        del columns[count:]
        columns += [[0, b""]] * (count - len(columns))
    draft = Draft(WORLD.founder, 2, 2)
    draft.bend = bend
    return draft.bytes()


def bad_parts():
    fits, where = "a part fits its commitment", "a part stands only where the content has a commitment"

    def with_part(seq, flag, *private):
        draft = Draft(PRIVATE, seq, seq, PARTS)
        draft.entries[0] = entry(PRIVATE.contents[seq - 1], private or None, flag)
        return draft.bytes()

    def cut(column):
        draft = Draft(PRIVATE, 2, 2, PARTS)

        def bend(columns, _):
            columns[column][1] = columns[column][1][:-1]
        draft.bend = bend
        return draft.bytes()

    salt, part = PARTS[2]
    yield "part of another text", fits, with_part(2, 1, salt, part[:-1] + b"9")
    yield "part with another salt", fits, with_part(2, 1, bytes(16), part)
    yield "part with a byte more", fits, with_part(2, 1, salt, part + b"\0")
    yield "an empty part instead", fits, with_part(2, 1, salt, b"")
    yield "part 0 although the content has a commitment", "a content with a commitment has its part", with_part(2, 0)
    yield "a part without commitment", where, with_part(3, 1, salt, part)
    yield "part 2 without commitment", None, with_part(3, 2)
    yield "part 2 without an erase", "a part is absent only where an erase names the change", with_part(2, 2)
    yield "part 3", "a part is 0, 1 or 2", with_part(2, 3)
    yield "a salt of 15 bytes", "keys and links have 32 bytes, salts 16", with_part(2, 1, salt[:15], part)
    yield "part cut inside its salt", EARLY, cut(PART - 1)
    yield "part cut inside its bytes", EARLY, cut(PART)


def good_case(name, data):
    header, changes = open_pack(data)
    told = {"name": name, **blob(data), **header, "last_link": changes[-1]["link"]}
    return told | ({"changes": changes} if header["raw_size"] <= 4096 else {})


def bad_case(name, rule, data):
    found = broken_rule(name, lambda forgiven: open_pack(data, forgiven), STRUCTURAL,
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
        "bad": [bad_case(*case) for part in (bad_headers, bad_frames, bad_chains, bad_entries, bad_columns, bad_parts)
                for case in part()]}
