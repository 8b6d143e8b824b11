"""The wire by hand: a WebSocket of RFC 6455 over a plain socket, a replica and a relay that say what a test tells them to,
and a proxy that damages or cuts what passes.

Formats come from tests/vectors, which knows only schema/log-format.md and schema/protocol.md.
"""

import base64
import hashlib
import json
import os
import pathlib
import socket
import struct
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "vectors"))

from chain import Person, fingerprint  # noqa: E402
from pack import read_header  # noqa: E402
from primitives import H16, varint  # noqa: E402
from protocol import announcement_message, holding_message, login_message, receipt_message  # noqa: E402
from ranges import answer, parse_ranges, ranges_frame  # noqa: E402

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
CREDIT = 1024 * 1024
ZERO = bytes(32)
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
# A session with the relay may last so long; a shared machine is slow at times.
PATIENCE = 20


class Closed(Exception):
    """The other end closed: by a close frame (code), or by ending the connection (None)."""

    def __init__(self, code, reason=""):
        super().__init__("closed with %s %s" % (code, reason))
        self.code, self.reason = code, reason


class WebSocket:
    """One end after the handshake. `masks`: the client's end masks what it sends."""

    def __init__(self, connection, masks, rest=b""):
        self.socket, self.masks, self.rest = connection, masks, rest

    def close(self):
        self.socket.close()

    def read(self, count):
        while len(self.rest) < count:
            try:
                more = self.socket.recv(65536)
            except ConnectionError:
                more = b""
            if not more:
                raise Closed(None)
            self.rest += more
        out, self.rest = self.rest[:count], self.rest[count:]
        return out

    @staticmethod
    def header(opcode, length, masked, final=True):
        second = 0x80 if masked else 0
        out = bytes([(0x80 if final else 0) | opcode])
        if length < 126:
            return out + bytes([second | length])
        if length < 65536:
            return out + bytes([second | 126]) + struct.pack(">H", length)
        return out + bytes([second | 127]) + struct.pack(">Q", length)

    @staticmethod
    def masked(payload, key):
        if not payload:
            return b""
        repeated = (key * (len(payload) // 4 + 1))[:len(payload)]
        number = int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")
        return number.to_bytes(len(payload), "big")

    def frame(self, opcode, payload, final=True):
        head = self.header(opcode, len(payload), self.masks, final)
        if not self.masks:
            return head + payload
        key = os.urandom(4)
        return head + key + self.masked(payload, key)

    def send(self, opcode, payload, final=True):
        self.send_raw(self.frame(opcode, payload, final))

    def send_raw(self, data):
        try:
            self.socket.sendall(data)
        except ConnectionError:
            raise Closed(None) from None

    def read_frame(self):
        """(opcode, payload, is_final) of the next frame."""
        first, second = self.read(2)
        length = second & 0x7F
        if length == 126:
            length = struct.unpack(">H", self.read(2))[0]
        elif length == 127:
            length = struct.unpack(">Q", self.read(8))[0]
        key = self.read(4) if second & 0x80 else None
        payload = self.read(length)
        return first & 0x0F, self.masked(payload, key) if key else payload, bool(first & 0x80)

    def receive(self):
        """(opcode, payload) of the next message; pings are answered, a close raises Closed."""
        whole, kind = b"", None
        # Pings alone must not keep a test waiting.
        limit = time.monotonic() + PATIENCE
        while True:
            opcode, payload, is_final = self.read_frame()
            if time.monotonic() > limit:
                raise TimeoutError("nothing but pings")
            if opcode == PING:
                self.send(PONG, payload)
            elif opcode == CLOSE:
                code = struct.unpack(">H", payload[:2])[0] if len(payload) >= 2 else 1005
                raise Closed(code, payload[2:].decode(errors="replace"))
            elif opcode != PONG:
                whole, kind = whole + payload, kind if opcode == 0 else opcode
                if is_final:
                    return kind, whole


def accept_key(key):
    return base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()


def read_head(connection):
    """(lines, rest): an HTTP head, and what came after it."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            raise Closed(None)
        data += more
    head, rest = data.split(b"\r\n\r\n", 1)
    return head.decode("latin-1").split("\r\n"), rest


def connect(address, port, seconds=PATIENCE):
    """A WebSocket to the relay's /sync."""
    connection = socket.create_connection((address, port), timeout=seconds)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    key = base64.b64encode(os.urandom(16)).decode()
    request = ("GET /sync HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n\r\n" % (address, port, key))
    connection.sendall(request.encode())
    lines, rest = read_head(connection)
    if " 101 " not in lines[0]:
        connection.close()
        raise AssertionError("no upgrade: " + lines[0])
    if not any(line.lower() == "sec-websocket-accept: " + accept_key(key).lower() for line in lines):
        raise AssertionError("the upgrade is not for this key")
    return WebSocket(connection, True, rest)


def read_varint(data, at):
    """(value, position behind it)."""
    value, shift = 0, 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 0x80:
            return value, at


def read_packs(frame):
    """([(arrival, pack)], the `at` that follows them or None) of a relay's binary frame."""
    position, message, packs = 1, None, []
    if frame[:1] == b"A":
        end, position = read_varint(frame, 1)
        message = {"type": "at", "end": end, "fingerprint": frame[position:position + 32].hex()}
        position += 32
    elif frame[:1] != b"P":
        raise AssertionError("no frame of packs: " + frame[:8].hex())
    while position < len(frame):
        arrival, position = read_varint(frame, position)
        size, position = read_varint(frame, position)
        packs.append((arrival, frame[position:position + size]))
        position += size
    return packs, message


class Guest:
    """A replica by hand: one session with a relay. `packs` are the (arrival, pack) that came, `seen` all messages."""

    def __init__(self, relay, person, workspace):
        self.person, self.workspace = person, workspace
        self.packs, self.seen = [], []
        self.ws = connect(relay.address, relay.port)
        self.hello = self.expect("hello")
        self.relay = bytes.fromhex(self.hello["relay"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ws.close()

    def send(self, kind, **fields):
        self.ws.send(TEXT, json.dumps({"type": kind, **fields}).encode())

    def send_pack(self, pack):
        self.ws.send(BINARY, b"P" + pack)

    def expect(self, *types):
        """The next message of one of these types; what comes before it is kept aside."""
        while True:
            kind, payload = self.ws.receive()
            if kind == BINARY and payload[:1] == b"R":
                message = {"type": "ranges", "ranges": parse_ranges(payload, "relay")}
            elif kind == BINARY:
                packs, message = read_packs(payload)
                self.packs += packs
                if packs and "pack" in types:
                    return self.packs[-1]
                if message is None:
                    continue
            else:
                message = json.loads(payload)
            self.seen.append(message)
            if message["type"] in types:
                return message
            if message["type"] == "error" and "error" not in types:
                raise AssertionError("instead of %s: %s" % ("/".join(types), message))

    def login(self, nonce=None, signer=None, **more):
        """Sends the login and gives the answer (welcome or error)."""
        nonce = os.urandom(32) if nonce is None else nonce
        message = login_message(self.workspace, self.person.public, self.relay, bytes.fromhex(self.hello["nonce"]), nonce, ZERO)
        signature = (signer or self.person).sign("login", message)
        self.send("login", **{"protocol": 1, "workspace": self.workspace.hex(), "author": self.person.hex,
                              "nonce": nonce.hex(), "signature": signature.hex(), **more})
        return self.expect("welcome", "error")

    def offer(self, pack):
        """The relay's answer to one pack."""
        self.send_pack(pack)
        return self.expect("ack", "refuse", "error")

    def want(self, since=0, credit=CREDIT):
        self.send("want", incarnation=self.hello["incarnation"], since=since, notes=0, credit=credit)

    def take_all(self):
        """Asks for everything and waits for its end; gives the packs' headers."""
        self.want()
        if self.expect("at", "revoked", "error")["type"] != "at":
            return []
        return [read_header(pack)[0] for _, pack in self.packs]

    def announce(self, seq, link, now_ms=None, last_record_ms=0):
        now_ms = int(time.time() * 1000) if now_ms is None else now_ms
        message = announcement_message(self.workspace, self.person.public, seq, link, last_record_ms, now_ms)
        self.send("announce", seq=seq, link=link.hex(), last_record_ms=last_record_ms, now_ms=now_ms,
                  signature=self.person.sign("announcement", message).hex())

    def state_holding(self, arrival):
        incarnation = bytes.fromhex(self.hello["incarnation"])
        message = holding_message(self.workspace, self.person.public, self.relay, incarnation, arrival)
        self.send("holding", incarnation=incarnation.hex(), arrival=arrival,
                  signature=self.person.sign("holding", message).hex())

    def ask(self, kind, **fields):
        """Sends a message and gives the next answer, whatever it is (not a pack)."""
        if kind == "ranges":
            self.send_ranges(**fields)
        else:
            self.send(kind, **fields)
        return self.expect("error", "at", "ranges", "notes", "ack", "refuse", "revoked")

    def send_ranges(self, ranges=()):
        """Asks about the relay's heads; without ranges: the end of fetches."""
        self.ws.send(BINARY, ranges_frame(ranges))


class FakeRelay:
    """A relay by hand. It hands out the packs that a test puts into it, true or not, and signs receipts for what it gets.

    `link_of(author hex, seq)` finds the link of a received pack's last change: its zstd frame cannot be read here.
    """

    def __init__(self, link_of=None, name="a relay by hand", life="first"):
        self.person = Person(name)
        self.incarnation = H16(b"incarnation: ", life.encode())
        self.link_of = link_of
        self.packs = []          # (arrival, pack, author, last seq)
        self.heads = {}          # author: (seq, link)
        self.claimed = None      # heads to claim instead
        self.refuses = None      # header -> (code, reason), or None
        self.silent_after = None # type of a message after which it says nothing more
        self.end = 0
        self.sessions = []       # what each session said, as lists of messages and pack headers
        self.failures = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address, self.port = self.listener.getsockname()[:2]
        self.url = "ws://%s:%d" % (self.address, self.port)
        self.is_over = False
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def close(self):
        self.is_over = True
        # shutdown wakes the thread that waits in accept(); close alone does not.
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        self.thread.join(PATIENCE)

    def put(self, pack, link=None, arrival=None, author=None, last=None):
        """Adds a pack to what is handed out; with its link it counts among the heads."""
        if author is None:
            header, _ = read_header(pack)
            author, last = header["author"], header["first_seq"] + header["count"] - 1
        self.end = self.end + 1 if arrival is None else max(self.end, arrival)
        self.packs.append((self.end if arrival is None else arrival, pack, author, last))
        if link is not None and last > self.heads.get(author, (0, b""))[0]:
            self.heads[author] = (last, link)
        return self.packs[-1]

    def told(self):
        return self.heads if self.claimed is None else self.claimed

    def fingerprint(self):
        return fingerprint([(bytes.fromhex(author), seq, link) for author, (seq, link) in self.told().items()]).hex()

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            if self.is_over:
                connection.close()
                return
            connection.settimeout(PATIENCE)
            try:
                self._session(connection)
            except (Closed, OSError):
                pass
            except Exception as failure:  # told by the test, since a thread cannot fail one
                self.failures.append(repr(failure))
            finally:
                connection.close()

    def _session(self, connection):
        lines, rest = read_head(connection)
        key = next(line.split(":", 1)[1].strip() for line in lines if line.lower().startswith("sec-websocket-key:"))
        connection.sendall(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            "Sec-WebSocket-Accept: %s\r\n\r\n" % accept_key(key)).encode())
        Conversation(self, WebSocket(connection, False, rest)).run()


class Conversation:
    """One session of a FakeRelay."""

    def __init__(self, relay, ws):
        self.relay, self.ws = relay, ws
        self.said = []
        relay.sessions.append(self.said)
        self.is_wanted = False
        self.own = set()

    def send(self, kind, **fields):
        self.ws.send(TEXT, json.dumps({"type": kind, **fields}).encode())

    def run(self):
        relay = self.relay
        self.send("hello", protocol=1, relay=relay.person.hex, incarnation=relay.incarnation.hex(), nonce="07" * 32,
                  now_ms=int(time.time() * 1000),
                  limits={"frame_bytes": 262144, "pack_bytes": 262080, "credit_bytes": CREDIT})
        while True:
            kind, payload = self.ws.receive()
            if kind == BINARY and payload[:1] == b"P":
                self.on_pack(payload[1:])
                continue
            message = {"type": "ranges", "frame": payload} if kind == BINARY else json.loads(payload)
            self.said.append(message)
            getattr(self, "on_" + message["type"])(message)
            if relay.silent_after == message["type"]:
                while True:  # reads and says nothing, until the replica has had enough
                    self.ws.receive()

    def on_login(self, message):
        self.author = message["author"]
        self.workspace = bytes.fromhex(message["workspace"])
        held = self.relay.told().get(self.author)
        self.send("welcome", known=held is not None, have=held and {"seq": held[0], "link": held[1].hex()},
                  end=self.relay.end, fingerprint=self.relay.fingerprint(), notes_end=0, credit=CREDIT)

    def on_announce(self, message):
        pass

    on_credit = on_holding = on_error = on_announce

    def on_want(self, message):
        self.is_wanted = True
        since = message["since"] if message["incarnation"] == self.relay.incarnation.hex() else 0
        for arrival, pack, _, _ in list(self.relay.packs):
            if arrival > since and arrival not in self.own:
                self.ws.send(BINARY, b"P" + varint(arrival) + varint(len(pack)) + pack)
        self.say_at()

    def say_at(self):
        self.ws.send(BINARY, b"A" + varint(self.relay.end) + bytes.fromhex(self.relay.fingerprint()))

    def on_ranges(self, message):
        heads = sorted((bytes.fromhex(author), seq, link) for author, (seq, link) in self.relay.told().items())
        self.ws.send(BINARY, ranges_frame(answer(heads, parse_ranges(message["frame"], "replica"))))

    def on_fetch(self, message):
        for arrival, pack, author, last in list(self.relay.packs):
            if author == message["author"] and last > message["after"]:
                self.ws.send(BINARY, b"P" + varint(arrival) + varint(len(pack)) + pack)

    def on_pack(self, pack):
        relay = self.relay
        header, _ = read_header(pack)
        self.said.append({"type": "pack", **header})
        last = header["first_seq"] + header["count"] - 1
        reason = relay.refuses(header) if relay.refuses else None
        if reason:
            self.send("refuse", author=header["author"], first=header["first_seq"], last=last, code=reason[0],
                      reason=reason[1], credit=len(pack))
            return
        link = relay.link_of(header["author"], last)
        arrival = relay.put(pack, link)[0]
        self.own.add(arrival)
        author = bytes.fromhex(header["author"])
        message = receipt_message(self.workspace, author, last, link, relay.person.public, relay.incarnation, arrival)
        self.send("ack", author=header["author"], seq=last, link=link.hex(), arrival=arrival,
                  signature=relay.person.sign("receipt", message).hex(), credit=len(pack))
        if self.is_wanted:
            self.say_at()


class Proxy:
    """A TCP proxy in front of a relay, for one connection at a time and more. `touch(direction, at, data)` gives what goes on
    instead of `data`, which begins at byte `at` of that direction ("up" is towards the relay); less of it, or None, cuts the
    line there."""

    def __init__(self, relay, touch=lambda direction, at, data: data):
        self.target = (relay.address, relay.port)
        self.touch = touch
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address, self.port = self.listener.getsockname()[:2]
        self.url = "ws://%s:%d" % (self.address, self.port)
        self.passed = {"up": 0, "down": 0}
        self.open = []
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        for connection in self.open:
            end_socket(connection)

    def _serve(self):
        while True:
            try:
                near, _ = self.listener.accept()
                far = socket.create_connection(self.target)
            except OSError:
                return
            for connection in (near, far):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.open += [near, far]
            self.passed = {"up": 0, "down": 0}
            for source, target, direction in ((near, far, "up"), (far, near, "down")):
                threading.Thread(target=self._pump, args=(source, target, direction), daemon=True).start()

    def _pump(self, source, target, direction):
        at = 0
        try:
            while True:
                data = source.recv(65536)
                if not data:
                    break
                changed = self.touch(direction, at, data)
                if changed is None:
                    break
                at += len(data)
                self.passed[direction] = at
                target.sendall(changed)
                if len(changed) < len(data):
                    break
        except OSError:
            pass
        end_socket(source)
        end_socket(target)


def end_socket(connection):
    """Ends both directions; a thread that reads it wakes up."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    connection.close()


def flip_at(direction, position, bit=0):
    """For Proxy: turns one bit of one byte around, once."""
    def touch(now, at, data):
        if now != direction or not at <= position < at + len(data):
            return data
        out = bytearray(data)
        out[position - at] ^= 1 << bit
        return bytes(out)
    return touch


class FrameSearch:
    """For Proxy: follows the frames of one direction until the n-th that `wanted(opcode, payload length)` accepts."""

    def __init__(self, direction, wanted, nth=0):
        self.direction, self.wanted, self.nth = direction, wanted, nth
        self.found = None       # positions of the frame and its payload, and the payload's length
        self._restart()

    def _restart(self):
        self.is_past_head, self.pending, self.position = False, b"", 0

    def __call__(self, direction, at, data):
        if direction != self.direction:
            return data
        if at == 0:  # a new connection
            self._restart()
        if self.found is None:
            self.pending += data
            self._look()
        return data if self.found is None else self.act(at, data)

    def _skip(self, count):
        self.pending, self.position = self.pending[count:], self.position + count

    def _look(self):
        if not self.is_past_head:
            end = self.pending.find(b"\r\n\r\n")
            if end < 0:
                return
            self._skip(end + 4)
            self.is_past_head = True
        while len(self.pending) >= 2:
            length, head = self.pending[1] & 0x7F, 2
            if length >= 126:
                width = 2 if length == 126 else 8
                if len(self.pending) < 2 + width:
                    return
                length, head = int.from_bytes(self.pending[2:2 + width], "big"), 2 + width
            head += 4 if self.pending[1] & 0x80 else 0
            # Opcode and length are enough: the payload may not have come yet.
            if self.wanted(self.pending[0] & 0x0F, length):
                if self.nth == 0:
                    self.found = (self.position, self.position + head, length)
                    return
                self.nth -= 1
            if len(self.pending) < head + length:
                return
            self._skip(head + length)


class FrameFlip(FrameSearch):
    """Turns one bit of that frame around. `offset` counts from the payload's begin, or from its end if negative."""

    def __init__(self, direction, wanted, offset, nth=0, bit=0):
        super().__init__(direction, wanted, nth)
        self.offset, self.bit, self.is_done = offset, bit, False

    def act(self, at, data):
        _, payload, length = self.found
        target = payload + (self.offset if self.offset >= 0 else length + self.offset)
        if self.is_done or not at <= target < at + len(data):
            return data
        out = bytearray(data)
        out[target - at] ^= 1 << self.bit
        self.is_done = True
        return bytes(out)


class FrameCut(FrameSearch):
    """Lets everything before that frame pass and cuts the line there."""

    def act(self, at, data):
        frame = self.found[0]
        return data[:frame - at] if frame > at and at + len(data) > frame else None
