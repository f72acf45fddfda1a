// The official Node SDK as a customer uses it: `api.twilio.com` leads to the house by a proxy.
// Five busy calls are there. Usage: node wire.cjs [list]. Prints a line for each step.

const assert = require("node:assert/strict");
const twilio = require("twilio");

const { TWILIO_ACCOUNT_SID: account, TWILIO_AUTH_TOKEN: token } = process.env;
const client = twilio(account, token);
const step = (name) => console.log(`ok ${name}`);

async function main() {
  if (process.argv[2] === "list") {
    assert.deepEqual(await client.calls.list(), []);
    return step("list");
  }

  const all = (await client.calls.list()).map((call) => call.sid);
  assert.equal(all.length, 5);
  const walked = (await client.calls.list({ pageSize: 2 })).map((call) => call.sid);
  assert.deepEqual(walked, all);
  assert.equal((await client.calls.list({ limit: 3, pageSize: 2 })).length, 3);
  step("list over pages, and a limit");

  const seen = [];
  await new Promise((done, failed) =>
    client.calls.each(
      { pageSize: 2, done: (error) => (error ? failed(error) : done()) },
      (call) => seen.push(call.sid),
    ),
  );
  assert.deepEqual(seen, all);
  const first = await client.calls.page({ pageSize: 2 });
  const again = await client.calls.getPage(first.nextPageUrl);
  assert.deepEqual(again.instances.map((call) => call.sid), all.slice(2, 4));
  const last = await again.nextPage();
  assert.equal(await last.nextPage(), undefined);
  step("each, page, getPage and nextPage");

  await assert.rejects(client.calls("CA" + "0".repeat(32)).fetch(), (error) => {
    assert.equal(error.status, 404);
    assert.equal(error.code, 20404);
    assert.equal(error.moreInfo, "https://www.twilio.com/docs/errors/20404");
    assert.ok(error instanceof twilio.RestException);
    return true;
  });
  await assert.rejects(twilio(account, "0".repeat(32)).calls.list(), { status: 401, code: 20003 });
  step("errors");

  const call = await client.calls(all[0]).fetch();
  for (const name of ["dateCreated", "dateUpdated", "startTime", "endTime"]) {
    assert.ok(Math.abs(Date.now() - call[name].getTime()) < 300_000, name);
  }
  const soon = new Date(Date.now() + 86_400_000);
  assert.equal((await client.calls.list({ startTimeBefore: soon })).length, 5);
  assert.equal((await client.calls.list({ startTimeAfter: soon })).length, 0);
  step("dates");

  const edge = twilio(account, token, { region: "ie1", edge: "dublin" });
  assert.equal((await edge.calls(all[0]).fetch()).sid, all[0]);
  step("edge and region");
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
