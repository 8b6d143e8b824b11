"""log-format.md, section 6: path steps, enrolments and invitation codes."""
import base64

import ed25519
from chain import claim_message, first_previous, head_message, is_found, next_link, successor_message, verify
from change import decode, read_step, step_bytes
from primitives import H, Reader, Refused, ZERO_32, ZERO_64, text

DEEPEST = 16
FOUNDER_ROLE = 0
INVITATION, SUCCESSOR, RECOVERY = 1, 2, 3


def make_step(person, workspace, prev_link, content):
    change = decode(content)
    link = next_link(prev_link, content)
    signature = person.sign("head", head_message(workspace, person.public, change["seq"], link))
    return {"author": person.hex, "seq": change["seq"], "prev_link": prev_link.hex(), "content": content.hex(),
            "signature": signature.hex()}


def step_link(step):
    return next_link(bytes.fromhex(step["prev_link"]), bytes.fromhex(step["content"]))


def open_step(workspace, step, r):
    """The change and the link that a step proves."""
    content = bytes.fromhex(step["content"])
    change, link = decode(content, r.forgiven), step_link(step)
    r.need([change["author"], change["seq"]] == [step["author"], step["seq"]],
           "author and seq of a step are those inside its content")
    if change["seq"] == 1:
        r.need(step["prev_link"] == first_previous(workspace, change).hex(),
               "a step with seq 1 has link(0) as prev_link")
    author = bytes.fromhex(step["author"])
    message = head_message(workspace, author, step["seq"], link)
    signed = verify(author, "head", message, bytes.fromhex(step["signature"]))
    r.need(signed, "a step's signature is its author's head signature")
    return change, link


def check_first(workspace, content, r, depth=1):
    """What a first change proves: the members of a good vector."""
    change = decode(content, r.forgiven)
    r.need(change["seq"] == 1, "a first change has seq 1")
    author, op = change["author"], change["operations"][0]
    link = next_link(first_previous(workspace, change), content)
    told = {"author": author, "link": link.hex(), "is_founder": is_found(change), "is_recovery": False}
    if is_found(change):
        r.need(link == workspace, "a path ends at the founder of the workspace")
        return told | {"device_name": op["device_name"]}
    r.need(depth <= DEEPEST, "a path ends at the founder after at most 16 enrolments")
    steps = 2 if op["basis"] == INVITATION else 1
    r.need(len(op["path"]) == steps, "a path has the steps of its basis")
    opened = [open_step(workspace, step, r) for step in op["path"][:1]]
    parent = check_first(workspace, bytes.fromhex(op["path"][0]["content"]), r, depth + 1)
    if op["basis"] == INVITATION:
        opened.append(open_step(workspace, op["path"][1], r))
        check_invitation(workspace, author, op, opened, r)
    elif op["basis"] == SUCCESSOR:
        check_successor(workspace, author, op, opened, parent, r)
    else:
        check_recovery(author, op, opened, r)
    told |= {"is_recovery": op["basis"] == RECOVERY, "device_name": op["device_name"], "role": op["role"],
             "basis": op["basis"], "introducer": op["introducer"], "introducer_seq": op["introducer_seq"]}
    return told


def introduced_by(op):
    return bytes.fromhex(op["introducer"]), op["introducer_seq"], bytes.fromhex(op["introducer_link"])


def invites_in(change):
    return [op for op in change["operations"] if op["name"] == "invite"]


def check_invitation(workspace, author, op, opened, r):
    (issuer_first, _), (change, link) = opened
    introducer, seq, introducer_link = introduced_by(op)
    r.need(issuer_first["author"] == introducer.hex(), "the first step is the introducer's first change")
    r.need(change["author"] == introducer.hex(), "the invitation is the introducer's")
    r.need((change["seq"], link) == (seq, introducer_link), "introducer_seq and introducer_link are the invitation's")
    invites = invites_in(change)
    r.need(len(invites) == 1, "the invitation's change holds exactly one invite")
    invite = invites[0] if invites else {"role": op["role"], "one_time": "00" * 32}
    r.need(invite["role"] == op["role"], "the role is the invitation's")
    message = claim_message(workspace, bytes.fromhex(author), introducer_link)
    claimed = verify(bytes.fromhex(invite["one_time"]), "claim", message, bytes.fromhex(op["proof"]))
    r.need(claimed, "the proof is the one-time key's signature of the claim")


