import type { ReactElement, ReactNode } from "react";
import type { CallRefused, CallRequest, PlacedCall } from "./call.js";

export { CallRefused } from "./call.js";

export type ButtonState = "idle" | "calling" | "error";

export interface ClickToCallProps {
  /** The contact's number, in E.164; without one the button is disabled. */
  number: string | null | undefined;
  contactId?: string;
  opportunityId?: string;
  /** Where the CRM takes calls; `/twilio-call` of the page's own host without it. */
  endpoint?: string;
  /** The signed-in user's token, or what tells it at the moment of the click. */
  token?: CallRequest["token"];
  /** Whom it calls, for screen readers. */
  name?: string;
  /** What it shows while idle; the number as people read it without one. */
  label?: string;
  /** `pt-BR` or `en`. */
  locale?: string;
  className?: string;
  disabled?: boolean;
  /** Whether a refusal is written beside the button; it is unless `false`. */
  showError?: boolean;
  testId?: string;
  icon?: (state: ButtonState) => ReactNode;
  /** In place of the label, in every state. */
  children?: ReactNode;
  onPlaced?: (call: PlacedCall) => void;
  onRefused?: (refused: CallRefused) => void;
  fetch?: typeof fetch;
}

/** A button that calls a number: the agent's phone first, then the contact's. */
export declare function ClickToCall(props: ClickToCallProps): ReactElement;
