// Asks the CRM's server. Every refusal becomes a `Fault` with the server's word for it.

import type {
  CallLog,
  Contact,
  Integration,
  IntegrationForm,
  IntegrationTest,
  Locale,
  Me,
  Person,
  Session,
} from "./types.ts";

export class Fault extends Error {
  readonly code: string;
  readonly status: number;
  readonly retryAfter: number;

  constructor(code: string, message: string, status = 0, retryAfter = 0) {
    super(message);
    this.name = "Fault";
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** A call as the live stream and the lists give it. */
export interface CallPage {
  calls: CallLog[];
  next: string | null;
}

export interface ContactPage {
  contacts: Contact[];
  next: string | null;
}

export class Api {
  private readonly token: string | null;
  private readonly onUnauthorized: () => void;

  constructor(token: string | null, onUnauthorized: () => void) {
    this.token = token;
    this.onUnauthorized = onUnauthorized;
  }

  signIn(email: string, password: string): Promise<Session> {
    return this.json("POST", "auth/sign-in", { email, password });
  }

  changeOrganization(organizationId: string): Promise<Session> {
    return this.json("POST", "auth/organization", { organizationId });
  }

  me(): Promise<Me> {
    return this.json("GET", "api/me");
  }

  setLocale(locale: Locale): Promise<Me> {
    return this.json("PATCH", "api/me", { locale });
  }

  contacts(query: URLSearchParams, signal?: AbortSignal): Promise<ContactPage> {
    return this.json("GET", `api/contacts?${query}`, undefined, signal);
  }

  contact(id: string, signal?: AbortSignal): Promise<Contact> {
    return this.json("GET", `api/contacts/${encodeURIComponent(id)}`, undefined, signal);
  }

  addContact(contact: { name: string; phone: string; company?: string; email?: string }): Promise<Contact> {
    return this.json("POST", "api/contacts", contact);
  }

  users(): Promise<{ users: Person[] }> {
    return this.json("GET", "api/users");
  }

  calls(query: URLSearchParams, signal?: AbortSignal): Promise<CallPage> {
    return this.json("GET", `api/calls?${query}`, undefined, signal);
  }

  call(id: string, signal?: AbortSignal): Promise<CallLog> {
    return this.json("GET", `api/calls/${encodeURIComponent(id)}`, undefined, signal);
  }

  saveNotes(id: string, notes: string): Promise<CallLog> {
    return this.json("PATCH", `api/calls/${encodeURIComponent(id)}`, { notes });
  }

  hangUp(id: string): Promise<CallLog> {
    return this.json("POST", `api/calls/${encodeURIComponent(id)}/hang-up`);
  }

  integration(signal?: AbortSignal): Promise<Integration> {
    return this.json("GET", "api/integration", undefined, signal);
  }

  saveIntegration(form: IntegrationForm): Promise<Integration> {
    return this.json("PUT", "api/integration", form);
  }

  testIntegration(form?: IntegrationForm): Promise<IntegrationTest> {
    return this.json("POST", "api/integration/test", form);
  }

  /** The stream of what changes. */
  events(lastId: string, signal: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = { ...this.headers(), Accept: "text/event-stream" };
    if (lastId) headers["Last-Event-ID"] = lastId;
    return fetch("api/events", { headers, signal, cache: "no-store" });
  }

  /** A recording, whole. */
  async recording(url: string, signal?: AbortSignal): Promise<Blob> {
    const answer = await this.ask("GET", url.replace(/^\//, ""), undefined, signal);
    return answer.blob();
  }

  private headers(): Record<string, string> {
    return this.token ? { Authorization: `Bearer ${this.token}` } : {};
  }

  private async json<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    const answer = await this.ask(method, path, body, signal);
    return (await answer.json()) as T;
  }

  private async ask(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
    const request: RequestInit = { method, headers: this.headers(), signal: signal ?? null };
    if (body !== undefined) {
      request.headers = { ...this.headers(), "Content-Type": "application/json" };
      request.body = JSON.stringify(body);
    }
    let answer: Response;
    try {
      answer = await fetch(path, request);
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Fault("offline", String(error));
    }
    if (answer.ok) return answer;
    const refusal = (await answer.json().catch(() => ({}))) as { error?: string; code?: string };
    if (answer.status === 401 && this.token) this.onUnauthorized();
    throw new Fault(
      refusal.code ?? (answer.status === 404 ? "not-found" : "internal"),
      refusal.error ?? `HTTP ${answer.status}`,
      answer.status,
      Number(answer.headers.get("Retry-After")) || 0,
    );
  }
}

/** A fault in the page's language; the server's own sentence where the page has none. */
export function faultText(faults: Record<string, string>, error: unknown): string {
  if (error instanceof Fault) return faults[error.code] ?? error.message;
  return faults.internal ?? String(error);
}
