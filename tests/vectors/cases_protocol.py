"""protocol.json: signed messages and control messages (protocol.md)."""
import json

from cases_chain import RELAY, good_signatures
from chain import fingerprint
from primitives import H, H16, NOTE_BLOB, Refused, blob, varint
from protocol import (TABLES, announcement_message, holding_message, login_message, parse_frame, parse_message,
                      receipt_message)
from world import START_MS, World

WORLD = World()
WORKSPACE, VOLUNTEER = WORLD.workspace, WORLD.volunteer
INCARNATION, NONCE, OTHER_NONCE = H16(b"incarnation"), H(b"relay's nonce"), H(b"replica's nonce")
SIGNED = ("login", "receipt", "announcement", "holding")
FORM = "a field has the form that the table gives it"
NUMBER = "every number is an integer within 2^53"
OBJECT = "a message is one JSON object"
TWICE = "no key stands twice in an object"
FAR = 2**53


def compact(message):
    return json.dumps(message, separators=(",", ":"), ensure_ascii=False)


def head():
    author, seq, link = VOLUNTEER.head()
    return {"author": author.hex(), "seq": seq, "link": link.hex()}


def by_volunteer(purpose, message):
    return VOLUNTEER.person.sign(purpose, message).hex()


def relay_messages():
    """A session's messages in order; their signatures hold."""
    author, seq, link = VOLUNTEER.head()
    key = VOLUNTEER.person.public
    announced = announcement_message(WORKSPACE, key, seq, link, START_MS, START_MS + 5000)
    coordinator = WORLD.coordinator.person
    held = coordinator.sign("holding", holding_message(WORKSPACE, coordinator.public, RELAY.public, INCARNATION, 17))
    print_of = fingerprint(log.head() for log in (WORLD.founder, VOLUNTEER, WORLD.coordinator)).hex()
    yield "hello", {"type": "hello", "protocol": 1, "relay": RELAY.hex, "incarnation": INCARNATION.hex(),
                    "nonce": NONCE.hex(), "now_ms": START_MS, "limits": {
                        "frame_bytes": 262144, "pack_bytes": 262080, "credit_bytes": 1048576}}
    yield "hello of a relay that takes carry", {
        "type": "hello", "protocol": 1, "relay": RELAY.hex, "incarnation": INCARNATION.hex(), "nonce": NONCE.hex(),
        "now_ms": START_MS, "carries": True, "limits": {
            "frame_bytes": 262144, "pack_bytes": 262080, "credit_bytes": 1048576}}
    welcome = {"type": "welcome", "known": True, "have": {"seq": seq, "link": link.hex()}, "end": 17,
               "fingerprint": print_of, "notes_end": 3, "credit": 1048576}
    yield "welcome", welcome
    yield "welcome to an unknown author", welcome | {"known": False, "have": None}
    receipt = RELAY.sign("receipt", receipt_message(WORKSPACE, key, seq, link, RELAY.public, INCARNATION, 18))
    yield "ack", {"type": "ack", **head(), "arrival": 18, "signature": receipt.hex(), "credit": 700}
    yield "refuse", {"type": "refuse", "author": author.hex(), "first": 3, "last": 4, "code": "gap",
                     "reason": "Change 2 is not here yet.", "credit": 700}
    yield "notes", {"type": "notes", "end": 4, "announcements": [
        head() | {"last_record_ms": START_MS, "now_ms": START_MS + 5000,
                  "signature": by_volunteer("announcement", announced),
                  "relay_ms": START_MS + 5100}], "holdings": [
        {"author": coordinator.hex, "incarnation": INCARNATION.hex(), "arrival": 17, "signature": held.hex()}]}
    yield "notes, none", {"type": "notes", "end": 4, "announcements": [], "holdings": []}
    yield "revoked", {"type": "revoked", "seq": 12, "reason": "遗失"}
    yield "error", {"type": "error", "code": "protocol", "reason": "unknown type"}
    yield "error with a time to wait", {"type": "error", "code": "busy", "reason": "later", "retry_after_ms": 60000}
    yield "times before 1970", {"type": "hello", "protocol": 1, "relay": RELAY.hex, "incarnation": INCARNATION.hex(),
                                "nonce": NONCE.hex(), "now_ms": -1, "limits": {
                                    "frame_bytes": 262144, "pack_bytes": 262080, "credit_bytes": 1048576}}


