/* Where a person writes: text, photos and files, the menu words.
 *
 * Rule 1  Enter sends, Shift+Enter breaks the line; an Enter that ends an input method's composition does neither.
 * Rule 2  What is typed is never lost: it lies in the browser's memory until it is sent.
 */

import { button, clone, mayFocus, write } from "./dom.js";
import { drop, get, put } from "./store.js";

export class Composer {
  constructor(root, { person, menu, onSay }) {
    this.onSay = onSay;
    this.draftKey = `draft.${person.id}`;
    this.files = [];
    this.root = root;
    this.form = root.querySelector(".composer");
    this.input = root.querySelector(".input");
    this.picker = root.querySelector(".files");
    this.input.value = get(this.draftKey, "");
    this.input.setAttribute("aria-label", `以${person.name}的身份写消息`);
    root.querySelector(".chips").append(...menu.map(([word, data]) => this.chip(word, data)));
    this.listen();
    requestAnimationFrame(() => this.typed());
  }

  /** Its word is what is seen; what it carries means the same at any question, also where a text is asked for. */
  chip(word, data) {
    const chip = button(word, "chip", () => this.onSay({ text: word, data }));
    chip.dataset.testid = "chip";
    return chip;
  }

  listen() {
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.keyed(event));
    this.root.querySelector(".send").addEventListener("mousedown", (event) => event.preventDefault()); // keeps a phone's keyboard up
    this.input.addEventListener("paste", (event) => this.take(event, event.clipboardData.files));
    this.root.querySelector(".attach").addEventListener("click", () => this.picker.click());
    this.picker.addEventListener("change", () => { this.attach([...this.picker.files]); this.picker.value = ""; });
    this.root.addEventListener("dragover", (event) => this.dragged(event));
    this.root.addEventListener("dragleave", (event) => this.root.contains(event.relatedTarget) || this.markDrop(false));
    this.root.addEventListener("drop", (event) => { this.markDrop(false); this.take(event, event.dataTransfer.files); });
  }

  keyed(event) {
    const composes = event.isComposing || event.keyCode === 229; // 229: Safari ends the composition before the key
    if (event.key !== "Enter" || event.shiftKey || composes) return;
    event.preventDefault();
    this.send();
  }

  dragged(event) {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    this.markDrop(true);
  }

  markDrop(is) {
    this.root.classList.toggle("drop", is);
  }

  /** Files that were pasted or dropped; plain text goes the browser's own way. */
  take(event, files) {
    if (!files.length) return;
    event.preventDefault();
    this.attach([...files]);
  }

  send() {
    const text = this.input.value.trim();
    if (!text && !this.files.length) return;
    this.onSay({ text, files: this.files });
    this.files = [];
    this.input.value = "";
    this.showFiles();
    this.typed();
    this.focus();
  }

  /** A refused message comes back before what was typed since. */
  putBack({ text, files }) {
    this.input.value = [text, this.input.value].filter(Boolean).join("\n");
    this.attach(files);
    this.typed();
    this.input.focus();
  }

  typed() {
    const { value } = this.input;
    if (value) put(this.draftKey, value);
    else drop(this.draftKey);
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight}px`;
    this.form.classList.toggle("ready", Boolean(value.trim() || this.files.length));
  }

  attach(files) {
    this.files = [...this.files, ...files];
    this.showFiles();
    this.typed();
    if (mayFocus()) this.input.focus();
  }

  detach(file) {
    this.files = this.files.filter((other) => other !== file);
    this.showFiles();
    this.typed();
    this.root.querySelector(".attach").focus();
  }

  showFiles() {
    this.root.querySelector(".attached").replaceChildren(...this.files.map((file) => this.attachment(file)));
  }

  attachment(file) {
    const element = clone("attached-template");
    write(element, ".file-name", file.name);
    const remove = element.querySelector("button");
    remove.setAttribute("aria-label", `不发 ${file.name}`);
    remove.addEventListener("click", () => this.detach(file));
    if (file.type.startsWith("image/")) paintThumbnail(element, file);
    return element;
  }

  focus() {
    if (mayFocus()) this.input.focus({ preventScroll: true });
  }
}

/** Drawn on a canvas, because an address made of a blob is no source the page's policy allows. */
async function paintThumbnail(element, file) {
  const image = await createImageBitmap(file, { resizeWidth: 192 }).catch(() => null);
  if (!image) return; // not a picture after all: the file's sign stays
  const canvas = element.querySelector("canvas");
  const side = Math.min(image.width, image.height);
  const [x, y] = [(image.width - side) / 2, (image.height - side) / 2];
  canvas.getContext("2d").drawImage(image, x, y, side, side, 0, 0, canvas.width, canvas.height);
  canvas.hidden = false;
  element.classList.add("pictured");
}
