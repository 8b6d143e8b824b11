"""log-format.md, section 2: the content of a change, between bytes and a description that JSON can hold.

In a description keys and hashes are hex, a dot is [key, seq], a record [key, seq, k], a field a catalog number or the
record of its definition. encode() checks nothing, so that bad vectors can be made; where it would write the index of a
key it takes a bare number instead. decode() checks everything.
"""
from primitives import Reader, Refused, sized, text, varint, zigzag

FAR = 2**47
NAMES = {1: "create", 2: "write", 3: "add", 4: "put", 5: "drop", 6: "erase", 16: "found", 17: "enrol", 18: "invite",
         19: "admit", 20: "revoke"}
FIRST = ("found", "enrol")


class Writing:
    """Without a change, keys are written in full: so values stand outside of changes."""

    def __init__(self, change=None):
        self.index = None
        if change is not None:
            self.index = {key: n + 1 for n, key in enumerate(change["authors"])} | {change["author"]: 0}

    def key(self, name):
        if self.index is None:
            return bytes.fromhex(name)
        return varint(name if isinstance(name, int) else self.index[name])

    def dot(self, dot):
        return self.key(dot[0]) + varint(dot[1])

    def dots(self, dots):
        return varint(len(dots)) + b"".join(map(self.dot, dots))

    def record(self, record):
        return self.dot(record) + varint(record[2])

    def field(self, field):
        return varint(2 * field) if isinstance(field, int) else varint(1) + self.record(field)

    def value(self, value):
        if value is None:
            return b"\0"
        (kind, side), = value.items()
        if kind == "integer":
            return b"\1" + zigzag(side)
        if kind == "text":
            return b"\2" + text(side)
        if kind == "bytes":
            return b"\3" + sized(bytes.fromhex(side))
        if kind == "record":
            return b"\4" + self.record(side)
        if kind == "wall":
            return b"\5" + zigzag(side[0]) + zigzag(side[1])
        if kind == "list":
            return b"\6" + varint(len(side)) + b"".join(map(self.value, side))
        return bytes.fromhex(side)

    def target(self, op):
        return self.record(op["record"]) + self.field(op["field"])

    def body(self, op):
        if "body" in op:
            return bytes.fromhex(op["body"])
        name = op["name"]
        if name == "create":
            pairs = (self.field(field) + self.value(value) for field, value in op["fields"])
            return varint(op["collection"]) + varint(len(op["fields"])) + b"".join(pairs)
        if name == "write":
            return self.target(op) + self.value(op["value"]) + self.dots(op["replaces"])
        if name == "add":
            return self.target(op) + zigzag(op["delta"])
        if name == "put":
            return self.target(op) + self.value(op["value"])
        if name == "drop":
            return self.target(op) + self.value(op["value"]) + self.dots(op["seen"])
        if name == "erase":
            return self.dot(op["change"])
        if name == "found":
            names = text(op["workspace_name"]) + text(op["device_name"])
            return names + bytes.fromhex(op["recovery"]) + zigzag(op["zone"])
        if name == "enrol":
            introducer = bytes.fromhex(op["introducer"]) + varint(op["introducer_seq"])
            introducer += bytes.fromhex(op["introducer_link"]) + bytes.fromhex(op["proof"])
            path = varint(len(op["path"])) + b"".join(map(step_bytes, op["path"]))
            return text(op["device_name"]) + varint(op["role"]) + bytes([op["basis"]]) + introducer + path
        if name == "invite":
            return varint(op["role"]) + zigzag(op["expires_ms"]) + bytes.fromhex(op["one_time"]) + text(op["label"])
        if name == "admit":
            return self.key(op["claimant"]) + self.dot(op["invitation"])
        return self.key(op["author"]) + varint(op["seq"]) + bytes.fromhex(op["link"]) + text(op["reason"])

    def operation(self, op):
        return varint(op["kind"]) + sized(self.body(op))


