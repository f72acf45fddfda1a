// Numbers as people read and type them.

import { parsePhoneNumberFromString } from "libphonenumber-js/min";

/** The country that a number without its code is taken to be of. */
const HOME = "BR";

/** A number as it is read: Brazil's in national form, the others with their country's code. */
export function readable(number: string | null | undefined): string {
  if (!number) return "";
  if (number.startsWith("sip:") || number.startsWith("client:")) return number;
  const parsed = parsePhoneNumberFromString(number);
  if (!parsed) return number;
  return parsed.country === HOME ? parsed.formatNational() : parsed.formatInternational();
}

/** What somebody typed, in E.164; null if it can't be a number. */
export function typed(text: string): string | null {
  const parsed = parsePhoneNumberFromString(text, HOME);
  return parsed?.isPossible() ? parsed.number : null;
}