def replica_messages():
    author, seq, link = VOLUNTEER.head()
    login = login_message(WORKSPACE, author, RELAY.public, NONCE, OTHER_NONCE, bytes(32))
    yield "login", {"type": "login", "protocol": 1, "workspace": WORKSPACE.hex(), "author": author.hex(),
                    "nonce": OTHER_NONCE.hex(), "signature": by_volunteer("login", login)}
    yield "want", {"type": "want", "incarnation": INCARNATION.hex(), "since": 0, "notes": 0, "credit": 1048576}
    yield "credit", {"type": "credit", "bytes": 4096}
    yield "fetch", {"type": "fetch", "author": author.hex(), "after": 0}
    announced = announcement_message(WORKSPACE, author, seq, link, START_MS, START_MS + 5000)
    yield "announce", {"type": "announce", "seq": seq, "link": link.hex(), "last_record_ms": START_MS,
                       "now_ms": START_MS + 5000, "signature": by_volunteer("announcement", announced)}
    yield "carry", {"type": "carry", "author": author.hex(), "seq": seq, "link": link.hex(), "last_record_ms": START_MS,
                    "now_ms": START_MS + 5000, "signature": by_volunteer("announcement", announced)}
    held = by_volunteer("holding", holding_message(WORKSPACE, author, RELAY.public, INCARNATION, 17))
    yield "holding", {"type": "holding", "incarnation": INCARNATION.hex(), "arrival": 17, "signature": held}


def nested(depth):
    """A message that is this deep, in a key that nobody knows."""
    return '{"type":"credit","bytes":1,"later":' + "[" * (depth - 1) + "]" * (depth - 1) + "}"


def with_nodes(count):
    """The message, its type, its bytes and the list are four nodes."""
    return '{"type":"credit","bytes":1,"later":[' + ",".join(["0"] * (count - 4)) + "]}"


def good():
    for sender, part in (("relay", relay_messages), ("replica", replica_messages)):
        for name, message in part():
            yield name, sender, compact(message)
    credit = {"type": "credit", "bytes": 1}
    yield "the largest count", "replica", compact(credit | {"bytes": FAR})
    yield "the smallest count", "replica", compact(credit | {"bytes": 0})
    announce = dict(replica_messages())["announce"]
    yield "the latest and the earliest time", "replica", compact(announce | {"now_ms": FAR, "last_record_ms": -FAR})
    yield "numbers under an unknown key", "replica", compact(credit | {"x": [-FAR, FAR, -1, 0]})
    yield "an escaped pair of surrogates", "replica", '{"type":"credit","bytes":1,"x":"\\ud83d\\udc2a"}'
    yield "an unknown key", "replica", compact(credit | {"later": {"a": [1, None, "x"]}})
    yield "an unknown key of the largest size", "replica", compact(credit | {"坎儿井": "水"})
    yield "keys in another order, with spaces", "replica", ' { "bytes" : 1 ,\r\n\t"type" : "credit" } '
    yield "a name written with an escape", "replica", '{"t\\u0079pe":"cr\\u0065dit","bytes":1}'
    yield "the same key in different objects", "replica", compact(credit | {"a": {"bytes": 2}, "b": {"bytes": 3}})
    yield "32 deep", "replica", nested(32)
    yield "4,096 nodes", "replica", with_nodes(4096)
    yield "a type that nobody knows (answered with error, without closing)", "replica", '{"type":"later","x":1}'
    yield "a type of the other direction (answered likewise)", "replica", '{"type":"ack"}'


