// A client generated from the contract does a day's work: sign in, create, read, lose a race, list, search, delete, restore.
// scripts/contract compiles it under `strict` against the generated schema.d.ts and runs it against a live server.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Customer = components["schemas"]["Customer"];

/** A setting that scripts/contract passes in the environment. */
function setting(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is not set; run this by scripts/contract`);
  return value;
}

const api = createClient<paths>({ baseUrl: setting("ORIGIN") });
const marker = `ts${Date.now().toString(36)}`;

/** The body of a successful answer; anything else ends the journey with the server's problem. */
function ok<T>(step: string, answer: { data?: T; error?: unknown; response: Response }, status: number): T {
  assert.equal(answer.response.status, status, `${step}: ${JSON.stringify(answer.error)}`);
  return answer.data as T;
}

async function signIn(): Promise<void> {
  const body = { email: setting("OWNER_EMAIL"), password: setting("OWNER_PASSWORD") };
  const answer = await api.POST("/api/v1/auth/login", { body });
  const { access_token } = ok("sign in", answer, 200);
  api.use({
    onRequest({ request }) {
      request.headers.set("Authorization", `Bearer ${access_token}`);
      return request;
    },
  });
}

async function create(n: number): Promise<Customer> {
  const answer = await api.POST("/api/v1/customers", {
    body: {
      kind: "person",
      given_name: "سارا",
      family_name: `${marker} ${n}`,
      contact_points: [{ kind: "email", value: `${marker}.${n}@customers.test` }],
    },
  });
  const customer = ok("create", answer, 201);
  assert.ok(answer.response.headers.get("location")?.endsWith(customer.id), "create: Location names the new customer");
  return customer;
}

async function get(id: string, status = 200): Promise<{ customer: Customer; etag: string }> {
  const answer = await api.GET("/api/v1/customers/{id}", { params: { path: { id } } });
  return { customer: ok("get", answer, status) as Customer, etag: answer.response.headers.get("etag") ?? "" };
}

async function loseRace(id: string): Promise<void> {
  const { customer, etag } = await get(id);
  assert.match(etag, /^"/, "get: a strong ETag");
  const patch = (given_name: string) =>
    api.PATCH("/api/v1/customers/{id}", { params: { path: { id }, header: { "If-Match": etag } }, body: { given_name } });
  const first = ok("first patch", await patch("Sara"), 200);
  assert.equal(first.version, customer.version + 1, "patch: the version rises by one");
  const second = await patch("Sarah");
  assert.equal(second.response.status, 412, "a patch of an old version is refused");
  assert.equal(second.error?.status, 412, "the refusal is a problem with its status");
  assert.equal((await get(id)).customer.given_name, "Sara", "the refused patch changed nothing");
}

async function listAll(): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const filter = `family_name : "${marker}"`;
    const page = ok("list", await api.GET("/api/v1/customers", { params: { query: { filter, limit: 2, cursor } } }), 200);
    // A list can be asked for as a file too; without an Accept it is JSON.
    if (typeof page === "string") assert.fail("list: a file that nobody asked for");
    ids.push(...page.data.map((each) => each.id));
    cursor = page.page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return ids;
}

async function search(): Promise<string[]> {
  const answer = await api.POST("/api/v1/customers/search", { body: { q: marker } });
  return ok("search", answer, 200).data.map((each) => each.id);
}

async function removeAndRestore(id: string): Promise<void> {
  const { etag } = await get(id);
  const removed = await api.DELETE("/api/v1/customers/{id}", { params: { path: { id }, header: { "If-Match": etag } } });
  ok("delete", removed, 204);
  await get(id, 404);
  const restored = await api.POST("/api/v1/customers/{id}/restore", { params: { path: { id }, header: { "If-Match": "*" } } });
  assert.equal(ok("restore", restored, 200).id, id, "restore: the same customer");
  await get(id);
}

await signIn();
const customers: Customer[] = [];
for (let n = 0; n < 5; n += 1) customers.push(await create(n));
const ids = customers.map((each) => each.id).sort();
await loseRace(ids[0]!);
assert.deepEqual((await listAll()).sort(), ids, "list: every page once, to the end");
assert.deepEqual((await search()).sort(), ids, "search: finds them all");
await removeAndRestore(ids[0]!);
console.log("journey: all steps passed");
