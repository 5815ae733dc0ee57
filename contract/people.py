"""Prepares the people a contract run signs in as: the owner and two sellers, who have their passwords already.

Prints shell assignments (TOKEN, PEYVAND_OWN_IDS, PEYVAND_KNOWN_IDS) and writes the two sellers' credentials to the file given last.
Access tokens end after fifteen minutes, so everyone gets an API key; a role that may have none keeps its access token.
"""

import base64
import json
import os
import sys
import urllib.error
import urllib.request
import uuid

ORIGIN, OWNER_EMAIL, WFC_FILE = sys.argv[1:4]
OWNER_PASSWORD = os.environ["OWNER_PASSWORD"]
API = ORIGIN + "/api/v1"


def call(method, path, token=None, body=None, wanted=(200, 201), if_match=None):
    """Calls the API; any status but a wanted one ends the run with the server's own words."""
    headers = {"Accept": "application/json, application/problem+json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if if_match:
        headers["If-Match"] = if_match
    if method == "POST":
        headers["Idempotency-Key"] = uuid.uuid4().hex
    data = None
    if body is not None:
        headers["Content-Type"] = "application/merge-patch+json" if method == "PATCH" else "application/json"
        data = json.dumps(body).encode()
    request = urllib.request.Request(API + path, data=data, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            status, text = answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        status, text = refused.code, refused.read().decode()
    if status not in wanted:
        sys.exit(f"{method} {path}: expected {wanted}, got {status}: {text}")
    return status, json.loads(text)


def sign_in(email, password):
    return call("POST", "/auth/login", body={"email": email, "password": password})[1]["access_token"]


def subject(access_token):
    """Whose token this is: the `sub` of a JWT."""
    claims = access_token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sub"]


def lasting_token(access_token):
    """An API key for the bearer of this token: (secret, the key's id), or the token itself where keys are refused."""
    status, key = call("POST", "/api-keys", access_token, {"name": "contract run"}, wanted=(200, 201, 403))
    return (access_token, None) if status == 403 else (key["secret"], key["id"])


def role_of_own(owner_token):
    """A role that may do everything with what is its holder's own, and sees nothing else."""
    permissions = [{"permission": "*:*", "scope": "own"}]
    return call("POST", "/roles", owner_token, {"name": "own things alone", "permissions": permissions})[1]["id"]


def unit_of(owner_token, user, name):
    """A unit that is this user's own, to work in and to make others below."""
    return call("POST", "/units", owner_token, {"name": name, "owner_id": user})[1]["id"]


def things_of_own(token, user, name, unit):
    """Records of this user's own, by the members that can refer to them: no id at random is anybody's."""

    def make(path, **body):
        return call("POST", path, token, body)[1]["id"]

    customer = make("/customers", kind="person", family_name=name)
    other = make("/customers", kind="organization", organization_name=name)
    customers = dict.fromkeys(("customer_id", "from_id", "referrer_id", "record_id", "partner_id"), customer)
    users = dict.fromkeys(("owner_id", "user_id", "liaison_id", "marketer_id", "grantee_id", "member_ids"), user)
    euros = {"amount": "10", "currency": "EUR"}
    good = dict(name=name, kind="good", status="active", stocked=True, list_price=euros)
    product = make("/products", sku=f"known-{name}", **good)
    warehouse = make("/warehouses", code=f"known-{name}", name=name)
    # Half of what a warehouse can hold: quantities at random soon ask for more than a little, and bring more too.
    make("/stock-movements", kind="receipt", product_id=product, warehouse_id=warehouse, quantity="500000000000")
    promotion = make("/promotions", name=name, kind="percent", percent="1", coupon_only=True)
    pipeline = make("/pipelines", name=name, template="general_sales")
    line = {"description": name, "quantity": "1000000", "unit_price": euros, "tax": {"category": "exempt", "percent": "0"}}
    order = make("/orders", customer_id=customer, currency="EUR", lines=[line])
    call("POST", f"/orders/{order}/confirm", token, if_match="*")
    invoice = make("/invoices", customer_id=customer, currency="EUR", lines=[line])
    call("POST", f"/invoices/{invoice}/issue", token, if_match="*")
    # Of somebody who owes nothing, so that all of it can be paid back.
    payment = make("/payments", customer_id=other, amount={"amount": "1000000", "currency": "EUR"}, method="cash")
    sold = {
        "product_id": product,
        # What is moved about, so that stock of the other stays: see INSTEAD in st_hooks.py.
        "moved_id": make("/products", sku=f"moved-{name}", **good),
        "warehouse_id": warehouse,
        "to_warehouse_id": None,
        "price_book_id": make("/price-books", name=name, currency="EUR"),
        "promotion_id": promotion,
        "coupon_id": make("/coupons", promotion_id=promotion, code=f"KNOWN-{name}".replace("_", "-").upper()),
        "payment_term_id": make("/payment-terms", name=name, net_days=30),
        "pipeline_id": pipeline,
        # A stage of just that pipeline is left to it.
        "stage_id": None,
        "lost_to_id": None,
        "competitor_ids": make("/competitors", name=name),
        "opportunity_id": make("/opportunities", name=name, customer_id=customer, pipeline_id=pipeline),
        "order_id": order,
        "invoice_id": invoice,
        "payment_id": payment,
        "credit_note_id": None,
    }
    group = make("/groups", name=name)
    return customers | users | sold | {"to_id": other, "group_id": group, "parent_id": unit, "works_in_id": unit, "for_unit_id": None}


def main():
    access_token = sign_in(OWNER_EMAIL, OWNER_PASSWORD)
    owner = subject(access_token)
    token, key_id = lasting_token(access_token)
    own_ids = [owner, key_id]
    peers, role = [], role_of_own(access_token)
    known = {token: things_of_own(token, owner, "owner", unit_of(token, owner, "owner")) | {"role_ids": role, "role_id": role}}
    for name in ("seller_a", "seller_b"):
        peer_access = sign_in(f"{name}@contract.test", OWNER_PASSWORD)
        peer = subject(peer_access)
        unit = unit_of(token, peer, name)
        call("PATCH", f"/users/{peer}", access_token, {"role_ids": [role], "works_in_id": unit}, if_match="*")
        peer_token, peer_key_id = lasting_token(peer_access)
        # Who may act for themselves alone gives nobody a role: none is left to name.
        known[peer_token] = things_of_own(peer_token, peer, name, unit) | {"role_ids": None}
        own_ids += [peer, peer_key_id]
        peers.append({"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {peer_token}"}]})
    for bearer in (f"Bearer {token}", *(peer["fixedHeaders"][0]["value"] for peer in peers)):
        # A run whose credentials are refused would prove nothing and look clean.
        call("GET", "/customers", bearer.removeprefix("Bearer "))
    with open(WFC_FILE, "w", encoding="utf-8") as file:
        json.dump({"auth": peers}, file)  # JSON is YAML, which the tool asks for
    print(f"TOKEN={token}")
    print(f"PEYVAND_OWN_IDS={','.join(filter(None, own_ids))}")
    print(f"PEYVAND_KNOWN_IDS={json.dumps(known)}")


main()
