// What the server says: the bodies of the CRM's interface.

export type Locale = "pt-BR" | "en";
export type Role = "owner" | "admin" | "agent";

export interface User {
  id: string;
  name: string;
  email: string;
  locale: Locale;
}

export interface Organization {
  id: string;
  name: string;
  role: Role;
}

export interface Me {
  user: User;
  organization: Organization;
  organizations: Organization[];
}

export interface Session extends Me {
  token: string;
  expiresAt: string;
}

export type Direction = "outbound" | "inbound";

export type Stage =
  | "asking"
  | "agent-calling"
  | "agent-ringing"
  | "agent-connected"
  | "contact-calling"
  | "contact-ringing"
  | "live"
  | "ended";

export type Outcome =
  | "talked"
  | "contact-busy"
  | "contact-no-answer"
  | "contact-failed"
  | "agent-busy"
  | "agent-no-answer"
  | "agent-failed"
  | "canceled"
  | "failed";

export interface Leg {
  callSid: string | null;
  number: string | null;
  status: string | null;
}

export interface CallLog {
  id: string;
  direction: Direction;
  status: string;
  stage: Stage;
  outcome: Outcome | null;
  callSid: string | null;
  parentCallSid: string | null;
  fromNumber: string;
  toNumber: string;
  contact: { id: string; name: string; company: string | null } | null;
  opportunity: { id: string; title: string } | null;
  user: { id: string; name: string } | null;
  agent: Leg | null;
  other: Leg | null;
  startedAt: string | null;
  answeredAt: string | null;
  connectedAt: string | null;
  endedAt: string | null;
  durationSeconds: number | null;
  talkSeconds: number | null;
  recording: { sid: string; durationSeconds: number | null; url: string } | null;
  error: { code: number | null; message: string } | null;
  notes: string | null;
  createdAt: string;
  updatedAt: string;
  revision: number;
}

export interface Opportunity {
  id: string;
  title: string;
  stage: string;
}

export interface Contact {
  id: string;
  name: string;
  company: string | null;
  phone: string | null;
  email: string | null;
  opportunities: Opportunity[];
  lastCallAt: string | null;
}

export interface Integration {
  configured: boolean;
  accountSid: string | null;
  authTokenSet: boolean;
  phoneNumber: string | null;
  agentPhoneNumber: string | null;
  baseUrl: string | null;
  webhooks: { voice: string | null; status: string | null } | null;
}

export interface IntegrationForm {
  accountSid: string;
  authToken?: string;
  phoneNumber: string;
  agentPhoneNumber: string;
  baseUrl?: string;
}

export interface IntegrationTest {
  ok: boolean;
  account: { name: string; status: string } | null;
  numberOwned: boolean | null;
  problem: { code: string | number; message: string } | null;
}

export interface Person {
  id: string;
  name: string;
}
