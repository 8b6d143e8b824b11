"""Changes and packs by hand, true and forged, under the real keys of replicas or under keys of our own."""

import contextlib
import pathlib
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "vectors"))

import ed25519  # noqa: E402
from chain import Person, claim_message, commitment, head_message, next_link, public_name  # noqa: E402
from change import decode, encode  # noqa: E402
from enrolment import INVITATION, parse_code  # noqa: E402
from pack import block, entry, frame_of, header_bytes, raw_blocks_of, raw_of  # noqa: E402
from primitives import H, ZERO_32, varint  # noqa: E402
from world import Log, enrol_op, found_op, invite_op  # noqa: E402

DAY_MS = 1657756800000  # 2022-07-14 08:00 in +08:00
SALT = bytes(range(16))


class Key(Person):
    """A key pair of a seed that somebody else made."""

    def __init__(self, seed, name=""):
        self.name, self.seed = name, seed
        self.public = ed25519.public_key(seed)
        self.hex = self.public.hex()


@contextlib.contextmanager
def database(path, write=False):
    """An SQLite file; committed at the end if `write`."""
    connection = sqlite3.connect("file:%s?mode=%s" % (path, "rw" if write else "ro"), uri=True, timeout=10)
    try:
        yield connection
        if write:
            connection.commit()
    finally:
        connection.close()


def rows(path, sql, *parameters):
    with database(path) as connection:
        return connection.execute(sql, parameters).fetchall()


def keys_of(home):
    """Every key that a replica may sign with, by its public half in hex."""
    found = [Key(bytes.fromhex(line)) for line in (home / "author.key").read_text().split()]
    return {key.hex: key for key in found}


def workspace_of(home):
    (workspace,), = rows(home / "replica.db", "SELECT value FROM meta WHERE key='workspace'")
    return workspace


def own_key(home):
    """The key that a replica writes under now."""
    (author,), = rows(home / "replica.db", "SELECT a.key FROM author a JOIN meta m ON m.key='own_author' AND m.value=a.id")
    return keys_of(home)[author.hex()]


def log_of(home, person):
    """The log of `person` as this replica holds it, ready to be gone on with."""
    log = Log(person, workspace_of(home))
    # Its newest changes stand one by one; these logs are too short to have been packed.
    held = rows(home / "replica.db", "SELECT c.content, c.link FROM change c JOIN author a ON a.id=c.id>>32 WHERE a.key=? "
                                     "ORDER BY c.id", person.public)
    log.contents = [content for content, _ in held]
    if log.contents and decode(log.contents[0])["operations"][0]["name"] == "found":
        log.links = Log(person).links
    log.links += [link for _, link in held]
    return log


def own_log(home):
    return log_of(home, own_key(home))


def logs_of(homes):
    """Every replica's own logs, by author in hex: their keys are at hand, so a pack may end anywhere."""
    return {key.hex: log_of(home, key) for home in homes for key in keys_of(home).values()}


def copy_of(log):
    out = Log(log.person, log.workspace)
    out.contents, out.links = list(log.contents), list(log.links)
    return out


def link_finder(*homes):
    """For FakeRelay: the link of any change that one of these replicas holds."""
    def link_of(author, seq):
        for home in homes:
            if not (home / "replica.db").exists():
                continue
            found = rows(home / "replica.db", "SELECT c.link FROM (SELECT id, link FROM change UNION SELECT id, link FROM pack) c "
                                              "JOIN author a ON c.id=(a.id<<32)+?2 WHERE a.key=?1", bytes.fromhex(author), seq)
            if found:
                return found[0][0]
        raise KeyError((author, seq))
    return link_of


def pack_of(log, first=1, last=None, **more):
    """The pack of changes first..last; `more` as for pack()."""
    last = len(log.contents) if last is None else last
    return pack(log, log.contents[first - 1:last], first, log.links[first - 1], log.links[last], **more)


