import assert from "node:assert/strict";
import { test } from "node:test";
import { EventParser } from "../src/live/events.ts";
import { Stream, waitOf, type StreamParts, type StreamState } from "../src/live/stream.ts";

test("events come whole, however the pieces were cut", () => {
  const text = ': hello\n\nid: 7\nevent: call\ndata: {"a":1}\n\nid: 8\nevent: reload\ndata:\n\n';
  for (let size = 1; size <= text.length; size += 1) {
    const parser = new EventParser();
    const found = [];
    for (let at = 0; at < text.length; at += size) found.push(...parser.push(text.slice(at, at + size)));
    assert.deepEqual(found, [
      { event: "call", data: '{"a":1}' },
      { event: "reload", data: "" },
    ]);
    assert.equal(parser.lastId, "8");
  }
});

test("line ends of all three kinds, and data of several lines", () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    const parser = new EventParser();
    const lines = ["data: one", "data: two", "", "data: next", "", ""].join(end);
    const found = parser.push(`${lines}x`);
    assert.deepEqual(found.map((event) => event.data), ["one\ntwo", "next"]);
  }
});

test("an id counts only once its event is whole", () => {
  const parser = new EventParser();
  parser.push("id: 3\nevent: call\ndata: {}\n\nid: 4\nevent: call\nda");
  assert.equal(parser.lastId, "3");
  parser.reset();
  assert.deepEqual(parser.push("ta: broken off\n\n"), []);
  assert.equal(parser.lastId, "3");
});

test("waits grow, to a bound, and begin with what the server asks", () => {
  const middle = () => 0.5;
  const waits = [0, 1, 2, 3, 20].map((attempt) => waitOf(attempt, null, middle));
  assert.deepEqual(waits, [400, 800, 1600, 3200, 15_000]);
  assert.equal(waitOf(0, 2000, middle), 2000);
  assert.ok(waitOf(0, null, () => 0) < waitOf(0, null, () => 1));
});

function answer(text: string, status = 200): Response {
  return new Response(text, { status });
}

async function run(answers: (() => Response)[], more: Partial<StreamParts> = {}) {
  const asked: string[] = [];
  const heard: string[] = [];
  const states: [StreamState, boolean][] = [];
  const waits: number[] = [];
  await new Promise<void>((done) => {
    const stream = new Stream({
      open: (lastId) => {
        asked.push(lastId);
        const next = answers.shift();
        if (next) return Promise.resolve(next());
        stream.stop();
        done();
        return Promise.reject(new Error("over"));
      },
      onEvent: (event) => heard.push(event.data),
      onState: (state, fresh) => states.push([state, fresh]),
      onUnauthorized: done,
      wait: async (ms) => {
        waits.push(ms);
      },
      random: () => 0.5,
      ...more,
    });
    stream.start();
  });
  return { asked, heard, states, waits };
}

test("after a break it comes back with the last id", async () => {
  const { asked, heard, states } = await run([
    () => answer("id: 1\ndata: a\n\nid: 2\ndata: b\n\n"),
    () => answer("id: 3\ndata: c\n\n"),
  ]);
  assert.deepEqual(asked, ["", "2", "3"]);
  assert.deepEqual(heard, ["a", "b", "c"]);
  assert.deepEqual(states.slice(0, 4), [
    ["connecting", false],
    ["open", true],
    ["broken", false],
    ["open", false],
  ]);
});

test("failures wait longer each time, and an opening ends that", async () => {
  const { waits } = await run([
    () => answer("", 503),
    () => answer("", 503),
    () => answer("data: a\n\n"),
    () => answer("", 503),
  ]);
  assert.deepEqual(waits.slice(0, 4), [400, 800, 400, 800]);
});

test("a refused token ends it", async () => {
  let refused = 0;
  const { asked } = await new Promise<{ asked: string[] }>((done) => {
    const asked: string[] = [];
    new Stream({
      open: (lastId) => {
        asked.push(lastId);
        return Promise.resolve(answer("", 401));
      },
      onEvent: () => {},
      onState: () => {},
      onUnauthorized: () => {
        refused += 1;
        setTimeout(() => done({ asked }), 5);
      },
      wait: async () => {},
    }).start();
  });
  assert.equal(refused, 1);
  assert.equal(asked.length, 1);
});
