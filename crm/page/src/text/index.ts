// The page's language.

import { createContext, useContext } from "react";
import type { CallLog, Locale } from "../types.ts";
import { en, type Texts } from "./en.ts";
import { pt } from "./pt.ts";

export type { Texts } from "./en.ts";

export function textsOf(locale: Locale): Texts {
  return locale === "en" ? en : pt;
}

/** The language of a browser that nobody has signed in with. */
export function localeOf(languages: readonly string[]): Locale {
  return languages.some((language) => /^pt/i.test(language)) ? "pt-BR" : "en";
}

/** What happens on a call right now, or how it ended, as its own agent reads it. */
export function stageText(t: Texts, call: CallLog): string {
  if (call.stage === "ended") return call.outcome ? t.dock.endings[call.outcome] : t.dock.stages.ended;
  if (call.direction === "inbound") return t.dock.inboundStages[call.stage] ?? t.dock.stages[call.stage];
  return t.dock.stages[call.stage];
}

/** The same in two words, for lists. */
export function shortText(t: Texts, call: CallLog): string {
  if (call.stage === "ended") return call.outcome ? t.dock.outcomes[call.outcome] : t.dock.stages.ended;
  return t.dock.shortStages[call.stage];
}

export const TextContext = createContext<{ t: Texts; locale: Locale }>({ t: en, locale: "en" });

export function useTexts(): { t: Texts; locale: Locale } {
  return useContext(TextContext);
}
