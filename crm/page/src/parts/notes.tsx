// The notes of a call: saved by themselves when the typing rests, and at the latest when the
// field is left. What couldn't be saved stays in the field, and says so.

import { useCallback, useEffect, useId, useRef, useState } from "react";
import { faultText } from "../api.ts";
import { useDesk } from "../context.ts";
import { useTexts } from "../text/index.ts";
import type { CallLog } from "../types.ts";

const REST_MS = 700;

type Saving = "clean" | "dirty" | "saving" | "saved" | "failed";

export function Notes({ call }: { call: CallLog }) {
  const { t } = useTexts();
  const desk = useDesk();
  const id = useId();
  const [text, setText] = useState(call.notes ?? "");
  const [state, setState] = useState<Saving>("clean");
  const [error, setError] = useState<unknown>(null);
  // What is typed now and what the server has: timers and farewells read them.
  const typed = useRef(text);
  const kept = useRef(text);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  // A colleague wrote, and nothing of ours is unsaved.
  useEffect(() => {
    const said = call.notes ?? "";
    if (typed.current !== kept.current) return;
    kept.current = said;
    typed.current = said;
    setText(said);
  }, [call.notes]);

  const save = useCallback(async () => {
    clearTimeout(timer.current);
    const wanted = typed.current;
    if (wanted === kept.current) return;
    setState("saving");
    try {
      const answer = await desk.api.saveNotes(call.id, wanted);
      kept.current = wanted;
      setError(null);
      setState(typed.current === wanted ? "saved" : "dirty");
      desk.hear(answer);
    } catch (fault) {
      setError(fault);
      setState("failed");
    }
  }, [desk, call.id]);

  // Another page is opened: what was typed goes along.
  useEffect(() => () => void save(), [save]);
  useEffect(() => {
    const leave = (event: BeforeUnloadEvent) => {
      if (typed.current !== kept.current) event.preventDefault();
    };
    addEventListener("beforeunload", leave);
    return () => removeEventListener("beforeunload", leave);
  }, []);

  return (
    <div className="notes">
      <div className="notes-head">
        <label htmlFor={id}>
          <h2>{t.notes.title}</h2>
        </label>
        <span className="notes-state" role="status" data-state={state} data-testid="notes-state">
          {state === "saving" && t.notes.saving}
          {state === "saved" && t.notes.saved}
          {state === "dirty" && t.notes.unsaved}
        </span>
      </div>
      <textarea
        id={id}
        value={text}
        rows={4}
        placeholder={t.notes.placeholder}
        aria-invalid={state === "failed" || undefined}
        aria-describedby={state === "failed" ? `${id}-error` : undefined}
        data-testid="notes"
        onChange={(event) => {
          typed.current = event.currentTarget.value;
          setText(typed.current);
          setState("dirty");
          clearTimeout(timer.current);
          timer.current = setTimeout(() => void save(), REST_MS);
        }}
        onBlur={() => void save()}
      />
      {state === "failed" && (
        <p className="fault" role="alert" id={`${id}-error`}>
          {t.notes.failed} {faultText(t.faults, error)}{" "}
          <button type="button" className="link" onClick={() => void save()}>
            {t.retry}
          </button>
        </p>
      )}
    </div>
  );
}
