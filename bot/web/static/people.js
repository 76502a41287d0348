/* Choosing a person: suggested ones first, those with something new, then everybody by role.
 *
 * Rule 1  A person stands in one group only, under the first of their roles, so that no name looks like two people.
 * Rule 2  With several hundred people the keyboard must be enough: type, arrow down, Enter.
 */

import { about, byId, button, clone, closeOutside, paintAvatar, write } from "./dom.js";

const ORDER = ["联络人", "分管领导", "一把手", "市项目办", "牵头领导", "牵头部门", "督查室", "管理员"];
const EVERYBODY = "全部";
const OTHERS = "其他";

const rank = (role) => (ORDER.includes(role) ? ORDER.indexOf(role) : ORDER.length);
const roleOf = (person) => person.roles[0] ?? OTHERS;
const matches = (person, words) => words.every((word) => [person.name, person.unit, ...person.roles].join(" ").includes(word));

export class Chooser {
  /** `look()` tells how things stand: {people, suggested, open, news}, the last two as sets of ids. */
  constructor({ look, onChoose }) {
    this.look = look;
    this.onChoose = onChoose;
    this.role = EVERYBODY;
    this.dialog = byId("chooser");
    this.query = byId("chooser-query");
    this.query.addEventListener("input", () => this.paintGroups());
    byId("chooser-search").addEventListener("submit", (event) => { event.preventDefault(); this.chooseFirst(); });
    this.dialog.addEventListener("keydown", (event) => this.keyed(event));
    closeOutside(this.dialog);
  }

  open() {
    this.query.value = "";
    this.role = EVERYBODY;
    this.paintRoles();
    this.paintGroups();
    this.dialog.showModal();
    this.query.focus();
  }

  choose(person) {
    this.dialog.close();
    this.onChoose(person.id);
  }

  chooseFirst() {
    this.buttons()[0]?.click();
  }

  buttons() {
    return [...byId("chooser-groups").querySelectorAll(".person")];
  }

  keyed(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.isComposing) return;
    const stops = [this.query, ...this.buttons()];
    event.preventDefault();
    stops[Math.max(0, stops.indexOf(document.activeElement)) + step]?.focus();
  }

  paintRoles() {
    const roles = [...new Set(this.look().people.map(roleOf))].sort((a, b) => rank(a) - rank(b));
    byId("chooser-roles").replaceChildren(...[EVERYBODY, ...roles].map((role) => this.filter(role)));
  }

  filter(role) {
    const filter = button(role, "filter", () => {
      this.role = role;
      for (const other of filter.parentElement.children) other.setAttribute("aria-pressed", other === filter);
      this.paintGroups();
    });
    filter.setAttribute("aria-pressed", role === this.role);
    return filter;
  }

  paintGroups() {
    const groups = this.groups();
    const total = groups.reduce((sum, [, people]) => sum + people.length, 0);
    byId("chooser-groups").replaceChildren(...groups.map(([name, people]) => this.group(name, people)));
    byId("chooser-groups").scrollTop = 0;
    byId("chooser-count").textContent = total ? `${total} 人` : "没有这样的人。换个姓名、单位或身份试试。";
  }

  /** [name, people] pairs, none empty. */
  groups() {
    const { people, suggested, news } = this.look();
    const words = this.query.value.trim().split(/\s+/);
    let rest = people.filter((person) => matches(person, words) && (this.role === EVERYBODY || roleOf(person) === this.role));
    const take = (fits) => {
      const taken = rest.filter(fits);
      rest = rest.filter((person) => !fits(person));
      return taken;
    };
    const first = take((person) => suggested.includes(person.id));
    first.sort((a, b) => suggested.indexOf(a.id) - suggested.indexOf(b.id));
    const groups = [["推荐先试", first], ["有新消息", take((person) => news.has(person.id))]];
    const roles = [...new Set(rest.map(roleOf))].sort((a, b) => rank(a) - rank(b));
    groups.push(...roles.map((role) => [role, rest.filter((person) => roleOf(person) === role)]));
    return groups.filter(([, members]) => members.length);
  }

  group(name, people) {
    const section = document.createElement("section");
    const heading = document.createElement("h3");
    const list = document.createElement("ul");
    heading.textContent = `${name} ${people.length}`;
    section.setAttribute("aria-label", name);
    list.append(...people.map((person) => this.item(person)));
    section.append(heading, list);
    return section;
  }

  item(person) {
    const { open, news } = this.look();
    const item = personItem(person, () => this.choose(person));
    const mark = write(item, ".person-mark", news.has(person.id) ? "有新消息" : open.has(person.id) ? "已打开" : "");
    mark.classList.toggle("new", news.has(person.id));
    return item;
  }
}

/** One person to press, here and on the welcome page. */
export function personItem(person, onPress) {
  const item = clone("person-template");
  const press = item.querySelector("button");
  paintAvatar(item.querySelector(".avatar"), person);
  write(item, ".person-name", person.name);
  write(item, ".person-about", about(person));
  press.dataset.person = person.id;
  press.addEventListener("click", onPress);
  return item;
}
