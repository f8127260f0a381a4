// The machines: what each is, what it runs, when it was last heard of, and a lane of what it did lately.
import { byId, el, svg, tooltip } from './dom.js';
import { ago, duration, elapsedSeconds } from './format.js';
import { address, openTask } from './router.js';
import { state } from './store.js';
import { glyph, LABELS } from './status.js';

const RANK = { ONLINE: 0, LOST: 1, LEFT: 2 };
const MOST_SHOWN = 40;
const MOST_BLOCKS = 200;
const BUCKET = 5;

export function renderWorkers(holder) {
  const workers = [...state.workers.values()].sort((a, b) => RANK[a.state] - RANK[b.state] || a.id.localeCompare(b.id));
  const online = workers.filter(worker => worker.state === 'ONLINE');
  const slots = online.reduce((sum, worker) => sum + worker.slots, 0);
  const busy = online.reduce((sum, worker) => sum + worker.running.length, 0);
  byId('workers-note').textContent = workers.length ? `${online.length} online, ${busy} of ${slots} slots busy` : '';
  if (!workers.length) {
    holder.replaceChildren(el('p', { class: 'note' }, 'No worker has registered yet. Start one: ', el('code', null, './heng worker')));
    return;
  }
  const history = tasksByWorker();
  holder.replaceChildren(
    ...workers.slice(0, MOST_SHOWN).map(worker => card(worker, history.get(worker.id) ?? [])),
    ...(workers.length > MOST_SHOWN ? [el('p', { class: 'note' }, `and ${workers.length - MOST_SHOWN} more`)] : []));
}

function tasksByWorker() {
  const result = new Map();
  for (const row of state.tasks.values()) {
    if (!row.worker || !row.startedAt) continue;
    if (!result.has(row.worker)) result.set(row.worker, []);
    result.get(row.worker).push(row);
  }
  return result;
}

function card(worker, rows) {
  const said = { ONLINE: ago(worker.lastSeen) === 'now' ? 'online' : `seen ${ago(worker.lastSeen)}`, LOST: `lost, seen ${ago(worker.lastSeen)}`, LEFT: `left ${ago(worker.lastSeen)}` };
  return el('article', { class: 'worker', dataset: { state: worker.state }, 'aria-label': `Worker ${worker.id}` },
    el('h3', null, el('i', { 'aria-hidden': 'true' }), worker.id, el('span', null, said[worker.state] ?? worker.state)),
    el('p', null, worker.profile?.description || hardware(worker.profile)),
    lane(rows),
    el('div', { class: 'jobs' }, worker.running.map(job => el('a', { href: address(job.task, job.campaign) },
      glyph('RUNNING'), el('span', null, job.task), el('small', null, job.stage)))),
    worker.state === 'ONLINE' && !worker.running.length && el('p', { class: 'note' }, `idle, ${worker.slots} ${worker.slots === 1 ? 'slot' : 'slots'}`));
}

function hardware(profile) {
  if (!profile) return '';
  return `${profile.cpuCores} cores, ${Math.round(profile.memoryBytes / 2 ** 30)} GB, ${Object.values(profile.labels ?? {}).join(' ')}`;
}

/** Too many tasks to draw each: one block per stretch of time, failed if anything in it failed. */
function merged(rows, range) {
  const buckets = new Map();
  for (const row of rows) {
    const [from, to] = range(row);
    for (let bucket = Math.floor(from / BUCKET) * BUCKET; bucket <= to && bucket < 1000; bucket += BUCKET) {
      if (buckets.get(bucket) !== 'FAILED') buckets.set(bucket, row.status);
    }
  }
  return [...buckets].map(([bucket, status]) => ({ bucket, status }));
}

/** Blocks in time from the campaign's start to now (or its end). */
function lane(rows) {
  if (!rows.length || !state.summary?.startedAt) return null;
  const from = Date.parse(state.summary.startedAt);
  const to = state.summary.finishedAt ? Date.parse(state.summary.finishedAt) : Date.now();
  const x = at => 1000 * Math.min(1, Math.max(0, (at - from) / Math.max(1, to - from)));
  const end = row => row.finishedAt ? Date.parse(row.finishedAt) : to;
  const blocks = rows.length > MOST_BLOCKS ? merged(rows, row => [x(Date.parse(row.startedAt)), x(end(row))]) : rows;
  return svg('svg', { class: 'lane', viewBox: '0 0 1000 16', preserveAspectRatio: 'none', role: 'img', 'aria-label': `${rows.length} tasks over the campaign` },
    svg('line', { class: 'base', x1: 0, x2: 1000, y1: 15.5, y2: 15.5, 'vector-effect': 'non-scaling-stroke' }),
    blocks.map(row => {
      if (row.bucket !== undefined) return svg('rect', { class: `s-${row.status}`, fill: 'var(--status)', x: row.bucket, y: row.status === 'FAILED' ? 0 : 4, width: BUCKET, height: row.status === 'FAILED' ? 16 : 12 });
      const left = x(Date.parse(row.startedAt));
      const width = Math.max(3, x(end(row)) - left - 1.5);
      return svg('rect', { class: `s-${row.status}`, fill: 'var(--status)', x: Math.min(left, 997), y: row.status === 'FAILED' ? 0 : 4, width, height: row.status === 'FAILED' ? 16 : 12,
        onclick: () => openTask(row.name), cursor: 'pointer', onpointerleave: () => tooltip(null),
        onpointermove: event => tooltip(`${row.name}\n${LABELS[row.status]}, ${duration(elapsedSeconds(row.startedAt, row.finishedAt))}`, event.clientX, event.clientY) });
    }));
}
