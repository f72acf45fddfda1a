// A value that parts of the page follow.

import { useSyncExternalStore } from "react";

export class Store<T> {
  private held: T;
  private readonly followers = new Set<() => void>();

  constructor(first: T) {
    this.held = first;
  }

  get value(): T {
    return this.held;
  }

  set(next: T): void {
    if (Object.is(next, this.held)) return;
    this.held = next;
    for (const follower of [...this.followers]) follower();
  }

  follow = (follower: () => void): (() => void) => {
    this.followers.add(follower);
    return () => this.followers.delete(follower);
  };
}

export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.follow, () => store.value);
}
