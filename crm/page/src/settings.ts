// What this browser remembers: its language and whether it is light or dark.

import { Store } from "./store.ts";
import { localeOf } from "./text/index.ts";
import type { Locale } from "./types.ts";

export type Theme = "system" | "light" | "dark";

function recall(key: string): string | null {
  try {
    return localStorage.getItem(`ringback-crm.${key}`);
  } catch {
    return null;
  }
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`ringback-crm.${key}`, value);
  } catch {
    // It holds until the page is closed.
  }
}

const language = recall("locale");
const look = recall("theme");

export const locale = new Store<Locale>(
  language === "en" || language === "pt-BR" ? language : localeOf(navigator.languages),
);
export const theme = new Store<Theme>(look === "light" || look === "dark" ? look : "system");

export function setLocale(next: Locale): void {
  remember("locale", next);
  locale.set(next);
}

export function setTheme(next: Theme): void {
  remember("theme", next);
  theme.set(next);
}
