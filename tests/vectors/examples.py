"""Ordinary changes and operations, described as change.py wants them, for the cases of content.json."""
from chain import Person
from change import encode
from primitives import H, varint

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


LINK_BYTES = bytes.fromhex(LINK)
