// `<click-to-call number="+5511999990001">`: the button for pages without a framework.
//
// Attributes: number, contact-id, opportunity-id, endpoint, locale, name, label, disabled.
// Property:   token, a text or a function that tells it at the moment of the click; without one
//             the element asks `ClickToCallElement.token`, which the page sets once for all.
// Events:     call-placed (detail: callSid, status, callLogId), call-refused (detail: the refusal);
//             `call-asked` comes before, and `preventDefault()` on it stops the call.
// State:      the attribute `state` is idle, calling or error.
// Looks:      parts `button`, `icon`, `label`, `hint`; custom properties --click-to-call-…

import { CallRefused, Clicks } from "./call.js";
import { readable } from "./phone.js";
import { refusalText, textsOf } from "./texts.js";

export { CallRefused, placeCall } from "./call.js";

const STYLE = `
  :host {
    display: inline-flex; flex-direction: column; align-items: flex-start; gap: 4px;
    font: inherit; font-size: 14px; vertical-align: middle;
    --_ink: var(--click-to-call-ink, #0b5a41);
    --_back: var(--click-to-call-back, #e4f2ec);
    --_edge: var(--click-to-call-edge, #b7d9cb);
    --_focus: var(--click-to-call-focus, #0b5a41);
    --_danger: var(--click-to-call-danger, #a3211a);
    --_radius: var(--click-to-call-radius, 999px);
  }
  @media (prefers-color-scheme: dark) {
    :host {
      --_ink: var(--click-to-call-ink, #8fe0bf);
      --_back: var(--click-to-call-back, #17352b);
      --_edge: var(--click-to-call-edge, #2c5a49);
      --_focus: var(--click-to-call-focus, #8fe0bf);
      --_danger: var(--click-to-call-danger, #ff9d95);
    }
  }
  :host([hidden]) { display: none; }
  button {
    display: inline-flex; align-items: center; gap: 8px; min-height: 34px; padding: 0 14px;
    font: inherit; font-variant-numeric: tabular-nums; color: var(--_ink);
    background: var(--_back); border: 1px solid var(--_edge); border-radius: var(--_radius);
    cursor: pointer; white-space: nowrap;
  }
  button:hover { border-color: currentColor; }
  button:focus-visible { outline: 2px solid var(--_focus); outline-offset: 2px; }
  button:disabled { opacity: .55; cursor: not-allowed; }
  :host([state="calling"]) button { cursor: progress; }
  :host([state="error"]) button { color: var(--_danger); border-color: currentColor; background: none; }
  svg { width: 15px; height: 15px; flex: none; }
  :host([state="calling"]) svg { animation: ring 1s ease-in-out infinite; transform-origin: 50% 50%; }
  @keyframes ring { 0%, 60%, 100% { rotate: 0deg } 15% { rotate: -14deg } 35% { rotate: 14deg } }
  @media (prefers-reduced-motion: reduce) { svg { animation: none !important } }
  .hint { color: var(--_danger); font-size: 12px; max-width: 34ch; line-height: 1.35; }
  .hint:empty { display: none; }
`;

const SHAPE = `
  <button type="button" part="button">
    <svg part="icon" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5"
      stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path
      d="M3.2 2.6 5.3 2l1.6 3.3-1.5 1.3c.8 1.7 2.1 3 3.9 3.9l1.4-1.5L14 10.7l-.6 2.1c-.2.7-.8 1.2-1.5 1.2C6.9 13.7 2.3 9.1 2 4.1c0-.7.5-1.3 1.2-1.5Z"/></svg>
    <span part="label"></span>
  </button>
  <span part="hint" class="hint" role="status"></span>
`;

export class ClickToCallElement extends HTMLElement {
  static observedAttributes = [
    "number", "contact-id", "opportunity-id", "locale", "lang", "name", "label", "disabled",
  ];

  /** Where every element without a token of its own gets one. @type {import("./element.js").Token} */
  static token = null;

  /** This element's own. @type {import("./element.js").Token} */
  token = null;

