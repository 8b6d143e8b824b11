"""chain.json and signatures.json: hashes, links, fingerprints, commitments and signatures (log-format.md, 1, 3, 4)."""
import ed25519
from chain import (Person, claim_message, commitment, fingerprint, head_entry, head_message, link_zero, public_name,
                   successor_message, tag, verify)
from primitives import H, H16, ZERO_32, u64
from protocol import announcement_message, holding_message, login_message, receipt_message
from world import World

WORLD = World()
PEOPLE = [Person(name) for name in ("anna", "ben", "carla")]
SIGNER, RELAY = Person("signer"), Person("relay")
LINK = H(b"a link")


def hashes():
    for data in (b"", b"abc", b"karez", bytes(range(256))):
        yield {"hex": data.hex(), "h": H(data).hex(), "h16": H16(data).hex()}


def names():
    for n, author in enumerate([person.public for person in PEOPLE] + [ZERO_32, b"\xff" * 32]):
        name, seq, k = public_name(author), (1, 7, 300, 2**32 - 1, 12)[n], (1, 2, 1023, 1023, 40)[n]
        yield {"author": author.hex(), "public_name": name, "record": [author.hex(), seq, k],
               "text": f"{name}-{seq}-{k}"}


def link_zeros():
    for name, workspace in (("a founder: workspace of zeros", ZERO_32), ("another author", WORLD.workspace),
                            ("a workspace of all ones", b"\xff" * 32)):
        for person in PEOPLE:
            yield {"name": name, "workspace": workspace.hex(), "author": person.hex,
                   "link": link_zero(workspace, person.public).hex()}


def logs():
    for name, log in (("founder", WORLD.founder), ("volunteer", WORLD.volunteer), ("second volunteer", WORLD.second)):
        yield {"name": name, "workspace": WORLD.workspace.hex(), "author": log.person.hex,
               "is_founder": name == "founder",
               "contents": [content.hex() for content in log.contents], "links": [link.hex() for link in log.links]}


def fingerprints():
    few = [(person.public, seq, H(b"link of", person.public)) for person, seq in zip(PEOPLE, (1, 300, 2**32 - 1))]
    many = [(H(b"author", u64(n)), n, H(b"link", u64(n))) for n in range(1, 41)]
    for name, heads in (("no heads", []), ("one head", few[:1]), ("three heads", few),
                        ("the first head moved on", [(few[0][0], 2, LINK)] + few[1:]),
                        ("40 heads, whose sum passes 2^256 many times", many),
                        ("the log heads of a workspace", sorted(log.head() for log in (
                            WORLD.founder, WORLD.volunteer, WORLD.coordinator, WORLD.second)))):
        rows = [[author.hex(), seq, link.hex()] for author, seq, link in heads]
        yield {"name": name, "heads": rows, "entries": [head_entry(*head).hex() for head in heads],
               "fingerprint": fingerprint(heads).hex()}


def commitments():
    for salt, part in ((bytes(16), b""), (H(b"salt")[:16], b""), (H(b"salt")[:16], "电话 138".encode()),
                       (b"\xff" * 16, bytes(range(256)))):
        yield {"salt": salt.hex(), "part": part.hex(), "commitment": commitment(salt, part).hex()}


def chain_document():
    return {
        "version": 1,
        "source": "log-format.md, sections 1 and 3",
        "note": "hashes: H and H16 of bytes. names: an author's public name and a record's name. link_zeros: link(0). "
                "logs: link(0), link(1), ... of contents; the workspace is the founder's link(1). "
                "fingerprints: the hash of each head's entry, and their sum.",
        "hashes": list(hashes()), "names": list(names()), "link_zeros": list(link_zeros()), "logs": list(logs()),
        "fingerprints": list(fingerprints()), "commitments": list(commitments())}


def messages(workspace, author, seq, link):
    """For each purpose its fields and its message."""
    relay, other = RELAY.public, PEOPLE[0].public
    incarnation, nonces = H16(b"incarnation"), (H(b"relay's nonce"), H(b"replica's nonce"))
    arrival, last, now = 2**32 + 5, 1657756886000, 1657757000000
    base = {"workspace": workspace.hex(), "author": author.hex()}
    at = {"seq": seq, "link": link.hex()}
    yield "head", base | at, head_message(workspace, author, seq, link)
    yield "claim", base | {"invitation_link": link.hex()}, claim_message(workspace, author, link)
    yield "successor", {"workspace": workspace.hex(), "new_author": other.hex()} | at, successor_message(
        workspace, other, seq, link)
    for name, binding in (("without TLS", ZERO_32), ("with a channel binding", H(b"channel"))):
        yield "login", base | {"name": name, "relay": relay.hex(), "relay_nonce": nonces[0].hex(),
                               "replica_nonce": nonces[1].hex(), "channel_binding": binding.hex()}, login_message(
            workspace, author, relay, *nonces, binding)
    stored = {"relay": relay.hex(), "incarnation": incarnation.hex(), "arrival": arrival}
    yield "receipt", base | at | stored, receipt_message(
        workspace, author, seq, link, relay, incarnation, arrival)
    for last_ms, now_ms in ((last, now), (-631152000000, -1), (0, 0)):
        yield "announcement", base | at | {"last_record_ms": last_ms, "now_ms": now_ms}, announcement_message(
            workspace, author, seq, link, last_ms, now_ms)
    yield "holding", base | stored, holding_message(
        workspace, author, relay, incarnation, arrival)


