"""content.json: the content of changes (log-format.md, sections 1 and 2)."""
from chain import Person
from change import FIRST, Writing, decode, decode_value, encode, encode_value
from primitives import H, NOTE_BLOB, blob, broken_rule, sized, varint

ME = Person("author")
# Sorted by key, so that ANNA < BEN < CARLA.
ANNA, BEN, CARLA = sorted((Person(name) for name in ("anna", "ben", "carla")), key=lambda person: person.public)
LINK = H(b"a link").hex()
SUMMER_2022 = 1657756886000
EARLY = "bytes end too early"


def change(*operations, **more):
    """An ordinary change of ours; authors are those that the operations and pins name, unless given."""
    out = {"author": ME.hex, "seq": 7, "time": [SUMMER_2022, 3], "wall": [SUMMER_2022, 480], "authors": [], "pins": [],
           "private": None, "operations": list(operations)} | more
    if "authors" not in more:
        out["authors"] = sorted(named_in([out["operations"], out["pins"]]) - {ME.hex})
    return out


def named_in(part):
    """The keys of dots, records and pins (lists that begin with a key and a number), claimants and revoked authors."""
    if isinstance(part, dict):
        sides = [part.get("claimant"), part["author"] if part.get("name") == "revoke" else None]
        keys = {side for side in sides if isinstance(side, str)}
        return keys.union(*map(named_in, part.values())) if part.get("name") != "enrol" else set()
    if isinstance(part, list):
        if len(part) >= 2 and isinstance(part[0], str) and isinstance(part[1], int):
            return {part[0]}
        return set().union(*map(named_in, part))
    return set()


def create(*fields, collection=2):
    return {"kind": 1, "name": "create", "collection": collection, "fields": [list(pair) for pair in fields]}


def write(value, record=None, field=4, replaces=None):
    record = record or [BEN.hex, 3, 1]
    replaces = [record[:2]] if replaces is None else replaces
    return {"kind": 2, "name": "write", "record": record, "field": field, "value": value, "replaces": replaces}


def add(delta, record=None, field=5):
    return {"kind": 3, "name": "add", "record": record or [BEN.hex, 3, 1], "field": field, "delta": delta}


def put(value, record=None, field=6):
    return {"kind": 4, "name": "put", "record": record or [BEN.hex, 3, 1], "field": field, "value": value}


def drop(value, seen=None, record=None, field=6):
    return put(value, record, field) | {"kind": 5, "name": "drop", "seen": [[BEN.hex, 3]] if seen is None else seen}


def erase(dot):
    return {"kind": 6, "name": "erase", "change": dot}


def found(**more):
    return {"kind": 16, "name": "found", "workspace_name": "坎儿井", "device_name": "laptop 1",
            "recovery": CARLA.hex, "zone": 480} | more


def enrol(**more):
    """Well-formed only; whether it proves anything is section 6."""
    step = {"author": BEN.hex, "seq": 1, "prev_link": LINK, "content": "00ff", "signature": (b"s" * 64).hex()}
    return {"kind": 17, "name": "enrol", "device_name": "laptop 2", "role": 1, "basis": 1, "introducer": BEN.hex,
            "introducer_seq": 3, "introducer_link": LINK, "proof": (b"p" * 64).hex(), "path": [step, step | {"seq": 3}]
            } | more


def invite(**more):
    return {"kind": 18, "name": "invite", "role": 1, "expires_ms": SUMMER_2022 + 7 * 86400000, "one_time": ANNA.hex,
            "label": "for Li Na"} | more


def admit(claimant, invitation):
    return {"kind": 19, "name": "admit", "claimant": claimant, "invitation": invitation}


def revoke(**more):
    return {"kind": 20, "name": "revoke", "author": BEN.hex, "seq": 12, "link": LINK, "reason": "laptop lost"} | more


def unknown(kind, body):
    return {"kind": kind, "name": "unknown", "body": body.hex()}


def first(operation, **more):
    return change(operation, **({"seq": 1} | more))


def nested(depth):
    value = {"integer": 1}
    for _ in range(depth):
        value = {"list": [value]}
    return value


def keys(count):
    return sorted(H(b"key", varint(n)).hex() for n in range(count))


def filled(size):
    """A change whose content has exactly this many bytes."""
    for last in (0, size - len(encode(change(*texts(0))))):
        for fit in (last, last - 1, last - 2):
            out = change(*texts(fit))
            if len(encode(out)) == size:
                return out
    raise ValueError(size)


def texts(last):
    """Writes of 16,384 bytes to three fields and of `last` bytes to a fourth: equal bytes keep a vector short."""
    long = [write({"text": "a" * 16384}, field=n) for n in (1, 2, 3)]
    return long + [write({"text": "b" * last}, field=4)] if last >= 0 else long


