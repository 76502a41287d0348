/* One person's messages on the screen, in the server's order; what is not yet stored stands below them.
 *
 * Rule 1  A message with `replaces` takes the earlier bubble's place and its focus, and is marked 已更新. Only the presses
 *         that stand right under the earlier one are read before it: they led to it.
 * Rule 2  The view follows new messages only while it is at the end; whoever reads further up is not moved but told.
 * Rule 3  A new message is shown from its beginning, also when it is taller than the view.
 */

import { bubbleOf, dayLine, unsentOf } from "./bubbles.js";
import * as time from "./citytime.js";
import { clone, write } from "./dom.js";

const NEAR = 60; // pixels from the end that still count as the end

export class Log {
  constructor(root, { onPress, onTakeBack, onRemove, firstWord }) {
    this.box = root.querySelector(".log");
    this.newest = root.querySelector(".newest");
    this.acts = { onPress, onTakeBack, onRemove };
    this.shown = new Map(); // message id -> element; a replaced id leads to what took its place
    this.lastDay = "";
    this.unsent = new Map(); // nonce -> element
    this.isAtEnd = true;
    this.awaits = false; // the person spoke: the answer is shown wherever the view stands
    this.unseen = [];
    this.addHint(firstWord);
    this.box.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.newest.addEventListener("click", () => this.reveal(this.unseen[0] ?? this.box.lastElementChild));
    this.box.addEventListener("load", (event) => this.pictured(event.target), true);
    new ResizeObserver(() => this.resized()).observe(this.box);
  }

  addHint(firstWord) {
    this.hint = clone("hint-template");
    write(this.hint, ".hint-word", firstWord);
    this.hint.hidden = true;
    this.box.append(this.hint);
  }

  /** The first 200 messages are not read aloud; what comes later is. */
  loaded() {
    this.box.removeAttribute("aria-busy");
    this.showHint();
  }

  showHint() {
    this.hint.hidden = this.box.hasAttribute("aria-busy") || this.shown.size + this.unsent.size > 0;
  }

  /** Draws the server's messages; one that is already there is not drawn twice. */
  add(messages, { isFirst }) {
    const follows = this.isAtEnd || this.awaits;
    const elements = messages.filter(({ id }) => !this.shown.has(id)).map((message) => this.place(message, isFirst));
    this.showHint();
    if (isFirst) this.toEnd();
    else if (elements.length) this.lead(elements.filter((element) => element.matches(".bot")), elements[0], follows);
  }

  lead(answers, first, follows) {
    if (follows) this.reveal(answers[0] ?? first);
    else this.noteUnseen(answers.filter((element) => !element.matches(".changed")));
    if (answers.length) this.awaits = false;
  }

  place(message, isFirst) {
    const element = bubbleOf(message, this.acts.onPress);
    const earlier = message.replaces && this.shown.get(message.replaces);
    if (earlier) this.swap(earlier, element, message.replaces, isFirst);
    else this.append(element, message.at);
    element.classList.toggle("fresh", !isFirst && !earlier && message.from === "bot");
    this.shown.set(message.id, element);
    return element;
  }

  append(element, at) {
    const date = time.wall(at);
    const end = this.unsent.values().next().value ?? null; // null: the end of the box; the hint stays at its beginning
    if (time.day(date) !== this.lastDay) this.box.insertBefore(dayLine(date), end);
    this.lastDay = time.day(date);
    this.box.insertBefore(element, end);
  }

  swap(earlier, element, id, isFirst) {
    const hadFocus = earlier.contains(document.activeElement);
    lastPressAfter(earlier).after(element);
    earlier.remove();
    this.shown.set(id, element);
    write(element, ".state", "已更新");
    element.classList.toggle("changed", !isFirst);
    if (hadFocus) (element.querySelector(".option") ?? this.box).focus({ preventScroll: true });
  }

  /** Draws what waits in the outbox, always at the end. Unchanged ones keep their element, and so the focus. */
  showUnsent(items) {
    const before = this.unsent;
    this.unsent = new Map(items.map((item) => [item.nonce, this.unsentElement(item, before.get(item.nonce))]));
    for (const [nonce, element] of before) if (this.unsent.get(nonce) !== element) element.remove();
    this.box.append(...this.unsent.values());
    this.showHint();
    for (const item of items) if (!before.has(item.nonce)) this.spoke(item);
  }

  unsentElement(item, earlier) {
    const look = `${item.late} ${item.error}`;
    if (earlier?.dataset.look === look) return earlier;
    const { onTakeBack, onRemove } = this.acts;
    const element = unsentOf(item, { onTakeBack: () => onTakeBack(item), onRemove: () => onRemove(item) });
    element.dataset.look = look;
    return element;
  }

  /** The person's own words are shown; a press further up leaves the view where the finger is. */
  spoke(item) {
    this.awaitAnswer();
    if (!item.data || this.isAtEnd) this.reveal(this.unsent.get(item.nonce));
  }

  awaitAnswer() {
    this.awaits = true;
  }

  /** Marks the buttons whose press is on its way. */
  showPressing(items) {
    for (const option of this.box.querySelectorAll(".option.pressing")) option.classList.remove("pressing");
    for (const item of items) this.optionOf(item)?.classList.add("pressing");
  }

  optionOf({ message, data }) {
    const options = this.shown.get(message)?.querySelectorAll(".option") ?? [];
    return [...options].find((option) => option.dataset.data === data);
  }

  reveal(element) {
    this.wanted = element;
    if (!this.box.clientHeight) return; // hidden on a phone: `resized` comes back to it
    if (!this.holds(element)) this.box.scrollTop = element.offsetTop - 12;
    this.scrolled();
    this.wanted = null;
  }

  holds(element) {
    const { scrollTop, clientHeight } = this.box;
    return element.offsetTop >= scrollTop && element.offsetTop + element.offsetHeight <= scrollTop + clientHeight;
  }

  toEnd() {
    this.box.scrollTop = this.box.scrollHeight;
    this.isAtEnd = true;
  }

  resized() {
    if (!this.box.clientHeight) return;
    if (this.wanted?.isConnected) this.reveal(this.wanted);
    else if (this.isAtEnd) this.toEnd();
  }

  /** A picture has come, and what stands below it moved down. */
  pictured(picture) {
    const message = picture.closest(".message");
    if (!this.isAtEnd || !message) return;
    if (message === [...this.box.querySelectorAll(".message")].at(-1)) this.reveal(message);
    else this.toEnd();
  }

  scrolled() {
    if (!this.box.clientHeight) return;
    const { scrollTop, clientHeight, scrollHeight } = this.box;
    this.isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    this.unseen = this.unseen.filter((element) => element.isConnected && element.offsetTop > scrollTop + clientHeight - NEAR);
    this.showNewest();
  }

  noteUnseen(elements) {
    this.unseen.push(...elements);
    this.showNewest();
  }

  showNewest() {
    const count = this.unseen.length;
    write(this.newest, ".newest-count", count ? `${count} 条新消息` : "回到最新").classList.toggle("hidden", !count);
    this.newest.classList.toggle("bare", !count);
    this.newest.hidden = this.isAtEnd;
  }
}

function lastPressAfter(element) {
  const next = element.nextElementSibling;
  return next?.matches(".press:not(.unsent)") ? lastPressAfter(next) : element;
}
