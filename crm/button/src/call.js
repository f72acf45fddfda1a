// Asks the CRM for a call: one request, its answer or its refusal. Both buttons use it, and so can
// a program that wants a button of its own.

/** A call that wasn't placed. `code` is the CRM's word for why, or `offline`. */
export class CallRefused extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {{status?: number, retryAfter?: number | undefined, details?: import("./call.js").Details | undefined}} [more]
   */
  constructor(code, message, more = {}) {
    super(message);
    this.name = "CallRefused";
    this.code = code;
    this.status = more.status ?? 0;
    this.retryAfter = more.retryAfter ?? null;
    this.details = more.details ?? null;
  }
}

/**
 * Places a call: the agent's phone rings first, then the contact's.
 *
 * @param {import("./call.js").CallRequest} request
 * @returns {Promise<import("./call.js").PlacedCall>}
 */
export async function placeCall(request) {
  const { to, contactId, opportunityId, token, key, signal } = request;
  if (!to) throw new CallRefused("number-required", "There is no number to call.");
  const ask = request.fetch ?? globalThis.fetch.bind(globalThis);
  /** @type {Record<string, string>} */
  const headers = { "Content-Type": "application/json" };
  let answer;
  try {
    const bearer = typeof token === "function" ? await token() : token;
    if (bearer) headers.Authorization = `Bearer ${bearer}`;
    if (key) headers["Idempotency-Key"] = key;
    answer = await ask(request.endpoint ?? "/twilio-call", {
      method: "POST",
      headers,
      body: JSON.stringify({ to, contactId, opportunityId }),
      signal: signal ?? null,
    });
  } catch (error) {
    // Whether the call was asked for is not known: the same key may be sent again.
    throw new CallRefused("offline", error instanceof Error ? error.message : String(error));
  }
  const body = await answer.json().catch(() => ({}));
  if (answer.ok && body.success) {
    return { callSid: body.callSid, status: body.status, callLogId: body.callLogId };
  }
  const wait = Number(answer.headers.get("Retry-After"));
  throw new CallRefused(body.code ?? "internal", body.error ?? `HTTP ${answer.status}`, {
    status: answer.status,
    retryAfter: Number.isFinite(wait) && wait > 0 ? wait : undefined,
    details: body.details,
  });
}

/**
 * One button's clicks. While one is under way, a second is the same call; when the answer was
 * lost, the next click sends the same key, so that no second call comes of it.
 */
export class Clicks {
  constructor() {
    /** @type {string | null} */
    this.key = null;
    /** @type {string} */
    this.what = "";
    /** @type {Promise<import("./call.js").PlacedCall> | null} */
    this.going = null;
  }

  /**
   * @param {import("./call.js").CallRequest} request
   * @returns {Promise<import("./call.js").PlacedCall>}
   */
  place(request) {
    if (this.going) return this.going;
    const what = [request.to, request.contactId, request.opportunityId].join(" ");
    if (what !== this.what) this.key = null;
    this.what = what;
    this.key ??= crypto.randomUUID?.() ?? fallbackKey();
    this.going = placeCall({ ...request, key: this.key }).then(
      (placed) => {
        this.key = null;
        this.going = null;
        return placed;
      },
      (error) => {
        if (!(error instanceof CallRefused && error.code === "offline")) this.key = null;
        this.going = null;
        throw error;
      },
    );
    return this.going;
  }
}

// Pages that aren't served over TLS have no `randomUUID`.
function fallbackKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
