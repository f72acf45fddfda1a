// The official Node SDK, unmodified but for the base URL: one run through what it offers.
// Usage: node calls.mjs BASE ACCOUNT TOKEN. Prints one line for each step; exits 1 at a fault.

import assert from "node:assert/strict";
import { once, EventEmitter } from "node:events";
import http from "node:http";
import twilio from "twilio";

const [base, account, token] = process.argv.slice(2);
const deadline = AbortSignal.timeout(60_000);

class Local extends twilio.RequestClient {
  request(options) {
    const url = new URL(options.uri);
    return super.request({ ...options, uri: base + url.pathname + url.search });
  }
}

const client = twilio(account, token, { httpClient: new Local() });

// The customer's application.
const seen = [];
const bell = new EventEmitter();
const documents = new Map();
const server = http.createServer((request, response) => {
  let body = "";
  request.on("data", (piece) => (body += piece));
  request.on("end", () => {
    const params = Object.fromEntries(new URLSearchParams(body));
    const signature = request.headers["x-twilio-signature"] ?? "";
    const signed = twilio.validateRequest(token, signature, own + request.url, params);
    const path = new URL(own + request.url).pathname;
    seen.push({ path, params, signed });
    bell.emit("seen");
    const document = documents.get(path);
    response.writeHead(document ? 200 : 204, { "Content-Type": "text/xml" });
    response.end(document);
  });
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const own = `http://127.0.0.1:${server.address().port}`;

async function wait(path, wanted = {}) {
  for (;;) {
    const found = seen.find(
      (s) => s.path === path && Object.entries(wanted).every(([k, v]) => s.params[k] === v),
    );
    if (found) return found.params;
    await once(bell, "seen", { signal: deadline });
  }
}

const step = (name) => console.log(`ok ${name}`);
const fails = (code, act) => assert.rejects(act, (error) => error.code === code);

const response = new twilio.twiml.VoiceResponse();
response.say("Hello from the Node library.");
response.pause({ length: 1 });
documents.set("/voice", response.toString());

const place = (more) =>
  client.calls.create({
    to: "+12025550101",
    from: "+12025550190",
    url: `${own}/voice`,
    statusCallback: `${own}/status`,
    statusCallbackEvent: ["initiated", "ringing", "answered", "completed"],
    ...more,
  });

const call = await place({
  record: true,
  recordingStatusCallback: `${own}/recording`,
});
assert.equal(call.status, "queued");
const last = await wait("/status", { CallSid: call.sid, CallStatus: "completed" });
assert.equal(last.SequenceNumber, "3");
await wait("/status", { CallSid: call.sid, CallStatus: "in-progress" });
step("create and four callbacks");

const done = await client.calls(call.sid).fetch();
assert.equal(done.status, "completed");
assert.equal(done.duration, last.CallDuration);
assert.ok(done.dateCreated instanceof Date && !Number.isNaN(done.dateCreated.getTime()));
step("fetch");

const told = await wait("/recording", { RecordingStatus: "completed" });
const [recording] = await client.calls(call.sid).recordings.list();
assert.equal(recording.sid, told.RecordingSid);
const head = { Authorization: "Basic " + Buffer.from(`${account}:${token}`).toString("base64") };
const media = `${base}/2010-04-01/Accounts/${account}/Recordings/${recording.sid}`;
for (const [ending, type] of [["wav", "audio/x-wav"], ["mp3", "audio/mpeg"]]) {
  const reply = await fetch(`${media}.${ending}`, { headers: head });
  assert.equal(reply.status, 200);
  assert.equal(reply.headers.get("content-type"), type);
  assert.ok((await reply.arrayBuffer()).byteLength > 2000);
}
assert.equal(await client.recordings(recording.sid).remove(), true);
step("recording");

for (let index = 0; index < 4; index += 1) {
  const busy = await place({ to: "+12025550102" });
  await wait("/status", { CallSid: busy.sid, CallStatus: "busy" });
}
assert.equal((await client.calls.list({ pageSize: 2 })).length, 5);
assert.equal((await client.calls.list({ status: "busy" })).length, 4);
let walked = 0;
await client.calls.each({ pageSize: 2, callback: () => (walked += 1) });
const page = await client.calls.page({ pageSize: 2 });
assert.equal((await page.nextPage()).instances.length, 2);
step("list and pages");

const long = new twilio.twiml.VoiceResponse();
long.pause({ length: 50 });
documents.set("/long", long.toString());
const live = await place({ url: `${own}/long` });
await wait("/long", { CallSid: live.sid });
documents.set("/other", long.toString());
await client.calls(live.sid).update({ url: `${own}/other`, method: "POST" });
await wait("/other", { CallSid: live.sid });
await client.calls(live.sid).update({ status: "completed" });
await wait("/status", { CallSid: live.sid, CallStatus: "completed" });
step("update: redirect and hang up");

assert.equal(await client.calls(live.sid).remove(), true);
await fails(20404, () => client.calls(live.sid).fetch());
await fails(21201, () => place({ to: "" }));
await fails(21205, () => place({ url: "no url" }));
const stranger = twilio(account, "0".repeat(32), { httpClient: new Local() });
await fails(20003, () => stranger.calls.list());
step("delete and errors");

assert.deepEqual(seen.filter((s) => !s.signed).map((s) => s.path), []);
step(`${seen.length} requests, all signed`);
server.close();
server.closeAllConnections();
