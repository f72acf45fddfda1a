// What a signed-in user's page knows and follows: the calls that move, the state of the line to
// the server, and the call that is theirs.

import { Api } from "./api.ts";
import { later } from "./calls/merge.ts";
import { isLive } from "./calls/stage.ts";
import { Stream, type StreamState } from "./live/stream.ts";
import { Store } from "./store.ts";
import type { CallLog, Session } from "./types.ts";

type Listener = (call: CallLog) => void;

/** Ended calls that are kept: the one in the dock, and what a list may still ask for. */
const KEPT_ENDED = 200;

export class Desk {
  readonly session: Session;
  readonly api: Api;
  /** Every call that was heard of since the page was opened, by id. */
  readonly calls = new Store<ReadonlyMap<string, CallLog>>(new Map());
  readonly line = new Store<StreamState>("connecting");
  /** The user's own call: the one that runs, or the last one until it is dismissed. */
  readonly current = new Store<string | null>(null);
  /** Grows when everything shown must be fetched anew. */
  readonly epoch = new Store(0);
  /** How far the server's clock is behind this one, in milliseconds. */
  skew = 0;

  private readonly listeners = new Set<Listener>();
  private readonly stream: Stream;
  private skewKnown = false;

  /** The server no longer takes the token. */
  readonly expired: () => void;

  constructor(session: Session, onUnauthorized: () => void) {
    this.session = session;
    this.expired = onUnauthorized;
    this.api = new Api(session.token, onUnauthorized);
    this.stream = new Stream({
      open: (lastId, signal) => this.api.events(lastId, signal),
      onEvent: (event) => {
        if (event.event === "call") this.hear(JSON.parse(event.data) as CallLog, true);
        else if (event.event === "reload") this.refresh();
      },
      onState: (state, fresh) => {
        const was = this.line.value;
        this.line.set(state);
        if (state === "open" && fresh) {
          // Nothing was missed by the lists if this is the first connection.
          if (was === "broken") this.refresh();
          else void this.fetchLive();
        }
      },
      onUnauthorized,
    });
  }

  start(): () => void {
    const hurry = () => this.stream.hurry();
    addEventListener("online", hurry);
    this.stream.start();
    return () => {
      removeEventListener("online", hurry);
      this.stream.stop();
    };
  }

  /** Takes a call's state, from wherever it came; older ones change nothing. */
  hear(call: CallLog, now = false): CallLog {
    if (now) this.measure(call);
    const known = this.calls.value.get(call.id);
    const kept = later(known, call);
    if (kept !== known) {
      const calls = new Map(this.calls.value);
      calls.set(kept.id, kept);
      prune(calls, this.current.value);
      this.calls.set(calls);
      this.claim(kept);
      for (const listener of [...this.listeners]) listener(kept);
    }
    return kept;
  }

  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The user placed a call: it is theirs, before the stream has told of it. */
  async placed(id: string): Promise<void> {
    this.current.set(id);
    if (this.calls.value.has(id)) return;
    try {
      this.hear(await this.api.call(id));
    } catch {
      // The stream will tell.
    }
  }

  dismiss(): void {
    this.current.set(null);
  }

  async fetchLive(): Promise<void> {
    try {
      const page = await this.api.calls(new URLSearchParams({ live: "true", limit: "200" }));
      const running = new Set(page.calls.map((call) => call.id));
      for (const call of page.calls) this.hear(call);
      // What we think runs, and the server doesn't: it ended while we were away.
      for (const call of this.calls.value.values()) {
        if (isLive(call) && !running.has(call.id)) this.hear(await this.api.call(call.id));
      }
    } catch {
      // The lists say so themselves; the next connection fetches again.
    }
  }

  private refresh(): void {
    void this.fetchLive();
    this.epoch.set(this.epoch.value + 1);
  }

  private claim(call: CallLog): void {
    if (call.user?.id !== this.session.user.id || !isLive(call)) return;
    const current = this.current.value && this.calls.value.get(this.current.value);
    if (!current || !isLive(current)) this.current.set(call.id);
  }

  /** An event is never heard before it happened: the shortest way seen is nearest the truth. */
  private measure(call: CallLog): void {
    const seen = Date.now() - Date.parse(call.updatedAt);
    if (Number.isNaN(seen)) return;
    if (!this.skewKnown || seen < this.skew) this.skew = seen;
    this.skewKnown = true;
  }
}

function prune(calls: Map<string, CallLog>, keep: string | null): void {
  const ended = [...calls.values()].filter((call) => !isLive(call) && call.id !== keep);
  for (const call of ended.slice(0, Math.max(0, ended.length - KEPT_ENDED))) calls.delete(call.id);
}
