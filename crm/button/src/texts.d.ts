export type Locale = "en" | "pt-BR";

/** What the buttons say. */
export interface ButtonTexts {
  /** The name of the button, for screen readers. */
  call(whom: string): string;
  calling: string;
  placed: string;
  retry: string;
  noNumber: string;
  /** A sentence for each code of a refusal. */
  refusals: Record<string, string>;
}

/** The texts of a language; English for one that isn't known. */
export declare function textsOf(locale: string | null | undefined): ButtonTexts;

/** Why a call wasn't placed, in a sentence. */
export declare function refusalText(
  refused: { code: string; message: string; details?: { code?: number; message?: string } | null },
  texts: ButtonTexts,
): string;
