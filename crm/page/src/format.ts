// Lengths and moments as people read them, in their language and the browser's zone.

import type { Locale } from "./types.ts";

/** `0:07`, `12:31`, `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `7 s`, `2 min 5 s`, `1 h 2 min`. */
export function length(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (h) return m ? `${h} h ${m} min` : `${h} h`;
  if (m) return s ? `${m} min ${s} s` : `${m} min`;
  return `${s} s`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(locale: Locale, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(locale === "en" ? "en-GB" : "pt-BR", options);
  formats.set(key, made);
  return made;
}

export function time(locale: Locale, at: string): string {
  return format(locale, { hour: "2-digit", minute: "2-digit" }).format(new Date(at));
}

export function timeWithSeconds(locale: Locale, at: string): string {
  const options = { hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
  return format(locale, options).format(new Date(at));
}

export function dateAndTime(locale: Locale, at: string): string {
  return format(locale, { dateStyle: "long", timeStyle: "short" }).format(new Date(at));
}

/** A day relative to today: 0 today, 1 yesterday, … by the calendar, not by hours. */
export function daysAgo(at: string, now: number): number {
  const day = (moment: Date) => Date.UTC(moment.getFullYear(), moment.getMonth(), moment.getDate());
  return Math.round((day(new Date(now)) - day(new Date(at))) / 86_400_000);
}

export interface DayWords {
  today: string;
  yesterday: string;
}

/** `Today`, `Yesterday`, `Tue 24 Nov`, and with the year if it is another. */
export function day(locale: Locale, at: string, now: number, words: DayWords): string {
  const ago = daysAgo(at, now);
  if (ago === 0) return words.today;
  if (ago === 1) return words.yesterday;
  const date = new Date(at);
  if (date.getFullYear() !== new Date(now).getFullYear()) {
    return format(locale, { day: "numeric", month: "short", year: "numeric" }).format(date);
  }
  return format(locale, { weekday: "short", day: "numeric", month: "short" }).format(date);
}

export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  const first = words[0]?.[0] ?? "?";
  const last = words.length > 1 ? (words.at(-1)?.[0] ?? "") : "";
  return (first + last).toUpperCase();
}
