"""log-format.md, section 5: contents in columns and back.

The writer takes contents apart by their grammar alone; which encoding a column gets goes around, so that all occur.
"""
from primitives import Reader, Refused, sized, varint

TIME_MS, COUNTER, WALL_MS, OFFSET, AUTHORS, KEY, PINS, PIN_INDEX, PIN_SEQ, PIN_LINK = range(10)
PRIVATE, COMMITMENT, SALT, PART, OPERATIONS, SHAPE, WHOLE, FIXED = range(10, 18)
TEXTS = (KEY, PIN_LINK, COMMITMENT, SALT, PART, WHOLE)
WIDTH = {"number": 1, "text": 1, "body": 1, "record": 3, "place": 3, "wall": 2, "dots": 2}
MASK = 2**64 - 1
SUM_BYTES = 1048576
USED_UP = "each column is used up"
LIMIT = "contents and parts are at most 1,048,576 bytes together"
NAMES_COLUMN = "a shape names columns that are there and of its kind"


def zig(number):
    """A number modulo 2^64, taken as signed, to its zigzag form; zag() is the way back."""
    number &= MASK
    return (number << 1 & MASK) ^ (MASK if number >> 63 else 0)


def zag(code):
    return code >> 1 ^ (MASK if code & 1 else 0)


def numbers_as(encoding, numbers):
    out, last, runs = b"", 0, []
    for number in numbers:
        if runs and runs[-1][0] == number:
            runs[-1][1] += 1
        else:
            runs.append([number, 1])
        out += varint(number) if encoding == 0 else varint(zig(number - last))
        last = number
    return b"".join(varint(number) + varint(times) for number, times in runs) if encoding == 2 else out


def texts_as(encoding, texts):
    if not texts:
        return b""
    if encoding == 3:
        return sized(b"".join(varint(len(text)) for text in texts)) + b"".join(texts)
    entries = list(dict.fromkeys(texts))
    place = {text: n for n, text in enumerate(entries)}
    lengths = b"".join(varint(len(text)) for text in entries)
    return varint(len(entries)) + lengths + b"".join(entries) + b"".join(varint(place[text]) for text in texts)


def join(columns, shapes):
    """The unpacked bytes of a pack from [[encoding, data], ...] and the bytes of all shapes."""
    directory = b"".join(bytes([encoding]) + varint(len(data)) for encoding, data in columns)
    return varint(len(columns)) + directory + sized(shapes) + b"".join(data for _, data in columns)


