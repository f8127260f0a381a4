// What needs a person: a standstill, then failed tasks and lost workers, the newest first, until looked at or mended.
import { el } from './dom.js';
import { ago } from './format.js';
import { address, filter } from './router.js';
import { state } from './store.js';
import { glyph } from './status.js';

const SHOWN = 3;
const WORDS = { failed: 'failed', lost: 'worker lost', standstill: 'stands still' };

export function collectAlerts() {
  const alerts = [];
  const { standstill, name, paused } = state.summary ?? {};
  if (standstill && !paused) alerts.push({ kind: 'standstill', name, why: standstill });
  for (const row of state.tasks.values()) {
    if (row.status === 'FAILED') alerts.push({ kind: 'failed', name: row.name, why: row.reason, at: row.finishedAt });
  }
  for (const worker of state.workers.values()) {
    if (worker.state === 'LOST') alerts.push({ kind: 'lost', name: worker.id, why: 'No heartbeat. Its tasks go to other workers; start it again with ./heng worker.', at: worker.lastSeen });
  }
  // What nobody can wait out comes first.
  const time = alert => alert.kind === 'standstill' ? Infinity : Date.parse(alert.at ?? 0);
  return alerts.sort((a, b) => time(b) - time(a));
}

export function renderAlerts(holder) {
  const alerts = collectAlerts();
  holder.hidden = alerts.length === 0;
  const signature = JSON.stringify(alerts.slice(0, SHOWN + 1).map(alert => [alert.kind, alert.name, alert.why, alert.at && ago(alert.at)])) + alerts.length;
  // The region is announced by screen readers: it is only touched when it says something else.
  if (holder.dataset.signature === signature) return;
  holder.dataset.signature = signature;
  const failed = alerts.filter(alert => alert.kind === 'failed').length;
  holder.replaceChildren(el('ul', null,
    alerts.slice(0, SHOWN).map(alert => el('li', null,
      glyph('FAILED'),
      subject(alert),
      el('span', { class: 'what' }, WORDS[alert.kind]),
      el('span', { class: alert.kind === 'standstill' ? 'why whole' : 'why', title: alert.why }, alert.why),
      alert.at && el('time', null, ago(alert.at)))),
    alerts.length > SHOWN && el('li', null, el('button', { type: 'button', class: 'quiet', onclick: () => filter({ status: new Set(['FAILED']) }) },
      `${alerts.length - SHOWN} more; show all ${failed} failed tasks`))));
}

function subject(alert) {
  if (alert.kind === 'failed') return el('a', { href: address(alert.name), class: 'mono' }, alert.name);
  if (alert.kind === 'lost') return el('a', { href: '#workers', class: 'mono', onclick: showWorkers }, alert.name);
  return el('b', { class: 'mono' }, alert.name);
}

function showWorkers(event) {
  event.preventDefault();
  document.getElementById('workers').scrollIntoView({ behavior: 'smooth', block: 'center' });
}
