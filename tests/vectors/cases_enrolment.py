"""enrolment.json: first changes with their certificate paths, and invitation codes (log-format.md, section 6)."""
import base64

from chain import Person, claim_message, link_zero, successor_message
from change import decode, encode
from enrolment import FOUNDER_ROLE, check, code_bytes, code_text, invites_in, make_step, parse_code, with_check
from primitives import H, NOTE_BLOB, ZERO_32, ZERO_64, blob, broken_rule
from world import (COORDINATOR, VOLUNTEER, Log, World, claim, create_op, filler_op, found_op, invite_op, recover,
                   succeed)

WORLD, OTHER = World(), World("another founder")
FOUNDER, VOLUNTEER_LOG, COORDINATOR_LOG = WORLD.founder, WORLD.volunteer, WORLD.coordinator
EARLY = "bytes end too early"
STEPS = "a path has the steps of its basis"
STEP_SIGNED = "a step's signature is its author's head signature"
CLAIMED = "the proof is the one-time key's signature of the claim"
SUCCEEDED = "the proof is the previous author's signature of the succession"
NEW = Person("newcomer")


def content_of(person, op, **more):
    return encode(Log(person, WORLD.workspace).change(op, **more))


def claimed(person=NEW, issuer=FOUNDER, seq=2, key=WORLD.key_volunteer, role=VOLUNTEER, **more):
    return claim(person, issuer, seq, key, role, **more)


def chain_of(depth):
    """The last of `depth` authors, each invited by the one before; the first by the founder."""
    log = FOUNDER
    for n in range(depth):
        key, person = Person(f"one-time of level {n + 1}"), Person(f"level {n + 1}")
        issuer = Log(log.person, log.workspace)
        issuer.contents, issuer.links = log.contents[:1], log.links[:2]
        issuer.append(invite_op(key, COORDINATOR, ""))
        log = Log(person, WORLD.workspace).append(claim(person, issuer, 2, key, COORDINATOR, name="l"))
    return log


def successors(depth):
    """The last of `depth` successors, each of the one before; the first follows the volunteer."""
    log = VOLUNTEER_LOG
    for n in range(depth):
        person = Person(f"successor {n + 1}")
        op = succeed(person, log, len(log.contents), "volunteer's laptop", VOLUNTEER)
        log = Log(person, WORLD.workspace).append(op)
    return log


def good():
    yield "founder", WORLD.workspace, FOUNDER.contents[0]
    yield "another founder", OTHER.workspace, OTHER.founder.contents[0]
    yield "volunteer by the founder's invitation", WORLD.workspace, VOLUNTEER_LOG.contents[0]
    yield "coordinator by the founder's invitation", WORLD.workspace, COORDINATOR_LOG.contents[0]
    yield "volunteer by that coordinator's invitation", WORLD.workspace, WORLD.second.contents[0]
    yield "two claims of one invitation are both well-formed", WORLD.workspace, content_of(NEW, claimed())
    invited = Log(VOLUNTEER_LOG.person, WORLD.workspace).append(claimed(VOLUNTEER_LOG.person))
    invited.append(invite_op(WORLD.key_second))
    yield "by a volunteer's invitation (whether it counts is section 7)", WORLD.workspace, content_of(
        NEW, claimed(issuer=invited, key=WORLD.key_second))
    for name, ops in (("an invite before a create", [invite_op(WORLD.key_volunteer), create_op()]),
                      ("an unknown operation and a create before the invite", [
                          filler_op(3), create_op(), invite_op(WORLD.key_volunteer)])):
        yield f"the invitation's change holds {name}", WORLD.workspace, content_of(
            NEW, claimed(issuer=issuer_with(*ops)))
    yield "successor of the volunteer, last known at 2", WORLD.workspace, successors(1).contents[0]
    yield "successor of the volunteer, last known at its first change", WORLD.workspace, content_of(
        NEW, succeed(NEW, VOLUNTEER_LOG, 1, "volunteer's laptop", VOLUNTEER))
    yield "successor of a successor", WORLD.workspace, successors(2).contents[0]
    yield "successor of the founder", WORLD.workspace, content_of(
        NEW, succeed(NEW, FOUNDER, 4, "main laptop", FOUNDER_ROLE))
    heir = Log(NEW, WORLD.workspace).append(succeed(NEW, COORDINATOR_LOG, 2, "coordinator's laptop", COORDINATOR))
    heir.append(invite_op(WORLD.key_second))
    guest = Person("guest")
    yield "volunteer by the invitation of a coordinator's successor", WORLD.workspace, content_of(
        guest, claimed(guest, heir, 2, WORLD.key_second))
    yield "recovery key", WORLD.workspace, content_of(WORLD.recovery, recover(FOUNDER))
    saved = Log(WORLD.recovery, WORLD.workspace).append(recover(FOUNDER)).append(invite_op(WORLD.key_second))
    yield "volunteer by the recovery key's invitation", WORLD.workspace, content_of(
        NEW, claimed(issuer=saved, key=WORLD.key_second))
    yield "role of an unknown number", WORLD.workspace, content_of(NEW, unknown_role(77))
    yield "16 enrolments up to the founder, by invitation", WORLD.workspace, chain_of(16).contents[0]
    yield "16 enrolments up to the founder, by succession", WORLD.workspace, successors(15).contents[0]


