// Writes every document that one call of a builder's method makes, a zero byte between them: each
// verb and noun with each attribute of the reference in each of its values.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const VoiceResponse = require("twilio").twiml.VoiceResponse;
const schema = JSON.parse(readFileSync(new URL("../../reference/twiml_schema.json", import.meta.url)));

const TEXTS = {
  Number: "+12025550101", WhatsApp: "+12025550101", Sip: "sip:alice@example.com",
  SipUri: "sip:alice@example.com", ReferSip: "sip:alice@example.com", Task: '{"account": 4711}',
  Play: "https://example.com/a.mp3", Dial: "+12025550101",
};
// Elements whose text may not stand beside other elements, or whose builders take none.
const BARE = new Set(["Dial", "Client", "Application", "Sip", "Enqueue"]);
const VALUES = {
  digits: "1w2#", sendDigits: "1w2#", finishOnKey: "*", speechTimeout: "auto",
  speechModel: "phone_call", time: "2s", callerId: "+12025550190", machineDetection: "Enable",
  machineDetectionTimeout: 30, machineDetectionSpeechThreshold: 2000,
  machineDetectionSpeechEndThreshold: 1000, machineDetectionSilenceTimeout: 3000, name: "X-Name",
  priority: "1", weight: "5", maxAttempts: 2,
};
// What an element needs where another stands in it.
const AROUND = { Enqueue: { workflowSid: "WW00000000000000000000000000000001" } };

function values(kind, name) {
  const words = schema.enums[kind.replace("[]", "")];
  if (name in VALUES) return [VALUES[name]];
  if (words) return kind.endsWith("[]") ? [...words.map((word) => [word]), words] : words;
  if (name.endsWith("ethod")) return ["GET", "POST"];
  return { boolean: [true, false], number: [7], "number[]": [[1, 2]] }[kind] ?? ["some text"];
}

const text = (name) => TEXTS[name] ?? "some text";

// Builds the methods of a path inwards; the innermost has these attributes.
function build(path, attributes) {
  const response = new VoiceResponse();
  let element = response;
  path.forEach(([method, name], depth) => {
    const last = depth === path.length - 1;
    const given = last ? attributes : (AROUND[name] ?? {});
    const beside = !last && path[depth + 1][1] === "Headers";
    const words = !last && BARE.has(name) && !beside ? undefined : text(name);
    element = element[method](given, words);
  });
  return [response, element];
}

const documents = [];
const seen = new Set();

function walk(path) {
  const [, parent] = build(path, {});
  if (seen.has(parent.constructor)) return;
  seen.add(parent.constructor);
  for (const method of Object.getOwnPropertyNames(Object.getPrototypeOf(parent))) {
    if (method === "constructor" || typeof parent[method] !== "function") continue;
    const [, other] = build(path, {});
    const made = other[method]({}, "some text");
    const name = made?.constructor.name;
    // Not every method makes an element: some write comments or text.
    if (!(name in schema.children) || name === "VoiceResponse") continue;
    const inner = [...path, [method, name]];
    documents.push(build(inner, {})[0].toString());
    const every = {};
    for (const [attribute, kind] of schema.attributes[name] ?? []) {
      // Keys can't be played while keys are gathered, or a payment asks for them.
      if (attribute === "digits" && path.length) continue;
      const found = values(kind, attribute);
      for (const value of found) documents.push(build(inner, { [attribute]: value })[0].toString());
      // A speech model of one's own and "auto" exclude each other.
      if (!(name === "Gather" && attribute === "speechTimeout")) every[attribute] = found[0];
    }
    documents.push(build(inner, every)[0].toString());
    walk(inner);
  }
}

walk([]);
// The reference is of a version that has builders this one lacks.
const source = readFileSync(require.resolve("twilio/lib/twiml/VoiceResponse"), "utf8");
const has = (name) => source.includes(`class ${name} extends`);
const missing = Object.keys(schema.children).filter(
  (name) => has(name) && ![...seen].some((kind) => kind.name === name),
);
if (missing.length) {
  console.error(`builders that were not reached: ${missing.join(" ")}`);
  process.exit(1);
}
process.stdout.write(documents.join("\0"));
