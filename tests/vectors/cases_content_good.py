"""Good content of changes, and good values (log-format.md, sections 1 and 2)."""
from examples import (ANNA, BEN, CARLA, LINK, ME, SUMMER_2022, add, admit, change, create, drop, enrol, erase,
                      filled, first, found, invite, keys, nested, put, revoke, unknown, write)
from primitives import H


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
        "lists 8 deep": nested(8), "a list of 1024 items": {"list": [{"integer": 0}] * 1024},
    }


def good_values():
    for name, value in values().items():
        yield f"value: {name}", change(write(value))


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