def values():
    record = [BEN.hex, 3, 1]
    return {
            "null": None, "zero": {"integer": 0}, "minus one": {"integer": -1},
            "the largest integer": {"integer": 10**12},
            "the smallest integer": {"integer": -10**12}, "an empty text": {"text": ""},
            "text in several scripts": {"text": "Grüße, 坎儿井, كاريز, 🐫"},
            "text that is not normalised": {"text": "e\u0301"},
            "text with controls and a noncharacter": {"text": "\u0001\t\n\u007f\ufeff\uffff"},
            "the first and last code points of each length":
                {"text": "\u0001\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff"},
            "no bytes": {"bytes": ""}, "bytes that are not text": {"bytes": "00ff80"},
            "a text of 16,384 bytes": {"text": "a" * 16384}, "bytes of 16,384 bytes": {"bytes": "00" * 16384},
            "a reference to another author's record": {"record": record},
            "a reference to an own record": {"record": [ME.hex, 6, 1]},
            "a reference with the largest seq and k": {"record": [BEN.hex, 2**32 - 1, 1023]},
            "a wall time": {"wall": [SUMMER_2022, 480]}, "a wall time in 1950": {"wall": [-631152000000, -210]},
            "a wall time in 2099": {"wall": [4102358400000, 0]}, "the latest wall time": {"wall": [2**47, 1080]},
            "the earliest wall time": {"wall": [-2**47, -1080]}, "an empty list": {"list": []},
            "a list of every type": {"list": [None, {"integer": 5}, {"text": "x"}, {"bytes": "01"}, {"record": record},
                                              {"wall": [0, 0]}, {"list": [{"integer": -5}]}]},
            "a list of equal items": {"list": [{"integer": 1}, {"integer": 1}]},
            "lists 8 deep": nested(8), "a list of 1024 items": {"list": [{"integer": 0}] * 1024}}


def good_values():
    for name, value in values().items():
        yield f"value: {name}", change(write(value))


def bad_lone_values():
    far = "00" * 32
    for name, rule, data in (
            ("no bytes", EARLY, b""), ("a byte after null", "nothing is left over after a value", b"\0\0"),
            ("a byte after a reference", "nothing is left over after a value",
             encode_value({"record": [far, 1, 1]}) + b"\0"),
            ("a reference with an index", EARLY, b"\4\0\1\1"),
            ("a reference cut inside its key", EARLY, b"\4" + bytes(31)),
            ("a reference with seq 0", "seq is from 1 to 2^32-1", encode_value({"record": [far, 0, 1]})),
            ("a reference with k 0", "k is from 1 to 1023", encode_value({"record": [far, 1, 0]})),
            ("integer 10^12+1", "an integer is within 10^12", encode_value({"integer": 10**12 + 1})),
            ("a long integer", "a varint stands in its shortest form", b"\1\x80\0"),
            ("text that is no UTF-8", "text is well-formed UTF-8", b"\2\1\xff"),
            ("lists 9 deep", "lists nest at most 8 deep", encode_value(nested(9))),
            ("type 7", "a value's type is from 0 to 6", b"\7")):
        yield name, rule, data


