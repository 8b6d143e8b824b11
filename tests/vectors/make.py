#!/usr/bin/env python3
"""Makes the test vectors in schema/vectors: a second implementation of the formats, written from schema/log-format.md
and schema/protocol.md alone, with Python's standard library alone.

    make.py             writes them into schema/vectors
    make.py DIRECTORY   writes them there
    make.py --check     makes them in a temporary directory and compares with schema/vectors, byte for byte

Every run gives the same bytes: keys come from named seeds, and nothing asks a clock or a random generator.
"""
import json
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True

from cases_chain import chain_document, signatures_document  # noqa: E402
import cases_bundle  # noqa: E402
import cases_content  # noqa: E402
import cases_enrolment  # noqa: E402
import cases_pack  # noqa: E402
import cases_protocol  # noqa: E402
import cases_ranges  # noqa: E402

COMMITTED = Path(__file__).resolve().parents[2] / "schema" / "vectors"
DOCUMENTS = {
    "bundle.json": cases_bundle.document,
    "chain.json": chain_document,
    "content.json": cases_content.document,
    "enrolment.json": cases_enrolment.document,
    "pack.json": cases_pack.document,
    "protocol.json": cases_protocol.document,
    "ranges.json": cases_ranges.document,
    "signatures.json": signatures_document,
}


def render(document):
    """One case per line: a difference then shows the case."""
    lines = []
    for name, part in document.items():
        if isinstance(part, list):
            rows = ",\n".join("  " + dump(row) for row in part)
            lines.append(f"{dump(name)}: [\n{rows}\n ]")
        else:
            lines.append(f"{dump(name)}: {dump(part)}")
    return "{\n " + ",\n ".join(lines) + "\n}\n"


def dump(part):
    return json.dumps(part, separators=(",", ":"))


def write_all(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in DOCUMENTS.items():
        (folder / name).write_text(render(make()), encoding="ascii", newline="\n")


def check():
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder)
        write_all(made)
        names = sorted({path.name for place in (made, COMMITTED) for path in place.glob("*.json")})
        different = [name for name in names if contents(made / name) != contents(COMMITTED / name)]
    for name in different:
        print(f"schema/vectors/{name} is not what tests/vectors/make.py makes; run it and look at the difference")
    return 1 if different else 0


def contents(path):
    return path.read_bytes() if path.exists() else None


def main(arguments):
    if arguments == ["--check"]:
        return check()
    write_all(Path(arguments[0]) if arguments else COMMITTED)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
