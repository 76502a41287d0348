/* The city's clock: shows it, and moves it forward.
 *
 * Rule 1  Forward only; what is not after now cannot be chosen, and the server has the last word.
 * Rule 2  While it moves, the server's own ticks move the bar and, after two seconds, say how far it has come; nothing
 *         else can be started.
 * Rule 3  Between the server's words the clock runs on by itself, as the city's does.
 * Rule 4  A move that got no answer is not repeated by itself: the server may have made it.
 */

import { Away, moveClock } from "./api.js";
import * as time from "./citytime.js";
import { byId, clone, closeOutside, write } from "./dom.js";
import { tell } from "./status.js";

const MINUTE = 60_000;
const TICK = 1000;
const SOON = 2000; // a move that takes longer says how far it has come

export class Clock {
  constructor({ onUnsure }) {
    this.onUnsure = onUnsure; // asks for the city's state: after a broken move nobody here knows the time
    this.told = null; // the wall clock the server told last, and when it did
    this.toldAt = 0;
    this.offset = "";
    this.moving = null; // {from, to, since} while it moves
    this.landmarks = []; // the days to which the menu leads, as the server has them from the rules
    this.fixed = ""; // why it cannot be moved, if so
    this.button = byId("clock-button");
    this.bar = byId("clock-progress");
    this.menu = byId("clock-menu");
    this.button.addEventListener("click", () => this.open());
    byId("clock-pick").addEventListener("submit", (event) => { event.preventDefault(); this.picked(); });
    byId("clock-to").addEventListener("input", () => { byId("clock-wrong").textContent = ""; });
    byId("clock-pick").noValidate = true; // our own sentence instead of the browser's
    closeOutside(this.menu);
    setInterval(() => this.tick(), TICK);
  }

  get now() {
    return new Date(this.told.getTime() + (this.moving ? 0 : Date.now() - this.toldAt));
  }

  set(iso) {
    this.told = time.wall(iso);
    this.toldAt = Date.now();
    this.offset = time.offsetOf(iso);
    this.button.disabled = false;
    this.tick();
    if (this.moving) this.showProgress();
  }

  tick() {
    if (!this.told) return;
    const words = time.moment(this.now);
    if (byId("now").textContent === words) return;
    byId("now").textContent = words;
    byId("now").dateTime = time.toIso(this.now, this.offset);
  }

  fix(reason) {
    this.fixed = reason;
  }

  open() {
    if (this.moving) return;
    if (this.fixed) return void tell(this.fixed, "wrong");
    write(document, "#clock-now", time.moment(this.now));
    write(document, "#clock-wrong", "");
    byId("clock-moves").replaceChildren(...time.moves(this.now, this.landmarks).map((move) => this.item(move)));
    byId("clock-to").min = time.toInput(new Date(this.now.getTime() + MINUTE));
    byId("clock-to").value = time.toInput(new Date(this.now.getTime() + 60 * MINUTE));
    this.menu.showModal();
    byId("clock-moves").querySelector("button").focus();
  }

  item({ key, label, to }) {
    const item = clone("move-template");
    const press = item.querySelector("button");
    press.dataset.move = key;
    write(item, ".move-label", label);
    write(item, ".move-to", time.moment(to)).dateTime = time.toIso(to, this.offset);
    press.addEventListener("click", () => this.move(to));
    return item;
  }

  picked() {
    const { value } = byId("clock-to");
    const to = value && time.fromInput(value);
    if (!to) byId("clock-wrong").textContent = "请把日期和时间选完整。";
    else if (to <= this.now) byId("clock-wrong").textContent = `只能往前：请选 ${time.moment(this.now)} 以后的时间。`;
    else this.move(to);
  }

  async move(to) {
    this.menu.close();
    this.begin(to);
    try {
      const { now, steps } = await moveClock(time.toIso(to, this.offset));
      this.set(now);
      tell(`现在是${time.moment(this.now)}。`);
    } catch (error) {
      tell(error instanceof Away ? "没有收到答复，时间也许已经推进，请看时钟。" : error.message, "wrong");
      this.onUnsure();
    } finally {
      this.end();
    }
  }

  begin(to) {
    this.told = this.now;
    this.moving = { from: this.told, to, since: Date.now() };
    this.button.setAttribute("aria-disabled", "true");
    this.button.setAttribute("aria-busy", "true");
    this.bar.removeAttribute("value");
    this.bar.hidden = false;
    tell(`正在推进到${time.moment(to)}…`, "busy");
  }

  showProgress() {
    const { from, to, since } = this.moving;
    this.bar.value = Math.min(1, (this.now - from) / (to - from));
    if (Date.now() - since > SOON) tell(`正在推进到${time.moment(to)}，已到${time.moment(this.now)}…`, "busy");
  }

  end() {
    this.moving = null;
    this.button.removeAttribute("aria-disabled");
    this.button.removeAttribute("aria-busy");
    this.bar.hidden = true;
  }
}
