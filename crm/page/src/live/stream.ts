// Keeps a stream of server-sent events open. `EventSource` can't send `Authorization`, so this
// reads the answer of `fetch`; it comes back after a break with `Last-Event-ID`, waiting longer
// each time, and gives up only when the session is over.

import { EventParser, type ServerEvent } from "./events.ts";

export type StreamState = "connecting" | "open" | "broken";

export interface StreamParts {
  /** Opens the stream; `lastId` is empty the first time. */
  open: (lastId: string, signal: AbortSignal) => Promise<Response>;
  onEvent: (event: ServerEvent) => void;
  /** `fresh` is true when nothing before this moment was heard: what is shown must be fetched. */
  onState: (state: StreamState, fresh: boolean) => void;
  onUnauthorized: () => void;
  /** Waiting, so that tests needn't. */
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  random?: () => number;
}

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 15_000;
/** The server says something at least every 15 s; two of its words may be lost. */
export const SILENCE_MS = 40_000;

export class Stream {
  private readonly parts: StreamParts;
  private readonly parser = new EventParser();
  private readonly over = new AbortController();
  private skipWait: (() => void) | null = null;
  private attempt = 0;

  constructor(parts: StreamParts) {
    this.parts = parts;
  }

  start(): void {
    void this.run();
  }

  stop(): void {
    this.over.abort();
  }

  /** Comes back at once: the network is said to be there again. */
  hurry(): void {
    this.attempt = 0;
    this.skipWait?.();
  }

  private async run(): Promise<void> {
    this.parts.onState("connecting", false);
    while (!this.over.signal.aborted) {
      const ended = await this.once();
      if (this.over.signal.aborted) return;
      if (ended === "unauthorized") {
        this.parts.onUnauthorized();
        return;
      }
      this.parser.reset();
      this.parts.onState("broken", false);
      await this.pause();
    }
  }

  /** One connection, from its opening to its end. */
  private async once(): Promise<"unauthorized" | "ended"> {
    const line = new AbortController();
    const end = () => line.abort();
    this.over.signal.addEventListener("abort", end);
    let silence: ReturnType<typeof setTimeout> | undefined;
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(end, SILENCE_MS);
    };
    try {
      heard();
      const fresh = this.parser.lastId === "";
      const answer = await this.parts.open(this.parser.lastId, line.signal);
      if (answer.status === 401) return "unauthorized";
      if (!answer.ok || !answer.body) return "ended";
      this.attempt = 0;
      this.parts.onState("open", fresh);
      const reader = answer.body.getReader();
      const text = new TextDecoder();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return "ended";
        heard();
        for (const event of this.parser.push(text.decode(value, { stream: true }))) {
          this.parts.onEvent(event);
        }
      }
    } catch {
      return "ended";
    } finally {
      clearTimeout(silence);
      this.over.signal.removeEventListener("abort", end);
      line.abort();
    }
  }

  private async pause(): Promise<void> {
    const ms = waitOf(this.attempt, this.parser.retry, this.parts.random ?? Math.random);
    this.attempt += 1;
    const cut = new AbortController();
    const end = () => cut.abort();
    this.skipWait = end;
    this.over.signal.addEventListener("abort", end);
    await (this.parts.wait ?? sleep)(ms, cut.signal);
    this.over.signal.removeEventListener("abort", end);
    this.skipWait = null;
  }
}

/** How long to wait before the next try: twice as long each time, with a little chance. */
export function waitOf(attempt: number, retry: number | null, random: () => number): number {
  const first = Math.min(retry ?? FIRST_WAIT_MS, LONGEST_WAIT_MS);
  const ms = Math.min(first * 2 ** Math.min(attempt, 10), LONGEST_WAIT_MS);
  return Math.round(ms * (0.75 + random() * 0.5));
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      done();
    });
  });
}
