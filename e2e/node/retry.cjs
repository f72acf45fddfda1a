// Forty lists at once with a client that tries again when it is told 429.

const assert = require("node:assert/strict");
const twilio = require("twilio");

const { TWILIO_ACCOUNT_SID: account, TWILIO_AUTH_TOKEN: token } = process.env;
const client = twilio(account, token, { autoRetry: true, maxRetries: 10 });

Promise.all(Array.from({ length: 40 }, () => client.calls.list()))
  .then((lists) => {
    assert.ok(lists.every((list) => list.length === 0));
    console.log(`ok ${lists.length} lists`);
  })
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