def good_operations():
    record = [BEN.hex, 3, 1]
    definition = [BEN.hex, 3, 2]
    yield "create without fields", change(create())
    yield "create with fields of every value type but null", change(create(
        (1, {"integer": 41}), (2, {"text": "潘"}), (3, {"bytes": "00"}), (4, {"record": [ME.hex, 2, 1]}),
        (5, {"wall": [-631152000000, 480]}), (2**20 - 1, {"list": [{"text": "a"}, {"text": "b"}]})))
    yield "create in the highest collection", change(create((1, {"integer": 1}), collection=2**20 - 1))
    yield "create in collection 0", change(create(collection=0))
    yield "catalog fields stand before defined ones, which ascend by key, seq, k", change(create(
        (3, {"integer": 1}), (900, {"integer": 2}), *(
            (list(field), {"integer": 3}) for field in sorted([
                (ME.hex, 2, 1), (ANNA.hex, 9, 1), (BEN.hex, 3, 2), (BEN.hex, 3, 10), (BEN.hex, 300, 1),
                (BEN.hex, 4, 1)]))))
    yield "create with 256 fields", change(create(*((n, {"integer": n}) for n in range(1, 257))))
    yield "write to a defined field", change(write({"text": "third well"}, field=definition))
    yield "write that replaces several writes", change(write({"integer": 1}, replaces=[
        *sorted([[ANNA.hex, 1], [ANNA.hex, 300], [BEN.hex, 2], [CARLA.hex, 4], [ME.hex, 5]])]))
    yield "write that replaces 1024 writes", change(
        write({"integer": 1}, replaces=[[BEN.hex, n] for n in range(1, 1025)]))
    yield "void: text in field 0", change(write({"text": "entered twice"}, field=0))
    yield "unvoid: null in field 0", change(write(None, field=0))
    yield "add 1", change(add(1))
    yield "the largest deltas", change(add(10**12), add(-10**12, field=definition))
    yield "put and drop of different elements of one set", change(
        put({"text": "a"}), put({"text": "b"}), put({"integer": 1}), drop({"text": "c"}), drop({"bytes": "63"}))
    yield "put a reference and a wall time", change(put({"record": definition}), put({"wall": [0, 0]}))
    yield "drop that saw 1024 additions", change(drop({"text": "a"}, [[CARLA.hex, n] for n in range(1, 1025)]))
    yield "the same field of different records", change(add(1), add(1, [BEN.hex, 3, 2]), add(1, [CARLA.hex, 3, 1]))
    yield "different fields of one record", change(write(None, record), add(1, record), put({"integer": 1}, record))
    own = [ME.hex, 7, 1]
    yield "operations on a record that the same change creates", change(
        create((1, {"integer": 1})), write(None, own, 2, [[ME.hex, 7]]), add(1, own, 3), put({"integer": 1}, own, 4))
    yield "the field of another create", change(
        create((1, {"integer": 1})), create((2, {"integer": 1})), add(1, own, 2), add(1, [ME.hex, 7, 2], 1))
    yield "a record that the same change does not create", change(
        create((1, {"integer": 1})), add(1, [ME.hex, 7, 2], 1))
    yield "erase another author's change", change(erase([BEN.hex, 3]))
    yield "erase an own change", change(erase([ME.hex, 3]))
    yield "invite", change(invite())
    yield "invite without label, expired in 1969", change(invite(label="", expires_ms=-1))
    yield "invite for the highest role, at the latest time", change(invite(role=2**20 - 1, expires_ms=2**47))
    yield "invite for role 0, at the earliest time", change(invite(role=0, expires_ms=-2**47))
    yield "invite with a label of 256 bytes", change(invite(label="é" * 128))
    yield "admit", change(admit(BEN.hex, [ME.hex, 3]))
    yield "admit to another author's invitation", change(admit(BEN.hex, [ANNA.hex, 3]))
    yield "revoke", change(revoke())
    yield "revoke from the beginning, without reason", change(revoke(seq=0, link="00" * 32, reason=""))
    yield "unknown operation with an empty body", change(unknown(7, b""))
    yield "unknown operations of every kind around the known ones", change(
        *(unknown(kind, bytes([kind, 0, 255])) for kind in (0, 7, 15, 21)), unknown(2**64 - 1, b"\xff" * 300))
    yield "unknown operation between known ones", change(add(1), unknown(99, b"later"), write(None))
    yield "operations keep their order", change(write(None), create(), add(1), create((1, {"integer": 1})))


def good_changes():
    yield "found", first(found())
    yield "found with names of 256 bytes and a zone far west", first(
        found(workspace_name="w" * 256, device_name="井" * 85 + "d", zone=-1080))
    yield "enrol, well-formed (what it proves is section 6)", first(enrol())
    yield "enrol without path, well-formed", first(enrol(basis=3, introducer="00" * 32, introducer_seq=0, path=[]))
    yield "the smallest seq that is not 1", change(add(1), seq=2)
    yield "the largest seq", change(add(1), seq=2**32 - 1)
    yield "time zero", change(add(1), time=[0, 0])
    yield "the latest time", change(add(1), time=[2**48 - 1, 2**16 - 1])
    yield "own clock in 1950", change(add(1), time=[0, 9], wall=[-631152000000, 210])
    yield "own clock in 2099", change(add(1), time=[4102358400000, 0], wall=[4102358400000, -720])
    yield "own clock at its limits", change(add(1), wall=[-2**47, 1080])
    yield "own clock at its other limits", change(add(1), wall=[2**47, -1080])
    yield "an author that nothing here names", change(create(), authors=[ANNA.hex])
    yield "1024 authors that nothing here names", change(create(), authors=keys(1024))
    yield "one pin", change(create(), pins=[[BEN.hex, 4, LINK]])
    yield "three pins", change(
        create(), pins=[[ANNA.hex, 1, LINK], [BEN.hex, 2**32 - 1, LINK], [CARLA.hex, 9, "00" * 32]])
    yield "a private part", change(create(), private=H(b"commitment").hex())
    yield "a private part of zeros", change(create(), private="00" * 32)
    yield "1023 creates", change(*[create()] * 1023)
    yield "2048 operations", change(*[unknown(7, b"")] * 2048)
    yield "content of 65,536 bytes", filled(65536)