def unknown_role(role):
    return claim(NEW, issuer_with(invite_op(WORLD.key_second, role)), 2, WORLD.key_second, role)


def issuer_with(*operations, **more):
    """The founder's log with another second change."""
    log = Log(FOUNDER.person, WORLD.workspace)
    log.contents, log.links = FOUNDER.contents[:1], FOUNDER.links[:2]
    return log.append(*operations, **more)


def replaced(op, at, **more):
    """With members of one path step replaced."""
    path = list(op["path"])
    path[at] = path[at] | more
    return op | {"path": path}


def resigned(op, at, person, **more):
    """With members of one path step replaced, and that step signed again."""
    step = op["path"][at] | more
    step = make_step(person, WORLD.workspace, bytes.fromhex(step["prev_link"]), bytes.fromhex(step["content"]))
    return replaced(op, at, **step)


def flipped(signature, at=9):
    data = bytearray.fromhex(signature)
    data[at] ^= 1
    return data.hex()


def bad_invitations():
    op, key = claimed(), WORLD.key_volunteer
    link = FOUNDER.links[2]
    yield "claim with a flipped bit", CLAIMED, op | {"proof": flipped(op["proof"])}
    yield "claim of zeros", CLAIMED, op | {"proof": ZERO_64.hex()}
    yield "claim by another invitation's one-time key", CLAIMED, claimed(key=WORLD.key_coordinator)
    yield "claim by the issuer", CLAIMED, claimed(key=FOUNDER.person)
    yield "claim by the newcomer itself", CLAIMED, claimed(key=NEW)
    yield "another author's claim", CLAIMED, op | {"proof": claimed(Person("guest"))["proof"]}
    proof = key.sign("claim", claim_message(OTHER.workspace, NEW.public, link))
    yield "claim for another workspace", CLAIMED, op | {"proof": proof.hex()}
    proof = key.sign("claim", claim_message(WORLD.workspace, NEW.public, FOUNDER.links[3]))
    yield "claim of another invitation", CLAIMED, op | {"proof": proof.hex()}
    proof = key.sign("head", claim_message(WORLD.workspace, NEW.public, link))
    yield "claim with the tag of a head", CLAIMED, op | {"proof": proof.hex()}
    yield "role differs from the invitation's", "the role is the invitation's", claimed(role=COORDINATOR)
    one = "the invitation's change holds exactly one invite"
    for name, ops in (("two invites", [invite_op(key), invite_op(WORLD.key_second)]),
                      ("two invites of different roles", [invite_op(key), invite_op(key, COORDINATOR)]),
                      ("the same invite twice", [invite_op(key), invite_op(key)]),
                      ("two invites and a create", [invite_op(key), create_op(), invite_op(key)])):
        yield f"the invitation's change holds {name}", one, claimed(issuer=issuer_with(*ops))
    yield "the invitation's change holds no invite", None, claimed(issuer=issuer_with(create_op()))
    where = "introducer_seq and introducer_link are the invitation's"
    yield "introducer_seq of another invitation", where, op | {"introducer_seq": 3}
    other = H(b"another link")
    proof = key.sign("claim", claim_message(WORLD.workspace, NEW.public, other))
    yield "introducer_link of nothing", where, op | {"introducer_link": other.hex(), "proof": proof.hex()}
    yield "introducer is another author", None, op | {"introducer": COORDINATOR_LOG.person.hex}
    yield "introducer zeros", None, op | {"introducer": "00" * 32}
    yield "no path", STEPS, op | {"path": []}
    yield "path without the invitation", STEPS, op | {"path": op["path"][:1]}
    yield "path without the issuer's first change", STEPS, op | {"path": op["path"][1:]}
    yield "path with a step more", None, op | {"path": op["path"] + op["path"][1:]}
    yield "path in the wrong order", None, op | {"path": op["path"][::-1]}
    yield "the invitation is another author's", None, replaced(op, 1, **COORDINATOR_LOG.step(2))
    yield "the issuer's first change is another author's", None, replaced(op, 0, **COORDINATOR_LOG.step(1))
    yield "the first change twice", None, op | {"path": op["path"][:1] * 2}


