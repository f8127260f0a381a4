// Everything about one task: why it is where it is, its log, measurements, attempts, what was asked and how it is verified.
import * as api from './api.js';
import { announce, byId, copyButton, el } from './dom.js';
import { measurements } from './dot-plot.js';
import { ago, duration, elapsedSeconds, lower, moment, shortCommit, words } from './format.js';
import { followLog } from './live.js';
import { LogView } from './log-view.js';
import { address, openTask } from './router.js';
import { state } from './store.js';
import { glyph, LABELS, OPEN } from './status.js';

let shown = null;
let log = null;
let returnFocus = null;
let request = 0;

/** Follows `state.open`: opens, switches or closes the panel. */
export function renderPanel() {
  const panel = byId('panel');
  const name = state.open;
  if (!name || !state.campaign) { close(panel); return; }
  const key = `${state.campaign}/${name}`;
  if (shown !== key) open(panel, key, name);
  else refresh();
}

function close(panel) {
  if (shown === null) return;
  shown = null;
  log?.close();
  log = null;
  panel.hidden = true;
  panel.replaceChildren();
  followLog(null);
  returnFocus?.isConnected && returnFocus.focus({ preventScroll: true });
}

function open(panel, key, name) {
  if (shown === null) returnFocus = document.activeElement;
  shown = key;
  log?.close();
  log = null;
  panel.hidden = false;
  panel.tabIndex = -1;
  panel.scrollTop = 0;
  panel.setAttribute('aria-label', `Task ${name}`);
  if (!state.tasks.has(name)) {
    panel.replaceChildren(head(null, name), el('div', { class: 'panel-body' }, el('section', null,
      el('p', null, `The campaign “${state.campaign}” has no task of this name.`), el('p', { class: 'note' }, 'It may belong to another campaign, or the link may be old.'))));
    return;
  }
  log = new LogView(state.campaign, name);
  followLog(key);
  const slots = Object.fromEntries(['head', 'why', 'measurements', 'attempts', 'verify', 'prompt', 'links'].map(slot => [slot, el('div')]));
  const body = el('div', { class: 'panel-body' }, slots.why, el('section', null, el('h3', null, 'Log'), log.element),
    slots.measurements, slots.attempts, slots.verify, slots.prompt, slots.links);
  panel.replaceChildren(slots.head, body);
  panel.slots = slots;
  panel.focus({ preventScroll: true });
  showRow(slots, state.tasks.get(name));
  announce(`${name}, ${LABELS[state.tasks.get(name).status]}`);
  refresh();
}

async function refresh() {
  const key = shown;
  const name = state.open;
  const row = state.tasks.get(name);
  const { slots } = byId('panel');
  if (!row || !slots) return;
  showRow(slots, row);
  log?.ring();
  const mine = ++request;
  try {
    const detail = await api.task(state.campaign, name);
    if (shown === key && mine === request) showDetail(slots, detail);
  } catch (failure) {
    if (shown === key) slots.attempts.replaceChildren(el('p', { class: 'problem' }, `The details cannot be read: ${failure.message}`));
  }
}

function head(row, name) {
  return el('div', { class: 'panel-head' },
    el('div', { class: 'line' },
      el('span', { class: `status-text s-${row?.status ?? 'WAITING'}` }, row && glyph(row.status), row ? LABELS[row.status] : 'Unknown'),
      el('span', null, row && actions(row)),
      el('button', { type: 'button', class: 'quiet', 'aria-label': 'Close', 'aria-keyshortcuts': 'Escape', onclick: () => openTask(null) }, 'Close ', el('kbd', null, 'Esc'))),
    el('h2', null, name),
    row && el('p', { class: 'facts' }, [row.priority, words(row.category), lower(row.kind), row.sourceFile,
      row.startedAt && `${row.finishedAt ? 'took' : 'for'} ${duration(elapsedSeconds(row.startedAt, row.finishedAt))}`,
      row.worker && `on ${row.worker}`].filter(Boolean).map(fact => el('span', null, fact))));
}

function actions(row) {
  const problem = el('span', { class: 'problem', role: 'alert' });
  const button = (label, action) => el('button', { type: 'button', class: 'plain', onclick: async event => {
    event.currentTarget.disabled = true;
    const pressed = event.currentTarget;
    try { await api.act(state.campaign, row.name, action); announce(`${label}: done`); } catch (failure) {
      problem.textContent = failure.message;
      pressed.disabled = false;
    }
  } }, label);
  return [problem, ' ', OPEN.has(row.status) ? button('Cancel task', 'cancel') : row.status !== 'SUCCEEDED' && button('Retry', 'retry')];
}

