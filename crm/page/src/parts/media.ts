// What the browser's window is like.

import { useSyncExternalStore } from "react";

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (follower) => {
      const list = matchMedia(query);
      list.addEventListener("change", follower);
      return () => list.removeEventListener("change", follower);
    },
    () => matchMedia(query).matches,
  );
}

export const NARROW = "(max-width: 760px)";
