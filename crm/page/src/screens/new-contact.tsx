// A form for one more contact, over the list.

import { useEffect, useRef, useState, type FormEvent } from "react";
import { Fault, faultText } from "../api.ts";
import { useDesk } from "../context.ts";
import { Field } from "../parts/field.tsx";
import { Cross } from "../parts/icons.tsx";
import { readable, typed } from "../phone.ts";
import { useTexts } from "../text/index.ts";

export function NewContact({ onClose, onAdded }: { onClose: () => void; onAdded: () => void }) {
  const { t } = useTexts();
  const desk = useDesk();
  const dialog = useRef<HTMLDialogElement>(null);
  const [phone, setPhone] = useState("");
  const [busy, setBusy] = useState(false);
  const [faults, setFaults] = useState<{ name?: string; phone?: string; form?: string }>({});

  // The browser keeps the focus inside a modal dialog and gives it back at its end.
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy) return;
    const form = event.currentTarget;
    const read = (name: string) => String(new FormData(form).get(name) ?? "").trim();
    const [name, number] = [read("name"), typed(phone)];
    const wrong: typeof faults = {};
    if (!name) wrong.name = t.faults["name-required"] ?? "";
    if (!number) wrong.phone = t.faults["invalid-number"] ?? "";
    setFaults(wrong);
    if (!name || !number) {
      form.querySelector<HTMLInputElement>(name ? "[name=phone]" : "[name=name]")?.focus();
      return;
    }
    setBusy(true);
    const [company, email] = [read("company"), read("email")];
    try {
      await desk.api.addContact({
        name,
        phone: number,
        ...(company ? { company } : {}),
        ...(email ? { email } : {}),
      });
      onAdded();
    } catch (error) {
      setBusy(false);
      const said = faultText(t.faults, error);
      const code = error instanceof Fault ? error.code : "";
      setFaults(
        code === "invalid-number" ? { phone: said } : code === "name-required" ? { name: said } : { form: said },
      );
    }
  };

  const number = typed(phone);
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby="new-contact" onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <header>
          <h2 id="new-contact">{t.contacts.add}</h2>
          <button type="button" className="button ghost round" aria-label={t.close} onClick={onClose}>
            <Cross />
          </button>
        </header>
        {faults.form && (
          <p className="fault boxed" role="alert">
            {faults.form}
          </p>
        )}
        <Field label={t.contacts.name} name="name" autoComplete="off" fault={faults.name} autoFocus />
        <Field
          label={t.contacts.phone}
          name="phone"
          type="tel"
          autoComplete="off"
          placeholder="(11) 99999-0001"
          value={phone}
          onChange={(event) => setPhone(event.currentTarget.value)}
          hint={number ? `${readable(number)} · ${number}` : undefined}
          fault={faults.phone}
        />
        <Field label={t.contacts.company} name="company" aside={t.optional} autoComplete="off" />
        <Field label={t.contacts.email} name="email" type="email" aside={t.optional} autoComplete="off" />
        <footer>
          <button type="button" className="button" onClick={onClose}>
            {t.cancel}
          </button>
          <button type="submit" className="button primary" aria-disabled={busy || undefined}>
            {busy ? t.saving : t.save}
          </button>
        </footer>
      </form>
    </dialog>
  );
}
