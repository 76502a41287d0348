/* Small helpers for the page's elements. What comes from the server enters by textContent only. */

export const byId = (id) => document.getElementById(id);

export const clone = (template) => byId(template).content.firstElementChild.cloneNode(true);

export function write(root, selector, words) {
  const element = root.querySelector(selector);
  element.textContent = words;
  return element;
}

export function button(words, className, onPress) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = className;
  element.textContent = words;
  element.addEventListener("click", onPress);
  return element;
}

export function paintAvatar(element, person) {
  element.textContent = [...person.name][0] ?? "";
  element.dataset.hue = person.id % 6;
}

/** The role first: it is what must not be cut off where there is little room. */
export const about = (person) => [person.roles.join("、"), person.unit].filter(Boolean).join(" · ");

export function showCount(badge, count, words) {
  badge.hidden = count === 0;
  badge.textContent = count > 99 ? "99+" : count;
  badge.setAttribute("aria-label", count ? `${count} ${words}` : "");
}

/** A dialog also closes when the dark around it is pressed. */
export function closeOutside(dialog) {
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
}

/** With a mouse or a keyboard the text field takes the focus; on a phone that would raise the keyboard unasked. */
export const mayFocus = () => matchMedia("(pointer: fine)").matches;
