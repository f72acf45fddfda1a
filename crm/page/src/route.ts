// Where in the page we are. The place stands behind the `#` of the address, so that the server
// needs to know one page only, and links, back and reload work as everywhere.

import { useMemo, useSyncExternalStore } from "react";

export interface Route {
  /** `["calls", "ID"]` */
  path: readonly string[];
  query: URLSearchParams;
}

export function routeOf(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const words = path.split("/").filter(Boolean).map(decoded);
  return { path: words.length ? words : ["contacts"], query: new URLSearchParams(query) };
}

function decoded(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}

export function address(path: readonly string[], query?: URLSearchParams): string {
  const words = path.map(encodeURIComponent).join("/");
  return query?.size ? `#/${words}?${query}` : `#/${words}`;
}

export function go(path: readonly string[], query?: URLSearchParams): void {
  location.hash = address(path, query);
}

/** Like `go`, without a step in the history: a filter that is being typed. */
export function replace(path: readonly string[], query?: URLSearchParams): void {
  history.replaceState(null, "", address(path, query));
  dispatchEvent(new HashChangeEvent("hashchange"));
}

function follow(follower: () => void): () => void {
  addEventListener("hashchange", follower);
  return () => removeEventListener("hashchange", follower);
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(follow, () => location.hash);
  return useMemo(() => routeOf(hash), [hash]);
}
