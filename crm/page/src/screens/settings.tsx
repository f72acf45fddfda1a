// The voice platform of the organization, how a call runs, and this browser's own choices.

import { useEffect, useRef, useState, type FormEvent } from "react";
import { Fault, faultText } from "../api.ts";
import { useDesk, useReturn } from "../context.ts";
import { LanguageChoice, ThemeChoice } from "../parts/choices.tsx";
import { Copied } from "../parts/copied.tsx";
import { Field } from "../parts/field.tsx";
import { Check, Warning } from "../parts/icons.tsx";
import { NARROW, useMedia } from "../parts/media.ts";
import { OrganizationChoice } from "../parts/shell.tsx";
import { Skeleton, Trouble } from "../parts/states.tsx";
import { readable, typed } from "../phone.ts";
import { useTexts } from "../text/index.ts";
import type { Integration, IntegrationForm, IntegrationTest } from "../types.ts";

export function SettingsScreen() {
  const { t } = useTexts();
  const desk = useDesk();
  // Where the rail has no room for the organization, it stands here.
  const narrow = useMedia(NARROW);
  const [integration, setIntegration] = useState<Integration | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    setError(null);
    desk.api
      .integration(stop.signal)
      .then(setIntegration)
      .catch((fault: unknown) => {
        if (!stop.signal.aborted) setError(fault);
      });
    return () => stop.abort();
  }, [desk, tries]);
  useReturn(error !== null, () => setTries(tries + 1));

  return (
    <div className="settings">
      <div className="top">
        <h1 tabIndex={-1}>{t.settings.title}</h1>
      </div>
      <div className="settings-parts">
        <section className="card" aria-labelledby="platform">
          <h2 id="platform">{t.settings.platform}</h2>
          <p className="quiet">{t.settings.platformText}</p>
          {error ? (
            <Trouble error={error} onRetry={() => setTries(tries + 1)} />
          ) : integration ? (
            <Platform integration={integration} onSaved={setIntegration} />
          ) : (
            <Skeleton rows={5} height={48} />
          )}
        </section>
        <div className="settings-side">
          {narrow && (
            <section className="card" aria-labelledby="account">
              <h2 id="account">{t.nav.account}</h2>
              <p className="quiet">
                {desk.session.user.name} · {t.settings.roles[desk.session.organization.role]}
              </p>
              <OrganizationChoice />
            </section>
          )}
          <AgentPhone integration={integration} />
          <section className="card" aria-labelledby="browser">
            <h2 id="browser">{t.settings.you}</h2>
            <LanguageChoice />
            <ThemeChoice />
          </section>
        </div>
      </div>
    </div>
  );
}

type Faults = Partial<Record<"accountSid" | "authToken" | "phoneNumber" | "agentPhoneNumber" | "form", string>>;

