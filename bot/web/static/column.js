/* One open person: fetches what is new, sends what is said, and puts log and composer together.
 *
 * Rule 1  Messages are fetched from the cursor, by one request at a time, until none is new.
 * Rule 2  A sent message stands below the log at once. It leaves when a fetch brings the same words, or when a fetch begun
 *         after the server's "stored" has ended: it is never seen twice and never missing.
 * Rule 3  A press shows on its button, as the platforms do; only one that meets trouble gets a bubble to tell of it.
 */

import { getMessages } from "./api.js";
import { Composer } from "./composer.js";
import { about, clone, paintAvatar, write } from "./dom.js";
import { Log } from "./log.js";
import { outboxOf } from "./outbox.js";
import { insist, oneAtATime } from "./retry.js";
import { tell } from "./status.js";

const PAGE = 200; // the server's most in one answer

export class Column {
  constructor(person, { menu, onClose, onNews }) {
    this.person = person;
    this.cursor = "";
    this.hasLoaded = false;
    this.isOpen = true;
    this.onNews = onNews;
    this.element = clone("column-template");
    this.head(onClose);
    this.composer = new Composer(this.element, { person, menu, onSay: (said) => this.outbox.add(said) });
    this.log = new Log(this.element, this.logActs(menu));
    this.outbox = outboxOf(person.id);
    this.refresh = oneAtATime(() => this.fetchNew());
    this.outbox.watch({ changed: () => this.showUnsent(), stored: (item) => this.settle(item) });
    this.showUnsent();
    this.refresh();
  }

  head(onClose) {
    const { person, element } = this;
    element.id = `person-${person.id}`;
    element.dataset.person = person.id;
    element.setAttribute("aria-label", `${person.name}的对话`);
    paintAvatar(element.querySelector(".avatar"), person);
    write(element, ".who-name", person.name);
    write(element, ".who-unit", about(person));
    write(element, ".who-projects", person.projects ? ` · ${person.projects} 个项目` : "");
    element.querySelector(".log").setAttribute("aria-label", `${person.name}与机器人的消息`);
    const close = element.querySelector(".close");
    close.setAttribute("aria-label", `关闭${person.name}的对话`);
    close.addEventListener("click", onClose);
    element.querySelector(".skip").addEventListener("click", () => this.composer.input.focus());
  }

  logActs(menu) {
    return {
      firstWord: menu[0][0],
      onPress: (option, message) => this.press(option, message),
      onTakeBack: (item) => { this.outbox.remove(item); this.composer.putBack(item); },
      onRemove: (item) => { this.outbox.remove(item); this.composer.focus(); },
    };
  }

  /** A second tap while the first is on its way is the same tap. */
  press(option, message) {
    if (this.outbox.isPressing(message, option.data)) return;
    this.log.awaitAnswer();
    this.outbox.add({ data: option.data, label: option.label, message });
  }

  showUnsent() {
    const { items } = this.outbox;
    this.log.showUnsent(items.filter((item) => !item.seen && !isPressing(item)));
    this.log.showPressing(items.filter(isPressing));
  }

  async settle(item) {
    await this.refresh();
    this.outbox.remove(item);
  }

  async fetchNew() {
    try {
      for (let more = true; more && this.isOpen; ) more = await this.fetchPage();
    } catch (error) {
      tell(error.message, "wrong");
    }
  }

  async fetchPage() {
    const isFirst = !this.hasLoaded;
    const page = await insist(`messages ${this.person.id}`, () => getMessages(this.person.id, this.cursor), { wanted: () => this.isOpen });
    if (!page) return false;
    this.cursor = page.cursor;
    this.hasLoaded = true;
    if (!isFirst) this.matchUnsent(page.messages);
    this.log.add(page.messages, { isFirst });
    if (isFirst) this.log.loaded();
    else this.onNews(page.messages.filter((message) => message.from === "bot").length);
    return !isFirst && page.messages.length >= PAGE;
  }

  /** The first fetch brings old messages too: the same words there prove nothing. */
  matchUnsent(messages) {
    for (const message of messages.filter((one) => one.from === "me")) {
      const item = this.outbox.items.find((one) => !one.seen && !one.error && says(one, message));
      if (item) item.seen = true;
    }
    this.showUnsent();
  }

  close() {
    this.isOpen = false;
    this.outbox.watch(null);
    this.element.remove();
  }
}

/** A word of the menu is shown as said, although it carries what a button does. */
const isPressing = (item) => item.data && !item.text && !item.late && !item.error;

/** Of several files each comes back as a message of its own, the words with the first. */
const says = (item, message) => {
  const sent = (media) => item.files.some((file) => file.name === media.name);
  if (item.files.length || message.media.length) return message.media.some(sent);
  return (item.text || item.label) === message.text;
};