def step_bytes(step):
    head = bytes.fromhex(step["author"]) + varint(step["seq"]) + bytes.fromhex(step["prev_link"])
    return head + sized(bytes.fromhex(step["content"])) + bytes.fromhex(step["signature"])


def read_step(r):
    step = {"author": r.raw(32).hex(), "seq": r.varint(), "prev_link": r.raw(32).hex()}
    r.need(1 <= step["seq"] < 2**32, "seq is from 1 to 2^32-1")
    step["content"] = r.sized(65536, "the content of a path step is at most 65,536 bytes").hex()
    return step | {"signature": r.raw(64).hex()}


def encode_value(value):
    return Writing().value(value)


def decode_value(data, forgiven=frozenset()):
    reading = Reading(None, data, forgiven)
    value = reading.value()
    reading.r.end("nothing is left over after a value")
    return value


def first_fields(change):
    return bytes([1]) + bytes.fromhex(change["author"]) + varint(change["seq"])


def encode_tail(change):
    writing = Writing(change)
    out = varint(change["time"][0]) + varint(change["time"][1]) + zigzag(change["wall"][0]) + zigzag(change["wall"][1])
    out += varint(len(change["authors"])) + b"".join(map(bytes.fromhex, change["authors"]))
    pins = (writing.key(key) + varint(seq) + bytes.fromhex(link) for key, seq, link in change["pins"])
    out += varint(len(change["pins"])) + b"".join(pins)
    out += b"\0" if change["private"] is None else b"\1" + bytes.fromhex(change["private"])
    return out + varint(len(change["operations"])) + b"".join(map(writing.operation, change["operations"]))


def encode(change):
    return first_fields(change) + encode_tail(change)


