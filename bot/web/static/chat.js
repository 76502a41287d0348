/* The try-out page: puts its parts together. Which people are open, which one is in view, who has something new.
 *
 *   api.js       the HTTP contract            retry.js, status.js   trying again, and saying so in one line
 *   outbox.js    what is not yet stored       column.js             one person: log.js + composer.js, bubbles.js draws
 *   people.js    choosing a person            clock.js, citytime.js the city's clock
 *
 * Rule 1  The address holds who is open (#people=5,6&current=6): a reload, a bookmark and a second tab keep their own.
 * Rule 2  Whenever the event stream opens, everything is fetched again from where it stood; events only say "look".
 * Rule 3  No framework, no inline script or style, no foreign address; the server's text enters by textContent only.
 */

import { getState, listen } from "./api.js";
import { Clock } from "./clock.js";
import { Column } from "./column.js";
import { byId, clone, paintAvatar, showCount, write } from "./dom.js";
import { resume, unsentFiles } from "./outbox.js";
import { Chooser, personItem } from "./people.js";
import { insist, nudge, oneAtATime, troubled } from "./retry.js";
import { tell } from "./status.js";

const CHANNELS = { telegram: "Telegram", wecom: "企业微信", aibot: "企业微信智能机器人" };
const TOGETHER = 4; // columns that stand side by side on an ordinary screen
const GRACE = 4000; // a stream that comes back within this was only renewed

const page = {
  city: null, // the answer of /tryout/state
  people: new Map(), // id -> person
  open: new Map(), // id -> {column, tab, unread}
  current: 0,
  news: new Set(), // people who are not open and have something new
};

const clock = new Clock({ onUnsure: () => refreshState() });
const chooser = new Chooser({
  look: () => ({ ...page.city, open: new Set(page.open.keys()), news: page.news }),
  onChoose: show,
});
const inView = new IntersectionObserver((entries) => entries.forEach(seen), { root: byId("columns"), threshold: 0.6 });
const refreshState = oneAtATime(loadState);

/* The city */

async function loadState() {
  try {
    adopt(await insist("state", getState));
  } catch (error) {
    tell(error.message, "wrong");
  }
}

function adopt(city) {
  page.city = city;
  page.people = new Map(city.people.map((person) => [person.id, person]));
  clock.set(city.now);
  clock.landmarks = city.landmarks;
  byId("city").textContent = city.city;
  document.title = `三报试用 · ${city.city}`;
  warnOfChannels(city.channels.map((channel) => CHANNELS[channel] ?? channel));
  byId("add").disabled = false;
}

/** Beside a real channel the page must not say that nobody is messaged. */
function warnOfChannels(names) {
  if (!names.length) return;
  byId("note").textContent = `注意：已接入${names.join("、")}，机器人会真的给已绑定的人发消息。`;
  byId("note").classList.add("real");
  clock.fix(`已接入${names.join("、")}，城市时间跟着真实时间走，不能拨动。`);
}

/* Open people */

function show(id) {
  if (!page.open.has(id)) openPerson(id);
  page.current = id;
  paint();
  const { column, tab } = page.open.get(id);
  for (const part of [tab, column.element]) part.scrollIntoView({ block: "nearest", inline: "nearest" });
  column.composer.focus();
}

function openPerson(id) {
  const person = page.people.get(id);
  const entry = { unread: 0, isSeen: false, tab: makeTab(person) };
  entry.column = new Column(person, {
    menu: page.city.menus[person.menu],
    onClose: () => closePerson(id),
    onNews: (count) => noteNews(entry, count),
  });
  page.open.set(id, entry);
  page.news.delete(id);
  byId("tabs").append(entry.tab);
  byId("columns").append(entry.column.element);
  inView.observe(entry.column.element);
}

