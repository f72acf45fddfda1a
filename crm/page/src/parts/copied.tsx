// A text that machines read, and a button that takes it along.

import { useState } from "react";
import { useTexts } from "../text/index.ts";
import { Check, Copy } from "./icons.tsx";

export function Copied({ text }: { text: string }) {
  const { t } = useTexts();
  const [done, setDone] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setDone(true);
      setTimeout(() => setDone(false), 1500);
    } catch {
      // It can still be selected by hand.
    }
  };
  return (
    <span className="copied">
      <code>{text}</code>
      <button
        type="button"
        className="button ghost tiny"
        onClick={() => void copy()}
        aria-label={`${done ? t.call.copied : t.call.copy}: ${text}`}
      >
        {done ? <Check size={14} /> : <Copy size={14} />}
      </button>
    </span>
  );
}