def pack(log, contents, first, prev_link, link, signer=None, purpose="head", parts=None, frame=None, raw=None, **header):
    """A pack of these contents, signed at `link`. What is given besides makes it a bad one."""
    last = first + len(contents) - 1
    if raw is None:
        raw = raw_of(first, [entry(content, *(parts or {}).get(first + n, ())) for n, content in enumerate(contents)])
    message = head_message(log.workspace, log.person.public, last, link)
    fields = {"workspace": log.workspace.hex(), "author": log.person.hex, "first_seq": first, "count": len(contents),
              "prev_link": prev_link.hex(), "signature": (signer or log.person).sign(purpose, message).hex(),
              "raw_size": len(raw)} | header
    return header_bytes(fields) + (frame_of(raw, raw_blocks_of(raw)) if frame is None else frame)


def visit_ops(log, person_times=2, items=(("W550", 5),), site="S001", at_ms=DAY_MS, trade="rider"):
    """A visit and its handouts, as the log's next change."""
    seq = len(log.contents) + 1
    fields = [[1, {"text": "visit"}], [2, {"wall": [at_ms, 480]}], [3, {"text": site}], [4, {"text": trade}],
              [5, {"integer": person_times}]]
    ops = [{"kind": 1, "name": "create", "collection": 5, "fields": fields}]
    for item, quantity in items:
        ops.append({"kind": 1, "name": "create", "collection": 6,
                    "fields": [[1, {"record": [log.person.hex, seq, 1]}], [2, {"text": item}],
                               [3, {"integer": quantity}], [4, {"text": "give"}]]})
    return ops


def add_visit(log, *arguments, **more):
    """Appends a visit and gives its public id."""
    log.append(*visit_ops(log, *arguments, **more))
    return "%s-%d-1" % (public_name(log.person.public), len(log.contents))


def site_op(code, name="a place"):
    return {"kind": 1, "name": "create", "collection": 2, "fields": [[1, {"text": code}], [2, {"text": name}]]}


def write_op(record, field, value):
    """A register write that replaces the record's initial value."""
    return {"kind": 2, "name": "write", "record": record, "field": field, "value": {"text": value}, "replaces": [record[:2]]}


def revoke_op(author, seq, link, reason="because"):
    return {"kind": 20, "name": "revoke", "author": author, "seq": seq, "link": link.hex(), "reason": reason}


def admit_op(claimant, issuer, seq):
    return {"kind": 19, "name": "admit", "claimant": claimant, "invitation": [issuer, seq]}


def enlist(name, code_text, person=None, **more):
    """The log of a volunteer who exists only here, begun with a real invitation code."""
    code = parse_code(code_text)
    person = person or Person("%s of %s" % (name, code["workspace"]))
    one_time = Key(bytes.fromhex(code["one_time_seed"]))
    step = code["invitation"]
    link = next_link(bytes.fromhex(step["prev_link"]), bytes.fromhex(step["content"]))
    invitation = decode(bytes.fromhex(step["content"]))
    role = next(op["role"] for op in invitation["operations"] if op["name"] == "invite")
    workspace = bytes.fromhex(code["workspace"])
    proof = (more.pop("prover", None) or one_time).sign("claim", claim_message(workspace, person.public, link))
    op = enrol_op(name, more.pop("role", role), INVITATION, (bytes.fromhex(step["author"]), step["seq"], link), proof,
                  [code["issuer_first"], step])
    return Log(person, workspace).append(op | more)


def foreign_workspace():
    """Founder and volunteer of another workspace, all in order there."""
    founder = Log(Person("a foreign founder")).append(found_op(Person("a foreign recovery")))
    one_time = Person("a foreign one-time key")
    founder.append(invite_op(one_time))
    person = Person("a foreign volunteer")
    link = founder.links[2]
    proof = one_time.sign("claim", claim_message(founder.workspace, person.public, link))
    op = enrol_op("foreign", 1, INVITATION, (founder.person.public, 2, link), proof, [founder.step(1), founder.step(2)])
    volunteer = Log(person, founder.workspace).append(op)
    add_visit(volunteer)
    return founder, volunteer


