// What the buttons say, in the languages of the CRM.

/** @type {Record<import("./texts.js").Locale, import("./texts.js").ButtonTexts>} */
const TEXTS = {
  en: {
    call: (whom) => `Call ${whom}`,
    calling: "Calling…",
    placed: "Your phone rings in a moment. Pick it up.",
    retry: "Try again",
    noNumber: "No number",
    refusals: {
      "number-required": "There is no number to call.",
      "invalid-number": "This number is not valid. Check its country and area code.",
      "not-configured": "Telephony isn’t set up yet. Ask an administrator to connect it.",
      unauthorized: "You are signed out. Sign in and call again.",
      "user-not-found": "Your user no longer exists in this organization.",
      "contact-not-found": "This contact no longer exists.",
      "opportunity-not-found": "This opportunity no longer exists.",
      "line-busy": "You already have a call on the line.",
      "too-many-calls": "Too many calls in a short time. Wait a moment.",
      "call-refused": "The voice platform refused the call.",
      offline: "The CRM can’t be reached. Nothing was called twice; try again.",
      internal: "Something went wrong in the CRM. Try again.",
    },
  },
  "pt-BR": {
    call: (whom) => `Ligar para ${whom}`,
    calling: "Ligando…",
    placed: "Seu telefone toca em instantes. Atenda.",
    retry: "Tentar de novo",
    noNumber: "Sem número",
    refusals: {
      "number-required": "Não há número para ligar.",
      "invalid-number": "Este número não é válido. Confira o país e o DDD.",
      "not-configured": "A telefonia ainda não foi configurada. Peça a um administrador.",
      unauthorized: "Sua sessão terminou. Entre e ligue de novo.",
      "user-not-found": "Seu usuário não existe mais nesta organização.",
      "contact-not-found": "Este contato não existe mais.",
      "opportunity-not-found": "Esta oportunidade não existe mais.",
      "line-busy": "Você já tem uma chamada em curso.",
      "too-many-calls": "Chamadas demais em pouco tempo. Aguarde um instante.",
      "call-refused": "A plataforma de voz recusou a chamada.",
      offline: "O CRM não responde. Nada foi chamado duas vezes; tente de novo.",
      internal: "Algo deu errado no CRM. Tente de novo.",
    },
  },
};

/**
 * The texts of a language; English for one that isn't known.
 *
 * @param {string | null | undefined} locale
 * @returns {import("./texts.js").ButtonTexts}
 */
export function textsOf(locale) {
  return /^pt/i.test(locale ?? "") ? TEXTS["pt-BR"] : TEXTS.en;
}

/**
 * Why a call wasn't placed, in a sentence; with the platform's own words where it gave some.
 *
 * @param {{code: string, message: string, details?: {code?: number, message?: string} | null}} refused
 * @param {import("./texts.js").ButtonTexts} texts
 */
export function refusalText(refused, texts) {
  const said = texts.refusals[refused.code] ?? refused.message;
  const { code, message } = refused.details ?? {};
  if (!message) return said;
  return `${said} ${message}${code ? ` (${code})` : ""}`;
}
