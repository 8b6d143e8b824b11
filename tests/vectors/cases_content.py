"""content.json: the content of changes (log-format.md, sections 1 and 2)."""
from cases_content_bad import (bad_ends, bad_fields_of_meaning, bad_firsts, bad_heads, bad_lone_values,
                               bad_operations, bad_pairs, bad_primitives, bad_values)
from cases_content_good import good_changes, good_operations, good_values, values
from change import decode, decode_value, encode, encode_value
from examples import EARLY
from primitives import NOTE_BLOB, blob, broken_rule


def good_case(name, source):
    content = encode(source)
    change_back = decode(content)
    assert change_back == source and encode(change_back) == content, name
    counts = {part: len(source[part]) for part in ("authors", "pins", "operations")}
    described = {"change": source} if len(content) <= 2048 else {}
    return {"name": name, **blob(content), "counts": counts, **described}


def bad_case(name, rule, source):
    content = source if isinstance(source, bytes) else encode(source)
    found = broken_rule(name, lambda forgiven: decode(content, forgiven), (EARLY, "a value's type is from 0 to 6"),
                        alone=rule is not None)
    assert rule in (None, found), (name, rule, found)
    return {"name": name, **blob(content), "rule": found}


def good_lone_value(name, value):
    data = encode_value(value)
    assert decode_value(data) == value, name
    return {"name": name, **blob(data), **({"value": value} if len(data) <= 2048 else {})}


def bad_lone_value(name, rule, data):
    structural = (EARLY, "a value's type is from 0 to 6")
    found = broken_rule(name, lambda forgiven: decode_value(data, forgiven), structural)
    assert rule == found, (name, rule, found)
    return {"name": name, **blob(data), "rule": found}


def document():
    good = [good_case(*case) for part in (good_changes, good_operations, good_values) for case in part()]
    bad = [bad_case(*case) for part in (
        bad_primitives, bad_heads, bad_values, bad_operations, bad_fields_of_meaning, bad_pairs, bad_firsts, bad_ends)
           for case in part()]
    return {
        "version": 1,
        "source": "log-format.md, sections 1 and 2",
        "note": NOTE_BLOB + " A good case is described as follows: keys and hashes are hex; a dot is [key, seq], a "
                "record [key, seq, k], a pin [key, seq, link]; a field is its catalog number or the record of its "
                "definition; a value is null or has one member that names its type. Cases above 2,048 bytes have only "
                "their counts. A bad case breaks the one rule that it names. good_values and bad_values: values "
                "outside of changes.",
        "good": good, "bad": bad,
        "good_values": [good_lone_value(*case) for case in values().items()],
        "bad_values": [bad_lone_value(*case) for case in bad_lone_values()]}
