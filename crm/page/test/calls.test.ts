import assert from "node:assert/strict";
import { test } from "node:test";
import { askedOf, dayStart, filterFrom, isEmpty, matches, queryOf } from "../src/calls/filter.ts";
import { extend, hear, later, renew, type Page } from "../src/calls/merge.ts";
import { clockStart, lineOf, OUTCOMES, otherNumber, STAGES, toneOf } from "../src/calls/stage.ts";
import type { CallLog } from "../src/types.ts";

let count = 0;

function call(fields: Partial<CallLog> = {}): CallLog {
  count += 1;
  return {
    id: `call-${count}`,
    direction: "outbound",
    status: "queued",
    stage: "asking",
    outcome: null,
    callSid: null,
    parentCallSid: null,
    fromNumber: "+551140028922",
    toNumber: "+5511999990001",
    contact: { id: "ana", name: "Ana Souza", company: "Padaria São João" },
    opportunity: null,
    user: { id: "bruno", name: "Bruno" },
    agent: null,
    other: null,
    startedAt: null,
    answeredAt: null,
    connectedAt: null,
    endedAt: null,
    durationSeconds: null,
    talkSeconds: null,
    recording: null,
    error: null,
    notes: "",
    createdAt: `2026-11-27T10:00:${String(count % 60).padStart(2, "0")}.000Z`,
    updatedAt: "2026-11-27T10:00:00.000Z",
    revision: 1,
    ...fields,
  };
}

test("an older state never replaces a newer one", () => {
  const old = call({ revision: 3, stage: "agent-ringing" });
  const fresh = { ...old, revision: 4, stage: "live" as const };
  assert.equal(later(old, fresh), fresh);
  assert.equal(later(fresh, old), fresh);
  assert.equal(later(undefined, old), old);
  const page: Page = { rows: [fresh], next: null };
  assert.equal(hear(page, old, {}), page);
  assert.equal(hear(page, fresh, {}), page);
});

test("a new call stands first, and a moved one stays in its place", () => {
  const first = call({ createdAt: "2026-11-27T10:00:01.000Z" });
  const second = call({ createdAt: "2026-11-27T10:00:02.000Z" });
  let page: Page = { rows: [first], next: null };
  page = hear(page, second, {});
  assert.deepEqual(page.rows, [second, first]);
  const moved = { ...first, revision: 2, stage: "live" as const };
  page = hear(page, moved, {});
  assert.deepEqual(page.rows, [second, moved]);
});

test("a call that belongs to a later page waits for it", () => {
  const newer = call({ createdAt: "2026-11-27T10:00:09.000Z" });
  const older = call({ createdAt: "2026-11-27T09:00:00.000Z" });
  const page: Page = { rows: [newer], next: "cursor" };
  assert.equal(hear(page, older, {}), page);
  assert.equal(hear({ ...page, next: null }, older, {}).rows.length, 2);
});

test("a call that no longer fits leaves the list", () => {
  const live = call({ stage: "live" });
  const page: Page = { rows: [live], next: null };
  const ended = { ...live, revision: 2, stage: "ended" as const, outcome: "talked" as const };
  assert.equal(hear(page, ended, { live: true }).rows.length, 0);
  assert.equal(hear(page, ended, { outcome: "talked" }).rows.length, 1);
});

test("pages that overlap keep each call once", () => {
  const [a, b, c] = [call(), call(), call()];
  const page = extend({ rows: [a, b], next: "1" }, { rows: [b, c], next: null });
  assert.deepEqual(page, { rows: [a, b, c], next: null });
});

test("fetching anew keeps the place of who has scrolled far", () => {
  const [a, b, c, d] = [4, 3, 2, 1].map((second) => call({ createdAt: `2026-11-27T10:00:0${second}.000Z` }));
  assert.ok(a && b && c && d);
  const moved = { ...b, revision: 2, stage: "live" as const };
  const long: Page = { rows: [b, c, d], next: "3" };
  assert.deepEqual(renew(long, { rows: [a, moved], next: "2" }), { rows: [a, moved, c, d], next: "3" });
  // A list that fits into one page is what the server says: what is gone is gone.
  assert.deepEqual(renew(long, { rows: [a, moved], next: null }).rows, [a, moved]);
  assert.deepEqual(renew({ rows: [b], next: null }, { rows: [a, moved], next: "2" }).next, "2");
});

test("a filter goes into an address and comes back", () => {
  const filter = { direction: "inbound", outcome: "canceled", search: "ana & co", live: true } as const;
  assert.deepEqual(filterFrom(queryOf(filter)), filter);
  assert.deepEqual(filterFrom(new URLSearchParams("colour=red")), {});
  assert.ok(isEmpty({}));
  assert.ok(!isEmpty(filter));
});

test("days are those of the browser's zone, both ends included", () => {
  const asked = askedOf({ from: "2026-11-26", to: "2026-11-26" });
  const [from, to] = [new Date(asked.get("from") ?? ""), new Date(asked.get("to") ?? "")];
  assert.equal(from.getTime(), new Date(2026, 10, 26).getTime());
  assert.equal(to.getTime(), new Date(2026, 10, 27).getTime() - 1);
  assert.equal(dayStart("yesterday", 0), null);
  const noon = call({ createdAt: new Date(2026, 10, 26, 12).toISOString() });
  assert.ok(matches({ from: "2026-11-26", to: "2026-11-26" }, noon));
  assert.ok(!matches({ from: "2026-11-27" }, noon));
  assert.ok(!matches({ to: "2026-11-25" }, noon));
});

test("a search looks through accents and case", () => {
  assert.ok(matches({ search: "sao joao" }, call()));
  assert.ok(matches({ search: "99999" }, call()));
  assert.ok(matches({ search: "MONDAY" }, call({ notes: "send it on Monday" })));
  assert.ok(!matches({ search: "carla" }, call()));
});

test("every stage has its line, and no stage is drawn like another", () => {
  const drawn = STAGES.filter((stage) => stage !== "ended").map((stage) =>
    JSON.stringify(lineOf(call({ stage }))),
  );
  assert.equal(new Set(drawn).size, drawn.length);
  assert.deepEqual(lineOf(call({ stage: "live" })), { agent: "up", other: "up" });
});

test("an ended line shows how far it came", () => {
  const ended = (outcome: CallLog["outcome"], more: Partial<CallLog> = {}) =>
    lineOf(call({ stage: "ended", outcome, ...more }));
  assert.deepEqual(ended("talked"), { agent: "was-up", other: "was-up" });
  assert.deepEqual(ended("contact-busy"), { agent: "was-up", other: "missed" });
  assert.deepEqual(ended("agent-no-answer"), { agent: "missed", other: "none" });
  assert.deepEqual(ended("canceled", { answeredAt: "2026-11-27T10:00:00Z" }), {
    agent: "was-up",
    other: "none",
  });
  assert.deepEqual(ended("agent-busy", { direction: "inbound" }), { agent: "missed", other: "was-up" });
  for (const outcome of OUTCOMES) assert.ok(["good", "missed", "bad"].includes(toneOf(call({ stage: "ended", outcome }))));
});

test("the other party is who called, or who was called", () => {
  assert.equal(otherNumber(call()), "+5511999990001");
  assert.equal(otherNumber(call({ direction: "inbound" })), "+551140028922");
});

test("the clock of talking counts from the connection", () => {
  const at = "2026-11-27T10:00:11.000Z";
  assert.equal(clockStart(call({ stage: "live", connectedAt: at })), at);
  const ringing = call({ stage: "agent-ringing", startedAt: at, connectedAt: null });
  assert.equal(clockStart(ringing), at);
});
