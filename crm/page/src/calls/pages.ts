// The history as a list that grows page by page and moves as the calls do.

import { useCallback, useEffect, useRef, useState } from "react";
import { useDesk, useReturn } from "../context.ts";
import { useStore } from "../store.ts";
import { askedOf, queryOf, type Filter } from "./filter.ts";
import { extend, hear, renew, type Page } from "./merge.ts";

export interface CallList {
  page: Page | null;
  error: unknown;
  loadMore: () => void;
  retry: () => void;
}

const PAGE = 100;

export function useCallList(filter: Filter, limit = PAGE): CallList {
  const desk = useDesk();
  const epoch = useStore(desk.epoch);
  const [page, setPage] = useState<Page | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [tries, setTries] = useState(0);
  const query = queryOf(filter).toString();
  const asked = useRef(filter);
  asked.current = filter;
  const loading = useRef(false);
  const shown = useRef("");

  useEffect(() => {
    const stop = new AbortController();
    const wanted = asked.current;
    // Another question begins empty; the same one, asked anew, keeps what is shown until then.
    if (shown.current !== query) setPage(null);
    shown.current = query;
    setError(null);
    loading.current = true;
    const question = askedOf(wanted);
    question.set("limit", String(limit));
    // What comes in meanwhile is put on top of the answer.
    const meanwhile: Parameters<typeof hear>[1][] = [];
    let answered = false;
    const unlisten = desk.listen((call) => {
      if (answered) setPage((now) => now && hear(now, call, wanted));
      else meanwhile.push(call);
    });
    desk.api
      .calls(question, stop.signal)
      .then((answer) => {
        answered = true;
        loading.current = false;
        setPage((was) => {
          let now: Page = { rows: answer.calls, next: answer.next };
          if (was) now = renew(was, now);
          for (const call of meanwhile) now = hear(now, call, wanted);
          return now;
        });
      })
      .catch((fault: unknown) => {
        loading.current = false;
        if (!stop.signal.aborted) setError(fault);
      });
    return () => {
      stop.abort();
      unlisten();
    };
  }, [desk, query, limit, epoch, tries]);

  const next = page?.next ?? null;
  const loadMore = useCallback(() => {
    if (!next || loading.current) return;
    loading.current = true;
    const question = askedOf(asked.current);
    question.set("limit", String(limit));
    question.set("cursor", next);
    desk.api
      .calls(question)
      .then((answer) => {
        // Another question was asked meanwhile: this is no part of its answer.
        if (shown.current === query) {
          setPage((now) => now && extend(now, { rows: answer.calls, next: answer.next }));
          setError(null);
        }
      })
      .catch((fault: unknown) => {
        if (shown.current === query) setError(fault);
      })
      .finally(() => {
        loading.current = false;
      });
  }, [desk, next, limit, query]);

  const retry = useCallback(() => {
    setError(null);
    if (page) loadMore();
    else setTries((tries) => tries + 1);
  }, [page, loadMore]);
  useReturn(error !== null, retry);
  return { page, error, loadMore, retry };
}