def patched(name, rule, base, old, new):
    """The encoding of `base` with bytes replaced, which must stand there once."""
    content = encode(base)
    assert content.count(old) == 1, name
    return name, rule, content.replace(old, new)


def bad_primitives():
    longest = "a varint stands in its shortest form"
    at = bytes.fromhex(ME.hex)
    yield patched("seq in two bytes", longest, change(create()), at + b"\x07", at + b"\x87\0")
    yield patched("seq in ten bytes", longest, change(create()), at + b"\x07", at + b"\x87" + b"\x80" * 8 + b"\0")
    yield "kind of 65 bits in ten bytes", "a varint has at most 64 bits", tail_with(b"\1" + b"\xff" * 9 + b"\x02\0")
    yield "kind in eleven bytes", "a varint has at most 64 bits", tail_with(b"\1" + b"\x87" + b"\x80" * 9 + b"\1\0")
    yield "kind of an operation in two bytes", longest, tail_with(b"\1\x81\0" + sized(b"\2\0"))
    yield "length of a body in two bytes", longest, tail_with(b"\1\1\x82\0\2\0")
    yield "collection in two bytes", longest, tail_with(b"\1\1\3\x82\0\0")
    yield "zero in two bytes", longest, tail_with(b"\1\1" + sized(b"\2\x80\0"))
    yield "count of operations in two bytes", longest, tail_with(b"\x81\0\7\0")
    for name, data in {
            "a byte that is no UTF-8": b"\xff", "a continuation byte alone": b"\x80", "overlong slash": b"\xc0\xaf",
            "overlong in three bytes": b"\xe0\x80\xaf", "overlong in four bytes": b"\xf0\x80\x80\xaf",
            "overlong U+0000": b"\xc0\x80", "the first surrogate": b"\xed\xa0\x80",
            "the last surrogate": b"\xed\xbf\xbf",
            "a surrogate pair": b"\xed\xa0\xbd\xed\xb8\x80", "above U+10FFFF": b"\xf4\x90\x80\x80",
            "a truncated sequence": b"a\xe5\x9d", "a truncated sequence of four": b"\xf0\x9f\x90",
            "a sequence broken by a letter": b"\xe5\x9da"}.items():
        yield f"text: {name}", "text is well-formed UTF-8", change(write({"text": data}))
    yield "text with U+0000", "text has no U+0000", change(write({"text": "a\0b"}))
    yield "text that is U+0000", "text has no U+0000", change(write({"text": "\0"}))
    yield "label with U+0000", "text has no U+0000", change(invite(label="\0"))
    yield "device name that is no UTF-8", "text is well-formed UTF-8", first(found(device_name=b"\xc3"))
    yield "reason that is no UTF-8", "text is well-formed UTF-8", change(revoke(reason=b"\xc3\x28"))


def tail_with(operations, **more):
    """Content with these bytes instead of the operations and their count."""
    content = encode(change(**more))
    assert content[-1] == 0
    return content[:-1] + operations


