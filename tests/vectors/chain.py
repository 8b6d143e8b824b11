"""log-format.md, sections 3 and 4: links, fingerprints, commitments and signatures."""
import base64

import ed25519
from primitives import H, H16, ZERO_32, u64


class Person:
    """A key pair whose seed is the hash of a name, so that every run makes the same keys."""

    def __init__(self, name):
        self.name = name
        self.seed = H(b"karez test vectors: ", name.encode())
        self.public = ed25519.public_key(self.seed)
        self.hex = self.public.hex()

    def sign(self, purpose, message):
        return ed25519.sign(self.seed, tag(purpose) + message)


def tag(purpose):
    return f"karez/{purpose}/1".encode()


def verify(key, purpose, message, signature):
    return ed25519.verify(key, tag(purpose) + message, signature)


def public_name(author):
    """What people and files see of an author (section 1)."""
    return base64.b32encode(H16(b"karez/author/1", author)).decode().lower().rstrip("=")


def link_zero(workspace, author):
    return H(b"karez/log/1", workspace, author)


def next_link(previous, content):
    return H(b"karez/link/1", previous, H(b"karez/content/1", content))


def is_found(change):
    """A change whose single operation is `found` is checked with zeros as workspace."""
    return len(change["operations"]) == 1 and change["operations"][0]["name"] == "found"


def first_previous(workspace, change):
    return link_zero(ZERO_32 if is_found(change) else workspace, bytes.fromhex(change["author"]))


def head_message(workspace, author, seq, link):
    return workspace + author + u64(seq) + link


def claim_message(workspace, author, invitation_link):
    return workspace + author + invitation_link


def successor_message(workspace, new_author, seq, link):
    return workspace + new_author + u64(seq) + link


def head_entry(author, seq, link):
    return H(b"karez/head-entry/1", author, u64(seq), link)


def fingerprint(heads):
    """Of (author, seq, link) entries."""
    total = sum(int.from_bytes(head_entry(*head), "big") for head in heads)
    return (total % 2**256).to_bytes(32, "big")


def commitment(salt, part):
    return H(b"karez/private/1", salt, part)
