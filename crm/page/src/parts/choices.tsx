// Small choices of a browser: its language, and light or dark.

import { useContext } from "react";
import { DeskContext } from "../context.ts";
import { locale, setLocale, setTheme, theme, type Theme } from "../settings.ts";
import { useStore } from "../store.ts";
import { useTexts } from "../text/index.ts";
import type { Locale } from "../types.ts";

interface Choice<T extends string> {
  value: T;
  text: string;
  lang?: string;
}

function Segments<T extends string>(props: {
  name: string;
  legend: string;
  value: T;
  choices: readonly Choice<T>[];
  onChoose: (value: T) => void;
}) {
  return (
    <fieldset className="segments">
      <legend>{props.legend}</legend>
      <div>
        {props.choices.map(({ value, text, lang }) => (
          <label key={value} lang={lang}>
            <input
              type="radio"
              name={props.name}
              value={value}
              checked={value === props.value}
              onChange={() => props.onChoose(value)}
            />
            <span>{text}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function LanguageChoice() {
  const { t } = useTexts();
  const desk = useContext(DeskContext);
  const now = useStore(locale);
  const choose = (next: Locale) => {
    setLocale(next);
    // It goes along to other browsers; this one has it already.
    void desk?.api.setLocale(next).catch(() => {});
  };
  return (
    <Segments
      name="locale"
      legend={t.settings.language}
      value={now}
      onChoose={choose}
      choices={[
        { value: "pt-BR", text: "Português", lang: "pt-BR" },
        { value: "en", text: "English", lang: "en" },
      ]}
    />
  );
}

export function ThemeChoice() {
  const { t } = useTexts();
  const choices: Choice<Theme>[] = [
    { value: "system", text: t.settings.system },
    { value: "light", text: t.settings.light },
    { value: "dark", text: t.settings.dark },
  ];
  return (
    <Segments
      name="theme"
      legend={t.settings.theme}
      value={useStore(theme)}
      onChoose={setTheme}
      choices={choices}
    />
  );
}
