// Server-sent events from pieces of text: the parser of the HTML standard §9.2.6, as far as the
// CRM's stream needs it (`event`, `data`, `id`, `retry`).

export interface ServerEvent {
  event: string;
  data: string;
}

export class EventParser {
  /** The last id heard; what is sent back after a break. */
  lastId = "";
  /** The wait that the server asked for, in milliseconds. */
  retry: number | null = null;

  private rest = "";
  private event = "";
  private data: string[] = [];
  private id: string | null = null;

  /** Takes the next piece, which may end anywhere, and gives the events that became whole. */
  push(piece: string): ServerEvent[] {
    const found: ServerEvent[] = [];
    this.rest += piece;
    for (;;) {
      const end = /\r\n|\n|\r(?=[^\n])/.exec(this.rest);
      if (!end) return found;
      const line = this.rest.slice(0, end.index);
      this.rest = this.rest.slice(end.index + end[0].length);
      const whole = this.line(line);
      if (whole) found.push(whole);
    }
  }

  /** After a break: what was half heard is forgotten, the id is kept. */
  reset(): void {
    this.rest = "";
    this.event = "";
    this.data = [];
    this.id = null;
  }

  private line(line: string): ServerEvent | null {
    if (line === "") return this.dispatch();
    if (line.startsWith(":")) return null;
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") this.event = value;
    else if (name === "data") this.data.push(value);
    else if (name === "id" && !value.includes("\0")) this.id = value;
    else if (name === "retry" && /^\d+$/.test(value)) this.retry = Number(value);
    return null;
  }

  private dispatch(): ServerEvent | null {
    if (this.id !== null) this.lastId = this.id;
    const { event, data } = this;
    this.event = "";
    this.data = [];
    this.id = null;
    if (data.length === 0 && event === "") return null;
    return { event: event || "message", data: data.join("\n") };
  }
}
