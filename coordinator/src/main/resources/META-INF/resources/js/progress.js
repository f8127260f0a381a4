// How far the campaign is: the big figure, one cell per task, the legend that filters, rates and ETA.
import { actOnCampaign } from './api.js';
import { announce, el, tooltip } from './dom.js';
import { ago, count, duration, elapsedSeconds, figure, moment } from './format.js';
import { address, filter, openTask, toggleStatus } from './router.js';
import { counts, state } from './store.js';
import { glyph, LABELS, PROGRESS_ORDER } from './status.js';

const MOST_CELLS = 80;
const MOST_CHANGES = 50;
const opened = new Set();

export function renderProgress(holder) {
  const { summary } = state;
  if (!summary) return;
  const now = counts();
  const total = state.tasks.size;
  const done = now.SUCCEEDED ?? 0;
  holder.replaceChildren(...[
    el('p', { class: 'state' }, headline(summary, now), controls(summary, now)),
    el('p', { class: 'big' }, el('b', null, count(done)), el('span', null, `of ${count(total)} done`)),
    cells(total, now),
    legend(now),
    figures(summary),
    changes(summary.lastSubmission)].filter(Boolean));
}

/** What the last submission changed; the names on demand. */
function changes(submission) {
  if (!submission) return null;
  const kinds = [['+', 'added'], ['~', 'changed'], ['−', 'removed']].map(([sign, word]) =>
    [sign, word, submission.diff[word], submission.counts[word]]).filter(([, , , total]) => total);
  if (!kinds.length) return null;
  const names = () => kinds.flatMap(([sign, word, all, total]) => [
    ...all.slice(0, MOST_CHANGES).map(name => el('li', { class: `change-${word}` }, `${sign} `, word === 'removed' ? name : el('a', { href: address(name) }, name))),
    ...(total > MOST_CHANGES ? [el('li', null, `and ${count(total - MOST_CHANGES)} more ${word}`)] : [])]);
  const list = el('ul', null, opened.has(submission.submission) ? names() : []);
  return el('details', { class: 'changes', open: opened.has(submission.submission), ontoggle: event => {
    list.replaceChildren(...(event.target.open ? names() : []));
    if (event.target.open) opened.add(submission.submission); else opened.delete(submission.submission);
  } },
  el('summary', null, 'Last submission: ', kinds.map(([sign, word, , total]) => el('b', { class: `change-${word}` }, `${sign}${count(total)} ${word} `)),
    el('span', null, `by ${submission.actor}, ${ago(submission.at)}`)), list);
}

function headline(summary, now) {
  if (summary.finished) {
    const whole = (now.SUCCEEDED ?? 0) === state.tasks.size;
    return [glyph(whole ? 'SUCCEEDED' : 'FAILED'), whole ? 'Finished, everything done'
      : `Finished, ${count(state.tasks.size - (now.SUCCEEDED ?? 0))} not done`];
  }
  if (summary.paused) return [glyph('READY'), 'Paused'];
  if (now.RUNNING) return [glyph('RUNNING'), `${count(now.RUNNING)} running now`];
  return [glyph('WAITING'), 'Nothing is running'];
}

function controls(summary, now) {
  const button = (label, action, title) => el('button', { type: 'button', class: 'quiet', title, onclick: async event => {
    const pressed = event.currentTarget;
    pressed.disabled = true;
    try { await actOnCampaign(summary.name, action); announce(`${label}: done`); } catch (failure) { pressed.textContent = failure.message; }
  } }, label);
  return el('span', { class: 'controls' },
    now.FAILED && button('Rerun failed', 'rerun-failed', 'Try the failed tasks again, and those skipped because of them'),
    !summary.finished && (summary.paused ? button('Resume', 'resume', 'Hand out tasks again') : button('Pause', 'pause', 'Start nothing new; what runs goes on')));
}

function cells(total, now) {
  if (total > MOST_CELLS) {
    return el('div', { class: 'cells bands' }, PROGRESS_ORDER.filter(status => now[status]).map(status => {
      const band = el('button', { type: 'button', class: `s-${status}`, 'aria-label': `${count(now[status])} ${LABELS[status].toLowerCase()}: filter`,
        onclick: () => filter({ status: new Set([status]) }) });
      band.style.flexGrow = now[status];
      return band;
    }));
  }
  const rank = new Map(PROGRESS_ORDER.map((status, index) => [status, index]));
  const rows = [...state.tasks.values()].sort((a, b) => rank.get(a.status) - rank.get(b.status));
  return el('div', { class: 'cells', onpointerleave: () => tooltip(null) }, rows.map(row => el('button', {
    type: 'button', class: `s-${row.status}`, tabindex: -1, 'aria-label': `${row.name}, ${LABELS[row.status]}`,
    onclick: () => openTask(row.name),
    onpointermove: event => tooltip(`${row.name}\n${LABELS[row.status]}${row.reason ? `: ${row.reason}` : ''}`, event.clientX, event.clientY),
  })));
}

function legend(now) {
  return el('div', { class: 'legend', role: 'group', 'aria-label': 'Filter by status' },
    PROGRESS_ORDER.filter(status => now[status]).map(status => el('button', {
      type: 'button', class: `s-${status}`, 'aria-pressed': String(state.filters.status.has(status)), onclick: () => toggleStatus(status),
    }, glyph(status), el('b', null, count(now[status])), ' ', LABELS[status].toLowerCase())));
}

function figures(summary) {
  const elapsed = elapsedSeconds(summary.startedAt, summary.finishedAt);
  const left = summary.etaSeconds === null || summary.etaSeconds === undefined ? null
    : summary.etaSeconds - (Date.now() - state.loadedAt) / 1000;
  const rate = summary.throughput?.tasksPerHour;
  const speed = summary.throughput?.currentTokensPerSecond;
  return el('dl', { class: 'figures' },
    entry(summary.finished ? 'Finished' : 'Time left', summary.finished ? moment(summary.finishedAt)
      : left === null ? '–' : left <= 0 ? 'any moment' : ['≈ ', duration(left)]),
    entry(summary.finished ? 'Took' : 'Running for', duration(elapsed)),
    entry('Decode speed now', speed ? [figure(speed), el('small', null, ' tok/s')] : '–'),
    entry('Pace', rate ? [figure(rate), el('small', null, ' tasks/h')] : '–'));
}

const entry = (name, value) => el('div', null, el('dt', null, name), el('dd', null, value));

/** Title and icon tell the state of a tab that is in the background. */
export function renderTitle() {
  const { summary } = state;
  if (!summary) { document.title = 'AlphaHENG'; return; }
  const now = counts();
  const done = now.SUCCEEDED ?? 0;
  const trouble = now.FAILED ? ` · ${now.FAILED} failed` : '';
  document.title = `${done}/${state.tasks.size}${trouble} · ${summary.name} · AlphaHENG`;
}
