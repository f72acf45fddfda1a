// Signing in; also when a session ended by itself, over what was open.

import { useRef, useState, type FormEvent } from "react";
import { Api, Fault, faultText } from "../api.ts";
import { LanguageChoice, ThemeChoice } from "../parts/choices.tsx";
import { Logo } from "../parts/shell.tsx";
import { begin } from "../session.ts";
import { useTexts } from "../text/index.ts";
import { setLocale } from "../settings.ts";

export function SignIn({ expired }: { expired: boolean }) {
  const { t } = useTexts();
  const [busy, setBusy] = useState(false);
  const [faults, setFaults] = useState<{ email?: string; password?: string; form?: string }>({});
  const email = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    const who = email.current?.value.trim() ?? "";
    const secret = password.current?.value ?? "";
    if (!who || !secret) {
      setFaults({
        ...(who ? {} : { email: t.signIn.needEmail }),
        ...(secret ? {} : { password: t.signIn.needPassword }),
      });
      (who ? password : email).current?.focus();
      return;
    }
    setBusy(true);
    setFaults({});
    try {
      const session = await new Api(null, () => {}).signIn(who, secret);
      setLocale(session.user.locale);
      begin(session);
    } catch (error) {
      setBusy(false);
      const wrong = error instanceof Fault && error.status === 401;
      const many = error instanceof Fault && error.status === 429;
      const form = wrong
        ? t.signIn.wrong
        : many
          ? t.signIn.tooMany(error.retryAfter)
          : faultText(t.faults, error);
      setFaults({ form });
      password.current?.focus();
      password.current?.select();
    }
  };

  return (
    <div className="door">
      <div className="door-art" aria-hidden="true">
        <DoorArt />
      </div>
      <main className="door-form">
        <header>
          <Logo />
          <span>{t.product}</span>
        </header>
        <h1>{t.signIn.title}</h1>
        <p className="lead">{t.signIn.lead}</p>
        {expired && !faults.form && (
          <p className="note" role="status">
            {t.signIn.expired}
          </p>
        )}
        {faults.form && (
          <p className="fault boxed" role="alert" data-testid="sign-in-fault">
            {faults.form}
          </p>
        )}
        <form onSubmit={submit} noValidate>
          <label>
            <span>{t.signIn.email}</span>
            <input
              ref={email}
              type="email"
              name="email"
              autoComplete="username"
              autoFocus
              aria-invalid={faults.email ? true : undefined}
              aria-describedby={faults.email ? "email-fault" : undefined}
            />
            {faults.email && (
              <span className="fault" id="email-fault">
                {faults.email}
              </span>
            )}
          </label>
          <label>
            <span>{t.signIn.password}</span>
            <input
              ref={password}
              type="password"
              name="password"
              autoComplete="current-password"
              aria-invalid={faults.password ? true : undefined}
              aria-describedby={faults.password ? "password-fault" : undefined}
            />
            {faults.password && (
              <span className="fault" id="password-fault">
                {faults.password}
              </span>
            )}
          </label>
          <button type="submit" className="button primary wide" aria-disabled={busy || undefined}>
            {busy ? t.signIn.submitting : t.signIn.submit}
          </button>
        </form>
        <footer>
          <LanguageChoice />
          <ThemeChoice />
        </footer>
      </main>
    </div>
  );
}

/** Two voices on one line: the heights are of a conversation, in turns. */
function DoorArt() {
  const bars = Array.from({ length: 92 }, (_, at) => {
    const turn = Math.sin(at / 7.3 + 0.6) + 0.35 * Math.sin(at / 2.3 + 1);
    const grain = 0.55 + 0.45 * Math.abs(Math.sin(at * 12.9898) * Math.cos(at * 4.1));
    return { at, agent: Math.max(0.05, turn) * grain, other: Math.max(0.05, -turn) * grain };
  });
  return (
    <svg viewBox="0 0 640 360" preserveAspectRatio="xMidYMid slice">
      <path className="art-middle" d="M0 180H640" />
      {bars.map(({ at, agent, other }) => (
        <g key={at} transform={`translate(${at * 7 + 3.5} 180)`}>
          <path className="art-agent" d={`M0 -6V${(-6 - agent * 62).toFixed(1)}`} />
          <path className="art-other" d={`M0 6V${(6 + other * 62).toFixed(1)}`} />
        </g>
      ))}
    </svg>
  );
}