class Splitting:
    """Takes tails apart. What does not follow the grammar goes whole."""

    def __init__(self, first_seq, whole=False):
        self.seq = first_seq
        self.whole = whole
        self.columns = [[] for _ in range(FIXED)]
        self.is_text = [n in TEXTS for n in range(FIXED)]
        self.named, self.shapes, self.time_ms = {}, [], 0

    def add(self, tail, flag, salt=b"", part=b""):
        self.columns[PRIVATE].append(flag)
        if flag == 1:
            self.columns[SALT].append(salt)
            self.columns[PART].append(part)
        rows = None if self.whole else self.take_apart(tail, flag)
        if rows is None:
            rows = [(OPERATIONS, 0), (WHOLE, tail)]
        for column, token in rows:
            self.columns[column].append(token)
        self.seq += 1

    def joined(self, encodings=None, bend=None):
        """`encodings(is_text)` says how each column is written: by default the encodings go around."""
        around = [3 + n % 2 if text else n % 3 for n, text in enumerate(self.is_text)]
        kinds = encodings(self.is_text) if encodings else around
        columns = []
        for n, tokens in enumerate(self.columns):
            kind = kinds[n]
            columns.append([kind, texts_as(kind, tokens) if self.is_text[n] else numbers_as(kind, tokens)])
        shapes = bytearray(b"".join(self.shapes))
        if bend:
            bend(columns, shapes)
        return join(columns, bytes(shapes))

    def take_apart(self, tail, flag):
        """[(column, token), ...], or nothing if the tail is not as the grammar says."""
        r, rows = Reader(tail), []
        try:
            time, counter, wall, offset = r.varint(), r.varint(), r.varint(), r.varint()
            self.wall, self.offset = zag(wall), zag(offset)
            rows += [(TIME_MS, zig(time - self.time_ms)), (COUNTER, counter)]
            rows += [(WALL_MS, zig(self.wall - time)), (OFFSET, offset)]
            rows.append((AUTHORS, r.varint()))
            rows += [(KEY, r.raw(32)) for _ in range(rows[-1][1])]
            rows.append((PINS, r.varint()))
            for _ in range(rows[-1][1]):
                rows += [(PIN_INDEX, r.varint()), (PIN_SEQ, r.varint()), (PIN_LINK, r.raw(32))]
            if r.u8() != min(flag, 1):
                return None
            rows += [(COMMITMENT, r.raw(32))] if flag else []
            rows.append((OPERATIONS, r.varint()))
            if rows[-1][1] == 0:
                return None
            for _ in range(rows[-1][1]):
                rows += self.operation(r.varint(), r.sized())
            r.end("")
        except Refused:
            return None
        self.time_ms = time
        return rows

    def operation(self, kind, body):
        self.kind, self.shape, self.rows = kind, varint(kind), []
        r, self.context = Reader(body), (kind,)
        if kind == 1:
            self.count(r)
            for _ in range(self.count(r)):
                self.field(r)
                self.value(r)
        elif kind in (2, 3, 4, 5):
            self.seq_of_place = self.record(r, "place")
            self.field(r)
            if kind == 3:
                self.slot("number", [r.varint()])
            else:
                self.value(r)
            if kind in (2, 5):
                self.dots(r)
        else:
            self.slot("body", [r.rest()])
        r.end("")
        if self.shape not in self.shapes:
            self.shapes.append(self.shape)
        return [(SHAPE, self.shapes.index(self.shape))] + self.rows

    def count(self, r):
        number = r.varint()
        self.shape += varint(number)
        return number

    def slot(self, slot, tokens):
        """Values of one context share columns: those of a field, wherever its operation stands."""
        key, width = (slot, self.context), WIDTH[slot]
        if key not in self.named:
            self.named[key] = len(self.columns)
            self.columns += [[] for _ in range(width)]
            self.is_text += [slot in ("text", "body")] * width
        self.shape += varint(self.named[key])
        self.rows += [(self.named[key] + n % width, token) for n, token in enumerate(tokens)]

    def record(self, r, slot="record"):
        index, seq, k = r.varint(), r.varint(), r.varint()
        self.slot(slot, [index, seq if index else zig(self.seq - seq), k])
        return seq

    def field(self, r):
        number = self.count(r)
        self.context = (self.kind, number, "definition")
        if number == 1:
            self.record(r)
        self.context = (self.kind, number)

    def value(self, r):
        kind = r.u8()
        self.shape += bytes([kind])
        if kind == 1:
            self.slot("number", [r.varint()])
        elif kind in (2, 3):
            self.slot("text", [r.sized()])
        elif kind == 4:
            self.record(r)
        elif kind == 5:
            self.slot("wall", [zig(zag(r.varint()) - self.wall), zig(zag(r.varint()) - self.offset)])
        elif kind == 6:
            for _ in range(self.count(r)):
                self.value(r)
        elif kind:
            raise Refused("")

    def dots(self, r):
        tokens, last = [], self.seq_of_place
        for _ in range(self.count(r)):
            index, seq = r.varint(), r.varint()
            tokens += [index, zig(last - seq)]
            last = seq
        self.slot("dots", tokens)


class Column:
    """Gives a column's numbers or texts one after another."""

    def __init__(self, encoding, data, forgiven, room):
        self.encoding, self.is_text = encoding, encoding >= 3
        self.r, self.lengths = Reader(data, forgiven), Reader(b"", forgiven)
        self.last = self.left = 0
        if data and encoding == 3:
            self.lengths = Reader(self.r.sized(), forgiven)
        if data and encoding == 4:
            count = self.r.varint()
            room[0] -= count
            if room[0] < 0:
                raise Refused("dictionaries have at most 65,536 entries together")
            lengths = [self.r.varint() for _ in range(count)]
            self.entries = [self.r.raw(length) for length in lengths]

    def number(self):
        if self.encoding == 0:
            return self.r.varint()
        if self.encoding == 1:
            self.last = self.last + zag(self.r.varint()) & MASK
            return self.last
        if self.left == 0:
            self.last, self.left = self.r.varint(), self.r.varint()
            if self.left == 0:
                raise Refused("a run is at least 1 long")
        self.left -= 1
        return self.last

    def text(self, size=None):
        if self.encoding == 3:
            text = self.r.raw(self.lengths.varint())
        else:
            index = self.r.varint()
            if index >= len(getattr(self, "entries", ())):
                raise Refused("a dictionary has the entry that is named")
            text = self.entries[index]
        if size is not None and len(text) != size:
            raise Refused("keys and links have 32 bytes, salts 16")
        return text

    def end(self):
        self.r.end(USED_UP)
        self.lengths.end(USED_UP)
        self.r.need(self.left == 0, USED_UP)


