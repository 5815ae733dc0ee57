"""Makes generated requests pass the doors that random values never would.

A part of a request that was made invalid on purpose is left as it is: it must stay invalid. The other parts are helped, so that the
refusal is about the invalid one.
"""

import csv
import io
import itertools
import json
import os
import re
import urllib.parse
import uuid

import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis.core.parameters import ParameterLocation

# The run's own users, keys and records: no generated request may delete or disable what it signs in with and refers to.
OWN_IDS = set(filter(None, os.environ.get("PEYVAND_OWN_IDS", "").split(",")))
# What JSON Schema cannot describe: conditions, cursors that the server sealed, paths through references, names of the objects that are
# mounted. Random text never follows a grammar, and the refusal (400) is right; tests of our own walk these grammars.
# `fields` can be described, but not what it does: an answer has the members that were asked for, and lacks the others.
GRAMMARS = ("filter", "cursor", "expand", "after", "objects", "fields")
COLUMNS = ("kind", "given_name", "family_name", "organization_name", "email", "mobile", "city", "notes", "no such column")
CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)
# Records that whoever sends a request sees, by their token and by the members that refer to them.
KNOWN_IDS = json.loads(os.environ.get("PEYVAND_KNOWN_IDS", "{}"))
OWN_IDS.update(filter(None, (each for known in KNOWN_IDS.values() for each in known.values())))
# Numbers with check digits, which a person or an organization may not have, a date that must not be before another, and an end that must be
# yet to come.
RULED = ("national_id", "legal_id", "to_date", "condition", "prefix", "digits", "first_number", "starts_at", "expires_at")
UNIQUE = {"name", "email", "external_ids"}
SENT = set()
COUNT = itertools.count()
# What is nowhere is an administrator's to make.
PLACES = {"/api/v1/units": "parent_id", "/api/v1/users": "works_in_id"}
# Movements at random take all stock away: they are of a product that nothing else is of.
INSTEAD = {("/api/v1/stock-movements", "product_id"): "moved_id"}
MEMBERS = ("contact_points.email", "addresses.city", "interests")
# The addresses of records, and those that were deleted and not restored since.
RECORD = re.compile("/api/v1/[a-z-]+/[0-9A-Fa-f-]{36}(?![^/])")
GONE = set()
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


CARDS = st.lists(CELLS, min_size=1, max_size=5).map(
    lambda names: "".join(f"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:x{name}\r\nEND:VCARD\r\n" for name in names).encode()
)
FILES = {"text/csv": tables(), "text/vcard": CARDS, "application/octet-stream": tables(), "application/x-ndjson": lines()}


def send_files(raw_schema):
    """Bodies that are files: the contract's example, or one that is made. The tool itself would send an example as JSON."""
    for body in (each["requestBody"] for path in raw_schema["paths"].values() for each in path.values() if "requestBody" in each):
        # The tool can send no bytes of a type that is any type.
        if "application/octet-stream" in body["content"]:
            body["content"].pop("*/*", None)
        for kind, media in body["content"].items():
            if kind in FILES and "example" in media:
                schemathesis.openapi.media_type(kind, st.just(media.pop("example").encode()) | FILES[kind])


@schemathesis.deserializer("application/x-ndjson")
def read_lines(context, response):
    """The contract says of lines of JSON that they are text."""
    return response.content.decode()


@schemathesis.check
def gone_until_restored(ctx, response, case):
    """What is deleted is gone, with all that stands below it, until it is restored, but for those who ask for what is in the trash."""
    record = RECORD.match(case.formatted_path)
    if record is None or not response.status_code < 300:
        return
    record = record.group().lower()
    if case.method.upper() == "DELETE":
        GONE.add(record)
    elif case.path.endswith("/restore"):
        GONE.discard(record)
    elif (case.query or {}).get("include_deleted") not in (True, "true"):
        assert record not in GONE, f"{case.method} {case.formatted_path} answers {response.status_code} after the record was deleted"


@schemathesis.hook
def before_call(context, case, kwargs):
    spare_own_credentials(case)
    without_digests(case)
    within_a_line(case.query)
    with_all_members_sent(case)
    if is_valid(case, ParameterLocation.QUERY):
        without_grammars(case.query)
        without_waiting(case.query)
    if is_valid(case, ParameterLocation.BODY):
        without_grammars(case.body)
        if isinstance(case.body, dict):
            with_members_of_customers(case)
            with_known_ids(case)
            without_rules(case.body)
            with_free_names(case)
            if "required" in case.body:
                # A custom field that must be filled refuses all records made after it.
                case.body["required"] = False
    if is_valid(case, ParameterLocation.HEADER):
        headers(case)


