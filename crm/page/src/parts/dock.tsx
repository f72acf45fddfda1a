// The user's own call, wherever in the page they are: its line, its stage, its clock, and the
// button that ends it. It stays when the call is over, until it is dismissed.

import { useEffect, useRef, useState } from "react";
import { faultText, Fault } from "../api.ts";
import { clockStart, isLive, lineOf, otherNumber, toneOf } from "../calls/stage.ts";
import { useDesk, useSeconds } from "../context.ts";
import { clock } from "../format.ts";
import { readable } from "../phone.ts";
import { address } from "../route.ts";
import { useStore } from "../store.ts";
import { stageText, useTexts } from "../text/index.ts";
import type { CallLog } from "../types.ts";
import { CallButton } from "./call-button.tsx";
import { Cross, PhoneDown } from "./icons.tsx";
import { LineDrawing } from "./line.tsx";

export function Dock() {
  const desk = useDesk();
  const { t } = useTexts();
  const id = useStore(desk.current);
  const calls = useStore(desk.calls);
  const call = id ? calls.get(id) : undefined;
  return (
    <>
      <p className="sr-only" role="status" aria-live="polite" data-testid="stage-spoken">
        {call ? `${nameOf(call)}: ${stageText(t, call)}` : ""}
      </p>
      {call && <Current key={call.id} call={call} />}
    </>
  );
}

function nameOf(call: CallLog): string {
  return call.contact?.name ?? readable(otherNumber(call));
}

function Current({ call }: { call: CallLog }) {
  const desk = useDesk();
  const { t } = useTexts();
  const live = isLive(call);
  const [hangingUp, setHangingUp] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const box = useRef<HTMLElement>(null);
  const hadFocus = useRef(false);

  // The button that had the focus is gone when the call ends: the focus stays in the dock.
  useEffect(() => {
    if (!live && hadFocus.current) box.current?.querySelector<HTMLElement>("a, button")?.focus();
  }, [live]);

  const hangUp = async () => {
    setHangingUp(true);
    setError(null);
    try {
      desk.hear(await desk.api.hangUp(call.id));
    } catch (fault) {
      // It ended by itself in the same moment: that is what was wanted.
      if (!(fault instanceof Fault && fault.code === "ended")) setError(fault);
    } finally {
      setHangingUp(false);
    }
  };

  const number = otherNumber(call);
  return (
    <section
      ref={box}
      className="dock"
      aria-label={t.dock.title}
      data-testid="dock"
      data-stage={call.stage}
      data-outcome={call.outcome ?? ""}
      data-tone={toneOf(call)}
    >
      <div className="dock-who">
        <a href={address(["calls", call.id])} className="dock-name">
          {nameOf(call)}
        </a>
        <span className="dock-number">
          {call.contact ? readable(number) : ""}
          {call.contact?.company ? <span className="dock-company"> · {call.contact.company}</span> : null}
        </span>
      </div>
      <div className="dock-line">
        <LineDrawing line={lineOf(call)} agent={call.user?.name ?? t.you} other={call.contact?.name ?? "#"} />
        <div className="dock-stage">
          <span className="dock-word" data-testid="stage">
            {stageText(t, call)}
          </span>
          <Clock call={call} />
        </div>
        {call.error && !live && (
          <p className="dock-error">
            {call.error.message}
            {call.error.code ? ` (${call.error.code})` : ""}
          </p>
        )}
        {error ? (
          <p className="fault" role="alert">
            {t.dock.hangUpFailed} {faultText(t.faults, error)}
          </p>
        ) : null}
      </div>
      <div className="dock-acts">
        {live ? (
          <button
            type="button"
            className="button danger"
            aria-disabled={hangingUp || undefined}
            onFocus={() => (hadFocus.current = true)}
            onBlur={() => (hadFocus.current = false)}
            onClick={() => {
              if (!hangingUp) void hangUp();
            }}
            data-testid="hang-up"
          >
            <PhoneDown /> {hangingUp ? t.dock.hangingUp : t.dock.hangUp}
          </button>
        ) : (
          <>
            <a className="button" href={address(["calls", call.id])} data-testid="dock-open">
              {t.dock.details}
            </a>
            <CallButton
              number={number}
              name={nameOf(call)}
              contactId={call.contact?.id}
              opportunityId={call.opportunity?.id}
              label={t.dock.again}
            />
            <button
              type="button"
              className="button ghost round"
              aria-label={t.dock.dismiss}
              onClick={() => desk.dismiss()}
              data-testid="dismiss"
            >
              <Cross />
            </button>
          </>
        )}
      </div>
    </section>
  );
}

function Clock({ call }: { call: CallLog }) {
  const live = isLive(call);
  const counted = useSeconds(clockStart(call), live);
  const seconds = live ? counted : (call.talkSeconds ?? 0);
  if (!live && !call.talkSeconds) return null;
  return (
    <span className="dock-clock" role="timer" data-testid="clock">
      {clock(seconds)}
    </span>
  );
}