def bad_heads():
    seq = "seq is from 1 to 2^32-1"
    yield "version 0", "the version is 1", b"\0" + encode(change(create()))[1:]
    yield "version 2", "the version is 1", b"\2" + encode(change(create()))[1:]
    yield "seq 0", seq, change(create(), seq=0)
    yield "seq 2^32", seq, change(create(), seq=2**32)
    yield "seq 2^64-1", seq, change(create(), seq=2**64 - 1)
    yield "time_ms 2^48", "time_ms is below 2^48", change(create(), time=[2**48, 0])
    yield "time_ms 2^64-1", "time_ms is below 2^48", change(create(), time=[2**64 - 1, 0])
    yield "time_counter 2^16", "time_counter is below 2^16", change(create(), time=[0, 2**16])
    far, offset = "a wall time is within 2^47 milliseconds", "an offset is within 1080 minutes"
    yield "wall_ms 2^47+1", far, change(create(), wall=[2**47 + 1, 0])
    yield "wall_ms -2^47-1", far, change(create(), wall=[-2**47 - 1, 0])
    yield "wall_ms -2^63", far, change(create(), wall=[-2**63, 0])
    yield "wall_offset 1081", offset, change(create(), wall=[0, 1081])
    yield "wall_offset -1081", offset, change(create(), wall=[0, -1081])
    yield "wall_offset -2^63", offset, change(create(), wall=[0, -2**63])
    yield "wall_offset 2^32", offset, change(create(), wall=[0, 2**32])
    yield "authors not sorted", "authors ascend strictly", change(create(), authors=[BEN.hex, ANNA.hex])
    yield "an author twice", "authors ascend strictly", change(create(), authors=[BEN.hex, BEN.hex])
    yield "own key among the authors", "the author itself is not among the authors", change(
        create(), authors=sorted([ME.hex, BEN.hex]))
    yield "1025 authors", "at most 1024 authors are named", change(create(), authors=keys(1025))
    base = {"authors": [ANNA.hex, BEN.hex]}
    yield "pin to oneself", "a pin names another author", change(create(), pins=[[0, 4, LINK]], **base)
    yield "pin with an index out of range", "an author index is in range", change(create(), pins=[[3, 4, LINK]], **base)
    yield "pin with a huge index", "an author index is in range", change(create(), pins=[[2**64 - 1, 4, LINK]], **base)
    yield "pins not sorted", "pins ascend strictly", change(create(), pins=[[2, 4, LINK], [1, 4, LINK]], **base)
    yield "a pin twice", "pins ascend strictly", change(create(), pins=[[1, 4, LINK], [1, 4, LINK]], **base)
    yield "two pins of one author", "pins ascend strictly", change(create(), pins=[[1, 4, LINK], [1, 5, LINK]], **base)
    yield "pin with seq 0", seq, change(create(), pins=[[1, 0, LINK]], **base)
    yield "pin with seq 2^32", seq, change(create(), pins=[[1, 2**32, LINK]], **base)
    content = encode(change(create()))
    end = content[-5:]
    yield "private flag 2", "private is 0 or 1", content[:-6] + b"\2" + LINK_BYTES + end


LINK_BYTES = bytes.fromhex(LINK)


def bad_values():
    index, k = "an author index is in range", "k is from 1 to 1023"
    seq = "seq is from 1 to 2^32-1"
    for name, rule, value in (
            ("integer 10^12+1", "an integer is within 10^12", {"integer": 10**12 + 1}),
            ("integer -10^12-1", "an integer is within 10^12", {"integer": -10**12 - 1}),
            ("integer -2^63", "an integer is within 10^12", {"integer": -2**63}),
            ("text of 16,385 bytes", "a text value is at most 16,384 bytes", {"text": "a" * 16385}),
            ("bytes of 16,385 bytes", "a bytes value is at most 16,384 bytes", {"bytes": "00" * 16385}),
            ("reference with an index out of range", index, {"record": [2, 3, 1]}),
            ("reference with seq 0", seq, {"record": [BEN.hex, 0, 1]}),
            ("reference with seq 2^32", seq, {"record": [BEN.hex, 2**32, 1]}),
            ("reference with k 0", k, {"record": [BEN.hex, 3, 0]}),
            ("reference with k 1024", k, {"record": [BEN.hex, 3, 1024]}),
            ("wall time 2^47+1", "a wall time is within 2^47 milliseconds", {"wall": [2**47 + 1, 0]}),
            ("wall time -2^47-1", "a wall time is within 2^47 milliseconds", {"wall": [-2**47 - 1, 0]}),
            ("wall time with offset 1081", "an offset is within 1080 minutes", {"wall": [0, 1081]}),
            ("wall time with offset -1081", "an offset is within 1080 minutes", {"wall": [0, -1081]}),
            ("lists 9 deep", "lists nest at most 8 deep", nested(9)),
            ("lists 300 deep", "lists nest at most 8 deep", nested(300)),
            ("list of 1025 items", "a list has at most 1024 items", {"list": [None] * 1025}),
            ("value of type 7", "a value's type is from 0 to 6", {"raw": "07"}),
            ("value of type 255", "a value's type is from 0 to 6", {"raw": "ff"}),
            ("list that claims 1024 items and has none", EARLY, {"raw": "068008"}),
            ("text longer than the body", EARLY, {"raw": "02ff7f61"})):
        last = name.startswith(("list that", "text longer", "value of"))
        yield f"value: {name}", rule, change(put(value) if last else write(value))


