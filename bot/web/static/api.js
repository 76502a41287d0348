/* The HTTP contract of the try-out: the only file that knows addresses.
 *
 * Rule 1  `Refused` is the server's own sentence (4xx), to be shown; `Away` is everything that may pass: no network, a
 *         time-out, 5xx, an answer that is not ours. Only `Away` may be tried again.
 * Rule 2  A message keeps its nonce however often it is sent; the server stores it once.
 */

const ROOT = "/tryout";
const SOON = 20_000;
const UPLOAD = 300_000;

export class Refused extends Error {}
export class Away extends Error {}

export const getState = () => call("/state", { timeout: SOON });

export const getMessages = (person, after) =>
  call(`/people/${person}/messages${after ? `?after=${encodeURIComponent(after)}` : ""}`, { timeout: SOON });

export const say = (item) =>
  call(`/people/${item.person}/say`, { method: "POST", body: formOf(item), timeout: item.files.length ? UPLOAD : SOON });

/** Moves the city's clock. It may walk through half a year of sweeps, so it has no time-out. */
export const moveClock = (to) =>
  call("/clock", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ to }) });

function formOf(item) {
  const form = new FormData();
  form.set("nonce", item.nonce);
  if (item.data) {
    form.set("data", item.data);
    form.set("message", item.message);
    form.set("label", item.label);
  }
  if (item.text) form.set("text", item.text);
  for (const file of item.files) form.append("files", file, file.name);
  return form;
}

async function call(path, { timeout, ...options } = {}) {
  const signal = timeout ? AbortSignal.timeout(timeout) : undefined;
  let response;
  let body;
  try {
    response = await fetch(ROOT + path, { ...options, signal });
    body = await response.json();
  } catch (error) {
    if (response && refuses(response.status)) throw new Refused("服务器没有接受这条消息。");
    throw new Away("连不上服务器。", { cause: error });
  }
  if (refuses(response.status)) throw new Refused(body.error || "服务器没有接受这条消息。");
  if (!response.ok) throw new Away("服务器暂时出错。");
  return body;
}

const refuses = (status) => status >= 400 && status < 500 && status !== 408 && status !== 429;

/** Listens for good. The browser reconnects a broken stream; one that was closed by an error answer is opened anew. */
export function listen({ onOpen, onEvent, onLost }) {
  const stream = new EventSource(`${ROOT}/events`);
  stream.addEventListener("open", onOpen);
  stream.addEventListener("message", (event) => onEvent(JSON.parse(event.data)));
  stream.addEventListener("error", () => {
    onLost();
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => listen({ onOpen, onEvent, onLost }), 3000);
  });
}
