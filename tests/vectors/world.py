"""A small workspace for the vectors: logs of people, whose changes refer to each other."""
from chain import Person, claim_message, head_message, link_zero, next_link, successor_message
from change import encode
from enrolment import INVITATION, RECOVERY, SUCCESSOR, make_step
from primitives import ZERO_32, ZERO_64

START_MS = 1657756886000
VOLUNTEER, COORDINATOR = 1, 2


class Log:
    """One author's changes, their contents and links. The founder's log makes its own workspace."""

    def __init__(self, person, workspace=None):
        self.person = person
        self.workspace = workspace
        self.contents = []
        self.links = [link_zero(workspace or ZERO_32, person.public)]

    def change(self, *operations, **more):
        seq = len(self.contents) + 1
        at = START_MS + 1000 * seq
        return {"author": self.person.hex, "seq": seq, "time": [at, 0], "wall": [at, 480], "authors": [], "pins": [],
                "private": None, "operations": list(operations)} | more

    def append(self, *operations, **more):
        self.contents.append(encode(self.change(*operations, **more)))
        self.links.append(next_link(self.links[-1], self.contents[-1]))
        if self.workspace is None:
            self.workspace = self.links[1]
        return self

    def head(self):
        return (self.person.public, len(self.contents), self.links[-1])

    def sign_head(self, seq):
        return self.person.sign("head", head_message(self.workspace, self.person.public, seq, self.links[seq]))

    def step(self, seq):
        return make_step(self.person, self.workspace, self.links[seq - 1], self.contents[seq - 1])


def found_op(recovery, **more):
    return {"kind": 16, "name": "found", "workspace_name": "坎儿井", "device_name": "main laptop",
            "recovery": recovery.hex, "zone": 480} | more


def invite_op(one_time, role=VOLUNTEER, label="for Li Na"):
    return {"kind": 18, "name": "invite", "role": role, "expires_ms": START_MS + 7 * 86400000, "one_time": one_time.hex,
            "label": label}


def create_op(text="潘家园"):
    return {"kind": 1, "name": "create", "collection": 2, "fields": [[1, {"text": text}], [2, {"integer": 41}]]}


def filler_op(size, byte=b"a"):
    """An unknown operation of `size` equal bytes."""
    return {"kind": 99, "name": "unknown", "body": (byte * size).hex()}


def enrol_op(name, role, basis, introducer, proof, path, **more):
    key, seq, link = introducer
    return {"kind": 17, "name": "enrol", "device_name": name, "role": role, "basis": basis, "introducer": key.hex(),
            "introducer_seq": seq, "introducer_link": link.hex(), "proof": proof.hex(), "path": path} | more


def claim(person, issuer, seq, one_time, role=VOLUNTEER, name="", **more):
    """The enrolment of `person` by the invitation that is the issuer's change `seq`."""
    link = issuer.links[seq]
    proof = one_time.sign("claim", claim_message(issuer.workspace, person.public, link))
    return enrol_op(name or f"{person.name}'s laptop", role, INVITATION, (issuer.person.public, seq, link), proof,
                    [issuer.step(1), issuer.step(seq)], **more)


def succeed(person, previous, seq, name, role, **more):
    """The enrolment of `person` as the author that follows `previous`, last known at `seq`."""
    link = previous.links[seq]
    proof = previous.person.sign("successor", successor_message(previous.workspace, person.public, seq, link))
    return enrol_op(name, role, SUCCESSOR, (previous.person.public, seq, link), proof, [previous.step(1)], **more)


def recover(founder, **more):
    return enrol_op("recovery key", COORDINATOR, RECOVERY, (ZERO_32, 0, ZERO_32), ZERO_64, [founder.step(1)], **more)


class World:
    def __init__(self, name="founder"):
        self.recovery = Person(f"{name}'s recovery")
        self.key_volunteer, self.key_coordinator = Person(f"{name}'s one-time 2"), Person(f"{name}'s one-time 3")
        self.founder = Log(Person(name)).append(found_op(self.recovery))
        self.founder.append(invite_op(self.key_volunteer))
        self.founder.append(invite_op(self.key_coordinator, COORDINATOR, "for Wang Lei"))
        self.founder.append(create_op())
        self.workspace = self.founder.workspace

        self.volunteer = self.log("volunteer").append(claim(Person("volunteer"), self.founder, 2, self.key_volunteer))
        self.volunteer.append(create_op("取水点"))
        self.coordinator = self.log("coordinator").append(
            claim(Person("coordinator"), self.founder, 3, self.key_coordinator, COORDINATOR))
        self.key_second = Person("the coordinator's one-time 2")
        self.coordinator.append(invite_op(self.key_second, label=""))
        self.second = self.log("second volunteer").append(
            claim(Person("second volunteer"), self.coordinator, 2, self.key_second))

    def log(self, name):
        return Log(Person(name), self.workspace)
