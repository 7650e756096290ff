// Waiting for something to become true, instead of sleeping and hoping.
import { setTimeout as pause } from 'node:timers/promises';

// Asks `probe` again and again until it gives something truthy, and returns that. A probe that
// throws counts as "not yet"; what it threw is in the error at the end.
export async function until(what, probe, timeoutMs = 10_000, everyMs = 50) {
  const end = Date.now() + timeoutMs;
  let last;
  for (;;) {
    try {
      const value = await probe();
      if (value) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) {
      throw new Error(`not within ${timeoutMs} ms: ${what}`, { cause: last });
    }
    await pause(everyMs);
  }
}

// A promise with a deadline, so that a test names what it waited for.
export function within(what, promise, timeoutMs = 10_000) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${timeoutMs} ms: ${what}`)), timeoutMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export { pause };
