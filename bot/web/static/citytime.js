/* The city's time. Pure.
 *
 * Rule 1  Every time the server sends carries the city's own offset ("2012-03-26T09:00:00+08:00"); what people see is
 *         the wall clock written in it. The browser's own zone never matters.
 * Rule 2  A wall clock is a Date whose UTC fields hold it, so that adding days cannot stumble over a zone.
 */

const FORM = /^(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?$/;
const HOUR = 3_600_000;
const MORNING = 9; // when an office opens: what opens or falls due that day is still ahead

export const wall = (iso) => new Date(`${iso.match(FORM)[1]}Z`);
export const offsetOf = (iso) => iso.match(FORM)[2] ?? "Z";
export const toIso = (date, offset) => `${date.toISOString().slice(0, 19)}${offset}`;
export const toInput = (date) => date.toISOString().slice(0, 16); // the form of <input type="datetime-local">
export const fromInput = (value) => wall(value);

export const day = (date) =>
  `${date.getUTCFullYear()}年${date.getUTCMonth() + 1}月${date.getUTCDate()}日 周${"日一二三四五六"[date.getUTCDay()]}`;
export const hour = (date) => date.toISOString().slice(11, 16);
export const moment = (date) => `${day(date)} ${hour(date)}`;

const morning = (date) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), MORNING));

function tomorrow(from) {
  const date = morning(from);
  date.setUTCDate(date.getUTCDate() + 1);
  return date;
}

/** The morning of the first landmark of a kind that is still ahead, and what happens on that day; null if none is. */
function nextOf(landmarks, key, now) {
  const ahead = landmarks.map(({ day: written, ...mark }) => ({ ...mark, to: morning(wall(`${written}T00:00`)) }));
  const { what, to } = ahead.find((mark) => mark.key === key && mark.to > now) ?? {};
  return to ? { key, label: `到${what}（${to.getUTCMonth() + 1}月${to.getUTCDate()}日）`, to } : null;
}

/** Where the clock's menu leads from `now`, nearest habits first: key, label and target. `landmarks` are the server's,
 *  by the rules in force, in the order of their days. */
export const moves = (now, landmarks) => [
  { key: "hour", label: "+1小时", to: new Date(now.getTime() + HOUR) },
  { key: "day", label: "次日 9:00", to: tomorrow(now) },
  ...["opens", "due", "zero"].map((key) => nextOf(landmarks, key, now)).filter(Boolean),
];