def bad_operations():
    record = [BEN.hex, 3, 1]
    one = {"integer": 1}
    number, below = "a catalog number is below 2^20", "fields ascend strictly"
    yield "create in collection 2^20", "a collection number is below 2^20", change(create(collection=2**20))
    yield "create with 257 fields", "a create has at most 256 fields", change(
        create(*((n, one) for n in range(1, 258))))
    yield "create with a null", "a create holds no null", change(create((1, None)))
    yield "create with field 0", "a create does not hold field 0", change(create((0, {"text": "void"})))
    yield "create with fields not sorted", below, change(create((2, one), (1, one)))
    yield "create with a field twice", below, change(create((2, one), (2, {"integer": 2})))
    yield "create with a defined field before a catalog field", below, change(create((record, one), (1, one)))
    yield "create with defined fields sorted by index, not by key", below, change(
        create(*sorted(([key, 3, 1], one) for key in (ME.hex, BEN.hex))[::-1]))
    yield "create with defined fields not sorted by seq", below, change(
        create(([BEN.hex, 4, 1], one), ([BEN.hex, 3, 2], one)))
    yield "create with a defined field twice", below, change(create((record, one), (record, one)))
    yield "field number 3", "a field number is even or 1", with_field(3)
    yield "field number 2^21-1", "a field number is even or 1", with_field(2**21 - 1)
    yield "field 2^20", number, change(write(one, field=2**20))
    yield "field 2^63-1", number, change(write(one, field=2**63 - 1))
    yield "definition with k 0", "k is from 1 to 1023", change(write(one, field=[BEN.hex, 3, 0]))
    yield "definition with an index out of range", "an author index is in range", change(write(one, field=[9, 3, 1]))
    yield "write to a record with an index out of range", "an author index is in range", change(
        write(one, [1, 3, 1], replaces=[[ME.hex, 3]]))
    yield "write to a record with seq 0", "seq is from 1 to 2^32-1", change(
        write(one, [BEN.hex, 0, 1], replaces=[record[:2]]))
    yield "write to a record with k 0", "k is from 1 to 1023", change(write(one, [BEN.hex, 3, 0]))
    yield "write to a record with k 1024", "k is from 1 to 1023", change(write(one, [BEN.hex, 3, 1024]))
    dots, many = "dots ascend strictly by key and seq", "from 1 to 1024 dots are named"
    yield "write that replaces nothing", many, change(write(one, replaces=[]))
    yield "write that replaces 1025 writes", many, change(write(one, replaces=[[BEN.hex, n] for n in range(1, 1026)]))
    yield "write with a dot of seq 0", "seq is from 1 to 2^32-1", change(write(one, replaces=[[BEN.hex, 0]]))
    yield "write with dots not sorted by seq", dots, change(write(one, replaces=[[BEN.hex, 3], [BEN.hex, 2]]))
    yield "write with dots not sorted by key", dots, change(write(one, replaces=[[BEN.hex, 3], [ANNA.hex, 4]]))
    yield "write with dots sorted by index, not by key", dots, change(
        write(one, replaces=sorted([key, 3] for key in (ME.hex, BEN.hex))[::-1]))
    yield "write with a dot twice", dots, change(write(one, replaces=[[BEN.hex, 3], [BEN.hex, 3]]))
    yield "add 0", "a delta is not 0", change(add(0))
    yield "add 10^12+1", "a delta is within 10^12", change(add(10**12 + 1))
    yield "add -10^12-1", "a delta is within 10^12", change(add(-10**12 - 1))
    for name, op in (("put", put), ("drop", drop)):
        yield f"{name} of null", "a set's element is not null", change(op(None))
        yield f"{name} of a list", "a set's element is not a list", change(op({"list": [one]}))
    yield "drop that saw nothing", many, change(drop(one, []))
    yield "drop that saw 1025 additions", many, change(drop(one, [[BEN.hex, n] for n in range(1, 1026)]))
    yield "drop with dots not sorted", dots, change(drop(one, [[BEN.hex, 3], [BEN.hex, 2]]))
    yield "erase seq 0", "seq is from 1 to 2^32-1", change(erase([BEN.hex, 0]))
    yield "erase with an index out of range", "an author index is in range", change(erase([1, 3]))
    yield "admit a claimant out of range", "an author index is in range", change(admit(1, [ME.hex, 3]))
    yield "admit to an invitation with seq 0", "seq is from 1 to 2^32-1", change(admit(BEN.hex, [ME.hex, 0]))
    yield "revoke oneself", "the author that a revoke names is another one", change(revoke(author=0))
    yield "revoke an author out of range", "an author index is in range", change(revoke(author=1))
    yield "revoke with seq 2^32", "seq is from 1 to 2^32-1", change(revoke(seq=2**32))
    role = "a role's number is below 2^20"
    yield "invite for role 2^20", role, change(invite(role=2**20))
    yield "enrol with role 2^20", role, first(enrol(role=2**20))
    far = "a wall time is within 2^47 milliseconds"
    yield "invite that expires at 2^47+1", far, change(invite(expires_ms=2**47 + 1))
    yield "invite that expires at -2^47-1", far, change(invite(expires_ms=-2**47 - 1))
    yield "invite that expires at -2^63", far, change(invite(expires_ms=-2**63))
    for name, op in (("invite with a label", invite(label="a" * 257)),
                     ("revoke with a reason", revoke(reason="a" * 257))):
        yield f"{name} of 257 bytes", "a name is at most 256 bytes", change(op)


