// The Click-to-Call button of the package in `crm/button`, as this page uses it.

import { ClickToCall } from "@ringback/click-to-call/react";
import { useDesk } from "../context.ts";
import { readable } from "../phone.ts";
import { useTexts } from "../text/index.ts";
import { Phone } from "./icons.tsx";

interface Props {
  number: string | null;
  name: string;
  contactId?: string | undefined;
  opportunityId?: string | undefined;
  /** What it says, if not the number. */
  label?: string;
  className?: string;
}

export function CallButton({ number, name, contactId, opportunityId, label, className }: Props) {
  const desk = useDesk();
  const { locale } = useTexts();
  return (
    <ClickToCall
      number={number}
      name={name}
      label={label ?? (readable(number) || "—")}
      locale={locale}
      endpoint="twilio-call"
      token={desk.session.token}
      className={`button call ${className ?? ""}`}
      icon={() => <Phone />}
      {...(contactId ? { contactId } : {})}
      {...(opportunityId ? { opportunityId } : {})}
      onPlaced={(placed) => void desk.placed(placed.callLogId)}
      onRefused={(refused) => {
        if (refused.status === 401) desk.expired();
      }}
    />
  );
}