class Rebuilding:
    """Gives the tail, flag, salt and part of one change after another."""

    def __init__(self, first_seq, raw, forgiven=frozenset()):
        r = Reader(raw, forgiven)
        count = r.varint()
        if not FIXED <= count <= 4096:
            raise Refused("a pack has from 17 to 4096 columns")
        directory = [(r.u8(), r.varint()) for _ in range(count)]
        shapes = r.sized(65536, "the shapes are at most 65,536 bytes together")
        self.columns, room = [], [65536]
        for encoding, size in directory:
            if encoding > 4:
                raise Refused("a column's encoding is from 0 to 4")
            self.columns.append(Column(encoding, r.raw(size), forgiven, room))
        r.end("nothing is left over after the last column")
        if any(self.columns[n].is_text != (n in TEXTS) for n in range(FIXED)):
            raise Refused("a fixed column holds numbers or texts as it must")
        self.r, self.shapes = Reader(shapes, forgiven), []
        while self.r.at < len(shapes):
            self.shapes.append(self.read_shape())
        self.seq, self.time_ms, self.total, self.forgiven = first_seq - 1, 0, 0, forgiven

    def read_shape(self):
        kind = self.r.varint()
        steps = []
        if kind == 1:
            steps.append(varint(self.r.varint()))
            count = self.r.varint()
            steps.append(varint(count))
            for _ in range(count):
                steps += self.read_field() + self.read_value()
        elif kind in (2, 3, 4, 5):
            steps = self.read_slot("place") + self.read_field()
            steps += self.read_slot("number") if kind == 3 else self.read_value()
            if kind in (2, 5):
                count = self.r.varint()
                if count > 1024:
                    raise Refused("from 1 to 1024 dots are named")
                steps += [varint(count)] + self.read_slot("dots", count)
        else:
            steps = self.read_slot("body")
        return varint(kind), steps

    def read_slot(self, slot, count=0):
        column = self.r.varint()
        span = self.columns[column:column + WIDTH[slot]]
        fits = column >= FIXED and len(span) == WIDTH[slot]
        if not fits or any(each.is_text != (slot in ("text", "body")) for each in span):
            raise Refused(NAMES_COLUMN)
        return [(slot, column, count)]

    def read_field(self):
        number = self.r.varint()
        return [varint(number)] + (self.read_slot("record") if number == 1 else [])

    def read_value(self, depth=0):
        kind = self.r.u8()
        slots = {1: "number", 2: "text", 3: "text", 4: "record", 5: "wall"}
        if kind in slots:
            return [bytes([kind])] + self.read_slot(slots[kind])
        if kind > 6:
            raise Refused("a value's type is from 0 to 6")
        if kind == 0:
            return [b"\0"]
        if depth == 8:
            raise Refused("lists nest at most 8 deep")
        count = self.r.varint()
        items = [self.read_value(depth + 1) for _ in range(count)]
        return [b"\6" + varint(count)] + [step for item in items for step in item]

    def next(self):
        self.seq += 1
        number, text = self.number, self.text
        flag = number(PRIVATE)
        operations = number(OPERATIONS)
        if flag > 2:
            raise Refused("a part is 0, 1 or 2")
        if operations == 0:
            tail = text(WHOLE)
        else:
            tail = self.head()
            tail += b"\1" + text(COMMITMENT, 32) if flag else b"\0"
            tail += varint(operations)
            for _ in range(operations):
                tail += self.operation(number(SHAPE))
                if len(tail) > 65536:
                    raise Refused("content is at most 65,536 bytes")
        salt, part = (text(SALT, 16), text(PART)) if flag == 1 else (b"", b"")
        self.total += len(tail) + len(part)
        if self.total > SUM_BYTES and LIMIT not in self.forgiven:
            raise Refused(LIMIT)
        return tail, flag, salt, part

    def number(self, column):
        return self.columns[column].number()

    def text(self, column, size=None):
        return self.columns[column].text(size)

    def head(self):
        self.time_ms = self.time_ms + zag(self.number(TIME_MS)) & MASK
        out = varint(self.time_ms) + varint(self.number(COUNTER))
        self.wall = self.time_ms + zag(self.number(WALL_MS)) & MASK
        offset = self.number(OFFSET)
        self.offset = zag(offset)
        out += varint(zig(self.wall)) + varint(offset)
        authors = self.number(AUTHORS)
        out += varint(authors) + b"".join(self.text(KEY, 32) for _ in range(authors))
        pins = self.number(PINS)
        out += varint(pins)
        for _ in range(pins):
            out += varint(self.number(PIN_INDEX)) + varint(self.number(PIN_SEQ)) + self.text(PIN_LINK, 32)
        return out

    def operation(self, shape):
        if shape >= len(self.shapes):
            raise Refused("a change names a shape that is there")
        kind, steps = self.shapes[shape]
        return kind + sized(b"".join(step if isinstance(step, bytes) else self.filled(*step) for step in steps))

    def filled(self, slot, column, count):
        if slot == "number":
            return varint(self.number(column))
        if slot == "text":
            return sized(self.text(column))
        if slot == "body":
            return self.text(column)
        if slot == "wall":
            ms = self.wall + zag(self.number(column))
            return varint(zig(ms)) + varint(zig(self.offset + zag(self.number(column + 1))))
        if slot in ("record", "place"):
            index, seq = self.number(column), self.number(column + 1)
            seq = seq if index else self.seq - zag(seq) & MASK
            if slot == "place":
                self.place_seq = seq
            return varint(index) + varint(seq) + varint(self.number(column + 2))
        out, seq = b"", self.place_seq
        for _ in range(count):
            out += varint(self.number(column))
            seq = seq - zag(self.number(column + 1)) & MASK
            out += varint(seq)
        return out

    def end(self):
        for column in self.columns:
            column.end()