function showRow(slots, row) {
  const signature = JSON.stringify(row);
  if (slots.head.dataset.signature !== signature) {
    slots.head.dataset.signature = signature;
    slots.head.className = 'panel-head';
    slots.head.replaceChildren(...head(row, row.name).childNodes);
  }
  const blockers = row.dependencies.filter(name => state.tasks.get(name)?.status !== 'SUCCEEDED');
  const question = { FAILED: 'Why it failed', SKIPPED: 'Why it was skipped', WAITING: 'Why it is not running', READY: 'Why it is not running', CANCELLED: 'Why it was cancelled' }[row.status];
  slots.why.replaceChildren(...(question ? [el('div', { class: `reason-box s-${row.status}` }, el('b', null, question), el('p', null, row.reason || 'No reason was recorded.'),
    blockers.length && OPEN.has(row.status) ? el('div', { class: 'tasklinks' }, blockers.map(tasklink)) : null)] : []));
}

function showDetail(slots, detail) {
  const attempts = detail.attemptsDetail ?? [];
  const measured = [...attempts].reverse().find(attempt => attempt.metrics?.length);
  const width = byId('panel').querySelector('.panel-body').clientWidth - 2 * parseFloat(getComputedStyle(byId('panel').querySelector('.panel-body')).paddingLeft);
  section(slots.measurements, measured, () => [title('Measurements', `attempt ${measured.epoch}, commit ${shortCommit(measured.commit)}`),
    ...measurements(measured.metrics, width), el('p', { class: 'note' }, measured.machine)]);
  section(slots.attempts, attempts.length, () => [title(attempts.length === 1 ? 'Attempt' : 'Attempts', ''), el('ol', { class: 'attempts' }, [...attempts].reverse().map(attemptItem))]);
  section(slots.verify, detail.verifyCommand || detail.benchmark?.command, () => [
    detail.verifyCommand && [el('h3', null, 'Verified by', copyButton(detail.verifyCommand)), el('pre', null, detail.verifyCommand)],
    detail.benchmark?.command && [el('h3', null, 'Measured by', copyButton(detail.benchmark.command)), el('pre', null, detail.benchmark.command)]]);
  section(slots.prompt, detail.prompt, () => [el('h3', null, 'What is asked'), el('pre', { class: 'prose' }, detail.prompt)]);
  section(slots.links, detail.dependencies.length + (detail.dependents?.length ?? 0), () => [
    detail.dependencies.length ? [title('Depends on', ''), el('div', { class: 'tasklinks' }, detail.dependencies.map(tasklink))] : null,
    detail.dependents?.length ? [el('h3', { class: 'after' }, 'Needed by'), el('div', { class: 'tasklinks' }, detail.dependents.slice(0, 60).map(tasklink))] : null]);
}

/** Replaces a section only when its content differs, so that reading and selecting text survive live updates. */
function section(slot, present, build) {
  const made = el('section', null, present ? build() : []);
  made.hidden = !present;
  const old = slot.firstElementChild;
  if (old?.innerHTML !== made.innerHTML) slot.replaceChildren(made);
}

const title = (text, note) => el('h3', null, text, el('span', { class: 'note' }, note));

function attemptItem(attempt) {
  const status = attempt.outcome === 'SUCCEEDED' ? 'SUCCEEDED' : ['STOPPED', 'CANCELLED'].includes(attempt.outcome) ? 'CANCELLED' : attempt.outcome ? 'FAILED' : 'RUNNING';
  return el('li', null, el('span', { class: 'epoch' }, `#${attempt.epoch}`),
    el('span', { class: `status-text s-${status}` }, glyph(status), ' ', attempt.outcome ? lower(attempt.outcome) : attempt.stage),
    el('span', { class: 'took', title: moment(attempt.startedAt ?? attempt.assignedAt) },
      attempt.startedAt && attempt.finishedAt ? duration(elapsedSeconds(attempt.startedAt, attempt.finishedAt)) : ago(attempt.startedAt ?? attempt.assignedAt)),
    el('span', { class: 'detail' }, [attempt.reason, [attempt.worker, attempt.exitStatus !== null && attempt.exitStatus !== undefined && `exit status ${attempt.exitStatus}`,
      attempt.commit && `commit ${shortCommit(attempt.commit)}`].filter(Boolean).join(', ')].filter(Boolean).flatMap((text, index) => index ? [el('br'), text] : [text])),
    attempt.artifacts?.length ? el('span', { class: 'detail' }, 'Files: ', attempt.artifacts.flatMap((file, index) => [index ? ', ' : '',
      el('a', { href: `api/artifacts/${file.sha256}?name=${encodeURIComponent(file.path.split('/').at(-1))}`, target: '_blank', rel: 'noopener' }, file.path)])) : null,
    el('span', { class: 'detail' }, el('button', { type: 'button', class: 'quiet', onclick: () => { log?.show(attempt.epoch); log?.element.scrollIntoView({ block: 'center' }); } }, 'Show its log')));
}

function tasklink(name) {
  const row = state.tasks.get(name);
  return el('a', { href: address(name) }, glyph(row?.status ?? 'WAITING'), name);
}

export const toggleFollow = () => log?.toggleFollow();
