// What stands where there is nothing to show yet, nothing at all, or no way to show it.

import type { ReactNode } from "react";
import { faultText } from "../api.ts";
import { useTexts } from "../text/index.ts";
import { Warning } from "./icons.tsx";

export function Empty({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  return (
    <div className="state" data-testid="empty">
      <svg className="state-art" viewBox="0 0 160 44" fill="none" aria-hidden="true">
        <circle className="art-agent" cx="22" cy="22" r="10" />
        <path className="art-leg" d="M38 22h84" strokeDasharray="2 7" />
        <circle className="art-other" cx="138" cy="22" r="10" />
      </svg>
      <h2>{title}</h2>
      <p>{text}</p>
      {children}
    </div>
  );
}

export function Trouble({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTexts();
  return (
    <div className="state trouble" role="alert" data-testid="error">
      <Warning size={22} />
      <p>{faultText(t.faults, error)}</p>
      {onRetry && (
        <button type="button" className="button" onClick={onRetry}>
          {t.retry}
        </button>
      )}
    </div>
  );
}

/** Rows to come, in the shape they will have. */
export function Skeleton({ rows, height }: { rows: number; height: number }) {
  const { t } = useTexts();
  return (
    <div className="skeleton" role="status" data-testid="loading">
      <span className="sr-only">{t.loading}</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="skeleton-row" style={{ height }} aria-hidden="true">
          <i style={{ width: 30 }} />
          <i style={{ width: `${22 + ((row * 7) % 17)}%` }} />
          <i style={{ width: `${12 + ((row * 5) % 9)}%` }} />
          <i style={{ width: "9%", marginLeft: "auto" }} />
        </div>
      ))}
    </div>
  );
}

export function Avatar({ name, size = 30 }: { name: string; size?: number }) {
  const words = name.trim().split(/\s+/);
  const short = ((words[0]?.[0] ?? "?") + (words.length > 1 ? (words.at(-1)?.[0] ?? "") : "")).toUpperCase();
  return (
    <span className="avatar" style={{ width: size, height: size, fontSize: size * 0.38 }} aria-hidden="true">
      {short}
    </span>
  );
}