def good_signatures():
    """What the relay signs (a receipt) is signed by the relay here too."""
    for purpose, fields, message in messages(WORLD.workspace, SIGNER.public, 300, LINK):
        signer = RELAY if purpose == "receipt" else SIGNER
        signature = signer.sign(purpose, message)
        assert verify(signer.public, purpose, message, signature)
        yield {"purpose": purpose, "tag": tag(purpose).decode(), "seed": signer.seed.hex(), "key": signer.hex,
               "fields": fields, "message": message.hex(), "signature": signature.hex()}
    for seq in (1, 2**32 - 1):
        message = head_message(ZERO_32, SIGNER.public, seq, LINK)
        yield {"purpose": "head", "tag": tag("head").decode(), "seed": SIGNER.seed.hex(), "key": SIGNER.hex,
               "fields": {"workspace": ZERO_32.hex(), "author": SIGNER.hex, "seq": seq, "link": LINK.hex()},
               "message": message.hex(), "signature": SIGNER.sign("head", message).hex()}
    for seed, message in ((bytes(32), b""), (b"\xff" * 32, bytes(200)), (bytes(range(32)), b"karez")):
        yield {"purpose": "head", "tag": tag("head").decode(), "seed": seed.hex(),
               "key": ed25519.public_key(seed).hex(),
               "message": message.hex(), "signature": ed25519.sign(seed, tag("head") + message).hex()}


def flip(data, bit):
    out = bytearray(data)
    out[bit // 8] ^= 1 << bit % 8
    return bytes(out)


SMALL_ORDER = {
    "the neutral point": (1).to_bytes(32, "little"),
    "a point of order 2": (ed25519.P - 1).to_bytes(32, "little"),
    "a point of order 4": bytes(32),
    "the other point of order 4": (2**255).to_bytes(32, "little"),
    "a point of order 8": bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    "another point of order 8": bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    "the neutral point, not canonical": (ed25519.P + 1).to_bytes(32, "little"),
    "a point of order 4, not canonical": ed25519.P.to_bytes(32, "little"),
}


def bad_signatures():
    message = head_message(WORLD.workspace, SIGNER.public, 300, LINK)
    signature = SIGNER.sign("head", message)
    whole = tag("head") + message
    for purpose in ("claim", "successor", "login", "receipt", "announcement", "holding"):
        yield f"tag of {purpose}", "the tag names the purpose", SIGNER.public, message, SIGNER.sign(purpose, message)
    yield "no tag", "the tag names the purpose", SIGNER.public, message, ed25519.sign(SIGNER.seed, message)
    equation = "the signature is the key's, of this message"
    for name, key, text, signed in (
            ("another key", PEOPLE[0].public, message, signature),
            ("another message", SIGNER.public, head_message(WORLD.workspace, SIGNER.public, 301, LINK), signature),
            ("a shorter message", SIGNER.public, message[:-1], signature),
            ("a longer message", SIGNER.public, message + b"\0", signature),
            ("a bit of the message flipped", SIGNER.public, flip(message, 3), signature),
            ("a bit of R flipped", SIGNER.public, message, flip(signature, 0)),
            ("the sign bit of R flipped", SIGNER.public, message, flip(signature, 255)),
            ("a bit of S flipped", SIGNER.public, message, flip(signature, 256)),
            ("a bit of the key flipped", flip(SIGNER.public, 8), message, signature),
            ("the sign bit of the key flipped", flip(SIGNER.public, 255), message, signature),
            ("R and S swapped", SIGNER.public, message, signature[32:] + signature[:32]),
            ("zeros", SIGNER.public, message, bytes(64)), ("ones", SIGNER.public, message, b"\xff" * 64)):
        yield name, equation, key, text, signed
    number = int.from_bytes(signature[32:], "little")
    for times in (1, 2, 8):
        higher = signature[:32] + (number + times * ed25519.L).to_bytes(32, "little")
        yield f"S plus {times} times the group order", "S is below the group order", SIGNER.public, message, higher
    for name, key in SMALL_ORDER.items():
        forged = ed25519.forge_for_small_order_key(key)(whole)
        yield f"key: {name}", "a key has no small order", key, message, forged


def bad_signature_case(name, rule, key, message, signature):
    """The last two rules are what "strictly" adds: a lax verifier accepts their cases."""
    assert not verify(key, "head", message, signature), name
    lax = ed25519.verify(key, tag("head") + message, signature, strict=False)
    assert lax == (rule in ("S is below the group order", "a key has no small order")), name
    return {"name": name, "purpose": "head", "key": key.hex(), "message": message.hex(), "signature": signature.hex(),
            "rule": rule}


def signatures_document():
    return {
        "version": 1,
        "source": "log-format.md, section 4; protocol.md, section 2",
        "note": "message is what follows the tag; seed is the RFC 8032 private key. Good ones: fields, where given, "
                "are those of the message in its table's words. Bad ones must not verify as a head signature.",
        "good": list(good_signatures()), "bad": [bad_signature_case(*case) for case in bad_signatures()]}
