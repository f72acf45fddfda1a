// Which calls of the history are wanted; as a query for the server, in the page's address, and as
// a judgement of a call that just came in.

import type { CallLog, Direction, Outcome } from "../types.ts";

export interface Filter {
  direction?: Direction;
  outcome?: Outcome;
  live?: boolean;
  userId?: string;
  contactId?: string;
  /** Days, as people choose them: `2026-11-27`. */
  from?: string;
  to?: string;
  search?: string;
}

const KEYS = ["direction", "outcome", "userId", "contactId", "from", "to", "search"] as const;

/** The filter in an address; words that aren't a filter's are left out. */
export function filterFrom(query: URLSearchParams): Filter {
  const filter: Record<string, string | boolean> = {};
  for (const key of KEYS) {
    const value = query.get(key);
    if (value) filter[key] = value;
  }
  if (query.get("live") === "true") filter.live = true;
  return filter as Filter;
}

export function queryOf(filter: Filter): URLSearchParams {
  const query = new URLSearchParams();
  for (const key of KEYS) {
    const value = filter[key];
    if (value) query.set(key, value);
  }
  if (filter.live) query.set("live", "true");
  return query;
}

/** What the server is asked: days become the moments at which they begin and end here. */
export function askedOf(filter: Filter): URLSearchParams {
  const query = queryOf(filter);
  const from = filter.from && dayStart(filter.from, 0);
  const to = filter.to && dayStart(filter.to, 1);
  query.delete("from");
  query.delete("to");
  if (from) query.set("from", from.toISOString());
  // `to` is a moment of its own: the last of that day.
  if (to) query.set("to", new Date(to.getTime() - 1).toISOString());
  return query;
}

/** The beginning of a day in the browser's own zone, `later` days on; null if it is none. */
export function dayStart(day: string, later: number): Date | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!parts) return null;
  const date = new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]) + later);
  return Number.isNaN(date.getTime()) ? null : date;
}

export function isEmpty(filter: Filter): boolean {
  return queryOf(filter).size === 0;
}

/** Whether a call belongs to what is shown: for those that come in while it is open. */
export function matches(filter: Filter, call: CallLog): boolean {
  if (filter.live && call.stage === "ended") return false;
  if (filter.direction && call.direction !== filter.direction) return false;
  if (filter.outcome && call.outcome !== filter.outcome) return false;
  if (filter.userId && call.user?.id !== filter.userId) return false;
  if (filter.contactId && call.contact?.id !== filter.contactId) return false;
  const at = Date.parse(call.createdAt);
  const from = filter.from && dayStart(filter.from, 0);
  const to = filter.to && dayStart(filter.to, 1);
  if (from && at < from.getTime()) return false;
  if (to && at >= to.getTime()) return false;
  if (filter.search) {
    const wanted = plain(filter.search);
    const said = [
      call.contact?.name,
      call.contact?.company,
      call.user?.name,
      call.fromNumber,
      call.toNumber,
      call.notes,
    ];
    if (!said.some((text) => text && plain(text).includes(wanted))) return false;
  }
  return true;
}

/** Without accents and case. */
export function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}
