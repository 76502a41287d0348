/* The one line that tells how things stand.
 *
 * Rule 1  A trouble stays until it is over; news is shown for a while and never covers a trouble.
 * Rule 2  It is the page's only status region, so that a screen reader hears each sentence once.
 */

import { byId } from "./dom.js";

const SHOWN_FOR = 12_000;
let trouble = "";
let news = null;
let timer = 0;

export function setTrouble(words) {
  if (words === trouble) return;
  trouble = words;
  paint();
}

/** `kind` is done, wrong or busy; busy stays until the next news. */
export function tell(words, kind = "done") {
  news = { words, kind };
  clearTimeout(timer);
  if (kind !== "busy") timer = setTimeout(() => { news = null; paint(); }, SHOWN_FOR);
  paint();
}

function paint() {
  const line = byId("status");
  const words = trouble || news?.words || "";
  line.dataset.kind = trouble ? "trouble" : news?.kind ?? "";
  if (line.textContent !== words) line.textContent = words;
}