def bad_fields_of_meaning():
    """Field 0, which only a write touches, and fields that a create of the same change gave a value."""
    own, one = [ME.hex, 7, 1], {"integer": 1}
    for name, value in (("an integer", one), ("bytes", {"bytes": "61"}), ("a reference", {"record": [BEN.hex, 3, 1]}),
                        ("a wall time", {"wall": [0, 0]}), ("a list of texts", {"list": [{"text": "a"}]})):
        yield f"write of {name} to field 0", "field 0 holds text or null", change(write(value, field=0))
    for name, op in (("add to", add(1, field=0)), ("put into", put({"text": "a"}, field=0)),
                     ("drop from", drop({"text": "a"}, field=0))):
        yield f"{name} field 0", "only a write touches field 0", change(op)
    given = "no other operation names a field that a create of the same change gave a value"
    made = create((1, one), ([BEN.hex, 3, 2], {"list": [one]}))
    for name, ops in (("write to", [made, write(None, own, 1, [[ME.hex, 7]])]), ("add to", [made, add(1, own, 1)]),
                      ("put into", [made, put({"integer": 2}, own, [BEN.hex, 3, 2])]),
                      ("drop from", [made, drop(one, [[ME.hex, 7]], own, [BEN.hex, 3, 2])]),
                      ("write before the create to", [write(None, own, 1, [[ME.hex, 7]]), made]),
                      ("add to the second create's", [create(), made, add(1, [ME.hex, 7, 2], 1)])):
        yield f"{name} a field with an initial value", given, change(*ops)


def with_field(number):
    """A create whose only field has this number on the wire."""
    return tail_with(b"\1\1" + sized(b"\2\1" + varint(number) + b"\1\2"))


def bad_pairs():
    """The same field of the same record twice in one change."""
    rule = "one operation at most names the same field of a record"
    one = {"integer": 1}
    ops = {"write": write(one, field=6), "add": add(1, field=6), "put": put(one), "drop": drop(one)}
    for first_name, a in ops.items():
        for second_name, b in ops.items():
            if list(ops).index(first_name) <= list(ops).index(second_name):
                yield f"{first_name} and {second_name} of the same field", rule, change(a, b)
    yield "put twice, with other operations between", rule, change(put(one), create(), put({"integer": 2}), put(one))
    yield "write twice to a defined field", rule, change(
        write(one, field=[BEN.hex, 3, 2]), write(None, field=[BEN.hex, 3, 2]))


def bad_firsts():
    once, alone = "found and enrol occur in change 1 only", "change 1 has exactly one operation"
    yield "no operation", "from 1 to 2048 operations", change()
    yield "2049 operations", "from 1 to 2048 operations", change(*[unknown(7, b"")] * 2049)
    yield "1024 creates", "at most 1023 creates", change(*[create()] * 1024)
    yield "found in change 2", once, change(found(), seq=2)
    yield "enrol in change 2", once, change(enrol(), seq=2)
    yield "change 1 without found or enrol", "change 1 is a found or an enrol", change(create(), seq=1)
    yield "change 1 with an unknown operation", "change 1 is a found or an enrol", change(unknown(21, b""), seq=1)
    yield "change 1 with found and create", alone, first(found()) | {"operations": [found(), create()]}
    yield "change 1 with two founds", alone, first(found()) | {"operations": [found(), found()]}
    yield "change 1 with found and an unknown operation", alone, first(found()) | {
        "operations": [found(), unknown(7, b"")]}
    yield "found with authors", "a first change has no authors", first(found(), authors=[BEN.hex])
    yield "enrol with authors", "a first change has no authors", first(enrol(), authors=[BEN.hex])
    yield "found with a private part", "a first change has no private part", first(found(), private=LINK)
    yield "enrol with a private part", "a first change has no private part", first(enrol(), private=LINK)
    yield "found without a workspace name", "the names of workspaces and devices are not empty", first(
        found(workspace_name=""))
    yield "found without a device name", "the names of workspaces and devices are not empty", first(
        found(device_name=""))
    yield "enrol without a device name", "the names of workspaces and devices are not empty", first(
        enrol(device_name=""))
    yield "found with a workspace name of 257 bytes", "a name is at most 256 bytes", first(
        found(workspace_name="a" * 257))
    yield "found with a device name of 257 bytes", "a name is at most 256 bytes", first(found(device_name="a" * 257))
    yield "enrol with a device name of 257 bytes", "a name is at most 256 bytes", first(enrol(device_name="a" * 257))
    yield "found with zone 1081", "an offset is within 1080 minutes", first(found(zone=1081))
    yield "enrol on basis 0", "the basis of an enrolment is from 1 to 3", first(enrol(basis=0))
    yield "enrol on basis 4", "the basis of an enrolment is from 1 to 3", first(enrol(basis=4))
    yield "path step with seq 0", "seq is from 1 to 2^32-1", first(enrol(path=[enrol()["path"][0] | {"seq": 0}]))
    step = enrol()["path"][0]
    yield "enrol with three path steps", "a path has at most 2 steps", first(enrol(path=[step] * 3))
    yield "enrol with introducer_seq 2^32", "introducer_seq is below 2^32", first(enrol(introducer_seq=2**32))
    head = Writing(change()).body(enrol(path=[]))[:-1]
    yield "enrol that claims 2^40 path steps", None, tail_with(b"\1\x11" + sized(head + varint(2**40)), seq=1)


