// Spectral: all rules for OpenAPI, all of the OWASP API Top 10 rules, and the project's own.
// scripts/contract runs it from the project's root, with the rule packages in .tools/npm.
import { createRequire } from "node:module";

const load = createRequire(`${process.cwd()}/.tools/npm/package.json`);
const { oas } = load("@stoplight/spectral-rulesets");
const owasp = load("@stoplight/spectral-owasp-ruleset");
const { defined, falsy, length, pattern, truthy } = load("@stoplight/spectral-functions");

const OPERATIONS = "$.paths[*][get,put,post,patch,delete,head,options,trace]";

// The verbs of operation ids, which are the method names of every generated client. A new kind of action adds its verb.
const VERBS = `
  list get create update replace delete restore upsert batch search compare count check
  start stop abort undo cancel pause resume retry replay schedule reschedule run preview test validate explain
  login logout sign verify refresh revoke rotate reset change confirm enroll invite activate deactivate
  upload download import export render print share unshare grant
  merge unmerge convert advance reopen close win lose work nurture disqualify recycle give assign unassign claim release accept reject approve
  allocate amend block decline hold reverse revise unblock view
  submit send deliver issue pay refund void post reserve fulfil ship return receive transfer adjust
  add remove move link unlink attach detach tag untag mark follow unfollow subscribe unsubscribe
  publish unpublish archive register complete escalate answer rate vote log sync stream
  score scan dismiss renew match enrich suggest recompute rebuild purge anonymize erase forecast calculate price configure clone
`.trim().split(/\s+/);

// Names laid down by others' standards (SCIM, well-known documents) keep their spelling.
const FOREIGN_PATH = /^\/(scim|\.well-known)(\/|$)/;
const FOREIGN_SCHEMA = /^Scim/;
const KEBAB_PATH = /^(\/([a-z0-9]+(-[a-z0-9]+)*|\{[a-z][a-z0-9_]*\}))+$/;
const SNAKE = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

/** The operation id starts with a known verb and goes on with a noun. */
function verbAndNoun(operation, _options, { path }) {
  const id = operation.operationId ?? "";
  if (VERBS.includes(/^([a-z]+)[A-Z][A-Za-z0-9]*$/.exec(id)?.[1])) return [];
  return [{ message: `${id || "none"} does not start with a verb that VERBS knows`, path: [...path, "operationId"] }];
}

/** A path is kebab-case with snake_case parameters, unless a standard names it. */
function kebabPath(path) {
  if (FOREIGN_PATH.test(path) || KEBAB_PATH.test(path)) return [];
  return [{ message: `the path ${path} is not kebab-case with snake_case parameters` }];
}

/** Every property of every named schema is snake_case, however deep it stands. */
function snakeProperties(schemas) {
  const problems = [];
  const walk = (schema, path) => {
    if (schema === null || typeof schema !== "object") return;
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const at = [...path, "properties", name];
      if (!SNAKE.test(name)) problems.push({ message: `the property ${name} is not snake_case`, path: at });
      walk(property, at);
    }
    for (const key of ["items", "additionalProperties", "not"]) walk(schema[key], [...path, key]);
    for (const key of ["allOf", "anyOf", "oneOf"]) (schema[key] ?? []).forEach((each, i) => walk(each, [...path, key, i]));
  };
  for (const [name, schema] of Object.entries(schemas)) {
    if (!FOREIGN_SCHEMA.test(name)) walk(schema, ["components", "schemas", name]);
  }
  return problems;
}

/** Errors speak application/problem+json; SCIM's speak SCIM's own type. */
function problemResponses(operation, _options, { path }) {
  const wanted = path[1].startsWith("/scim/") ? "application/scim+json" : "application/problem+json";
  return Object.entries(operation.responses ?? {})
    .filter(([status, response]) => /^[45]/.test(status) && !response.content?.[wanted])
    .map(([status]) => ({ message: `the answer ${status} has no ${wanted}`, path: [...path, "responses", status] }));
}

/** Which error answers an operation must tell of. */
function declaredStatuses(operation, _options, { path }) {
  const wanted = ["429", "500"];
  // What everybody may read asks for no credential, and refuses none.
  const open = (operation.security ?? []).every((each) => Object.keys(each).length === 0);
  if (!open || operation.requestBody) wanted.push("401");
  if (operation.requestBody) wanted.push("413", "415", "422");
  return wanted
    .filter((status) => !operation.responses?.[status])
    .map((status) => ({ message: `the answer ${status} is not declared`, path: [...path, "responses"] }));
}

