"""A client generated from the contract does a day's work: sign in, create, read, lose a race, list, search, delete, restore.

scripts/contract generates `peyvand_client` next to this file and runs it against a live server.
"""

import importlib
import inspect
import os
import pkgutil
import time

import peyvand_client
from peyvand_client import AuthenticatedClient, Client, models

ORIGIN = os.environ["ORIGIN"]
EMAIL = os.environ["OWNER_EMAIL"]
PASSWORD = os.environ["OWNER_PASSWORD"]
MARKER = f"py{time.time_ns():x}"


def operations():
    """Every generated operation by its name, whatever tag it is filed under."""
    import peyvand_client.api as api

    found = {}
    for module in pkgutil.walk_packages(api.__path__, "peyvand_client.api."):
        if not module.ispkg:
            found[module.name.rsplit(".", 1)[1]] = module.name
    return found


OPERATIONS = operations()


def operation_at(path):
    """The one operation whose generated module names this path."""
    (found,) = [name for name, module in OPERATIONS.items() if f'"{path}"' in inspect.getsource(importlib.import_module(module))]
    return found


def call(client, operation, wanted, *path, **arguments):
    """Calls an operation; any status but the wanted one ends the journey with the server's own words."""
    module = importlib.import_module(OPERATIONS[operation])
    answer = module.sync_detailed(*path, client=client, **arguments)
    assert answer.status_code == wanted, f"{operation}: expected {wanted}, got {answer.status_code}: {answer.content!r}"
    return answer


def sign_in():
    anonymous = Client(base_url=ORIGIN)
    operation = operation_at("/api/v1/auth/login")
    answer = call(anonymous, operation, 200, body=body_of(operation, {"email": EMAIL, "password": PASSWORD}))
    return AuthenticatedClient(base_url=ORIGIN, token=answer.parsed.access_token)


def body_of(operation, members):
    """The operation's own body type, whatever its name, made from plain members."""
    module = importlib.import_module(OPERATIONS[operation])
    body = module.sync_detailed.__annotations__["body"]
    kind = getattr(body, "__args__", (body,))[0]
    return kind.from_dict(members)


def create(client, number):
    body = models.CreateCustomer.from_dict(
        {
            "kind": "person",
            "given_name": "سارا",
            "family_name": f"{MARKER} {number}",
            "contact_points": [{"kind": "email", "value": f"{MARKER}.{number}@customers.test"}],
        }
    )
    answer = call(client, "create_customer", 201, body=body)
    assert answer.headers["location"].endswith(str(answer.parsed.id)), "create: Location names the new customer"
    return answer.parsed.id


def lose_race(client, customer_id):
    current = call(client, "get_customer", 200, customer_id)
    etag = current.headers["etag"]
    assert etag.startswith('"'), "get: a strong ETag"
    first = call(
        client, "update_customer", 200, customer_id, body=models.PatchCustomer.from_dict({"given_name": "Sara"}), if_match=etag
    )
    assert first.parsed.version == current.parsed.version + 1, "patch: the version rises by one"
    second = call(
        client, "update_customer", 412, customer_id, body=models.PatchCustomer.from_dict({"given_name": "Sarah"}), if_match=etag
    )
    assert isinstance(second.parsed, models.Problem), "the refusal is a typed problem"
    assert second.parsed.status == 412, "the problem has its status"
    assert call(client, "get_customer", 200, customer_id).parsed.given_name == "Sara", "the refused patch changed nothing"


def list_all(client):
    found, more = [], {}
    while True:
        page = call(client, "list_customers", 200, filter_=f'family_name : "{MARKER}"', limit=2, **more).parsed
        found += [each.id for each in page.data]
        if not page.page.next_cursor:
            return found
        more = {"cursor": page.page.next_cursor}


def search(client):
    answer = call(client, "search_customers", 200, body=body_of("search_customers", {"q": MARKER}))
    return [each.id for each in answer.parsed.data]


def remove_and_restore(client, customer_id):
    etag = call(client, "get_customer", 200, customer_id).headers["etag"]
    call(client, "delete_customer", 204, customer_id, if_match=etag)
    call(client, "get_customer", 404, customer_id)
    restored = call(client, "restore_customer", 200, customer_id, if_match="*")
    assert restored.parsed.id == customer_id, "restore: the same customer"
    call(client, "get_customer", 200, customer_id)


def main():
    client = sign_in()
    ids = sorted(create(client, number) for number in range(5))
    lose_race(client, ids[0])
    assert sorted(list_all(client)) == ids, "list: every page once, to the end"
    assert sorted(search(client)) == ids, "search: finds them all"
    remove_and_restore(client, ids[0])
    print("journey: all steps passed")


main()