function Platform({ integration, onSaved }: { integration: Integration; onSaved: (now: Integration) => void }) {
  const { t } = useTexts();
  const desk = useDesk();
  const form = useRef<HTMLFormElement>(null);
  const [faults, setFaults] = useState<Faults>({});
  const [busy, setBusy] = useState<"" | "saving" | "testing">("");
  const [saved, setSaved] = useState(false);
  const [result, setResult] = useState<IntegrationTest | null>(null);
  const locked = desk.session.organization.role === "agent";

  /** What the form holds; null if something can't be right, which is then said beside it. */
  const read = (): IntegrationForm | null => {
    const data = new FormData(form.current ?? undefined);
    const text = (name: string) => String(data.get(name) ?? "").trim();
    const [phone, agent] = [typed(text("phoneNumber")), typed(text("agentPhoneNumber"))];
    const wrong: Faults = {};
    if (!/^AC[0-9a-f]{32}$/i.test(text("accountSid"))) wrong.accountSid = t.faults["invalid-account-sid"] ?? "";
    if (!text("authToken") && !integration.authTokenSet) wrong.authToken = t.faults["token-required"] ?? "";
    if (!phone) wrong.phoneNumber = t.faults["invalid-number"] ?? "";
    if (!agent) wrong.agentPhoneNumber = t.faults["invalid-number"] ?? "";
    setFaults(wrong);
    const [first] = Object.keys(wrong);
    if (first) form.current?.querySelector<HTMLInputElement>(`[name=${first}]`)?.focus();
    if (first || !phone || !agent) return null;
    return {
      accountSid: text("accountSid"),
      phoneNumber: phone,
      agentPhoneNumber: agent,
      ...(text("authToken") ? { authToken: text("authToken") } : {}),
      ...(text("baseUrl") ? { baseUrl: text("baseUrl") } : {}),
    };
  };

  const fail = (error: unknown) => {
    const said = faultText(t.faults, error);
    const code = error instanceof Fault ? error.code : "";
    const places: Record<string, keyof Faults> = {
      "invalid-account-sid": "accountSid",
      "token-required": "authToken",
      "invalid-number": "phoneNumber",
    };
    setFaults({ [places[code] ?? "form"]: said });
  };

  const save = async (event: FormEvent) => {
    event.preventDefault();
    const wanted = busy ? null : read();
    if (!wanted) return;
    setBusy("saving");
    setSaved(false);
    setResult(null);
    try {
      onSaved(await desk.api.saveIntegration(wanted));
      const token = form.current?.querySelector<HTMLInputElement>("[name=authToken]");
      if (token) token.value = "";
      setSaved(true);
    } catch (error) {
      fail(error);
    } finally {
      setBusy("");
    }
  };

  const test = async () => {
    const wanted = busy ? null : locked ? undefined : read();
    if (wanted === null) return;
    setBusy("testing");
    setResult(null);
    setSaved(false);
    try {
      setResult(await desk.api.testIntegration(wanted));
    } catch (error) {
      fail(error);
    } finally {
      setBusy("");
    }
  };

  return (
    <form ref={form} onSubmit={save} className="platform" noValidate>
      {!integration.configured && <p className="note">{t.settings.notConfigured}</p>}
      {locked && <p className="note">{t.settings.readOnly}</p>}
      {faults.form && (
        <p className="fault boxed" role="alert">
          {faults.form}
        </p>
      )}
      <div className="pair">
        <Field
          label={t.settings.accountSid}
          name="accountSid"
          defaultValue={integration.accountSid ?? ""}
          fault={faults.accountSid}
          className="mono"
          spellCheck={false}
          autoComplete="off"
          readOnly={locked}
        />
        <Field
          label={t.settings.authToken}
          name="authToken"
          type="password"
          autoComplete="new-password"
          placeholder={integration.authTokenSet ? "••••••••••••••••" : ""}
          hint={integration.authTokenSet ? t.settings.tokenSet : t.settings.tokenNever}
          fault={faults.authToken}
          readOnly={locked}
        />
      </div>
      <div className="pair">
        <Field
          label={t.settings.phoneNumber}
          name="phoneNumber"
          type="tel"
          defaultValue={shown(integration.phoneNumber)}
          hint={t.settings.phoneNumberHint}
          fault={faults.phoneNumber}
          readOnly={locked}
        />
        <Field
          label={t.settings.agentPhoneNumber}
          name="agentPhoneNumber"
          type="tel"
          defaultValue={shown(integration.agentPhoneNumber)}
          hint={t.settings.agentPhoneHint}
          fault={faults.agentPhoneNumber}
          readOnly={locked}
        />
      </div>
      <Field
        label={t.settings.baseUrl}
        aside={t.optional}
        name="baseUrl"
        type="url"
        defaultValue={integration.baseUrl ?? ""}
        hint={t.settings.baseUrlHint}
        className="mono"
        autoComplete="off"
        readOnly={locked}
      />
      <div className="acts">
        {!locked && (
          <button type="submit" className="button primary" aria-disabled={busy !== "" || undefined} data-testid="save">
            {busy === "saving" ? t.saving : t.settings.save}
          </button>
        )}
        <button
          type="button"
          className="button"
          onClick={() => void test()}
          aria-disabled={busy !== "" || undefined}
          data-testid="test"
        >
          {busy === "testing" ? t.settings.testing : t.settings.test}
        </button>
        <span role="status" className="quiet">
          {saved && t.settings.savedNow}
        </span>
      </div>
      <div role="status">{result && <Result result={result} />}</div>
      {integration.webhooks?.voice && (
        <div className="webhooks">
          <h3>{t.settings.webhooks}</h3>
          <p className="quiet">{t.settings.webhooksText}</p>
          <dl className="facts">
            <div>
              <dt>{t.settings.voice}</dt>
              <dd>
                <Copied text={integration.webhooks.voice} />
              </dd>
            </div>
            {integration.webhooks.status && (
              <div>
                <dt>{t.settings.status}</dt>
                <dd>
                  <Copied text={integration.webhooks.status} />
                </dd>
              </div>
            )}
          </dl>
        </div>
      )}
    </form>
  );
}

/** A number in a field, with its country: there it may be changed. */
function shown(number: string | null): string {
  return number ?? "";
}

function Result({ result }: { result: IntegrationTest }) {
  const { t } = useTexts();
  const lines: [boolean, string][] = [];
  if (result.account) lines.push([true, t.settings.account(result.account.name, result.account.status)]);
  else lines.push([false, t.settings.accountBad]);
  if (result.account) {
    lines.push(result.numberOwned ? [true, t.settings.owned] : [false, t.settings.notOwned]);
  }
  return (
    <div className="result" data-ok={result.ok} data-testid="test-result">
      <h3>{t.settings.results}</h3>
      <ul>
        {lines.map(([good, text]) => (
          <li key={text} data-good={good}>
            {good ? <Check /> : <Warning />} {text}
          </li>
        ))}
      </ul>
      {result.problem && (
        <p className="fault">
          {result.problem.message} ({result.problem.code})
        </p>
      )}
      {result.ok && <p className="good">{t.settings.good}</p>}
    </div>
  );
}

function AgentPhone({ integration }: { integration: Integration | null }) {
  const { t } = useTexts();
  return (
    <section className="card" aria-labelledby="phone" data-testid="agent-phone">
      <h2 id="phone">{t.settings.phoneTitle}</h2>
      <p className="quiet">{t.settings.phoneText}</p>
      <dl className="facts wide-facts">
        <div>
          <dt>{t.settings.yourPhone}</dt>
          <dd className="agent-ink">{readable(integration?.agentPhoneNumber) || t.settings.unset}</dd>
        </div>
        <div>
          <dt>{t.settings.shown}</dt>
          <dd className="other-ink">{readable(integration?.phoneNumber) || t.settings.unset}</dd>
        </div>
      </dl>
      <ol className="steps">
        {t.settings.steps.map(([title, text]) => (
          <li key={title}>
            <b>{title}</b>
            <span>{text}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