/** Every body of a successful answer shows an example; bytes without a form of their own cannot. */
function successExamples(operation, _options, { path }) {
  const problems = [];
  for (const [status, response] of Object.entries(operation.responses ?? {})) {
    if (!status.startsWith("2")) continue;
    for (const [type, media] of Object.entries(response.content ?? {})) {
      if (type === "application/octet-stream" || type === "*/*") continue;
      const shown = [media.example, media.examples, media.schema?.example, media.schema?.examples].some((each) => each !== undefined);
      if (!shown) problems.push({ message: `${status} ${type} has no example`, path: [...path, "responses", status, "content", type] });
    }
  }
  return problems;
}

// Lists that have no next page: the feed goes on by `after`, for ever; there are as many objects as are mounted;
// of one's own sessions, which end, the 200 used last are all that anybody looks at.
const UNPAGED = ["listChanges", "listEvents", "listObjects", "listSessions"];

/** A list is paged by limit and cursor. */
function pagedList(operation, _options, { path }) {
  const id = operation.operationId ?? "";
  if (!/^list[A-Z]/.test(id) || UNPAGED.includes(id) || FOREIGN_PATH.test(path[1])) return [];
  const names = (operation.parameters ?? []).filter((each) => each.in === "query").map((each) => each.name);
  return ["limit", "cursor"]
    .filter((name) => !names.includes(name))
    .map((name) => ({ message: `the list has no query parameter ${name}`, path }));
}

/** A JSON body names all its members: unknown ones are refused, and the contract says so. */
function closedInput(operation, _options, { path }) {
  if (FOREIGN_PATH.test(path[1])) return [];
  const problems = [];
  const seen = new Set();
  const walk = (schema, at) => {
    if (schema === null || typeof schema !== "object" || seen.has(schema)) return;
    seen.add(schema);
    const closed = schema.additionalProperties !== undefined || schema.unevaluatedProperties !== undefined;
    if (schema.properties && !closed) problems.push({ message: "an input object does not say additionalProperties", path: at });
    for (const [name, property] of Object.entries(schema.properties ?? {})) walk(property, [...at, "properties", name]);
    walk(schema.items, [...at, "items"]);
    for (const key of ["anyOf", "oneOf"]) (schema[key] ?? []).forEach((each, i) => walk(each, [...at, key, i]));
  };
  for (const [type, media] of Object.entries(operation.requestBody?.content ?? {})) {
    if (/json/.test(type)) walk(media.schema, [...path, "requestBody", "content", type, "schema"]);
  }
  return problems;
}

const own = (description, given, then, more = {}) => ({ description, message: "{{description}}: {{error}}", severity: "error", given, then, ...more });

export default {
  extends: [
    [oas, "all"],
    [owasp, "all"],
  ],
  rules: {
    // Names, notes and messages are free text in any script: no pattern, format or list of values could hold them.
    "owasp:api4:2023-string-restricted": "off",
    // It demands a 401 even of what everybody may read; peyvand-statuses demands it of all else.
    "owasp:api8:2023-define-error-responses-401": "off",
    // CORS is decided per origin by the server's configuration and tested there; it is no property of an operation.
    "owasp:api8:2023-define-cors-origin": "off",

    "peyvand-operation-id": own("operation ids are verb and noun in camelCase", OPERATIONS, { function: verbAndNoun }),
    "peyvand-summary": own("an operation says in at most 60 characters what it does", OPERATIONS, [
      { field: "summary", function: truthy },
      { field: "summary", function: length, functionOptions: { max: 60 } },
    ]),
    "peyvand-description": own("an operation has a description", OPERATIONS, { field: "description", function: truthy }),
    "peyvand-path-kebab": own("paths are kebab-case", "$.paths[*]~", { function: kebabPath }),
    "peyvand-property-snake": own("properties are snake_case", "$.components.schemas", { function: snakeProperties }, { resolved: false }),
    "peyvand-query-snake": own("query parameters are snake_case", "$.paths..parameters[?(@ && @.in=='query')]", {
      field: "name",
      function: pattern,
      functionOptions: { match: SNAKE.source },
    }),
    "peyvand-problem": own("errors are RFC 9457 problems", OPERATIONS, { function: problemResponses }),
    "peyvand-statuses": own("operations tell how they fail", OPERATIONS, { function: declaredStatuses }),
    "peyvand-example": own("answers show an example", OPERATIONS, { function: successExamples }),
    "peyvand-paged-list": own("lists are paged", OPERATIONS, { function: pagedList }),
    "peyvand-closed-input": own("inputs are closed", OPERATIONS, { function: closedInput }),
    "peyvand-security": own("an operation names its security, if only the empty one", OPERATIONS, { field: "security", function: defined }),
    "peyvand-named-objects": own(
      "objects inside inline objects are named components",
      "$.components.schemas[*].properties[*].properties[*]",
      { field: "properties", function: falsy },
      { resolved: false },
    ),
  },
};
