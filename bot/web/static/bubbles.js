/* One message as elements. Nothing here knows where the message came from or what a button leads to. */

import { button, clone, write } from "./dom.js";
import * as time from "./citytime.js";

/** A message of the server. With `press` the person's own words are drawn as the button they were. */
export function bubbleOf(message, onPress) {
  const element = blank(message.from, Boolean(message.press));
  element.dataset.id = message.id;
  write(element, ".title", message.title);
  write(element, ".text", message.text);
  fillMedia(element.querySelector(".media"), message.media);
  fillButtons(element.querySelector(".buttons"), message, onPress);
  element.classList.toggle("asks", message.rows.length > 0);
  element.classList.toggle("shows", message.media.some(isPicture));
  const stamp = write(element, "time", time.hour(time.wall(message.at)));
  stamp.dateTime = message.at;
  return element;
}

/** A message that is still on its way, or was refused. */
export function unsentOf(item, { onTakeBack, onRemove }) {
  const element = blank("me", Boolean(item.data && !item.text));
  element.dataset.testid = "unsent";
  element.dataset.nonce = item.nonce;
  element.classList.add(item.error ? "refused" : "unsent");
  if (!item.error) element.setAttribute("aria-live", "off"); // it is read out once the server has it
  write(element, ".text", item.text || item.label);
  fillMedia(element.querySelector(".media"), item.files.map((file) => ({ kind: "file", name: file.name, url: "" })));
  write(element, ".state", stateOf(item));
  if (item.error) {
    const row = addRow(element.querySelector(".buttons"));
    if (!item.data) row.append(button("放回输入框", "", onTakeBack));
    row.append(button("删除", "", onRemove));
  }
  return element;
}

const stateOf = (item) => {
  if (item.error) return `没有发出：${item.error}`;
  return item.late ? "还没发出，正在重试…" : "发送中…";
};

export function dayLine(date) {
  const line = document.createElement("p");
  line.className = "day";
  line.textContent = time.day(date);
  return line;
}

function blank(from, pressed) {
  const element = clone("message-template");
  element.classList.add(from === "me" ? "me" : "bot");
  element.classList.toggle("press", pressed);
  write(element, ".sender", from === "me" ? (pressed ? "我点了：" : "我：") : "机器人：");
  return element;
}

function fillButtons(box, message, onPress) {
  for (const options of message.rows) {
    const row = addRow(box);
    for (const option of options) row.append(optionButton(option, message, onPress));
  }
}

function optionButton(option, message, onPress) {
  const element = button(option.label, "option", () => onPress(option, message.id));
  element.dataset.testid = "option";
  element.dataset.data = option.data;
  return element;
}

function addRow(box) {
  const row = document.createElement("div");
  row.className = "row";
  box.append(row);
  return row;
}

function fillMedia(box, media) {
  for (const one of media) box.append(isPicture(one) ? photo(one) : file(one));
}

/** A chart is a picture that is shown whole; its alt text says all its figures. */
const isPicture = (media) => media.kind === "photo" || media.kind === "chart";

const KINDS = { photo: "照片", chart: "图表", file: "文件", voice: "语音", video: "视频", place: "位置" };
const wordsOf = (media) => media.name || KINDS[media.kind] || "附件";

function photo(media) {
  const link = linkTo(clone("photo-template"), media);
  const image = link.querySelector("img");
  image.alt = media.alt ?? `照片：${wordsOf(media)}`;
  link.classList.toggle("chart", media.kind === "chart");
  image.addEventListener("error", () => link.replaceWith(file(media)));
  if (isOurs(media.url)) image.src = media.url;
  return link;
}

function file(media) {
  const link = linkTo(clone("file-template"), media);
  write(link, ".file-name", wordsOf(media));
  return link;
}

function linkTo(link, media) {
  if (isOurs(media.url)) link.href = media.url;
  return link;
}

/** Only a path of this server becomes an address: never another host, never a script. */
const isOurs = (url) => /^\/(?![/\\])/.test(url ?? "");