def within_a_line(query):
    """Keeps an address below 64 KiB. A longer one is no request to the server's HTTP/1 parser, which refuses it (400) before anything of
    ours could say why; ones above 48 KiB, which we refuse (414), stay. What is too long stays as long in letters of one byte."""
    if isinstance(query, dict) and len(urllib.parse.urlencode(query, doseq=True)) > 60_000:
        for name, value in query.items():
            if isinstance(value, str):
                query[name] = re.sub("[^A-Za-z0-9]", "x", value)


def with_all_members_sent(case):
    """A list of nothing is not sent at all. Where an unknown member that is one makes a query invalid, what is sent would be valid: it is
    sent as an empty text."""
    if isinstance(case.query, dict) and not is_valid(case, ParameterLocation.QUERY):
        known = {each.name for each in case.operation.query}
        for name in case.query.keys() - known:
            sent = requests.Request("GET", "http://localhost/", params={name: case.query[name]}).prepare()
            if "?" not in sent.url:
                case.query[name] = ""


def is_valid(case, part):
    """Whether this part of the request was meant to be as the contract has it."""
    made = case.meta.components.get(part) if case.meta else None
    return made is None or made.mode.is_positive


def without_grammars(part):
    if isinstance(part, dict):
        for name in GRAMMARS:
            part.pop(name, None)


def with_members_of_customers(case):
    """A profile's fields name what customers have, each once; without any there is no profile."""
    if case.operation.path == "/api/v1/quality-profiles" and case.method.upper() == "POST":
        case.body["fields"] = [{"field": name, "weight": 10} for name in MEMBERS]


def with_known_ids(case):
    """Lets references lead somewhere: a random one is refused (422) before anything else of the body is tried."""
    token = str((case.headers or {}).get("Authorization", "")).removeprefix("Bearer ")
    ids = KNOWN_IDS.get(token, {})
    for name, known in ids.items():
        known = ids.get(INSTEAD.get((case.operation.path, name)), known)
        if known is None:
            case.body.pop(name, None)
        elif case.body.get(name) or PLACES.get(case.operation.path) == name and case.method.upper() == "POST":
            case.body[name] = [known] if isinstance(case.body.get(name), list) else known
            # What a share is of and for must fit its ids.
            fitting = {"record_id": ("object", "customers"), "grantee_id": ("grantee_kind", "user")}.get(name)
            if fitting and fitting[0] in case.body:
                case.body[fitting[0]] = fitting[1]


def without_rules(body):
    """Leaves out, every other time, what a rule that JSON Schema cannot say refuses nearly always."""
    if next(COUNT) % 2:
        for name in RULED:
            body.pop(name, None)


def with_free_names(case):
    """What must be unique is sent as it was generated, but once."""
    for name in UNIQUE & case.body.keys():
        value = case.body[name]
        sent = (case.operation.path, name, json.dumps(value, sort_keys=True, default=str))
        if sent not in SENT:
            SENT.add(sent)
        elif name == "external_ids":
            case.body[name] = {}
        elif value:
            case.body[name] = f"u{next(COUNT)}@contract.test" if name == "email" else f"{value[:20]}_{next(COUNT)}"


def without_digests(case):
    """No random digest is that of the body, and the refusal (400) is right. One that is itself tried as a wrong one stays: the tool
    fills in for it, where another part is tried, what it could not make well."""
    tried = getattr(case.meta.phase.data, "parameter", None) if case.meta else None
    for name in ("Content-Digest", "Repr-Digest"):
        if name != tried:
            (case.headers or {}).pop(name, None)


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
        # Who wants it there can't want it not to be there: that is 412 whatever the body says.
        given.pop("If-None-Match", None)
    if case.method.upper() == "PUT" and "If-None-Match" in given and is_valid(case, ParameterLocation.PATH):
        # Made with an id of one's own, once: the second time it is there already (412).
        case.path_parameters["id"] = str(uuid.uuid4())


def spare_own_credentials(case):
    if case.method.upper() in READING:
        return
    for name, value in (case.path_parameters or {}).items():
        if str(value) in OWN_IDS:
            case.path_parameters[name] = str(uuid.uuid4())
