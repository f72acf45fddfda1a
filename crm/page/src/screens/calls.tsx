// The history of calls: filters, the list, and beside it the call that is open.

import { memo, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { filterFrom, isEmpty, queryOf, type Filter } from "../calls/filter.ts";
import { useCallList } from "../calls/pages.ts";
import { isLive, lineOf, OUTCOMES, otherNumber, toneOf } from "../calls/stage.ts";
import { useDesk, useRested, useSeconds } from "../context.ts";
import { clock, dateAndTime, day, time } from "../format.ts";
import { In, Out, Search, Sliders, Wave } from "../parts/icons.tsx";
import { LineGlyph } from "../parts/line.tsx";
import { NARROW, useMedia } from "../parts/media.ts";
import { Empty, Skeleton, Trouble } from "../parts/states.tsx";
import { VirtualTable } from "../parts/virtual.tsx";
import { readable } from "../phone.ts";
import { address, replace } from "../route.ts";
import { shortText, useTexts } from "../text/index.ts";
import type { CallLog, Person } from "../types.ts";
import { CallDetail } from "./call.tsx";

const WIDE = "(min-width: 1180px)";

export function CallsScreen({ id, query }: { id: string | null; query: URLSearchParams }) {
  const { t } = useTexts();
  const wide = useMedia(WIDE);
  const text = query.toString();
  const filter = useMemo(() => filterFrom(new URLSearchParams(text)), [text]);
  // On a narrow screen the open call takes the list's place; the list stays, so that going back
  // finds it as it was left.
  const covered = id !== null && !wide;
  return (
    <div className="calls" data-open={id !== null}>
      <div className="calls-list" hidden={covered}>
        <div className="top">
          <h1 tabIndex={-1}>{t.calls.title}</h1>
        </div>
        <Filters filter={filter} id={id} />
        <List filter={filter} open={id} />
      </div>
      {id && (
        <section className="calls-detail" aria-label={t.call.details}>
          <CallDetail key={id} id={id} filter={filter} />
        </section>
      )}
    </div>
  );
}

function Filters({ filter, id }: { filter: Filter; id: string | null }) {
  const { t } = useTexts();
  const desk = useDesk();
  const [people, setPeople] = useState<Person[]>([]);
  const [contact, setContact] = useState<string | null>(null);
  const [search, setSearch] = useState(filter.search ?? "");
  const [open, setOpen] = useState(false);
  const rested = useRested(search, 250);
  const path = id ? ["calls", id] : ["calls"];

  useEffect(() => {
    desk.api
      .users()
      .then((answer) => setPeople(answer.users))
      .catch(() => setPeople([]));
  }, [desk]);
  const contactId = filter.contactId;
  useEffect(() => {
    setContact(null);
    if (!contactId) return;
    desk.api
      .contact(contactId)
      .then((found) => setContact(found.name))
      .catch(() => setContact(t.unknown));
  }, [desk, contactId, t]);

  const set = (change: Partial<Record<keyof Filter, string | undefined>>) => {
    const next: Record<string, unknown> = { ...filter, ...change };
    for (const key of Object.keys(next)) if (!next[key]) delete next[key];
    replace(path, queryOf(next as Filter));
  };
  // The address changed from elsewhere: a link, or "clear".
  const told = useRef(filter.search ?? "");
  useEffect(() => {
    const said = filter.search ?? "";
    if (said !== told.current) {
      told.current = said;
      setSearch(said);
    }
  }, [filter.search]);
  useEffect(() => {
    if (rested === told.current) return;
    told.current = rested;
    set({ search: rested });
  });

  const set_count = queryOf({ ...filter, search: "" }).size;
  return (
    <div className="filters" role="search" aria-label={t.calls.filters}>
      <div className="filters-first">
        <label className="search">
          <Search />
          <span className="sr-only">{t.calls.search}</span>
          <input
            type="search"
            value={search}
            placeholder={t.calls.search}
            onChange={(event) => setSearch(event.currentTarget.value)}
            data-testid="filter-search"
          />
        </label>
        <button
          type="button"
          className="button filters-toggle"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <Sliders /> {t.calls.filters}
          {set_count > 0 && <span className="count">{set_count}</span>}
        </button>
      </div>
      <div className="filters-rest" data-open={open}>
        <Choice
          label={t.calls.direction}
          name="direction"
          value={filter.direction ?? ""}
          choices={[
            ["outbound", t.calls.outbound],
            ["inbound", t.calls.inbound],
          ]}
          onChoose={(direction) => set({ direction })}
        />
        <Choice
          label={t.calls.outcome}
          name="outcome"
          value={filter.outcome ?? ""}
          choices={OUTCOMES.map((outcome) => [outcome, t.dock.outcomes[outcome]])}
          onChoose={(outcome) => set({ outcome })}
        />
        <Choice
          label={t.calls.person}
          name="person"
          value={filter.userId ?? ""}
          choices={people.map((person) => [person.id, person.name])}
          onChoose={(userId) => set({ userId })}
        />
        <label className="choice" data-set={Boolean(filter.from)}>
          <span>{t.calls.from}</span>
          <input
            type="date"
            value={filter.from ?? ""}
            max={filter.to}
            onChange={(event) => set({ from: event.currentTarget.value })}
            data-testid="filter-from"
          />
        </label>
        <label className="choice" data-set={Boolean(filter.to)}>
          <span>{t.calls.to}</span>
          <input
            type="date"
            value={filter.to ?? ""}
            min={filter.from}
            onChange={(event) => set({ to: event.currentTarget.value })}
            data-testid="filter-to"
          />
        </label>
        {contact && (
          <button type="button" className="chip" onClick={() => set({ contactId: undefined })}>
            {t.calls.contact}: {contact} <span aria-hidden="true">×</span>
            <span className="sr-only">{t.close}</span>
          </button>
        )}
        {!isEmpty(filter) && (
          <button
            type="button"
            className="link"
            onClick={() => {
              setSearch("");
              told.current = "";
              replace(path);
            }}
            data-testid="filter-clear"
          >
            {t.calls.clear}
          </button>
        )}
      </div>
    </div>
  );
}

function Choice(props: {
  label: string;
  name: string;
  value: string;
  choices: (readonly [string, string])[];
  onChoose: (value: string) => void;
}) {
  const { t } = useTexts();
  return (
    <label className="choice" data-set={props.value !== ""}>
      <span>{props.label}</span>
      <select
        value={props.value}
        onChange={(event) => props.onChoose(event.currentTarget.value)}
        data-testid={`filter-${props.name}`}
      >
        <option value="">{t.all}</option>
        {props.choices.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

const keyOf = (call: CallLog) => call.id;

function List({ filter, open }: { filter: Filter; open: string | null }) {
  const { t } = useTexts();
  const narrow = useMedia(NARROW);
  const { page, error, loadMore, retry } = useCallList(filter);
  const query = useMemo(() => queryOf(filter), [filter]);
  const render = useCallback(
    (call: CallLog, _index: number, tabIndex: 0 | -1) => (
      <Row call={call} query={query} tabIndex={tabIndex} open={call.id === open} />
    ),
    [query, open],
  );
  if (!page) {
    return error ? <Trouble error={error} onRetry={retry} /> : <Skeleton rows={12} height={narrow ? 68 : 46} />;
  }
  if (page.rows.length === 0) {
    return isEmpty(filter) ? (
      <Empty title={t.calls.emptyTitle} text={t.calls.emptyText}>
        <a className="button primary" href={address(["contacts"])}>
          {t.calls.toContacts}
        </a>
      </Empty>
    ) : (
      <Empty title={t.calls.noneTitle} text={t.calls.noneText} />
    );
  }
  return (
    <>
      <p className="sr-only" role="status" data-testid="loaded">
        {t.calls.loaded(page.rows.length)}
      </p>
      <VirtualTable
        className="calls-table"
        rows={page.rows}
        keyOf={keyOf}
        rowHeight={narrow ? 68 : 46}
        label={t.calls.title}
        roving
        more={page.next !== null && !error}
        onNearEnd={loadMore}
        head={
          <>
            <span role="columnheader" className="c-who">
              {t.calls.who}
            </span>
            <span role="columnheader" className="c-line">
              {t.calls.line}
            </span>
            <span role="columnheader" className="c-outcome">
              {t.calls.outcome}
            </span>
            <span role="columnheader" className="c-agent">
              {t.calls.agent}
            </span>
            <span role="columnheader" className="c-length">
              {t.calls.length}
            </span>
            <span role="columnheader" className="c-when">
              {t.calls.when}
            </span>
          </>
        }
        render={render}
        foot={
          error ? (
            <Trouble error={error} onRetry={retry} />
          ) : (
            <p className="quiet">{page.next ? t.calls.more : t.calls.end}</p>
          )
        }
      />
    </>
  );
}

interface RowProps {
  call: CallLog;
  query: URLSearchParams;
  tabIndex: 0 | -1;
  open: boolean;
}

/** Drawn again only when something of it changed: a scroll draws what comes into sight. */
const Row = memo(function Row({ call, query, tabIndex, open }: RowProps) {
  const { t, locale } = useTexts();
  const live = isLive(call);
  const number = readable(otherNumber(call));
  const name = call.contact?.name ?? number;
  const now = Date.now();
  const inbound = call.direction === "inbound";
  return (
    <>
      <span role="cell" className="c-who">
        <span className="way" data-way={call.direction} title={inbound ? t.call.incoming : t.call.outgoing}>
          {inbound ? <In size={14} /> : <Out size={14} />}
        </span>
        <span className="two">
          <a
            className="row-link"
            href={address(["calls", call.id], query)}
            tabIndex={tabIndex}
            aria-current={open || undefined}
            aria-label={t.calls.open(name, shortText(t, call), dateAndTime(locale, call.createdAt))}
            data-testid="call-row"
            data-call={call.id}
          >
            {name}
          </a>
          <small>
            {call.contact ? (call.contact.company ?? number) : ""}
            {call.contact?.company ? <span className="c-number"> · {number}</span> : null}
          </small>
        </span>
      </span>
      <span role="cell" className="c-line">
        <LineGlyph line={lineOf(call)} />
      </span>
      <span role="cell" className="c-outcome">
        <span className="outcome" data-tone={toneOf(call)}>
          {shortText(t, call)}
        </span>
      </span>
      <span role="cell" className="c-agent">
        {call.user?.name ?? "—"}
      </span>
      <span role="cell" className="c-length">
        {call.recording && (
          <span className="has-sound" title={t.calls.recording}>
            <Wave size={14} />
            <span className="sr-only">{t.calls.recording}</span>
          </span>
        )}
        {live ? <LiveClock call={call} /> : call.talkSeconds ? clock(call.talkSeconds) : "—"}
      </span>
      <span role="cell" className="c-when">
        <span>{day(locale, call.createdAt, now, t)}</span> <b>{time(locale, call.createdAt)}</b>
      </span>
    </>
  );
});

function LiveClock({ call }: { call: CallLog }) {
  const seconds = useSeconds(call.connectedAt ?? call.createdAt, true);
  return <span className="live-clock">{call.stage === "live" ? clock(seconds) : "…"}</span>;
}
