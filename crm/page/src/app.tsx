// The page: the sign-in, or the screen that the address names.

import { useEffect, useMemo } from "react";
import { DeskContext } from "./context.ts";
import { Desk } from "./desk.ts";
import { Shell } from "./parts/shell.tsx";
import { useRoute } from "./route.ts";
import { CallsScreen } from "./screens/calls.tsx";
import { ContactScreen } from "./screens/contact.tsx";
import { ContactsScreen } from "./screens/contacts.tsx";
import { SettingsScreen } from "./screens/settings.tsx";
import { SignIn } from "./screens/sign-in.tsx";
import { end, signedIn } from "./session.ts";
import { locale, theme } from "./settings.ts";
import { useStore } from "./store.ts";
import { TextContext, textsOf } from "./text/index.ts";
import type { Session } from "./types.ts";

export function App() {
  const { session, expired } = useStore(signedIn);
  const language = useStore(locale);
  const look = useStore(theme);
  const texts = useMemo(() => ({ t: textsOf(language), locale: language }), [language]);
  useEffect(() => {
    document.documentElement.lang = language;
    document.title = texts.t.product;
  }, [language, texts]);
  useEffect(() => {
    if (look === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = look;
  }, [look]);
  return (
    <TextContext value={texts}>
      {session ? <Inside key={session.token} session={session} /> : <SignIn expired={expired} />}
    </TextContext>
  );
}

function Inside({ session }: { session: Session }) {
  const desk = useMemo(() => new Desk(session, () => end(true)), [session]);
  useEffect(() => desk.start(), [desk]);
  return (
    <DeskContext value={desk}>
      <Shell>
        <Screen />
      </Shell>
    </DeskContext>
  );
}

function Screen() {
  const { path, query } = useRoute();
  const [name, id] = path;
  if (name === "calls") return <CallsScreen id={id ?? null} query={query} />;
  if (name === "settings") return <SettingsScreen />;
  if (name === "contacts" && id) return <ContactScreen key={id} id={id} />;
  return <ContactsScreen query={query} />;
}