def bad_ends():
    plain = encode(change(create((1, {"text": "a"})), pins=[[BEN.hex, 4, LINK]], private=LINK))
    yield "a byte after the last operation", "nothing is left over after the last operation", plain + b"\0"
    yield "an operation more than counted", "nothing is left over after the last operation", plain + b"\7\0"
    for op in (create(), write(None), add(1), put({"integer": 1}), drop({"integer": 1}), erase([BEN.hex, 1]), invite(),
               admit(BEN.hex, [ME.hex, 1]), revoke(), found(), enrol()):
        base = first(op) if op["name"] in FIRST else change(op)
        body = Writing(base).body(op) + b"\0"
        yield f"a byte left over in {op['name']}", "nothing is left over in an operation's body", base | {
            "operations": [op | {"body": body.hex()}]}
    yield "content of 65,537 bytes", "content is at most 65,536 bytes", filled(65537)
    yield "nothing at all", EARLY, b""
    for size in [*range(1, len(plain) - 1, 11), len(plain) - 1]:
        yield f"truncated after {size} bytes", EARLY, plain[:size]
    yield "2^60 operations claimed", EARLY, tail_with(varint(2**60))
    yield "2^64-1 bytes of body claimed", EARLY, tail_with(b"\1\7" + varint(2**64 - 1))
    yield "1024 authors claimed", EARLY, encode(change())[:-4] + varint(1024)
    yield "a body that ends inside its record", EARLY, tail_with(b"\1\3" + sized(b"\0\3"))


def good_case(name, source):
    content = encode(source)
    change_back = decode(content)
    assert change_back == source and encode(change_back) == content, name
    counts = {part: len(source[part]) for part in ("authors", "pins", "operations")}
    described = {"change": source} if len(content) <= 2048 else {}
    return {"name": name, **blob(content), "counts": counts, **described}


def bad_case(name, rule, source):
    content = source if isinstance(source, bytes) else encode(source)
    found = broken_rule(name, lambda forgiven: decode(content, forgiven), (EARLY, "a value's type is from 0 to 6"),
                        alone=rule is not None)
    assert rule in (None, found), (name, rule, found)
    return {"name": name, **blob(content), "rule": found}


def good_lone_value(name, value):
    data = encode_value(value)
    assert decode_value(data) == value, name
    return {"name": name, **blob(data), **({"value": value} if len(data) <= 2048 else {})}


def bad_lone_value(name, rule, data):
    structural = (EARLY, "a value's type is from 0 to 6")
    found = broken_rule(name, lambda forgiven: decode_value(data, forgiven), structural)
    assert rule == found, (name, rule, found)
    return {"name": name, **blob(data), "rule": found}


def document():
    good = [good_case(*case) for part in (good_changes, good_operations, good_values) for case in part()]
    bad = [bad_case(*case) for part in (
        bad_primitives, bad_heads, bad_values, bad_operations, bad_fields_of_meaning, bad_pairs, bad_firsts, bad_ends)
           for case in part()]
    return {
        "version": 1,
        "source": "log-format.md, sections 1 and 2",
        "note": NOTE_BLOB + " A good case is described as follows: keys and hashes are hex; a dot is [key, seq], a "
                "record [key, seq, k], a pin [key, seq, link]; a field is its catalog number or the record of its "
                "definition; a value is null or has one member that names its type. Cases above 2,048 bytes have only their "
                "counts. A bad case breaks the one rule that it names. good_values and bad_values: values "
                "outside of changes.",
        "good": good, "bad": bad,
        "good_values": [good_lone_value(*case) for case in values().items()],
        "bad_values": [bad_lone_value(*case) for case in bad_lone_values()]}