def bad_steps():
    op = claimed()
    for at, name in ((0, "first step"), (1, "second step")):
        step = op["path"][at]
        yield f"{name}: signature with a flipped bit", STEP_SIGNED, replaced(
            op, at, signature=flipped(step["signature"]))
        yield f"{name}: signature of the other step", STEP_SIGNED, replaced(
            op, at, signature=op["path"][1 - at]["signature"])
        yield f"{name}: signature by another key", STEP_SIGNED, replaced(op, at, signature=make_step(
            NEW, WORLD.workspace, bytes.fromhex(step["prev_link"]), bytes.fromhex(step["content"]))["signature"])
        elsewhere = make_step(
            FOUNDER.person, OTHER.workspace, bytes.fromhex(step["prev_link"]), bytes.fromhex(step["content"]))
        yield f"{name}: signature for another workspace", STEP_SIGNED, replaced(
            op, at, signature=elsewhere["signature"])
        yield f"{name}: content altered", None, replaced(
            op, at, content=step["content"][:-8] + "62" + step["content"][-6:])
        yield f"{name}: content with a byte more", None, replaced(op, at, content=step["content"] + "00")
        yield f"{name}: content empty", None, replaced(op, at, content="")
        yield f"{name}: prev_link altered", None, replaced(op, at, prev_link="00" * 32)
        yield f"{name}: author is not the content's", None, replaced(op, at, author=NEW.hex)
        yield f"{name}: seq is not the content's", None, replaced(op, at, seq=step["seq"] + 1)
    link_0 = "a step with seq 1 has link(0) as prev_link"
    wrong = link_zero(WORLD.workspace, FOUNDER.person.public).hex()
    yield "founder's step with link(0) made with the workspace", None, resigned(op, 0, FOUNDER.person, prev_link=wrong)
    op = claimed(issuer=COORDINATOR_LOG, key=WORLD.key_second)
    wrong = link_zero(ZERO_32, COORDINATOR_LOG.person.public).hex()
    yield "coordinator's step with link(0) made with zeros", link_0, resigned(
        op, 0, COORDINATOR_LOG.person, prev_link=wrong)
    broken = claim(COORDINATOR_LOG.person, FOUNDER, 3, WORLD.key_coordinator, COORDINATOR)
    broken |= {"proof": flipped(broken["proof"])}
    issuer = WORLD.log("coordinator").append(broken).append(invite_op(WORLD.key_second))
    yield "one level up: claim with a flipped bit", CLAIMED, claimed(issuer=issuer, key=WORLD.key_second)
    broken = claim(COORDINATOR_LOG.person, FOUNDER, 3, WORLD.key_coordinator, COORDINATOR)
    broken = replaced(broken, 0, signature=flipped(broken["path"][0]["signature"]))
    issuer = WORLD.log("coordinator").append(broken).append(invite_op(WORLD.key_second))
    yield "one level up: step with a flipped bit", STEP_SIGNED, claimed(issuer=issuer, key=WORLD.key_second)
    broken = claim(COORDINATOR_LOG.person, FOUNDER, 3, WORLD.key_coordinator, VOLUNTEER)
    issuer = WORLD.log("coordinator").append(broken).append(invite_op(WORLD.key_second))
    yield "one level up: role differs from the invitation's", "the role is the invitation's", claimed(
        issuer=issuer, key=WORLD.key_second)


