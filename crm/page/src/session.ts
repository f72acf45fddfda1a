// Who is signed in. The token lives as long as the browser's tab, and no longer than the server
// says; what was open when it ended is opened again after the next sign-in.

import { Store } from "./store.ts";
import type { Session } from "./types.ts";

const KEY = "ringback-crm.session";

export interface SignedOut {
  session: null;
  /** Whether a session ended by itself. */
  expired: boolean;
}

export interface SignedIn {
  session: Session;
  expired: false;
}

export const signedIn = new Store<SignedOut | SignedIn>(stored());

let timer: ReturnType<typeof setTimeout> | undefined;

export function begin(session: Session): void {
  keep(session);
  signedIn.set({ session, expired: false });
  watch(session);
}

export function end(expired: boolean): void {
  clearTimeout(timer);
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Without storage there was nothing to take away.
  }
  signedIn.set({ session: null, expired });
}

function stored(): SignedOut | SignedIn {
  try {
    const text = sessionStorage.getItem(KEY);
    if (text) {
      const session = JSON.parse(text) as Session;
      if (Date.parse(session.expiresAt) > Date.now()) {
        queueMicrotask(() => watch(session));
        return { session, expired: false };
      }
      return { session: null, expired: true };
    }
  } catch {
    // A browser that keeps nothing asks for a sign-in at each load.
  }
  return { session: null, expired: false };
}

function keep(session: Session): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(session));
  } catch {
    // It lives in memory, then.
  }
}

/** Ends the session at its moment, so that nobody finds out by a refused click. */
function watch(session: Session): void {
  clearTimeout(timer);
  const left = Date.parse(session.expiresAt) - Date.now();
  // Longer waits than a timer can count are for another day.
  if (left < 2 ** 31) timer = setTimeout(() => end(true), Math.max(left, 0));
}