def check_successor(workspace, author, op, opened, parent, r):
    introducer, seq, introducer_link = introduced_by(op)
    r.need(opened[0][0]["author"] == introducer.hex(), "the first step is the introducer's first change")
    r.need(seq >= 1, "a succession names a seq from 1")
    r.need(seq != 1 or introducer_link == opened[0][1], "at seq 1 a succession names the first change's link")
    r.need(parent["device_name"] == op["device_name"], "a successor's device name is the previous author's")
    r.need(parent.get("role", FOUNDER_ROLE) == op["role"], "a successor's role is the previous author's")
    message = successor_message(workspace, bytes.fromhex(author), seq, introducer_link)
    succeeded = verify(introducer, "successor", message, bytes.fromhex(op["proof"]))
    r.need(succeeded, "the proof is the previous author's signature of the succession")


def check_recovery(author, op, opened, r):
    founder = opened[0][0]
    r.need(introduced_by(op) == (ZERO_32, 0, ZERO_32), "a recovery key's introducer is zeros")
    r.need(op["proof"] == ZERO_64.hex(), "a recovery key's proof is zeros")
    r.need(is_found(founder), "a recovery key's path is the founder's first change")
    r.need(not is_found(founder) or founder["operations"][0]["recovery"] == author,
           "the author is the recovery key that the founder names")


def check(workspace, content, forgiven=frozenset()):
    return check_first(workspace, content, Reader(b"", forgiven))


def code_bytes(code):
    """Without the check at its end."""
    out = b"\1" + bytes.fromhex(code["workspace"]) + bytes.fromhex(code["one_time_seed"])
    out += step_bytes(code["issuer_first"]) + step_bytes(code["invitation"])
    return out + text(code["relay_url"]) + bytes.fromhex(code["relay_key"])


def with_check(data):
    return data + H(b"karez/code/1", data)[:4]


def code_text(data):
    return "kz1." + base64.urlsafe_b64encode(data).decode().rstrip("=")


def parse_code(text_of_code, forgiven=frozenset()):
    code = "".join(text_of_code.split())
    r = Reader(b"", forgiven)
    r.need(code.startswith("kz1."), "a code begins with kz1.")
    body = code.removeprefix("kz1.")
    alphabet = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    if set(body) - alphabet or len(body) % 4 == 1:
        raise Refused("a code is base64url without padding")
    data = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    r.need(code_text(data) == "kz1." + body, "base64url stands in its shortest form")
    return open_code(data, forgiven)


def open_code(data, forgiven):
    r = Reader(data[:-4], forgiven)
    r.need(data[-4:] == H(b"karez/code/1", data[:-4])[:4], "the check is the hash of all before")
    r.need(r.u8() == 1, "the code's version is 1")
    code = {"workspace": r.raw(32).hex(), "one_time_seed": r.raw(32).hex()}
    code |= {"issuer_first": read_step(r), "invitation": read_step(r)}
    code |= {"relay_url": r.text(256, "a relay url is at most 256 bytes"), "relay_key": r.raw(32).hex()}
    r.end("nothing is left over after the relay's key")
    workspace = bytes.fromhex(code["workspace"])
    open_step(workspace, code["issuer_first"], r)
    check_first(workspace, bytes.fromhex(code["issuer_first"]["content"]), r)
    change, _ = open_step(workspace, code["invitation"], r)
    r.need(change["author"] == code["issuer_first"]["author"], "the invitation is the issuer's")
    invites = invites_in(change)
    r.need(len(invites) == 1, "the invitation's change holds exactly one invite")
    public = ed25519.public_key(bytes.fromhex(code["one_time_seed"])).hex()
    r.need(any(each["one_time"] == public for each in invites), "the seed is the one-time key's")
    return code