def bad_json():
    plain = '{"type":"credit","bytes":1}'
    for name, text in (
            ("nothing at all", ""), ("a space", " "), ("a list", "[" + plain + "]"), ("a string", '"credit"'),
            ("a number", "1"), ("null", "null"), ("cut short", plain[:-1]), ("cut inside a string", plain[:12]),
            ("a second object", plain + plain), ("a letter after the object", plain + "x"),
            ("a U+0000 after the object", plain + "\0"), ("a comma too many", '{"type":"credit","bytes":1,}'),
            ("a comment", '{"type":"credit",/* one */"bytes":1}'), ("single quotes", plain.replace('"', "'")),
            ("a key without quotes", '{type:"credit","bytes":1}'), ("NaN", '{"type":"credit","bytes":NaN}'),
            ("Infinity", '{"type":"credit","bytes":Infinity}'), ("a leading zero", '{"type":"credit","bytes":01}'),
            ("a plus sign", '{"type":"credit","bytes":+1}'), ("a hexadecimal number", '{"type":"credit","bytes":0x1}'),
            ("a raw line break inside a string", '{"type":"credit","bytes":1,"x":"\n"}'),
            ("an escape that does not exist", '{"type":"credit","bytes":1,"x":"\\q"}')):
        yield name, OBJECT, "replica", text.encode()
    for name, data in (("a byte that is no UTF-8", b"\xff"), ("an overlong slash", b"\xc0\xaf"),
                       ("a surrogate", b"\xed\xa0\x80"), ("above U+10FFFF", b"\xf4\x90\x80\x80"),
                       ("a truncated sequence", b"\xe5\x9d")):
        yield name, "a message is UTF-8", "replica", b'{"type":"credit","bytes":1,"x":"' + data + b'"}'
    for name, escape in (("a high surrogate", "\\ud83d"), ("a low surrogate", "\\ude00"),
                         ("surrogates in the wrong order", "\\ude00\\ud83d"),
                         ("two high surrogates", "\\ud83d\\ud83d")):
        text = f'{{"type":"credit","bytes":1,"x":"{escape}"}}'
        yield f"an escape of {name}", "a message is UTF-8", "replica", text.encode()
    yield "UTF-16", "a message is UTF-8", "replica", b"\xff\xfe" + plain.encode("utf-16-le")
    yield "no UTF-8 in a key", "a message is UTF-8", "replica", b'{"type":"credit","bytes":1,"\x80":1}'
    for name, text in (
            ("a key twice", '{"type":"credit","bytes":1,"bytes":1}'),
            ("the type twice", '{"type":"credit","bytes":1,"type":"fetch"}'),
            ("an unknown key twice", '{"type":"credit","bytes":1,"x":1,"x":2}'),
            ("a key twice, once with an escape", '{"type":"credit","bytes":1,"b\\u0079tes":2}'),
            ("a key twice in an inner object", '{"type":"credit","bytes":1,"x":{"a":1,"a":1}}'),
            ("a key twice in an object in a list", '{"type":"credit","bytes":1,"x":[0,{"a":1,"b":2,"a":3}]}'),
            ("the empty key twice", '{"type":"credit","bytes":1,"":1,"":1}')):
        yield name, TWICE, "replica", text.encode()
    deep, wide = "a message is at most 32 deep", "a message has at most 4,096 nodes"
    yield "33 deep", deep, "replica", nested(33).encode()
    yield "100,000 deep", deep, "replica", nested(100000).encode()
    yield "100,000 deep, never closed", None, "replica", b'{"type":"credit","bytes":1,"later":' + b"[" * 100000
    yield "33 deep in objects", deep, "replica", (
        '{"type":"credit","bytes":1,"a":' + '{"a":' * 31 + "{}" + "}" * 32).encode()
    yield "4,097 nodes", wide, "replica", with_nodes(4097).encode()
    yield "100,000 nodes", wide, "replica", with_nodes(100000).encode()
    yield "no type", "a message names its type", "replica", b'{"bytes":1}'
    yield "a type that is no string", "a message names its type", "replica", b'{"type":1,"bytes":1}'
    yield "an empty object", "a message names its type", "replica", b"{}"


def bad_numbers():
    numbers = {"2^53+1": FAR + 1, "-2^53-1": -FAR - 1, "2^63": 2**63, "2^64": 2**64, "2^64+1": 2**64 + 1,
               "of 400 digits": "9" * 400, "1.5": 1.5, "1.0": "1.0", "1e2": "1e2", "1e400": "1e400"}
    for name, number in numbers.items():
        yield f"bytes is {name}", NUMBER, "replica", f'{{"type":"credit","bytes":{number}}}'.encode()
        yield f"an unknown key is {name}", NUMBER, "replica", f'{{"type":"credit","bytes":1,"x":[{number}]}}'.encode()
    for name, number in (("-1", "-1"), ("-2^53", str(-FAR)), ("true", "true"), ("null", "null"), ("a string", '"1"'),
                         ("a list", "[1]")):
        yield f"bytes is {name}", FORM, "replica", f'{{"type":"credit","bytes":{number}}}'.encode()
    hello = next(message for name, message in relay_messages())
    yield "a time of -2^53-1", NUMBER, "relay", compact(hello | {"now_ms": -FAR - 1}).encode()
    yield "a time with a fraction", NUMBER, "relay", compact(hello | {"now_ms": 0.5}).encode()


def bad_fields():
    """Every field of every message absent and of another type."""
    firsts = {}
    for sender, part in (("relay", relay_messages), ("replica", replica_messages)):
        for _, message in part():
            firsts.setdefault((sender, message["type"]), message)
    for (sender, kind), message in firsts.items():
        form = TABLES[sender][kind]
        for field in form:
            if field == "retry_after_ms":
                continue
            rest = {key: value for key, value in message.items() if key != field}
            if not isinstance(form[field], tuple):
                yield f"{kind} without {field}", FORM, sender, compact(rest).encode()
            wrong = "x" if not isinstance(message.get(field), str) or form[field] is not str else 1
            yield f"{kind}: {field} of another type", FORM, sender, compact(message | {field: wrong}).encode()
    login = firsts["replica", "login"]
    for name, author in (("in upper case", login["author"].upper()), ("a byte short", login["author"][2:]),
                         ("a digit short", login["author"][1:]), ("a byte long", login["author"] + "00"),
                         ("with 0x", "0x" + login["author"][2:]), ("empty", ""),
                         ("with a space", " " + login["author"][1:]),
                         ("with a letter above f", "g" + login["author"][1:])):
        yield f"login: author {name}", FORM, "replica", compact(login | {"author": author}).encode()
    hello = firsts["relay", "hello"]
    yield "hello: limits without pack_bytes", FORM, "relay", compact(
        hello | {"limits": {"frame_bytes": 1, "credit_bytes": 1}}).encode()
    notes = firsts["relay", "notes"]
    for part in ("announcements", "holdings"):
        for field in notes[part][0]:
            short = {key: value for key, value in notes[part][0].items() if key != field}
            yield f"notes: {part} without {field}", FORM, "relay", compact(notes | {part: [short]}).encode()


