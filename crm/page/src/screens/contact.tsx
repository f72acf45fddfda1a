// One contact: how to reach them, what it is about, and what was said so far.

import { useEffect, useMemo, useState } from "react";
import { useCallList } from "../calls/pages.ts";
import { lineOf, toneOf } from "../calls/stage.ts";
import { useDesk, useReturn } from "../context.ts";
import { clock, day, time } from "../format.ts";
import { CallButton } from "../parts/call-button.tsx";
import { Back } from "../parts/icons.tsx";
import { LineGlyph } from "../parts/line.tsx";
import { Avatar, Skeleton, Trouble } from "../parts/states.tsx";
import { address } from "../route.ts";
import { shortText, useTexts } from "../text/index.ts";
import type { Contact } from "../types.ts";

export function ContactScreen({ id }: { id: string }) {
  const { t } = useTexts();
  const desk = useDesk();
  const [contact, setContact] = useState<Contact | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    setError(null);
    desk.api
      .contact(id, stop.signal)
      .then(setContact)
      .catch((fault: unknown) => {
        if (!stop.signal.aborted) setError(fault);
      });
    return () => stop.abort();
  }, [desk, id, tries]);

  useReturn(error !== null, () => setTries(tries + 1));

  return (
    <div className="contact">
      <a className="button ghost small" href={address(["contacts"])} data-testid="back">
        <Back /> {t.contacts.back}
      </a>
      {!contact ? (
        <>
          <h1 tabIndex={-1} className="sr-only">
            {t.contacts.title}
          </h1>
          {error ? (
            <Trouble error={error} onRetry={() => setTries(tries + 1)} />
          ) : (
            <Skeleton rows={6} height={48} />
          )}
        </>
      ) : (
        <Whole contact={contact} />
      )}
    </div>
  );
}

function Whole({ contact }: { contact: Contact }) {
  const { t } = useTexts();
  return (
    <>
      <header className="contact-head">
        <Avatar name={contact.name} size={56} />
        <div className="grow">
          <h1 tabIndex={-1}>{contact.name}</h1>
          <p className="quiet">
            {contact.company}
            {contact.company && contact.email ? " · " : ""}
            {contact.email && <a href={`mailto:${contact.email}`}>{contact.email}</a>}
          </p>
        </div>
        <CallButton className="large" number={contact.phone} name={contact.name} contactId={contact.id} />
      </header>
      <div className="contact-parts">
        <section className="card">
          <h2>{t.contacts.opportunities}</h2>
          {contact.opportunities.length === 0 ? (
            <p className="quiet">{t.contacts.noOpportunities}</p>
          ) : (
            <ul className="opportunities">
              {contact.opportunities.map((opportunity) => (
                <li key={opportunity.id}>
                  <span className="two">
                    <b>{opportunity.title}</b>
                    <small>{opportunity.stage}</small>
                  </span>
                  <CallButton
                    number={contact.phone}
                    name={t.contacts.callAbout(opportunity.title)}
                    contactId={contact.id}
                    opportunityId={opportunity.id}
                    label={t.contacts.call}
                  />
                </li>
              ))}
            </ul>
          )}
        </section>
        <History contact={contact} />
      </div>
    </>
  );
}

function History({ contact }: { contact: Contact }) {
  const { t, locale } = useTexts();
  const filter = useMemo(() => ({ contactId: contact.id }), [contact.id]);
  const { page, error, retry } = useCallList(filter, 20);
  return (
    <section className="card">
      <h2>{t.contacts.history}</h2>
      {error && !page ? (
        <Trouble error={error} onRetry={retry} />
      ) : !page ? (
        <Skeleton rows={4} height={40} />
      ) : page.rows.length === 0 ? (
        <p className="quiet">{t.contacts.noHistory}</p>
      ) : (
        <>
          <ul className="history">
            {page.rows.map((call) => (
              <li key={call.id}>
                <LineGlyph line={lineOf(call)} />
                <a className="row-link" href={address(["calls", call.id])}>
                  <span className="outcome" data-tone={toneOf(call)}>
                    {shortText(t, call)}
                  </span>
                </a>
                <span className="quiet grow">{call.user?.name}</span>
                <span className="number">{call.talkSeconds ? clock(call.talkSeconds) : ""}</span>
                <span className="quiet number">
                  {day(locale, call.createdAt, Date.now(), t)} {time(locale, call.createdAt)}
                </span>
              </li>
            ))}
          </ul>
          <a className="link" href={address(["calls"], new URLSearchParams({ contactId: contact.id }))}>
            {t.contacts.allCalls}
          </a>
        </>
      )}
    </section>
  );
}
