"""Makes generated requests pass the doors that random values never would.

A part of a request that was made invalid on purpose is left as it is: it must stay invalid. The other parts are helped, so that the
refusal is about the invalid one.
"""

import csv
import io
import json
import os
import uuid

import schemathesis
from hypothesis import strategies as st
from schemathesis.core.parameters import ParameterLocation

# The run's own user and key: no generated request may delete or disable what it signs in with.
OWN_IDS = set(filter(None, os.environ.get("PEYVAND_OWN_IDS", "").split(",")))
# What JSON Schema cannot describe: conditions, cursors that the server sealed, paths through references, names of the objects that are
# mounted. Random text never follows a grammar, and the refusal (400) is right; tests of our own walk these grammars.
# `fields` can be described, but not what it does: an answer has the members that were asked for, and lacks the others.
GRAMMARS = ("filter", "cursor", "expand", "after", "objects", "fields")
COLUMNS = ("kind", "given_name", "family_name", "organization_name", "email", "mobile", "city", "notes", "no such column")
CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)
READING = {"GET", "HEAD", "OPTIONS"}


@schemathesis.hook
def before_load_schema(context, raw_schema):
    send_files(raw_schema)
    # The recursive condition is tried with the customers' search alone: it is the same everywhere, and takes a minute each time.
    for name, schema in raw_schema["components"]["schemas"].items():
        if name.startswith("Search") and name != "SearchCustomer":
            schema["properties"]["filter"] = {"type": "object"}


@st.composite
def tables(draw):
    """A file of rows. Bytes at random have no header row, and the refusal (400) is right; our own tests send such files."""
    names = draw(st.lists(st.sampled_from(COLUMNS), min_size=1, unique=True))
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(draw(st.lists(st.tuples(*[CELLS] * len(names)), max_size=5)))
    return file.getvalue().encode()


@st.composite
def lines(draw):
    """The same as NDJSON."""
    rows = draw(st.lists(st.dictionaries(st.sampled_from(COLUMNS), CELLS), min_size=1, max_size=5))
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


FILES = {"text/csv": tables(), "application/octet-stream": tables(), "application/x-ndjson": lines()}


def send_files(raw_schema):
    """Bodies that are files: the contract's example, or one that is made. The tool itself would send an example as JSON."""
    for body in (each["requestBody"] for path in raw_schema["paths"].values() for each in path.values() if "requestBody" in each):
        for kind, media in body["content"].items():
            if kind in FILES:
                schemathesis.openapi.media_type(kind, st.just(media.pop("example").encode()) | FILES[kind])


@schemathesis.deserializer("application/x-ndjson")
def read_lines(context, response):
    """The contract says of lines of JSON that they are text."""
    return response.content.decode()


@schemathesis.hook
def before_call(context, case, kwargs):
    spare_own_credentials(case)
    if is_valid(case, ParameterLocation.QUERY):
        without_grammars(case.query)
        without_waiting(case.query)
    if is_valid(case, ParameterLocation.BODY):
        without_grammars(case.body)
    if is_valid(case, ParameterLocation.HEADER):
        headers(case)


def is_valid(case, part):
    """Whether this part of the request was meant to be as the contract has it."""
    made = case.meta.components.get(part) if case.meta else None
    return made is None or made.mode.is_positive


def without_grammars(part):
    if isinstance(part, dict):
        for name in GRAMMARS:
            part.pop(name, None)


def without_waiting(query):
    # The feed waits for as many seconds as it is asked to, up to 30: by the clock of the run that looks like a slow answer.
    if isinstance(query, dict) and "wait" in query:
        query["wait"] = 0


def headers(case):
    given = case.headers or {}
    # A cursor, as `after` is.
    given.pop("Last-Event-ID", None)
    if "Idempotency-Key" in given:
        # A key that came before with another body is refused (422 idempotency_key_reused), and rightly.
        given["Idempotency-Key"] = uuid.uuid4().hex
    if "If-Match" in given:
        # No random version is ever the current one; without this nothing would be updated or deleted.
        given["If-Match"] = "*"
    if case.method.upper() == "PUT" and "If-None-Match" in given and is_valid(case, ParameterLocation.PATH):
        # Made with an id of one's own, once: the second time it is there already (412).
        case.path_parameters["id"] = str(uuid.uuid4())


def spare_own_credentials(case):
    if case.method.upper() in READING:
        return
    for name, value in (case.path_parameters or {}).items():
        if str(value) in OWN_IDS:
            case.path_parameters[name] = str(uuid.uuid4())
