// Everybody who can be called.

import { useCallback, useEffect, useRef, useState } from "react";
import { useDesk, useRested, useReturn } from "../context.ts";
import { day, time } from "../format.ts";
import { CallButton } from "../parts/call-button.tsx";
import { Plus, Search } from "../parts/icons.tsx";
import { NARROW, useMedia } from "../parts/media.ts";
import { Avatar, Empty, Skeleton, Trouble } from "../parts/states.tsx";
import { VirtualTable } from "../parts/virtual.tsx";
import { address, replace } from "../route.ts";
import { useStore } from "../store.ts";
import { useTexts } from "../text/index.ts";
import type { Contact } from "../types.ts";
import { NewContact } from "./new-contact.tsx";

interface People {
  rows: Contact[];
  next: string | null;
}

const keyOf = (contact: Contact) => contact.id;

export function ContactsScreen({ query }: { query: URLSearchParams }) {
  const { t } = useTexts();
  const desk = useDesk();
  const narrow = useMedia(NARROW);
  const epoch = useStore(desk.epoch);
  const [search, setSearch] = useState(query.get("search") ?? "");
  const wanted = useRested(search.trim(), 200);
  const [people, setPeople] = useState<People | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [tries, setTries] = useState(0);
  const [adding, setAdding] = useState(false);
  const loading = useRef(false);

  useEffect(() => {
    const stop = new AbortController();
    setError(null);
    loading.current = true;
    const question = new URLSearchParams({ limit: "100" });
    if (wanted) question.set("search", wanted);
    replace(["contacts"], wanted ? new URLSearchParams({ search: wanted }) : undefined);
    desk.api
      .contacts(question, stop.signal)
      .then((answer) => {
        loading.current = false;
        setPeople({ rows: answer.contacts, next: answer.next });
      })
      .catch((fault: unknown) => {
        loading.current = false;
        if (stop.signal.aborted) return;
        setPeople(null);
        setError(fault);
      });
    return () => stop.abort();
  }, [desk, wanted, epoch, tries]);

  // Who is called has just been called.
  useEffect(
    () =>
      desk.listen((call) => {
        const id = call.contact?.id;
        if (!id) return;
        setPeople((now) => {
          const at = now?.rows.findIndex((row) => row.id === id) ?? -1;
          const row = now?.rows[at];
          if (!now || !row || (row.lastCallAt ?? "") >= call.createdAt) return now;
          return { ...now, rows: now.rows.with(at, { ...row, lastCallAt: call.createdAt }) };
        });
      }),
    [desk],
  );

  useReturn(error !== null, () => setTries(tries + 1));

  const next = people?.next ?? null;
  const loadMore = useCallback(() => {
    if (!next || loading.current) return;
    loading.current = true;
    const question = new URLSearchParams({ limit: "100", cursor: next });
    if (wanted) question.set("search", wanted);
    desk.api
      .contacts(question)
      .then((answer) =>
        setPeople((now) =>
          now && now.next === next ? { rows: [...now.rows, ...answer.contacts], next: answer.next } : now,
        ),
      )
      .catch(setError)
      .finally(() => {
        loading.current = false;
      });
  }, [desk, next, wanted]);

  const render = useCallback((contact: Contact) => <Row contact={contact} />, []);
  const height = narrow ? 64 : 54;
  return (
    <div className="contacts">
      <div className="top">
        <h1 tabIndex={-1}>{t.contacts.title}</h1>
        {people && people.rows.length > 0 && (
          <span className="quiet">{t.contacts.count(people.rows.length, people.next !== null)}</span>
        )}
        <span className="grow" />
        <button type="button" className="button" onClick={() => setAdding(true)} data-testid="add-contact">
          <Plus /> <span>{t.contacts.add}</span>
        </button>
      </div>
      <div className="filters" role="search">
        <label className="search">
          <Search />
          <span className="sr-only">{t.contacts.search}</span>
          <input
            type="search"
            value={search}
            placeholder={t.contacts.search}
            onChange={(event) => setSearch(event.currentTarget.value)}
            data-testid="contact-search"
          />
        </label>
      </div>
      {error && !people ? (
        <Trouble error={error} onRetry={() => setTries(tries + 1)} />
      ) : !people ? (
        <Skeleton rows={10} height={height} />
      ) : people.rows.length === 0 ? (
        wanted ? (
          <Empty title={t.contacts.noneTitle} text={t.contacts.noneText(wanted)}>
            <button type="button" className="button" onClick={() => setSearch("")}>
              {t.contacts.clear}
            </button>
          </Empty>
        ) : (
          <Empty title={t.contacts.emptyTitle} text={t.contacts.emptyText}>
            <button type="button" className="button primary" onClick={() => setAdding(true)}>
              <Plus /> {t.contacts.add}
            </button>
          </Empty>
        )
      ) : (
        <VirtualTable
          className="contacts-table"
          rows={people.rows}
          keyOf={keyOf}
          rowHeight={height}
          label={t.contacts.title}
          more={people.next !== null && !error}
          onNearEnd={loadMore}
          head={
            <>
              <span role="columnheader" className="p-name">
                {t.contacts.name}
              </span>
              <span role="columnheader" className="p-about">
                {t.contacts.opportunities}
              </span>
              <span role="columnheader" className="p-last">
                {t.contacts.lastCall}
              </span>
              <span role="columnheader" className="p-call">
                {t.contacts.call}
              </span>
            </>
          }
          render={render}
          foot={error ? <Trouble error={error} onRetry={loadMore} /> : null}
        />
      )}
      {adding && (
        <NewContact
          onClose={() => setAdding(false)}
          onAdded={() => {
            setAdding(false);
            setTries(tries + 1);
          }}
        />
      )}
    </div>
  );
}

function Row({ contact }: { contact: Contact }) {
  const { t, locale } = useTexts();
  const [first, ...others] = contact.opportunities;
  return (
    <>
      <span role="cell" className="p-name">
        <Avatar name={contact.name} />
        <span className="two">
          <a className="row-link" href={address(["contacts", contact.id])} data-testid="contact-row">
            {contact.name}
          </a>
          <small>{contact.company ?? contact.email ?? ""}</small>
        </span>
      </span>
      <span role="cell" className="p-about">
        {first && (
          <span className="about">
            {first.title}
            {others.length > 0 && <small> +{others.length}</small>}
          </span>
        )}
      </span>
      <span role="cell" className="p-last">
        {contact.lastCallAt ? (
          <>
            {day(locale, contact.lastCallAt, Date.now(), t)} <small>{time(locale, contact.lastCallAt)}</small>
          </>
        ) : (
          <span className="quiet">{t.contacts.never}</span>
        )}
      </span>
      <span role="cell" className="p-call">
        <CallButton number={contact.phone} name={contact.name} contactId={contact.id} />
      </span>
    </>
  );
}
