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

/** The first morning after `from` on a day that fits. */
function nextMorning(from, fits) {
  const date = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth(), from.getUTCDate(), MORNING));
  while (date <= from || !fits(date.getUTCDate(), date.getUTCMonth() + 1)) date.setUTCDate(date.getUTCDate() + 1);
  return date;
}

const tomorrow = (from) => {
  const date = nextMorning(from, () => true);
  if (date.getUTCDate() === from.getUTCDate()) date.setUTCDate(date.getUTCDate() + 1);
  return date;
};

/** Where the clock's menu leads from `now`, nearest habits first: key, label and target. */
export const moves = (now) => [
  { key: "hour", label: "+1小时", to: new Date(now.getTime() + HOUR) },
  { key: "day", label: "次日 9:00", to: tomorrow(now) },
  { key: "opens", label: "到下一个25日（月报开放）", to: nextMorning(now, (date) => date === 25) },
  { key: "due", label: "到下个截止日（5日）", to: nextMorning(now, (date) => date === 5) },
  { key: "zero", label: "到零报告开放（7月1日/1月1日）", to: nextMorning(now, (date, month) => date === 1 && month % 6 === 1) },
];
