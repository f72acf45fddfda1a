// The signed-in user's desk, for every part of the page.

import { createContext, useContext, useEffect, useMemo, useRef, useState } from "react";
import type { Desk } from "./desk.ts";
import { useStore } from "./store.ts";
import type { CallLog } from "./types.ts";

export const DeskContext = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error("nobody is signed in");
  return desk;
}

/** Calls on the line, the oldest first. */
export function useLiveCalls(): CallLog[] {
  const calls = useStore(useDesk().calls);
  return useMemo(
    () =>
      [...calls.values()]
        .filter((call) => call.stage !== "ended")
        .sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1)),
    [calls],
  );
}

/** The moment, anew each second while somebody's clock runs. */
export function useNow(running: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!running) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [running]);
  return now;
}

/** Seconds from a moment of the server's to now. */
export function useSeconds(since: string, running: boolean): number {
  const desk = useDesk();
  const now = useNow(running);
  return Math.max(0, (now - desk.skew - Date.parse(since)) / 1000);
}

/** What couldn't be fetched while the server was away is asked for when it is there again. */
export function useReturn(failed: boolean, retry: () => void): void {
  const line = useStore(useDesk().line);
  const now = useRef({ failed, retry });
  now.current = { failed, retry };
  useEffect(() => {
    if (line === "open" && now.current.failed) now.current.retry();
  }, [line]);
}

/** A text that has rested for a moment: what somebody types, before it is asked for. */
export function useRested(text: string, ms: number): string {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), ms);
    return () => clearTimeout(timer);
  }, [text, ms]);
  return rested;
}