def bad_paths():
    too_deep = "a path ends at the founder after at most 16 enrolments"
    yield "17 enrolments up to the founder, by invitation", too_deep, chain_of(17).contents[0]
    yield "17 enrolments up to the founder, by succession", too_deep, successors(16).contents[0]
    yield "a path to another founder", None, encode(Log(NEW, OTHER.workspace).change(
        claim(NEW, OTHER.founder, 2, OTHER.key_volunteer)))
    yield "a founder of another workspace", "a path ends at the founder of the workspace", OTHER.founder.contents[0]
    altered = encode(FOUNDER.change(found_op(WORLD.recovery, zone=481), seq=1))
    yield "the founder's first change altered", "a path ends at the founder of the workspace", altered
    yield "the founder's second change", None, FOUNDER.contents[1]
    mixed = claim(NEW, OTHER.founder, 2, OTHER.key_volunteer)
    mixed |= {"proof": OTHER.key_volunteer.sign(
        "claim", claim_message(WORLD.workspace, NEW.public, OTHER.founder.links[2])).hex()}
    steps = [make_step(OTHER.founder.person, WORLD.workspace, bytes.fromhex(step["prev_link"]),
                       bytes.fromhex(step["content"])) for step in mixed["path"]]
    yield "another founder's path, signed for this workspace", "a path ends at the founder of the workspace", mixed | {
        "path": steps}


def bad_successors():
    op = succeed(NEW, VOLUNTEER_LOG, 2, "volunteer's laptop", VOLUNTEER)
    previous = VOLUNTEER_LOG.person
    yield "successor with another device name", "a successor's device name is the previous author's", op | {
        "device_name": "Volunteer's laptop"}
    yield "successor with another role", "a successor's role is the previous author's", op | {"role": COORDINATOR}
    yield "succession with a flipped bit", SUCCEEDED, op | {"proof": flipped(op["proof"])}
    link = VOLUNTEER_LOG.links[2]
    message = successor_message(WORLD.workspace, NEW.public, 2, link)
    yield "succession signed by the new author", SUCCEEDED, op | {"proof": NEW.sign("successor", message).hex()}
    yield "succession with the tag of a claim", SUCCEEDED, op | {"proof": previous.sign("claim", message).hex()}
    message = successor_message(WORLD.workspace, previous.public, 2, link)
    yield "succession that names the previous author", SUCCEEDED, op | {
        "proof": previous.sign("successor", message).hex()}
    message = successor_message(OTHER.workspace, NEW.public, 2, link)
    yield "succession for another workspace", SUCCEEDED, op | {"proof": previous.sign("successor", message).hex()}
    yield "succession at another seq", SUCCEEDED, op | {"introducer_seq": 3}
    yield "succession at another link", SUCCEEDED, op | {"introducer_link": VOLUNTEER_LOG.links[1].hex()}
    of_founder = succeed(NEW, FOUNDER, 4, "main laptop", COORDINATOR)
    yield "successor of the founder as a coordinator", "a successor's role is the previous author's", of_founder
    message = successor_message(WORLD.workspace, NEW.public, 1, link)
    yield "succession at seq 1 with another link", "at seq 1 a succession names the first change's link", op | {
        "introducer_seq": 1, "proof": previous.sign("successor", message).hex()}
    message = successor_message(WORLD.workspace, NEW.public, 0, link)
    yield "succession at seq 0", "a succession names a seq from 1", op | {
        "introducer_seq": 0, "proof": previous.sign("successor", message).hex()}
    yield "successor of another author than the path's", None, op | {"introducer": FOUNDER.person.hex}
    yield "successor without path", STEPS, op | {"path": []}
    yield "successor with a step more", STEPS, op | {"path": [VOLUNTEER_LOG.step(1), VOLUNTEER_LOG.step(2)]}
    yield "successor whose step is not a first change", None, op | {"path": [VOLUNTEER_LOG.step(2)]}
    yield "successor whose step has a flipped bit", STEP_SIGNED, replaced(
        op, 0, signature=flipped(VOLUNTEER_LOG.step(1)["signature"]))
    yield "successor on the basis of an invitation", None, op | {"basis": 1}
    yield "invitation on the basis of a succession", None, claimed() | {"basis": 2}