def forgeries(log, code):
    """[(name, pack, code)] of packs that go on `log` (an author in good standing, whose log is held as it is) or begin a
    new one with the unused invitation `code`, each wrong in one way, with the reason that must be given."""
    held = len(log.contents)
    good = copy_of(log)
    add_visit(good, person_times=7)
    stranger = Person("a stranger")
    content = good.contents[held]
    bent = bytearray(content)
    bent[-1] ^= 1

    private = copy_of(log)
    private.append(*visit_ops(private), private=commitment(SALT, b"13800000000").hex())

    torn = enlist("torn", code)
    torn_link = next_link(H(b"nowhere"), torn.contents[0])
    thief = enlist("thief", code, prover=stranger)
    climber = enlist("climber", code, role=2)
    founder, foreigner = foreign_workspace()
    alien = Log(foreigner.person, log.workspace)
    alien.contents, alien.links = list(foreigner.contents), [alien.links[0]]
    for each in alien.contents:
        alien.links.append(next_link(alien.links[-1], each))
    first = held + 1
    raw = raw_of(first, [entry(content)])
    prev = good.links[held]
    return [
        ("a content that was changed after signing", pack(good, [bytes(bent)], first, prev, good.links[first]), "bad_signature"),
        ("a signature of somebody else", pack(good, [content], first, prev, good.links[first], signer=stranger), "bad_signature"),
        ("a signature for another purpose", pack(good, [content], first, prev, good.links[first], purpose="claim"),
         "bad_signature"),
        ("a signature of another head", pack(good, [content], first, prev, good.links[held]), "bad_signature"),
        ("a signature of zeros", pack(good, [content], first, prev, good.links[first], signature="00" * 64), "bad_signature"),
        ("a key of small order", small_order_pack(log.workspace), "bad_signature"),
        ("a chain that begins elsewhere", pack(torn, torn.contents, 1, H(b"nowhere"), torn_link), "broken_chain"),
        ("a private part that is withheld", pack_of(private, first, parts={first: (None, 2)}), "withheld"),
        ("a private part that is another one", pack_of(private, first, parts={first: ((SALT, b"13900000000"),)}),
         "malformed"),
        ("a content that is not there", pack(good, [content, content], first, prev, good.links[first], raw=raw), "malformed"),
        ("a claim without the invitation's key", pack_of(thief), "bad_signature"),
        ("a claim of another role", pack_of(climber), "stranger"),
        ("an enrolment from another workspace", pack_of(alien), "wrong_workspace"),
        ("a log of another workspace", pack_of(foreigner), "wrong_workspace"),
        ("a founder of another workspace", pack_of(founder), "wrong_workspace"),
        ("a frame that unpacks to more than is said", pack(good, [content], first, prev, good.links[first], frame=bomb()),
         "malformed"),
        ("a size beyond the limit", pack(good, [content], first, prev, good.links[first], raw_size=2**40), "too_large"),
        ("a count beyond the limit", pack(good, [content], first, prev, good.links[first], count=5000), "too_large"),
        ("a frame cut short", pack_of(good, first)[:-3], "malformed"),
        ("bytes behind the frame", pack_of(good, first) + b"\0", "malformed"),
        ("no change at all", pack(good, [], first, prev, good.links[first], raw=b"", count=0), "malformed"),
    ]


def joined_elsewhere(log):
    """A pack of the author's next change, rightly signed, upon a change that nobody holds."""
    longer = copy_of(log)
    add_visit(longer, person_times=7)
    content, prev = longer.contents[-1], H(b"nowhere")
    return pack(longer, [content], len(longer.contents), prev, next_link(prev, content))


class SmallOrder:
    """A key that needs no secret: a lax verifier takes anything under it for signed."""

    def __init__(self):
        self.name = "of small order"
        self.public = (1).to_bytes(32, "little")
        self.hex = self.public.hex()

    def sign(self, purpose, message):
        return ed25519.forge_for_small_order_key(self.public)(b"karez/%s/1" % purpose.encode() + message)


def small_order_pack(workspace):
    log = Log(SmallOrder(), workspace)
    log.append({"kind": 17, "name": "enrol", "device_name": "nobody", "role": 1, "basis": 3, "introducer": "00" * 32,
                "introducer_seq": 0, "introducer_link": "00" * 32, "proof": "00" * 64, "path": []})
    return pack_of(log)


def bomb():
    """A legal zstd frame of 100 MiB in run-length blocks that says no size."""
    blocks = 800
    body = b"".join(block(n == blocks - 1, 1, 128 * 1024, b"\0") for n in range(blocks))
    return b"\x28\xb5\x2f\xfd" + bytes([0, 7 << 3]) + body
