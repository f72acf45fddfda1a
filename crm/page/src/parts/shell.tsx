// The frame of every screen: where one can go, who is on the line, who is signed in, and the
// current call at the bottom.

import { useEffect, useRef, useState, type ReactNode } from "react";
import { lineOf, otherNumber } from "../calls/stage.ts";
import { useDesk, useLiveCalls, useSeconds } from "../context.ts";
import { clock } from "../format.ts";
import { readable } from "../phone.ts";
import { address, useRoute } from "../route.ts";
import { begin, end } from "../session.ts";
import { useStore } from "../store.ts";
import { shortText, useTexts } from "../text/index.ts";
import type { CallLog } from "../types.ts";
import { Dock } from "./dock.tsx";
import { Calls, Gear, Leave, People } from "./icons.tsx";
import { LineGlyph } from "./line.tsx";
import { NARROW, useMedia } from "./media.ts";
import { Avatar } from "./states.tsx";

export function Shell({ children }: { children: ReactNode }) {
  const { t } = useTexts();
  const desk = useDesk();
  const { path } = useRoute();
  const live = useLiveCalls();
  const main = useRef<HTMLElement>(null);
  const narrow = useMedia(NARROW);
  const place = path.join("/");
  const first = useRef(true);

  // A new screen is a new page: readers of screens begin at its top.
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    main.current?.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }, [place]);

  const places = [
    { name: "contacts", text: t.nav.contacts, Sign: People },
    { name: "calls", text: t.nav.calls, Sign: Calls },
    { name: "settings", text: t.nav.settings, Sign: Gear },
  ];
  return (
    <div className="shell">
      <a
        className="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {t.skip}
      </a>
      <header className="rail">
        <div className="brand" aria-label={t.product}>
          <Logo /> <span>Ringback</span>
        </div>
        {!narrow && <OrganizationChoice />}
        <nav aria-label={t.menu}>
          {places.map(({ name, text, Sign }) => (
            <a key={name} href={address([name])} aria-current={path[0] === name ? "page" : undefined}>
              <Sign size={18} />
              <span>{text}</span>
              {name === "calls" && live.length > 0 && (
                <span className="count" data-testid="live-count">
                  <span aria-hidden="true">{live.length}</span>
                  <span className="sr-only">{t.nav.liveCount(live.length)}</span>
                </span>
              )}
            </a>
          ))}
        </nav>
        <section className="on-line" aria-labelledby="on-line">
          <h2 id="on-line">{t.nav.onTheLine}</h2>
          {live.length === 0 ? (
            <p className="quiet">{t.nav.nobody}</p>
          ) : (
            <ul data-testid="on-the-line">
              {live.slice(0, 6).map((call) => (
                <LiveEntry key={call.id} call={call} />
              ))}
            </ul>
          )}
        </section>
        <div className="who">
          <Avatar name={desk.session.user.name} size={28} />
          <span className="who-name">
            <b>{desk.session.user.name}</b>
            <small>{t.settings.roles[desk.session.organization.role]}</small>
          </span>
          <button
            type="button"
            className="button ghost round"
            aria-label={t.nav.signOut}
            title={t.nav.signOut}
            onClick={() => end(false)}
            data-testid="sign-out"
          >
            <Leave />
          </button>
        </div>
      </header>
      <div className="stage">
        <Connection />
        <main ref={main} id="main" tabIndex={-1}>
          {children}
        </main>
        <Dock />
      </div>
    </div>
  );
}

export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 36 20" width="36" height="20" fill="none" aria-hidden="true">
      <path className="logo-leg" d="M8 10h5M23 10h5" />
      <circle className="logo-agent" cx="5" cy="10" r="3.5" />
      <circle className="logo-middle" cx="18" cy="10" r="4.5" />
      <circle className="logo-other" cx="31" cy="10" r="3.5" />
    </svg>
  );
}

function LiveEntry({ call }: { call: CallLog }) {
  const { t } = useTexts();
  const seconds = useSeconds(call.connectedAt ?? call.createdAt, true);
  return (
    <li>
      <a href={address(["calls", call.id])}>
        <span className="on-line-names">
          <b>{call.contact?.name ?? readable(otherNumber(call))}</b>
          <small>
            {call.user?.name.split(" ")[0] ?? t.calls.agent} ·{" "}
            {call.stage === "live" ? (
              <span className="on-line-clock">{clock(seconds)}</span>
            ) : (
              shortText(t, call)
            )}
          </small>
        </span>
        <LineGlyph line={lineOf(call)} />
      </a>
    </li>
  );
}

export function OrganizationChoice() {
  const { t } = useTexts();
  const desk = useDesk();
  const { organization, organizations } = desk.session;
  const [busy, setBusy] = useState(false);
  if (organizations.length < 2) {
    return (
      <p className="organization" data-testid="organization">
        {organization.name}
      </p>
    );
  }
  return (
    <label className="organization">
      <span className="sr-only">{t.nav.organization}</span>
      <select
        value={organization.id}
        disabled={busy}
        data-testid="organization"
        onChange={async (event) => {
          const wanted = event.currentTarget.value;
          setBusy(true);
          try {
            begin(await desk.api.changeOrganization(wanted));
          } catch {
            setBusy(false);
          }
        }}
      >
        {organizations.map((each) => (
          <option key={each.id} value={each.id}>
            {each.name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Whether what is shown follows the server; said once it is sure, not at every hiccup. */
function Connection() {
  const { t } = useTexts();
  const line = useStore(useDesk().line);
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (line !== "broken") {
      if (line === "open") setShown(false);
      return;
    }
    const timer = setTimeout(() => setShown(true), 800);
    return () => clearTimeout(timer);
  }, [line]);
  return (
    <div role="status" data-testid="connection" data-line={line}>
      {shown && <p className="broken">{t.connection.broken}</p>}
    </div>
  );
}