def frames():
    """(name, whether it is a relay's, frame): binary frames. The bytes of the packs are any: a frame does not read them."""
    one, two = b"\x01\x02\x03", bytes(range(200))
    at = varint(300) + H(b"heads")
    framed = [varint(arrival) + varint(len(pack)) + pack for arrival, pack in ((299, one), (300, two))]
    yield "a pack from a replica", "replica", b"P" + one
    yield "a pack", "relay", b"P" + framed[0]
    yield "two packs", "relay", b"P" + framed[0] + framed[1]
    yield "at", "relay", b"A" + at
    yield "two packs and at", "relay", b"A" + at + framed[0] + framed[1]
    yield "at, of a relay that holds nothing", "relay", b"A" + varint(0) + bytes(32)


def bad_frames():
    good = {name: frame for name, _, frame in frames()}
    two = good["two packs and at"]
    yield "nothing", "relay", b""
    yield "nothing", "replica", b""
    yield "no pack", "relay", b"P"
    yield "no pack", "replica", b"P"
    yield "another kind", "relay", b"Q" + good["a pack"][1:]
    yield "another kind", "replica", b"A" + good["a pack from a replica"][1:]
    yield "at, cut in its end", "relay", b"A\x80"
    yield "at, cut in its fingerprint", "relay", good["at"][:-1]
    yield "cut in the first pack", "relay", good["a pack"][:-1]
    yield "cut in the last pack", "relay", two[:-1]
    yield "an arrival without a pack", "relay", good["two packs"] + varint(301)
    yield "an empty pack", "relay", good["two packs"] + varint(301) + varint(0)
    yield "a size beyond the frame", "relay", b"P" + varint(1) + varint(4) + b"abc"
    yield "a size of 2^63", "relay", b"P" + varint(1) + varint(2**63) + b"abc"
    yield "an arrival in a longer form", "relay", b"P\x81\x00" + varint(3) + b"abc"


def frame_case(name, sender, frame):
    packs, at = parse_frame(frame, sender)
    case = {"name": name, "from": sender, **blob(frame), "packs": [[arrival, pack.hex()] for arrival, pack in packs]}
    return case | ({"at": {"end": at[0], "fingerprint": at[1].hex()}} if at else {})


def bad_frame_case(name, sender, frame):
    try:
        parse_frame(frame, sender)
    except Refused:
        return {"name": name, "from": sender, **blob(frame)}
    raise AssertionError(f"{name}: not refused")


def good_case(name, sender, text):
    parse_message(text.encode(), sender)
    return {"name": name, "from": sender, **told(text.encode())}


def bad_case(name, rule, sender, data):
    try:
        parse_message(data, sender)
    except Refused as refused:
        assert rule in (None, refused.rule), (name, rule, refused.rule)
        return {"name": name, "from": sender, **told(data), "rule": refused.rule}
    raise AssertionError(f"{name}: not refused")


def told(data):
    """Readable as text where that is possible and short."""
    if len(data) <= 2048:
        try:
            return {"text": data.decode()}
        except UnicodeDecodeError:
            pass
    return blob(data)


def document():
    return {
        "version": 1,
        "source": "protocol.md, sections 1, 2 and 4",
        "note": NOTE_BLOB + " signed: as in signatures.json. good and bad: control messages as text or, where they are "
                "no text or long, as bytes; from says who sends it. A node is a value of JSON, the message itself "
                "included; an object or a list is one level. frames and bad_frames: binary frames; packs "
                "are [arrival, bytes] (from a replica without arrival: 0).",
        "signed": [case for case in good_signatures() if case["purpose"] in SIGNED],
        "good": [good_case(*case) for case in good()],
        "frames": [frame_case(*case) for case in frames()],
        "bad_frames": [bad_frame_case(*case) for case in bad_frames()],
        "bad": [bad_case(*case) for part in (bad_json, bad_numbers, bad_fields) for case in part()]}
