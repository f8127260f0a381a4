// Numbers, durations and times as people read them.
const number = digits => new Intl.NumberFormat('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const FORMATS = [number(0), number(1), number(2), number(3)];

/** A measured figure with as many digits as carry meaning: 231.7, 14.20, 0.83, 12,345. */
export function figure(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (Number.isInteger(value) && Math.abs(value) >= 100) return FORMATS[0].format(value);
  const size = Math.abs(value);
  return FORMATS[size >= 1000 ? 0 : size >= 20 ? 1 : size >= 1 ? 2 : size === 0 ? 0 : 3].format(value);
}

export const count = value => FORMATS[0].format(value);
export const ratio = value => `×${FORMATS[2].format(value)}`;

/** Seconds as "48 s", "12 min", "3 h 20 min", "2 d 4 h". */
export function duration(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return '–';
  const s = Math.max(0, seconds);
  if (s < 10) return `${FORMATS[1].format(s)} s`;
  if (s < 90) return `${Math.round(s)} s`;
  const minutes = Math.round(s / 60);
  if (minutes < 100) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** How long something took or has been taking; null when it has not begun. */
export function elapsedSeconds(startedAt, finishedAt) {
  if (!startedAt) return null;
  return ((finishedAt ? Date.parse(finishedAt) : Date.now()) - Date.parse(startedAt)) / 1000;
}

export function ago(at) {
  if (!at) return 'never';
  const seconds = (Date.now() - Date.parse(at)) / 1000;
  return seconds < 5 ? 'now' : `${duration(seconds)} ago`;
}

const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const MOMENT = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
export const clock = at => CLOCK.format(new Date(at));
export const moment = at => at ? MOMENT.format(new Date(at)) : '–';

export const words = text => text ? text.replaceAll(/[-_]/g, ' ') : '';
export const shortCommit = commit => commit ? commit.slice(0, 10) : '';

/** "kind" and "outcome" constants as words: VERIFICATION_FAILED becomes "verification failed". */
export const lower = constant => constant ? words(constant).toLowerCase() : '';

export function metricWords(name) {
  return name.replace('tokens_per_second', 'tok/s').replaceAll('_', ' ');
}
