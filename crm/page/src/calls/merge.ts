// Lists of calls that stay right while the calls move: the state with the higher revision counts,
// whichever way and in whatever order it came.

import type { CallLog } from "../types.ts";
import { matches, type Filter } from "./filter.ts";

export interface Page {
  rows: readonly CallLog[];
  /** Where the next page begins; null at the end. */
  next: string | null;
}

/** Of two states of one call, the later. */
export function later(known: CallLog | undefined, heard: CallLog): CallLog {
  return known && known.revision > heard.revision ? known : heard;
}

/** Newest first; equal moments by id, as the server does it. */
export function inOrder(a: CallLog, b: CallLog): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? 1 : -1;
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}

/** A page with the call as it is now: moved on, put in, or taken out. */
export function hear(page: Page, heard: CallLog, filter: Filter): Page {
  const at = page.rows.findIndex((row) => row.id === heard.id);
  const known = page.rows[at];
  if (known && known.revision >= heard.revision) return page;
  if (!matches(filter, heard)) {
    return known ? { ...page, rows: page.rows.filter((row) => row !== known) } : page;
  }
  if (known) return { ...page, rows: page.rows.with(at, heard) };
  const last = page.rows.at(-1);
  // It belongs to a page that hasn't been fetched yet.
  if (page.next && last && inOrder(heard, last) > 0) return page;
  const place = page.rows.findIndex((row) => inOrder(heard, row) < 0);
  const rows = [...page.rows];
  rows.splice(place < 0 ? rows.length : place, 0, heard);
  return { ...page, rows };
}

/**
 * A list whose beginning was fetched anew. What is older than that beginning stays as it was: calls
 * change while they are young, and nobody who has scrolled far is thrown back to the top.
 */
export function renew(page: Page, fresh: Page): Page {
  const last = fresh.rows.at(-1);
  if (!last || fresh.next === null) return fresh;
  const known = new Map(page.rows.map((row) => [row.id, row]));
  const older = page.rows.filter((row) => inOrder(row, last) > 0);
  if (older.length === 0) return fresh;
  return { rows: [...fresh.rows.map((row) => later(known.get(row.id), row)), ...older], next: page.next };
}

/** A page and what follows it; a call that stands in both is kept once. */
export function extend(page: Page, more: Page): Page {
  const known = new Set(page.rows.map((row) => row.id));
  const rows = [...page.rows, ...more.rows.filter((row) => !known.has(row.id))];
  return { rows, next: more.next };
}