function makeTab(person) {
  const tab = clone("tab-template");
  const press = tab.querySelector("button");
  paintAvatar(tab.querySelector(".avatar"), person);
  write(tab, ".tab-name", person.name);
  press.dataset.person = person.id;
  press.addEventListener("click", () => show(person.id));
  return tab;
}

function closePerson(id) {
  const ids = [...page.open.keys()];
  const next = ids[ids.indexOf(id) + 1] ?? ids[ids.indexOf(id) - 1];
  const { column, tab } = page.open.get(id);
  inView.unobserve(column.element);
  column.close();
  tab.remove();
  page.open.delete(id);
  if (page.current === id) page.current = next ?? 0;
  paint();
  if (next) page.open.get(next).tab.querySelector("button").focus();
  else byId("add").focus();
}

function paint() {
  for (const [id, { column, tab, unread }] of page.open) {
    const isCurrent = id === page.current;
    column.element.classList.toggle("current", isCurrent);
    tab.querySelector("button").setAttribute("aria-current", isCurrent);
    showCount(tab.querySelector(".badge"), unread, "条新消息");
  }
  showCount(byId("news"), page.news.size, "人有新消息");
  byId("welcome").hidden = page.open.size > 0;
  byId("columns").dataset.count = page.open.size;
  keepAddress();
}

/** Only when it changed: browsers count these calls and stop listening to a page that makes too many. */
function keepAddress() {
  const address = page.open.size ? `#people=${[...page.open.keys()]}&current=${page.current}` : "";
  if (location.hash !== address) history.replaceState(null, "", location.pathname + address);
}

function welcome() {
  const suggested = page.city.suggested.filter((id) => page.people.has(id));
  byId("suggested").replaceChildren(...suggested.map((id) => personItem(page.people.get(id), () => show(id))));
  const together = suggested.slice(0, TOGETHER);
  byId("open-suggested").addEventListener("click", () => { together.forEach(show); show(together[0]); });
  byId("open-suggested").textContent = `一起打开前 ${together.length} 位`;
  byId("open-suggested").hidden = together.length < 2;
  byId("open-all").textContent = `从全部 ${page.people.size} 人里选`;
}

/* What is new */

function seen({ target, isIntersecting }) {
  const entry = page.open.get(Number(target.dataset.person));
  if (!entry) return;
  entry.isSeen = isIntersecting;
  if (isIntersecting) entry.unread = 0;
  paint();
}

function noteNews(entry, count) {
  if (entry.isSeen || !count) return;
  entry.unread += count;
  paint();
}

function heard(event) {
  if (event.now) clock.set(event.now);
  if (!event.person) return;
  const entry = page.open.get(event.person);
  if (entry) entry.column.refresh();
  else if (page.people.has(event.person)) page.news.add(event.person);
  paint();
}

/* Beginning, and beginning again */

function follow() {
  let grace = 0;
  listen({
    onEvent: heard,
    onOpen: () => {
      clearTimeout(grace);
      grace = 0;
      troubled("stream", false);
      nudge();
      catchUp();
    },
    onLost: () => { grace ||= setTimeout(() => troubled("stream", true), GRACE); },
  });
}

function catchUp() {
  refreshState();
  for (const { column } of page.open.values()) column.refresh();
}

function reopen() {
  const address = new URLSearchParams(location.hash.slice(1));
  const ids = (address.get("people") ?? "").split(",").map(Number).filter((id) => page.people.has(id));
  const current = Number(address.get("current"));
  ids.forEach(openPerson);
  page.current = ids.includes(current) ? current : ids[0] ?? 0;
  paint();
}

async function start() {
  byId("add").addEventListener("click", () => chooser.open());
  byId("open-all").addEventListener("click", () => chooser.open());
  addEventListener("online", nudge);
  addEventListener("beforeunload", (event) => unsentFiles() && event.preventDefault());
  await refreshState();
  if (!page.city) return; // refused: the status line holds the server's sentence
  welcome();
  reopen();
  resume();
  follow();
}

start();
