/** A value that others may follow: what the parts of the page tell each other. */

export interface Cell<T> {
  get(): T
  /** Tells every follower, unless the value is the same. */
  set(value: T): void
  /** Calls `follower` at every change; not now. */
  follow(follower: (value: T) => void): void
}

export function cell<T>(initial: T): Cell<T> {
  let value = initial
  const followers: ((value: T) => void)[] = []
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return
      value = next
      for (const follower of followers) follower(next)
    },
    follow: (follower) => void followers.push(follower),
  }
}
