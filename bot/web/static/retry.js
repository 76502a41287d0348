/* Trying again until the server is back.
 *
 * Rule 1  Only `Away` is tried again; a refusal is an answer and goes to whoever asked.
 * Rule 2  Waits grow from one second to fifteen and end at once when the event stream opens again (`nudge`).
 * Rule 3  While anything waits, the status line says so.
 */

import { Away } from "./api.js";
import { setTrouble } from "./status.js";

const LONGEST = 15_000;
const bell = new EventTarget();
const waiting = new Set();

export const nudge = () => bell.dispatchEvent(new Event("ring"));

export function troubled(what, is) {
  if (is) waiting.add(what);
  else waiting.delete(what);
  setTrouble(waiting.size ? "连不上服务器，正在自动重试…" : "");
}

/** Runs `task` until it is not `Away`; gives up, with undefined, once `wanted` says no. */
export async function insist(what, task, { wanted = () => true, onAway = () => {} } = {}) {
  try {
    for (let wait = 1000; wanted(); wait = Math.min(wait * 2, LONGEST)) {
      try {
        return await task();
      } catch (error) {
        if (!(error instanceof Away)) throw error;
        troubled(what, true);
        onAway();
        await pause(wait);
      }
    }
    return undefined;
  } finally {
    troubled(what, false);
  }
}

function pause(wait) {
  return new Promise((resolve) => {
    const done = () => { clearTimeout(timer); bell.removeEventListener("ring", done); resolve(); };
    const timer = setTimeout(done, wait);
    bell.addEventListener("ring", done);
  });
}

/** A task of which at most one runs; calls made meanwhile share one more run, begun after the last of them. */
export function oneAtATime(task) {
  let running = Promise.resolve();
  let next = null;
  return () => next ??= running.catch(() => {}).then(() => {
    next = null;
    running = task();
    return running;
  });
}