  #clicks = new Clicks();
  /** @type {HTMLButtonElement} */
  #button;
  /** @type {HTMLElement} */
  #label;
  /** @type {HTMLElement} */
  #hint;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open", delegatesFocus: true });
    const style = document.createElement("style");
    style.textContent = STYLE;
    const shape = document.createElement("template");
    shape.innerHTML = SHAPE;
    root.append(style, shape.content);
    this.#button = /** @type {HTMLButtonElement} */ (root.querySelector("button"));
    this.#label = /** @type {HTMLElement} */ (root.querySelector("[part=label]"));
    this.#hint = /** @type {HTMLElement} */ (root.querySelector("[part=hint]"));
    this.#button.addEventListener("click", () => void this.call());
  }

  connectedCallback() {
    if (!this.hasAttribute("state")) this.setAttribute("state", "idle");
    this.#show();
  }

  /** @param {string} name */
  attributeChangedCallback(name) {
    // Another number is another button: what was said of the last one is no longer true.
    if (["number", "contact-id", "opportunity-id"].includes(name) && this.state === "error") {
      this.setAttribute("state", "idle");
      this.#hint.textContent = "";
    }
    this.#show();
  }

  /** `idle`, `calling` or `error`. @returns {import("./element.js").ButtonState} */
  get state() {
    const state = this.getAttribute("state");
    return state === "calling" || state === "error" ? state : "idle";
  }

  get number() {
    return this.getAttribute("number") ?? "";
  }

  set number(number) {
    this.setAttribute("number", number);
  }

  /** Calls, as a click does. What came of it is told by events; this never rejects. */
  async call() {
    const number = this.number;
    if (!number || this.state === "calling" || this.hasAttribute("disabled")) return;
    const request = {
      to: number,
      contactId: this.getAttribute("contact-id") ?? undefined,
      opportunityId: this.getAttribute("opportunity-id") ?? undefined,
      endpoint: this.getAttribute("endpoint") ?? undefined,
    };
    if (!this.#tell("call-asked", request, true)) return;
    this.#turn("calling", "");
    try {
      const placed = await this.#clicks.place({
        ...request,
        token: this.token ?? /** @type {typeof ClickToCallElement} */ (this.constructor).token,
      });
      this.#turn("idle", "");
      this.#tell("call-placed", placed);
    } catch (error) {
      const refused =
        error instanceof CallRefused ? error : new CallRefused("internal", String(error));
      this.#turn("error", refusalText(refused, this.#texts()));
      this.#tell("call-refused", refused);
    }
  }

  #texts() {
    const near = this.closest("[lang]")?.getAttribute("lang");
    return textsOf(this.getAttribute("locale") ?? near ?? navigator.language);
  }

  /**
   * @param {import("./element.js").ButtonState} state
   * @param {string} hint
   */
  #turn(state, hint) {
    this.setAttribute("state", state);
    this.#hint.textContent = hint;
    this.#show();
  }

  #show() {
    const texts = this.#texts();
    const calling = this.state === "calling";
    const number = this.number;
    const label = this.getAttribute("label") ?? (number ? readable(number) : texts.noNumber);
    const name = this.getAttribute("name");
    this.#label.textContent = calling ? texts.calling : label;
    this.#button.disabled = !number || this.hasAttribute("disabled");
    // Not `disabled` while it calls: that would throw the focus away.
    if (calling) this.#button.setAttribute("aria-disabled", "true");
    else this.#button.removeAttribute("aria-disabled");
    const whom = name ? `${name}, ${label}` : label;
    if (number) {
      const said = calling ? `${texts.calling} ${name ?? label}` : texts.call(whom);
      this.#button.setAttribute("aria-label", said);
    } else {
      this.#button.removeAttribute("aria-label");
    }
  }

  /**
   * @param {string} name
   * @param {unknown} detail
   * @param {boolean} [cancelable]
   */
  #tell(name, detail, cancelable = false) {
    return this.dispatchEvent(
      new CustomEvent(name, { detail, cancelable, bubbles: true, composed: true }),
    );
  }
}

if (!customElements.get("click-to-call")) {
  customElements.define("click-to-call", ClickToCallElement);
}
