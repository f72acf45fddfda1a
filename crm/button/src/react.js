// The button as a React component. It has no style of its own: a class and `data-state` to hang
// one on, and three states: idle, calling, error.

import { createElement, useEffect, useId, useRef, useState } from "react";
import { CallRefused, Clicks } from "./call.js";
import { readable } from "./phone.js";
import { refusalText, textsOf } from "./texts.js";

export { CallRefused } from "./call.js";

/** @param {import("./react.js").ClickToCallProps} props */
export function ClickToCall(props) {
  const { number, contactId, opportunityId, endpoint, token, name, children } = props;
  const texts = textsOf(props.locale);
  const label = props.label ?? (number ? readable(number) : texts.noNumber);
  const [state, setState] = useState(/** @type {import("./react.js").ButtonState} */ ("idle"));
  const [trouble, setTrouble] = useState("");
  const clicks = useRef(/** @type {Clicks | null} */ (null));
  const here = useRef(true);
  const id = useId();
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);
  // Another number is another button.
  useEffect(() => {
    setState("idle");
    setTrouble("");
  }, [number, contactId, opportunityId]);

  const click = async () => {
    if (!number || state === "calling" || props.disabled) return;
    setState("calling");
    setTrouble("");
    clicks.current ??= new Clicks();
    try {
      const placed = await clicks.current.place({
        to: number,
        contactId,
        opportunityId,
        endpoint,
        token,
        fetch: props.fetch,
      });
      if (here.current) setState("idle");
      props.onPlaced?.(placed);
    } catch (error) {
      const refused =
        error instanceof CallRefused ? error : new CallRefused("internal", String(error));
      if (here.current) {
        setState("error");
        setTrouble(refusalText(refused, texts));
      }
      props.onRefused?.(refused);
    }
  };

  const hint = props.showError !== false && state === "error" ? trouble : "";
  return createElement(
    "span",
    { className: "click-to-call", "data-state": state },
    createElement(
      "button",
      {
        type: "button",
        className: props.className,
        "data-state": state,
        "data-testid": props.testId ?? "click-to-call",
        // Not `disabled` while it calls: that would throw the focus away.
        "aria-disabled": state === "calling" || undefined,
        disabled: !number || props.disabled || undefined,
        // What is seen is part of what is read out (WCAG 2.5.3).
        "aria-label": !number
          ? undefined
          : state === "calling"
            ? `${texts.calling} ${name ?? label}`
            : texts.call(name ? `${name}, ${label}` : label),
        "aria-describedby": hint ? id : undefined,
        title: hint || undefined,
        onClick: click,
      },
      props.icon?.(state),
      children ?? createElement("span", null, state === "calling" ? texts.calling : label),
    ),
    createElement(
      "span",
      { id, role: "status", className: "click-to-call-hint" },
      state === "calling" ? createElement("span", { className: "sr-only" }, texts.calling) : hint,
    ),
  );
}
