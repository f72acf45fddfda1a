// One call: what it was, its recording, its notes, its course.

import { useEffect, useState, type ReactNode } from "react";
import { Fault } from "../api.ts";
import { queryOf, type Filter } from "../calls/filter.ts";
import { isLive, lineOf, otherNumber, toneOf } from "../calls/stage.ts";
import { useDesk, useReturn } from "../context.ts";
import { dateAndTime, length, timeWithSeconds } from "../format.ts";
import { CallButton } from "../parts/call-button.tsx";
import { Copied } from "../parts/copied.tsx";
import { Back, Cross } from "../parts/icons.tsx";
import { LineDrawing } from "../parts/line.tsx";
import { Notes } from "../parts/notes.tsx";
import { Player } from "../parts/player.tsx";
import { Empty, Skeleton, Trouble } from "../parts/states.tsx";
import { readable } from "../phone.ts";
import { address } from "../route.ts";
import { useStore } from "../store.ts";
import { shortText, stageText, useTexts } from "../text/index.ts";
import type { CallLog } from "../types.ts";

export function CallDetail({ id, filter }: { id: string; filter: Filter }) {
  const { t } = useTexts();
  const desk = useDesk();
  const heard = useStore(desk.calls).get(id);
  const epoch = useStore(desk.epoch);
  const [fetched, setFetched] = useState<CallLog | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [tries, setTries] = useState(0);

  useEffect(() => {
    const stop = new AbortController();
    setError(null);
    desk.api
      .call(id, stop.signal)
      .then((call) => setFetched(desk.hear(call)))
      .catch((fault: unknown) => {
        if (!stop.signal.aborted) setError(fault);
      });
    return () => stop.abort();
  }, [desk, id, epoch, tries]);

  useReturn(error !== null, () => setTries(tries + 1));

  const call = heard ?? fetched;
  const back = address(["calls"], queryOf(filter));
  const away = (
    <a className="button ghost small detail-back" href={back} data-testid="back">
      <Back /> <span>{t.call.back}</span>
    </a>
  );
  if (!call) {
    const missing = error instanceof Fault && error.status === 404;
    return (
      <div className="detail">
        {away}
        <h1 tabIndex={-1} className="sr-only">
          {t.call.details}
        </h1>
        {missing ? (
          <Empty title={t.call.details} text={t.call.missing} />
        ) : error ? (
          <Trouble error={error} onRetry={() => setTries(tries + 1)} />
        ) : (
          <Skeleton rows={5} height={44} />
        )}
      </div>
    );
  }
  return (
    <article className="detail" data-testid="detail" data-call={call.id} data-stage={call.stage}>
      {away}
      <Whole call={call} back={back} />
    </article>
  );
}

function Whole({ call, back }: { call: CallLog; back: string }) {
  const { t, locale } = useTexts();
  const desk = useDesk();
  const number = otherNumber(call);
  const name = call.contact?.name ?? readable(number);
  const own = call.user?.id === desk.session.user.id;
  const facts: [string, ReactNode][] = [
    [t.call.number, readable(number)],
    [t.call.agent, call.user?.name ?? "—"],
  ];
  if (call.opportunity) facts.push([t.call.opportunity, call.opportunity.title]);
  facts.push([t.call.started, dateAndTime(locale, call.startedAt ?? call.createdAt)]);
  if (call.talkSeconds) facts.push([t.call.talk, length(call.talkSeconds)]);
  if (call.durationSeconds) facts.push([t.call.total, length(call.durationSeconds)]);
  if (call.callSid) {
    facts.push([
      t.call.sid,
      <Copied key="sid" text={call.callSid} />,
    ]);
  }
  return (
    <>
      <header className="detail-head">
        <div className="grow">
          <h1 tabIndex={-1}>
            {call.contact ? <a href={address(["contacts", call.contact.id])}>{name}</a> : name}
          </h1>
          <p className="quiet">
            {call.direction === "inbound" ? t.call.incoming : t.call.outgoing}
            {call.contact?.company ? ` · ${call.contact.company}` : ""}
          </p>
        </div>
        {!isLive(call) && (
          <CallButton
            number={number}
            name={name}
            contactId={call.contact?.id}
            opportunityId={call.opportunity?.id}
            label={t.call.again}
          />
        )}
        <a className="button ghost round detail-close" href={back} aria-label={t.close}>
          <Cross />
        </a>
      </header>
      <div className="detail-line" data-tone={toneOf(call)}>
        <LineDrawing line={lineOf(call)} agent={call.user?.name ?? t.calls.agent} other={call.contact?.name ?? "#"} />
        <p className="outcome" data-tone={toneOf(call)} data-testid="detail-stage">
          {own ? stageText(t, call) : shortText(t, call)}
        </p>
      </div>
      {call.error && (
        <div className="fault boxed" data-testid="platform-error">
          <b>
            {t.call.error}
            {call.error.code ? ` · ${t.call.code(call.error.code)}` : ""}
          </b>
          <p>{call.error.message}</p>
        </div>
      )}
      <section className="detail-part">
        <h2>{t.player.title}</h2>
        <Player call={call} />
      </section>
      <section className="detail-part">
        <Notes call={call} />
      </section>
      <section className="detail-part">
        <h2>{t.call.details}</h2>
        <dl className="facts">
          {facts.map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
      <Course call={call} />
    </>
  );
}

/** The moments of the call, in their order. */
function Course({ call }: { call: CallLog }) {
  const { t, locale } = useTexts();
  const moments: [string, string | null][] = [
    [t.call.started, call.startedAt ?? call.createdAt],
    [t.call.answered, call.direction === "inbound" ? null : call.answeredAt],
    [t.call.connected, call.connectedAt],
    [t.call.ended, call.endedAt],
  ];
  return (
    <section className="detail-part">
      <h2>{t.call.course}</h2>
      <ol className="course">
        {moments.map(
          ([label, at]) =>
            at && (
              <li key={label}>
                <span>{label}</span>
                <time dateTime={at}>{timeWithSeconds(locale, at)}</time>
              </li>
            ),
        )}
      </ol>
    </section>
  );
}
