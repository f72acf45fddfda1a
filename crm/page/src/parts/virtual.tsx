// A list of any length: only the rows in sight are in the document. Rows of one height, placed by
// their index; the arrow keys go from row to row.

import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
} from "react";

interface Props<T> {
  rows: readonly T[];
  keyOf: (row: T) => string;
  rowHeight: number;
  label: string;
  /** The header's cells. */
  head: ReactNode;
  render: (row: T, index: number, tabIndex: 0 | -1) => ReactNode;
  /** Whether one Tab leaves the list: the arrows go through its rows. */
  roving?: boolean;
  /** Whether rows follow that aren't here yet. */
  more: boolean;
  onNearEnd: () => void;
  /** What stands below the last row. */
  foot?: ReactNode;
  className?: string;
}

const OVERSCAN = 10;

export function VirtualTable<T>(props: Props<T>) {
  const { rows, keyOf, rowHeight, render, more, onNearEnd, roving } = props;
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 800 });
  const [active, setActive] = useState(0);
  const wantsFocus = useRef(false);
  const anchor = useRef<{ key: string; index: number } | null>(null);

  const look = useCallback(() => {
    const element = box.current;
    if (!element) return;
    setView((was) =>
      was.top === element.scrollTop && was.height === element.clientHeight
        ? was
        : { top: element.scrollTop, height: element.clientHeight },
    );
  }, []);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, [look]);

  const first = Math.max(0, Math.floor(view.top / rowHeight) - OVERSCAN);
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / rowHeight) + OVERSCAN);

  // What is read stays where it is when rows come in above it.
  useLayoutEffect(() => {
    const element = box.current;
    const held = anchor.current;
    if (element && held && element.scrollTop > rowHeight) {
      const index = rows.findIndex((row) => keyOf(row) === held.key);
      if (index >= 0 && index !== held.index) {
        element.scrollTop += (index - held.index) * rowHeight;
        setActive((was) => Math.max(0, was + index - held.index));
      }
    }
  }, [rows, keyOf, rowHeight]);
  useLayoutEffect(() => {
    const index = Math.floor(view.top / rowHeight);
    const row = rows[index];
    anchor.current = row ? { key: keyOf(row), index } : null;
  });

  useEffect(() => {
    if (more && last >= rows.length - 20) onNearEnd();
  }, [more, last, rows.length, onNearEnd]);

  useEffect(() => {
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    box.current?.querySelector<HTMLElement>(`[data-index="${active}"] .row-link`)?.focus();
  }, [active]);

  const move = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    const from = Number(target.closest<HTMLElement>("[data-index]")?.dataset.index ?? NaN);
    if (Number.isNaN(from) || event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(view.height / rowHeight) - 1);
    const steps: Record<string, number> = {
      ArrowDown: from + 1,
      ArrowUp: from - 1,
      PageDown: from + page,
      PageUp: from - page,
      Home: 0,
      End: rows.length - 1,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const to = Math.min(rows.length - 1, Math.max(0, step));
    const element = box.current;
    if (element) {
      const top = to * rowHeight;
      if (top < element.scrollTop) element.scrollTop = top;
      else if (top + rowHeight * 2 > element.scrollTop + element.clientHeight) {
        element.scrollTop = top + rowHeight * 2 - element.clientHeight;
      }
      look();
    }
    wantsFocus.current = true;
    if (to === active) {
      wantsFocus.current = false;
      element?.querySelector<HTMLElement>(`[data-index="${to}"] .row-link`)?.focus();
    }
    setActive(to);
  };

  const shown: number[] = [];
  // The row with the focus stays in the document, however far it is scrolled away.
  if (active < first && active < rows.length) shown.push(active);
  for (let index = first; index < last; index += 1) shown.push(index);
  if (active >= last && active < rows.length) shown.push(active);

  return (
    <div
      className={`table ${props.className ?? ""}`}
      role="table"
      aria-label={props.label}
      aria-rowcount={more ? -1 : rows.length + 1}
    >
      <div className="table-head" role="rowgroup">
        <div className="table-row" role="row" aria-rowindex={1}>
          {props.head}
        </div>
      </div>
      <div className="table-body" role="rowgroup" ref={box} onScroll={look} onKeyDown={move} data-testid="rows">
        <div className="table-space" role="presentation" style={{ height: rows.length * rowHeight }}>
          {shown.map((index) => {
            const row = rows[index] as T;
            return (
              <div
                key={keyOf(row)}
                className="table-row"
                role="row"
                aria-rowindex={index + 2}
                data-index={index}
                style={{ height: rowHeight, transform: `translateY(${index * rowHeight}px)` }}
                onFocus={() => setActive(index)}
              >
                {render(row, index, !roving || index === Math.min(active, rows.length - 1) ? 0 : -1)}
              </div>
            );
          })}
        </div>
        {props.foot && (
          <div className="table-foot" role="row">
            <div role="cell">{props.foot}</div>
          </div>
        )}
      </div>
    </div>
  );
}
