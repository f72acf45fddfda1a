// Numbers as people read them, for the element that depends on nothing: Brazil and North America
// in full, other countries in groups after their code. A page with a numbering library of its own
// gives the button a `label` instead.

/**
 * A number in E.164 as it is read; anything else as it came.
 *
 * @param {string} number
 */
export function readable(number) {
  const digits = /^\+(\d{7,15})$/.exec(number.trim())?.[1];
  if (!digits) return number;
  const brazil = /^55(\d\d)(\d{4,5})(\d{4})$/.exec(digits);
  if (brazil) return `(${brazil[1]}) ${brazil[2]}-${brazil[3]}`;
  const america = /^1(\d{3})(\d{3})(\d{4})$/.exec(digits);
  if (america) return `+1 ${america[1]} ${america[2]} ${america[3]}`;
  const code = countryCode(digits);
  const rest = digits.slice(code.length).replace(/(\d{2,3})(?=(\d{3})+$)/g, "$1 ");
  return `+${code} ${rest}`;
}

// ITU-T E.164: codes of one digit are zones 1 and 7; those of two digits are listed; all others
// have three.
const TWO = new Set(
  ("20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 " +
    "65 66 81 82 84 86 90 91 92 93 94 95 98").split(" "),
);

/** @param {string} digits */
function countryCode(digits) {
  if (digits.startsWith("1") || digits.startsWith("7")) return digits.slice(0, 1);
  return TWO.has(digits.slice(0, 2)) ? digits.slice(0, 2) : digits.slice(0, 3);
}