class Reading:
    """The composite parts, read from one operation's body; without keys, from a value outside of changes."""

    def __init__(self, keys, data, forgiven):
        self.keys = keys
        self.r = Reader(data, forgiven)

    def key(self, least=0):
        if self.keys is None:
            return self.r.raw(32).hex()
        index = self.r.varint()
        self.r.need(index >= least, "the author that a revoke names is another one")
        self.r.need(index < len(self.keys), "an author index is in range")
        return self.keys[index] if index < len(self.keys) else "00" * 32

    def seq(self):
        seq = self.r.varint()
        self.r.need(1 <= seq < 2**32, "seq is from 1 to 2^32-1")
        return seq

    def dot(self):
        return [self.key(), self.seq()]

    def record(self):
        record = self.dot() + [self.r.varint()]
        self.r.need(1 <= record[2] <= 1023, "k is from 1 to 1023")
        return record

    def field(self):
        number = self.r.varint()
        if number == 1:
            return self.record()
        self.r.need(number % 2 == 0, "a field number is even or 1")
        self.r.need(number // 2 < 2**20, "a catalog number is below 2^20")
        return number // 2

    def value(self, depth=0):
        r, tag = self.r, self.r.u8()
        if tag == 0:
            return None
        if tag == 1:
            number = r.zigzag()
            r.need(abs(number) <= 10**12, "an integer is within 10^12")
            return {"integer": number}
        if tag == 2:
            return {"text": r.text(16384, "a text value is at most 16,384 bytes")}
        if tag == 3:
            return {"bytes": r.sized(16384, "a bytes value is at most 16,384 bytes").hex()}
        if tag == 4:
            return {"record": self.record()}
        if tag == 5:
            return {"wall": read_wall(r)}
        if tag != 6:
            raise Refused("a value's type is from 0 to 6")
        count = r.varint()
        r.need(count <= 1024, "a list has at most 1024 items")
        r.need(depth < 8, "lists nest at most 8 deep")
        return {"list": [self.value(depth + 1) for _ in range(count)]}

    def element(self):
        value = self.value()
        self.r.need(value is not None, "a set's element is not null")
        self.r.need(value is None or "list" not in value, "a set's element is not a list")
        return value

    def dots(self):
        count = self.r.varint()
        self.r.need(1 <= count <= 1024, "from 1 to 1024 dots are named")
        dots = [self.dot() for _ in range(count)]
        self.r.need(ascending(dots), "dots ascend strictly by key and seq")
        return dots

    def name(self, least=0):
        name = self.r.text(256, "a name is at most 256 bytes")
        self.r.need(len(name) >= least, "the names of workspaces and devices are not empty")
        return name

    def role(self):
        role = self.r.varint()
        self.r.need(role < 2**20, "a role's number is below 2^20")
        return role

    def create(self):
        collection, count = self.r.varint(), self.r.varint()
        self.r.need(collection < 2**20, "a collection number is below 2^20")
        self.r.need(count <= 256, "a create has at most 256 fields")
        fields = [[self.field(), self.value()] for _ in range(count)]
        self.r.need(all(value is not None for _, value in fields), "a create holds no null")
        self.r.need(all(field != 0 for field, _ in fields), "a create does not hold field 0")
        self.r.need(ascending([field_order(field) for field, _ in fields]), "fields ascend strictly")
        return {"collection": collection, "fields": fields}

    def target(self):
        return {"record": self.record(), "field": self.field()}

    def write(self):
        op = self.target() | {"value": self.value(), "replaces": self.dots()}
        fits = op["field"] != 0 or op["value"] is None or "text" in op["value"]
        self.r.need(fits, "field 0 holds text or null")
        return op

    def target_of_others(self):
        target = self.target()
        self.r.need(target["field"] != 0, "only a write touches field 0")
        return target

    def add(self):
        op = self.target_of_others() | {"delta": self.r.zigzag()}
        self.r.need(op["delta"] != 0, "a delta is not 0")
        self.r.need(abs(op["delta"]) <= 10**12, "a delta is within 10^12")
        return op

    def put(self):
        return self.target_of_others() | {"value": self.element()}

    def drop(self):
        return self.target_of_others() | {"value": self.element(), "seen": self.dots()}

    def erase(self):
        return {"change": self.dot()}

    def found(self):
        op = {"workspace_name": self.name(1), "device_name": self.name(1), "recovery": self.r.raw(32).hex()}
        op["zone"] = self.r.zigzag()
        self.r.need(abs(op["zone"]) <= 1080, "an offset is within 1080 minutes")
        return op

    def enrol(self):
        op = {"device_name": self.name(1), "role": self.role(), "basis": self.r.u8()}
        self.r.need(1 <= op["basis"] <= 3, "the basis of an enrolment is from 1 to 3")
        op |= {"introducer": self.r.raw(32).hex(), "introducer_seq": self.r.varint()}
        self.r.need(op["introducer_seq"] < 2**32, "introducer_seq is below 2^32")
        op |= {"introducer_link": self.r.raw(32).hex(), "proof": self.r.raw(64).hex()}
        steps = self.r.varint()
        self.r.need(steps <= 2, "a path has at most 2 steps")
        return op | {"path": [read_step(self.r) for _ in range(steps)]}

    def invite(self):
        op = {"role": self.role(), "expires_ms": self.r.zigzag()}
        self.r.need(abs(op["expires_ms"]) <= FAR, "a wall time is within 2^47 milliseconds")
        return op | {"one_time": self.r.raw(32).hex(), "label": self.name()}

    def admit(self):
        return {"claimant": self.key(), "invitation": self.dot()}

    def revoke(self):
        op = {"author": self.key(least=1), "seq": self.r.varint(), "link": self.r.raw(32).hex()}
        self.r.need(op["seq"] < 2**32, "seq is from 1 to 2^32-1")
        return op | {"reason": self.name()}


def read_wall(r):
    wall = [r.zigzag(), r.zigzag()]
    r.need(abs(wall[0]) <= FAR, "a wall time is within 2^47 milliseconds")
    r.need(abs(wall[1]) <= 1080, "an offset is within 1080 minutes")
    return wall


def field_order(field):
    return (0, field) if isinstance(field, int) else (1, *field)


def ascending(items):
    return all(a < b for a, b in zip(items, items[1:]))


def read_authors(r, author):
    count = r.varint()
    r.need(count <= 1024, "at most 1024 authors are named")
    authors = [r.raw(32).hex() for _ in range(count)]
    r.need(ascending(authors), "authors ascend strictly")
    r.need(author not in authors, "the author itself is not among the authors")
    return authors


def read_pins(r, keys):
    pins, last = [], 0
    for _ in range(r.varint()):
        index, seq, link = r.varint(), r.varint(), r.raw(32).hex()
        r.need(index >= 1, "a pin names another author")
        r.need(index > last or index == 0, "pins ascend strictly")
        r.need(index < len(keys), "an author index is in range")
        r.need(1 <= seq < 2**32, "seq is from 1 to 2^32-1")
        last = index
        pins.append([keys[index] if index < len(keys) else "00" * 32, seq, link])
    return pins


def read_private(r):
    flag = r.u8()
    r.need(flag <= 1, "private is 0 or 1")
    return r.raw(32).hex() if flag else None


def read_operation(r, keys):
    kind, body = r.varint(), r.sized()
    if kind not in NAMES:
        return {"kind": kind, "name": "unknown", "body": body.hex()}
    reading = Reading(keys, body, r.forgiven)
    op = {"kind": kind, "name": NAMES[kind]} | getattr(reading, NAMES[kind])()
    reading.r.end("nothing is left over in an operation's body")
    return op


def check_operations(r, change):
    ops = change["operations"]
    first = [op for op in ops if op["name"] in FIRST]
    r.need(1 <= len(ops) <= 2048, "from 1 to 2048 operations")
    r.need(sum(op["name"] == "create" for op in ops) <= 1023, "at most 1023 creates")
    r.need(not first or change["seq"] == 1, "found and enrol occur in change 1 only")
    r.need(first or change["seq"] != 1, "change 1 is a found or an enrol")
    r.need(not first or len(ops) == 1, "change 1 has exactly one operation")
    r.need(not first or not change["authors"], "a first change has no authors")
    r.need(not first or not change["pins"], "a first change has no pins")
    r.need(not first or change["private"] is None, "a first change has no private part")
    touched = {}
    for op in ops:
        if op["name"] in ("write", "add", "put", "drop"):
            touched.setdefault(repr((op["record"], op["field"])), []).append(op)
    for group in touched.values():
        elements = [repr(op["value"]) for op in group if op["name"] in ("put", "drop")]
        alone = len(group) == 1 or len(elements) == len(group) == len(set(elements))
        r.need(alone, "one operation at most names the same field of a record")
    check_initial_values(r, change, [op for group in touched.values() for op in group])


def check_initial_values(r, change, touching):
    given = set()
    for k, op in enumerate((op for op in change["operations"] if op["name"] == "create"), start=1):
        given |= {repr(([change["author"], change["seq"], k], field)) for field, _ in op["fields"]}
    again = [op for op in touching if repr((op["record"], op["field"])) in given]
    r.need(not again, "no other operation names a field that a create of the same change gave a value")


def decode(content, forgiven=frozenset()):
    """The description behind content; raises Refused with the rule that is broken."""
    r = Reader(content, forgiven)
    r.need(len(content) <= 65536, "content is at most 65,536 bytes")
    r.need(r.u8() == 1, "the version is 1")
    change = {"author": r.raw(32).hex(), "seq": r.varint()}
    r.need(1 <= change["seq"] < 2**32, "seq is from 1 to 2^32-1")
    change["time"] = [r.varint(), r.varint()]
    r.need(change["time"][0] < 2**48, "time_ms is below 2^48")
    r.need(change["time"][1] < 2**16, "time_counter is below 2^16")
    change["wall"] = read_wall(r)
    change["authors"] = read_authors(r, change["author"])
    keys = [change["author"]] + change["authors"]
    change["pins"] = read_pins(r, keys)
    change["private"] = read_private(r)
    change["operations"] = [read_operation(r, keys) for _ in range(r.varint())]
    r.end("nothing is left over after the last operation")
    check_operations(r, change)
    return change
