/* The browser's own memory: drafts and unsent messages. A full or forbidden store costs only what a reload would keep. */

const PREFIX = "sanbao.";

const attempt = (act, otherwise) => {
  try {
    return act();
  } catch {
    return otherwise;
  }
};

export const put = (key, value) => attempt(() => localStorage.setItem(PREFIX + key, JSON.stringify(value)));
export const drop = (key) => attempt(() => localStorage.removeItem(PREFIX + key));
export const get = (key, otherwise) => attempt(() => JSON.parse(localStorage.getItem(PREFIX + key)) ?? otherwise, otherwise);

export const all = (start) => {
  const keys = attempt(() => Object.keys(localStorage), []).filter((key) => key.startsWith(PREFIX + start));
  return keys.map((key) => get(key.slice(PREFIX.length), null)).filter(Boolean);
};
