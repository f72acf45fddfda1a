/** What the platform said when it refused a call. */
export interface Details {
  code?: number;
  message?: string;
  moreInfo?: string;
}

/** A call to ask for. */
export interface CallRequest {
  /** The contact's number, in E.164. */
  to: string;
  contactId?: string | undefined;
  opportunityId?: string | undefined;
  /** Where the CRM takes calls; `/twilio-call` of the page's own host without it. */
  endpoint?: string | undefined;
  /** The signed-in user's token, or what tells it at the moment of the click. */
  token?: string | null | (() => string | null | undefined | Promise<string | null | undefined>) | undefined;
  /** Two requests with the same key are the same call. */
  key?: string | undefined;
  signal?: AbortSignal | undefined;
  fetch?: typeof fetch | undefined;
}

/** A call that was asked for. */
export interface PlacedCall {
  callSid: string;
  status: string;
  callLogId: string;
}

/** A call that wasn't placed. */
export declare class CallRefused extends Error {
  constructor(
    code: string,
    message: string,
    more?: { status?: number | undefined; retryAfter?: number | undefined; details?: Details | undefined },
  );
  /** The CRM's word for why, or `offline` if no answer came. */
  code: string;
  /** The answer's HTTP status; 0 if none came. */
  status: number;
  /** Seconds to wait, if the CRM said so. */
  retryAfter: number | null;
  details: Details | null;
}

/** Places a call: the agent's phone rings first, then the contact's. */
export declare function placeCall(request: CallRequest): Promise<PlacedCall>;

/** One button's clicks: a double click is one call, and so is a click after a lost answer. */
export declare class Clicks {
  key: string | null;
  what: string;
  going: Promise<PlacedCall> | null;
  place(request: CallRequest): Promise<PlacedCall>;
}
