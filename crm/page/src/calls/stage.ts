// How far a call has come, and what each of its two legs looks like on the way.

import type { CallLog, Outcome, Stage } from "../types.ts";

export const STAGES: readonly Stage[] = [
  "asking",
  "agent-calling",
  "agent-ringing",
  "agent-connected",
  "contact-calling",
  "contact-ringing",
  "live",
  "ended",
];

export const OUTCOMES: readonly Outcome[] = [
  "talked",
  "contact-no-answer",
  "contact-busy",
  "contact-failed",
  "agent-no-answer",
  "agent-busy",
  "agent-failed",
  "canceled",
  "failed",
];

/** What a leg looks like: nothing yet, dialled, ringing, up; or how it ended. */
export type LegLook = "none" | "calling" | "ringing" | "up" | "was-up" | "missed" | "failed";

export interface Line {
  agent: LegLook;
  other: LegLook;
}

export function isLive(call: Pick<CallLog, "stage">): boolean {
  return call.stage !== "ended";
}

/** The two legs of a call, as its line is drawn. */
export function lineOf(call: CallLog): Line {
  if (call.stage === "ended") return endedLine(call);
  if (call.direction === "inbound") {
    // Who calls us is on the line from the first moment.
    const agent = call.stage === "live" ? "up" : call.stage === "agent-ringing" ? "ringing" : "calling";
    return { agent, other: "up" };
  }
  switch (call.stage) {
    case "asking":
      return { agent: "none", other: "none" };
    case "agent-calling":
      return { agent: "calling", other: "none" };
    case "agent-ringing":
      return { agent: "ringing", other: "none" };
    case "agent-connected":
      return { agent: "up", other: "none" };
    case "contact-calling":
      return { agent: "up", other: "calling" };
    case "contact-ringing":
      return { agent: "up", other: "ringing" };
    case "live":
      return { agent: "up", other: "up" };
  }
}

function endedLine(call: CallLog): Line {
  const inbound = call.direction === "inbound";
  switch (call.outcome) {
    case "talked":
      return { agent: "was-up", other: "was-up" };
    case "contact-busy":
    case "contact-no-answer":
      return { agent: "was-up", other: "missed" };
    case "contact-failed":
      return { agent: "was-up", other: "failed" };
    case "agent-busy":
    case "agent-no-answer":
      return { agent: "missed", other: inbound ? "was-up" : "none" };
    case "agent-failed":
      return { agent: "failed", other: inbound ? "was-up" : "none" };
    case "failed":
      return { agent: "failed", other: "none" };
    case "canceled":
    case null:
      return {
        agent: !inbound && call.answeredAt ? "was-up" : "missed",
        other: inbound ? "was-up" : "none",
      };
  }
}

/** How an ended call went, in three words: for its colour, not its text. */
export type Tone = "good" | "missed" | "bad" | "going";

export function toneOf(call: Pick<CallLog, "stage" | "outcome">): Tone {
  if (call.stage !== "ended") return "going";
  switch (call.outcome) {
    case "talked":
      return "good";
    case "contact-failed":
    case "agent-failed":
    case "failed":
      return "bad";
    default:
      return "missed";
  }
}

/** The other party's number: who was called, or who called. */
export function otherNumber(call: CallLog): string {
  return call.direction === "inbound" ? call.fromNumber : call.toNumber;
}

/** From when a live call's clock counts, and what it counts: ringing or talking. */
export function clockStart(call: CallLog): string {
  if (call.stage === "live") return call.connectedAt ?? call.answeredAt ?? call.updatedAt;
  return call.startedAt ?? call.createdAt;
}
