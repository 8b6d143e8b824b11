"""protocol.md: signed messages (section 2), the form of control messages (sections 1 and 4) and binary
frames (section 1)."""
import json
import re

from primitives import Reader, Refused, u64

DEEPEST, MOST_NODES, FAR = 32, 4096, 2**53


def login_message(workspace, author, relay, relay_nonce, replica_nonce, channel_binding):
    return workspace + author + relay + relay_nonce + replica_nonce + channel_binding


def receipt_message(workspace, author, seq, link, relay, incarnation, arrival):
    return workspace + author + u64(seq) + link + relay + incarnation + u64(arrival)


def announcement_message(workspace, author, seq, link, last_record_ms, now_ms):
    return workspace + author + u64(seq) + link + u64(last_record_ms) + u64(now_ms)


def holding_message(workspace, author, relay, incarnation, arrival):
    return workspace + author + relay + incarnation + u64(arrival)


# The form of a field: a number of bytes in hex, a type (int is a count, TIME may be negative), [form] for a list of any
# length, a tuple for a list of fixed form, a dict for an object. MAYBE marks what may be absent or null.
MAYBE, TIME = "maybe", "time"
HEAD = {"seq": int, "link": 32}
ANNOUNCEMENT = {"author": 32, "seq": int, "link": 32, "last_record_ms": TIME, "now_ms": TIME, "signature": 64,
                "relay_ms": TIME}
HOLDING = {"author": 32, "incarnation": 16, "arrival": int, "signature": 64}
FROM_RELAY = {
    "hello": {"protocol": int, "relay": 32, "incarnation": 16, "nonce": 32, "now_ms": TIME,
              "carries": (MAYBE, bool), "limits": {"frame_bytes": int, "pack_bytes": int, "credit_bytes": int}},
    "welcome": {"known": bool, "have": (MAYBE, HEAD), "end": int, "fingerprint": 32, "notes_end": int, "credit": int},
    "ack": {"author": 32, "seq": int, "link": 32, "arrival": int, "signature": 64, "credit": int},
    "refuse": {"author": 32, "first": int, "last": int, "code": str, "reason": str, "credit": int},
    "notes": {"end": int, "announcements": [ANNOUNCEMENT], "holdings": [HOLDING]},
    "revoked": {"seq": int, "reason": str},
    "error": {"code": str, "reason": str, "retry_after_ms": (MAYBE, int)},
}
FROM_REPLICA = {
    "login": {"protocol": int, "workspace": 32, "author": 32, "nonce": 32, "signature": 64},
    "want": {"incarnation": 16, "since": int, "notes": int, "credit": int},
    "credit": {"bytes": int},
    "fetch": {"author": 32, "after": int},
    "announce": {"seq": int, "link": 32, "last_record_ms": TIME, "now_ms": TIME, "signature": 64},
    "carry": {"author": 32, "seq": int, "link": 32, "last_record_ms": TIME, "now_ms": TIME, "signature": 64},
    "holding": {"incarnation": 16, "arrival": int, "signature": 64},
}
TABLES = {"relay": FROM_RELAY, "replica": FROM_REPLICA}


def no_duplicates(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise Refused("no key stands twice in an object")
    return dict(pairs)


def no_constant(name):
    raise Refused("a message is one JSON object")


def check_everywhere(value):
    """What holds under unknown keys too: numbers are integers within 2^53, and text has no lone surrogates."""
    if isinstance(value, dict):
        for name, side in value.items():
            check_everywhere(name)
            check_everywhere(side)
    elif isinstance(value, list):
        for side in value:
            check_everywhere(side)
    elif isinstance(value, float) or isinstance(value, int) and abs(value) > FAR:
        raise Refused("every number is an integer within 2^53")
    elif isinstance(value, str) and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Refused("a message is UTF-8")


def extent(value):
    """(depth, nodes): every value is a node, the message itself included; an object or a list is one level."""
    sides = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else None
    if sides is None:
        return 0, 1
    inner = [extent(side) for side in sides]
    return 1 + max((depth for depth, _ in inner), default=0), 1 + sum(nodes for _, nodes in inner)


def check_form(value, form):
    if isinstance(form, tuple) and form[0] == MAYBE:
        return value is None or check_form(value, form[1])
    if isinstance(form, tuple):
        return isinstance(value, list) and len(value) == len(form) and all(map(check_form, value, form))
    if isinstance(form, list):
        return isinstance(value, list) and all(check_form(item, form[0]) for item in value)
    if isinstance(form, dict):
        return isinstance(value, dict) and all(
            check_form(value[name], side) if name in value else isinstance(side, tuple)
            for name, side in form.items())
    if form is int:
        return type(value) is int and value >= 0
    if form == TIME:
        return type(value) is int
    if isinstance(form, int):
        return isinstance(value, str) and re.fullmatch(f"[0-9a-f]{{{2 * form}}}", value) is not None
    return type(value) is form


def parse_message(data, sender):
    """The message, or Refused. A type that the table does not know is not refused here: it is answered."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise Refused("a message is UTF-8") from None
    try:
        message = json.loads(text, object_pairs_hook=no_duplicates, parse_constant=no_constant)
    except RecursionError:
        raise Refused("a message is at most 32 deep") from None
    except ValueError:
        raise Refused("a message is one JSON object") from None
    if not isinstance(message, dict):
        raise Refused("a message is one JSON object")
    depth, nodes = extent(message)
    if depth > DEEPEST:
        raise Refused("a message is at most 32 deep")
    if nodes > MOST_NODES:
        raise Refused("a message has at most 4,096 nodes")
    check_everywhere(message)
    if not isinstance(message.get("type"), str):
        raise Refused("a message names its type")
    form = TABLES[sender].get(message["type"])
    if form is not None and not check_form(message, form):
        raise Refused("a field has the form that the table gives it")
    return message


def parse_frame(data, sender):
    """([(arrival, pack)], (end, fingerprint) or None) of a binary frame, or Refused."""
    reader = Reader(data)
    kind = reader.u8()
    if sender == "replica":
        reader.need(kind == ord("P"), "a frame has a kind that its sender has")
        pack = reader.rest()
        reader.need(pack, "a pack is not empty")
        return [(0, pack)], None
    reader.need(kind in b"PA", "a frame has a kind that its sender has")
    at = (reader.varint(), reader.raw(32)) if kind == ord("A") else None
    packs = []
    while reader.at < len(data):
        arrival, size = reader.varint(), reader.varint()
        reader.need(size, "a pack is not empty")
        packs.append((arrival, reader.raw(size)))
    reader.need(packs or at, "a frame without at holds a pack")
    return packs, at