def bad_recoveries():
    op = recover(FOUNDER)
    zeros, proof = "a recovery key's introducer is zeros", "a recovery key's proof is zeros"
    yield "recovery by another key", "the author is the recovery key that the founder names", op
    for name, rule, more in (
            ("recovery with an introducer", zeros, {"introducer": FOUNDER.person.hex}),
            ("recovery with an introducer_seq", zeros, {"introducer_seq": 1}),
            ("recovery with an introducer_link", zeros, {"introducer_link": FOUNDER.links[1].hex()}),
            ("recovery with a proof", proof, {"proof": WORLD.recovery.sign("claim", b"").hex()}),
            ("recovery without path", None, {"path": []}),
            ("recovery with a step more", None, {"path": [FOUNDER.step(1), FOUNDER.step(2)]}),
            ("recovery by a volunteer's first change", None, {"path": [VOLUNTEER_LOG.step(1)]}),
            ("recovery by another founder's first change", None, {"path": [OTHER.founder.step(1)]}),
            ("recovery with a broken step", STEP_SIGNED,
             {"path": [FOUNDER.step(1) | {"signature": flipped(FOUNDER.step(1)["signature"])}]})):
        yield name, rule, content_of(WORLD.recovery, op | more)
    yield "the founder on the basis of recovery", None, content_of(FOUNDER.person, op)


def code_of(issuer, seq, key, relay_url="", relay_key=ZERO_32):
    return {"workspace": WORLD.workspace.hex(), "one_time_seed": key.seed.hex(), "issuer_first": issuer.step(1),
            "invitation": issuer.step(seq), "relay_url": relay_url, "relay_key": relay_key.hex()}


def good_codes():
    relay = Person("relay").public
    yield "of the founder, without relay", code_of(FOUNDER, 2, WORLD.key_volunteer)
    yield "of the founder, for a coordinator, with relay and its key", code_of(
        FOUNDER, 3, WORLD.key_coordinator, "ws://192.168.1.20:7447/sync", relay)
    yield "with a relay whose key is not known", code_of(FOUNDER, 2, WORLD.key_volunteer, "wss://relay.example/sync")
    yield "with a relay url of 256 bytes", code_of(
        FOUNDER, 2, WORLD.key_volunteer, "wss://relay.example/" + "a" * 236, relay)
    beside = issuer_with(create_op(), invite_op(WORLD.key_volunteer))
    yield "of an invite beside a create", code_of(beside, 2, WORLD.key_volunteer)
    yield "of a coordinator", code_of(COORDINATOR_LOG, 2, WORLD.key_second, "wss://relay.example", relay)


