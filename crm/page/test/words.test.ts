import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, day, daysAgo, initials, length } from "../src/format.ts";
import { readable, typed } from "../src/phone.ts";
import { routeOf, address } from "../src/route.ts";
import { bars, peaks } from "../src/sound/peaks.ts";
import { en } from "../src/text/en.ts";
import { localeOf, shortText, stageText, textsOf } from "../src/text/index.ts";
import { pt } from "../src/text/pt.ts";
import type { CallLog } from "../src/types.ts";

test("numbers are read as in their country", () => {
  assert.equal(readable("+5511999990001"), "(11) 99999-0001");
  assert.equal(readable("+552133334444"), "(21) 3333-4444");
  assert.equal(readable("+12025550101"), "+1 202 555 0101");
  assert.equal(readable("+442079460958"), "+44 20 7946 0958");
  assert.equal(readable("+4930901820"), "+49 30 901820");
  assert.equal(readable("sip:desk@192.0.2.1"), "sip:desk@192.0.2.1");
  assert.equal(readable("anonymous"), "anonymous");
  assert.equal(readable(null), "");
});

test("numbers are typed as people do", () => {
  assert.equal(typed("(11) 99999-0001"), "+5511999990001");
  assert.equal(typed("+44 20 7946 0958"), "+442079460958");
  assert.equal(typed("+1 (202) 555-0101"), "+12025550101");
  assert.equal(typed("12"), null);
  assert.equal(typed("not a number"), null);
});

test("lengths", () => {
  assert.equal(clock(7), "0:07");
  assert.equal(clock(751.9), "12:31");
  assert.equal(clock(3723), "1:02:03");
  assert.equal(clock(-1), "0:00");
  assert.equal(length(7), "7 s");
  assert.equal(length(125), "2 min 5 s");
  assert.equal(length(3720), "1 h 2 min");
});

test("days go by the calendar, not by hours", () => {
  const midnight = new Date(2026, 10, 27, 0, 5).getTime();
  const before = new Date(2026, 10, 26, 23, 50).toISOString();
  assert.equal(daysAgo(before, midnight), 1);
  assert.equal(day("en", before, midnight, en), "Yesterday");
  assert.equal(day("pt-BR", new Date(midnight).toISOString(), midnight, pt), "Hoje");
  assert.match(day("en", new Date(2025, 0, 3).toISOString(), midnight, en), /2025/);
});

test("initials are of people", () => {
  assert.equal(initials("João Batista Menezes"), "JM");
  assert.equal(initials("Inês"), "I");
  assert.equal(initials("(11) 99999"), "?");
});

test("both languages say everything", () => {
  const keys = (value: unknown, path = ""): string[] =>
    typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => keys(inner, `${path}.${key}`))
      : [`${path}:${typeof value}`];
  assert.deepEqual(keys(pt).sort(), keys(en).sort());
  const empty = (value: unknown): boolean =>
    typeof value === "object" && value !== null ? Object.values(value).some(empty) : value === "";
  assert.ok(!empty(pt) && !empty(en));
  assert.equal(textsOf("en"), en);
  assert.equal(localeOf(["de", "pt-PT"]), "pt-BR");
  assert.equal(localeOf(["de", "fr"]), "en");
});

test("how an account stands is told in the page's language", () => {
  assert.match(pt.settings.account("Acme", "active"), /ativa/);
  assert.match(pt.settings.account("Acme", "odd"), /odd/);
});

test("a stage is told as its direction has it", () => {
  const told = (call: Partial<CallLog>) => stageText(en, call as CallLog);
  assert.equal(told({ direction: "outbound", stage: "agent-ringing" }), "Your phone is ringing");
  assert.match(told({ direction: "inbound", stage: "agent-ringing" }), /Incoming/);
  assert.equal(told({ direction: "outbound", stage: "ended", outcome: "contact-busy" }), "The contact is busy");
  assert.equal(shortText(pt, { stage: "ended", outcome: "contact-busy" } as CallLog), "Contato ocupado");
});

test("addresses lead back to where they came from", () => {
  const query = new URLSearchParams({ search: "a/b?c", outcome: "talked" });
  const route = routeOf(address(["calls", "x y/z"], query));
  assert.deepEqual(route.path, ["calls", "x y/z"]);
  assert.equal(route.query.toString(), query.toString());
  assert.deepEqual(routeOf("").path, ["contacts"]);
  assert.deepEqual(routeOf("#/calls/%E0%A4%A").path, ["calls", "%E0%A4%A"]);
});

test("a waveform shows each voice where it speaks", () => {
  const samples = Float32Array.from({ length: 1000 }, (_, at) => (at < 500 ? 0.5 * Math.sin(at) : 0));
  const found = peaks(samples, 10);
  assert.equal(found.length, 10);
  assert.ok(found.slice(0, 5).every((height) => height > 0.4));
  assert.ok(found.slice(5).every((height) => height === 0));
  assert.equal(peaks(new Float32Array(3), 10).length, 10);
  assert.deepEqual(peaks(samples, 0), []);
  assert.equal(bars([1, 0], 10, 8, 3), "M1.5 2.0V18.0M4.5 9.4V10.6");
});
