import type { CallRefused, CallRequest, PlacedCall } from "./call.js";

export { CallRefused, placeCall } from "./call.js";
export type { CallRequest, PlacedCall } from "./call.js";

export type ButtonState = "idle" | "calling" | "error";
export type Token = CallRequest["token"];

/** `<click-to-call number="+5511999990001">` */
export declare class ClickToCallElement extends HTMLElement {
  /** Where every element without a token of its own gets one. */
  static token: Token;
  /** This element's own token, or what tells it. */
  token: Token;
  number: string;
  readonly state: ButtonState;
  /** Calls, as a click does; never rejects. */
  call(): Promise<void>;
}

declare global {
  interface HTMLElementTagNameMap {
    "click-to-call": ClickToCallElement;
  }
  interface HTMLElementEventMap {
    "call-asked": CustomEvent<CallRequest>;
    "call-placed": CustomEvent<PlacedCall>;
    "call-refused": CustomEvent<CallRefused>;
  }
}