def bad_codes():
    code = code_of(FOUNDER, 2, WORLD.key_volunteer, "wss://relay.example", Person("relay").public)
    plain = code_bytes(code)
    whole = code_text(with_check(plain))
    base, check_rule = "a code is base64url without padding", "the check is the hash of all before"
    begins = "a code begins with kz1."
    assert len(with_check(plain)) % 3 == 2
    yield "nothing at all", None, ""
    yield "the prefix alone", None, "kz1."
    yield "without prefix", begins, whole[4:]
    yield "prefix in upper case", None, "KZ1." + whole[4:]
    yield "another prefix", None, "kz2." + whole[4:]
    yield "with padding", base, whole + "="
    yield "the standard alphabet", base, "kz1." + base64.b64encode(with_check(plain)).decode().rstrip("=")
    yield "a character of no alphabet", base, whole[:40] + "!" + whole[41:]
    yield "a space instead of a character", None, whole[:40] + " " + whole[41:]
    yield "one character too few", None, whole[:-1]
    yield "two characters too few", None, whole[:-2]
    yield "cut in half", None, whole[:len(whole) // 2]
    unused = whole[:-1] + chr(ord(whole[-1]) + 1)
    yield "the last character's unused bits set", "base64url stands in its shortest form", unused
    yield "one character altered", None, whole[:100] + ("A" if whole[100] != "A" else "B") + whole[101:]
    yield "twice in a row", base, whole + whole
    yield "the check altered", check_rule, code_text(plain + b"\0\0\0\0")
    yield "the check without its tag", check_rule, code_text(plain + H(plain)[:4])
    left = "nothing is left over after the relay's key"
    yield "a byte left over", left, code_text(with_check(plain + b"\0"))
    yield "version 2", "the code's version is 1", code_text(with_check(b"\2" + plain[1:]))
    yield "without relay key", EARLY, code_text(with_check(plain[:-32]))
    for name, rule, more in (
            ("seed of another key", "the seed is the one-time key's", {"one_time_seed": NEW.seed.hex()}),
            ("of another workspace", None, {"workspace": OTHER.workspace.hex()}),
            ("the issuer's first change with a flipped bit", STEP_SIGNED, {
                "issuer_first": FOUNDER.step(1) | {"signature": flipped(FOUNDER.step(1)["signature"])}}),
            ("the invitation with a flipped bit", STEP_SIGNED, {
                "invitation": FOUNDER.step(2) | {"signature": flipped(FOUNDER.step(2)["signature"])}}),
            ("the invitation is another author's", "the invitation is the issuer's", {
                "invitation": COORDINATOR_LOG.step(2), "one_time_seed": WORLD.key_second.seed.hex()}),
            ("a change without invite", None, {"invitation": FOUNDER.step(4)}),
            ("a change with two invites", "the invitation's change holds exactly one invite", {
                "invitation": issuer_with(invite_op(WORLD.key_volunteer), invite_op(WORLD.key_coordinator)).step(2)}),
            ("the issuer's second change as its first", None, {"issuer_first": FOUNDER.step(3)}),
            ("relay url of 257 bytes", "a relay url is at most 256 bytes", {"relay_url": "a" * 257}),
            ("relay url with U+0000", "text has no U+0000", {"relay_url": "ws://a\0b"}),
            ("relay url that is no UTF-8", "text is well-formed UTF-8", {"relay_url": b"ws://\xff"})):
        yield name, rule, code_text(with_check(code_bytes(code | more)))


def good_case(name, workspace, content):
    return {"name": name, "workspace": workspace.hex(), **blob(content), "proves": check(workspace, content)}


def bad_case(name, rule, source):
    content = source if isinstance(source, bytes) else content_of(NEW, source)
    found = broken_rule(name, lambda forgiven: check(WORLD.workspace, content, forgiven), (EARLY, STEPS),
                        rule is not None)
    assert rule in (None, found), (name, rule, found)
    return {"name": name, "workspace": WORLD.workspace.hex(), **blob(content), "rule": found}


def good_code(name, code):
    """`copied` is the code as a person may paste it: with white space anywhere."""
    told = code_text(with_check(code_bytes(code)))
    lines = [told[at:at + 76] for at in range(0, len(told), 76)]
    copied = [" " + told + "\n", "\r\n".join(lines), "\t".join([told[:2], told[2:6], " ".join(told[6:])])]
    assert all(parse_code(each) == code for each in [told, *copied]), name
    invite, = invites_in(decode(bytes.fromhex(code["invitation"]["content"])))
    return {"name": name, "text": told, "copied": copied[:2] if len(told) > 1500 else copied, **code, "invite": invite}


def bad_code(name, rule, told):
    structural = (EARLY, "a code is base64url without padding")
    found = broken_rule(name, lambda forgiven: parse_code(told, forgiven), structural, rule is not None)
    assert rule in (None, found), (name, rule, found)
    return {"name": name, "text": told, "rule": found}


def document():
    return {
        "version": 1,
        "source": "log-format.md, section 6",
        "note": NOTE_BLOB + " good and bad: content of first changes; a good one proves what is told about it. "
                "good_codes and bad_codes: invitation codes; copied is the same code with white space. A "
                "bad case breaks the rule that it names.",
        "good": [good_case(*case) for case in good()],
        "bad": [bad_case(*case) for part in (bad_invitations, bad_steps, bad_paths, bad_successors, bad_recoveries)
                for case in part()],
        "good_codes": [good_code(*case) for case in good_codes()],
        "bad_codes": [bad_code(*case) for case in bad_codes()]}
