// The telephone of a small shop: five numbers, each led to one of the routes below.
//
//   /menu          opening hours, or the state of an order
//   /voicemail     leave a message
//   /screening     the agent hears who calls and may decline
//   /forwarding    straight to the agent, and both voices are recorded
//   /hunt          three people, one after the other
//
// An ordinary Express application: TwiML by the official library, and nobody but the telephone
// platform may ask. From the environment: TWILIO_AUTH_TOKEN, AGENT (a number or a SIP address),
// TEAM (three of them, commas between), TALK_LIMIT (seconds that people may talk) and PORT.

import express from "express";
import twilio from "twilio";

const AGENT = process.env.AGENT ?? "+12025550101";
const TEAM = (process.env.TEAM ?? "+12025550102,+12025550103,+12025550101").split(",");
const TALK_LIMIT = Number(process.env.TALK_LIMIT ?? 3600);
const ALL_EVENTS = ["initiated", "ringing", "answered", "completed"];

const app = express();
app.use(express.urlencoded({ extended: false }));

// Whoever can't sign with our token (TWILIO_AUTH_TOKEN) is sent away.
app.use(twilio.webhook({ protocol: "http" }));

// One line of JSON for each request that was answered.
app.use((request, response, next) => {
  const { path, query, body: form } = request;
  response.once("finish", () => {
    if (response.statusCode < 400) console.log(JSON.stringify({ path, query, form }));
  });
  next();
});

/** Answers with the document that `write` fills. */
function twiml(write) {
  return (request, response) => {
    const document = new twilio.twiml.VoiceResponse();
    write(document, request);
    response.type("text/xml").send(document.toString());
  };
}

/** Colleagues have telephone numbers or SIP phones. */
function ring(dial, whom, attributes) {
  if (whom.startsWith("sip:")) dial.sip(attributes, whom);
  else dial.number(attributes, whom);
}

// The menu.

app.post("/menu", twiml((document, request) => {
  const gather = document.gather({ numDigits: 1, timeout: 3, action: "/menu/choice" });
  gather.say("For our opening hours, press 1. To ask about an order, press 2.");
  // We come here if no key was pressed: ask once more, then give up.
  if ("again" in request.query) document.say("Goodbye.");
  else document.redirect("/menu?again=yes");
}));

app.post("/menu/choice", twiml((document, request) => {
  if (request.body.Digits === "1") {
    document.say("We are open from nine to five.");
  } else if (request.body.Digits === "2") {
    const gather = document.gather({ finishOnKey: "#", timeout: 10, action: "/menu/order" });
    gather.say("Type the number of your order, and then the hash key.");
    document.redirect("/menu");
  } else {
    document.say("There is no such choice.");
    document.redirect("/menu");
  }
}));

app.post("/menu/order", twiml((document, request) => {
  document.say(`Order ${[...request.body.Digits].join(" ")} is on its way.`);
}));

// A message.

app.post("/voicemail", twiml((document) => {
  document.say("Leave a message after the beep. Press hash when you are done.");
  document.record({
    playBeep: true,
    maxLength: 60,
    timeout: 3,
    finishOnKey: "#",
    action: "/voicemail/done",
    recordingStatusCallback: "/events/recording",
    recordingStatusCallbackEvent: ["in-progress", "completed", "absent"],
  });
  // We come here if nothing was said.
  document.say("We heard nothing. Goodbye.");
}));

app.post("/voicemail/done", twiml((document) => {
  document.say("Thank you for your message.");
}));

// The agent decides whether to take the call.

app.post("/screening", twiml((document) => {
  document.say("One moment, please.");
  const dial = document.dial({ timeout: 15, timeLimit: TALK_LIMIT, action: "/screening/done" });
  ring(dial, AGENT, { url: "/screening/whisper" });
}));

// Only the agent hears this, before the two are joined.
app.post("/screening/whisper", twiml((document, request) => {
  let caller = request.body.From.replace(/^sip:/, "").split("@")[0];
  if (caller.startsWith("+")) caller = [...caller.slice(1)].join(" ");
  const gather = document.gather({ numDigits: 1, timeout: 4, action: "/screening/decision" });
  gather.say(`A call from ${caller}. Press 1 to take it.`);
  document.hangup();
}));

app.post("/screening/decision", twiml((document, request) => {
  // Where the document ends without a Hangup, the two are joined.
  if (request.body.Digits === "1") document.say("You are connected.");
  else document.hangup();
}));

app.post("/screening/done", twiml((document, request) => {
  if (request.body.DialBridged === "true") document.say("Thank you for calling.");
  else document.say("Nobody can take your call now. Please try again later.");
}));

// Straight to the agent, with a recording.

app.post("/forwarding", twiml((document, request) => {
  const dial = document.dial({
    timeout: 15,
    timeLimit: TALK_LIMIT,
    // The caller hears ringing, and pays nothing, until the agent answers.
    answerOnBridge: "on_bridge" in request.query,
    record: "record-from-answer-dual",
    recordingStatusCallback: "/events/recording",
    recordingStatusCallbackEvent: ["in-progress", "completed", "absent"],
    action: "/forwarding/done",
  });
  ring(dial, AGENT, { statusCallback: "/events/leg", statusCallbackEvent: ALL_EVENTS });
}));

const FAREWELLS = {
  completed: "Thank you for calling.",
  busy: "The line is busy. Please try again later.",
};
const NOBODY = "Nobody is there. Please try again later.";

app.post("/forwarding/done", twiml((document, request) => {
  document.say(FAREWELLS[request.body.DialCallStatus] ?? NOBODY);
}));

// Three people, one after the other.

app.post("/hunt", twiml((document) => {
  const dial = document.dial({
    sequential: true,
    timeout: 5,
    timeLimit: TALK_LIMIT,
    action: "/hunt/done",
  });
  for (const whom of TEAM) ring(dial, whom, { statusCallback: "/events/leg" });
}));

app.post("/hunt/done", twiml((document, request) => {
  if (request.body.DialCallStatus === "completed") {
    document.say("Thank you for calling.");
  } else {
    document.say("Nobody is there. Please leave a message.");
    document.redirect("/voicemail");
  }
}));

// What we are told. The lines of JSON are all this shop makes of it.

app.post(["/events/recording", "/events/leg", "/events/call"], (_, response) => {
  response.status(204).end();
});

app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
