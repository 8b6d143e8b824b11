"""Bad content of changes: each rule of log-format.md, sections 1 and 2, broken once; and bad values."""
from change import FIRST, Writing, encode, encode_value
from examples import (ANNA, BEN, EARLY, LINK, LINK_BYTES, ME, add, admit, change, create, drop, enrol, erase,
                      filled, first, found, invite, keys, nested, put, revoke, unknown, write)
from primitives import sized, varint


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
