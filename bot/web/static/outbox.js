/* What one person said and the server has not yet confirmed.
 *
 * Rule 1  A message gets its nonce once, here; it is sent in order, one at a time, until it is stored or refused.
 * Rule 2  Until then it also lies in localStorage, one key a message, so a reload sends it on with the same nonce. Files
 *         cannot lie there: leaving the page with unsent files is asked about instead.
 * Rule 3  A refused message stays, with the server's sentence, until the person takes it back or removes it.
 * Rule 4  An outbox lives as long as the page, also when the person's column is closed.
 */

import { Refused, say } from "./api.js";
import { insist } from "./retry.js";
import { all, drop, put } from "./store.js";

const BLANK = { text: "", data: "", message: "", label: "", files: [], late: false, stored: false, seen: false, error: "" };
const boxes = new Map();

export function outboxOf(person) {
  if (!boxes.has(person)) boxes.set(person, new Outbox(person));
  return boxes.get(person);
}

/** What an earlier visit left behind is sent on, whether or not its person is open again. */
export function resume() {
  for (const { person } of all("unsent.")) outboxOf(person).run();
}

export const unsentFiles = () => [...boxes.values()].some((box) => box.items.some((item) => item.files.length));

class Outbox {
  constructor(person) {
    this.person = person;
    this.items = restore(person);
    this.sending = false;
    this.watcher = null; // the open column: {changed(), stored(item)}
  }

  watch(watcher) {
    this.watcher = watcher;
    this.run();
  }

  add(said) {
    const item = { ...BLANK, nonce: newNonce(), person: this.person, at: Date.now(), ...said };
    this.items.push(item);
    keep(item);
    this.watcher?.changed();
    this.run();
    return item;
  }

  isPressing(message, data) {
    return this.items.some((item) => item.data === data && item.message === message && !item.error);
  }

  remove(item) {
    this.items = this.items.filter((other) => other !== item);
    drop(keyOf(item));
    this.watcher?.changed();
  }

  async run() {
    if (this.sending) return;
    this.sending = true;
    for (let item; (item = this.items.find((one) => !one.error && !one.stored)); ) await this.send(item);
    this.sending = false;
  }

  async send(item) {
    try {
      await insist(item.nonce, () => attempt(item), { onAway: () => { item.late = true; this.watcher?.changed(); } });
      item.stored = true;
      drop(keyOf(item));
      if (this.watcher) this.watcher.stored(item);
      else this.remove(item);
    } catch (error) {
      item.seen = false;
      item.error = error instanceof Refused ? error.message : "没有发出去。";
      keep(item);
      this.watcher?.changed();
    }
  }
}

/** A file that was changed or deleted on the disk fails like a broken network, for ever: it is told apart by reading it. */
async function attempt(item) {
  try {
    return await say(item);
  } catch (error) {
    if (error instanceof Refused) throw error;
    const readable = await Promise.all(item.files.map((file) => file.slice(0, 1).arrayBuffer().then(() => true, () => false)));
    if (readable.includes(false)) throw new Refused("有文件读不到了，请重新选择。");
    throw error;
  }
}

function newNonce() {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID exists on https and localhost only
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const keyOf = (item) => `unsent.${item.person}.${item.nonce}`;

function keep(item) {
  if (!item.files.length) put(keyOf(item), item);
}

const restore = (person) => all(`unsent.${person}.`).sort((a, b) => a.at - b.at);
