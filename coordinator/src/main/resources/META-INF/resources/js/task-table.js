// The table of tasks. Only rows in sight exist in the document: 10,000 tasks cost as much as 40.
import { byId, el, rem } from './dom.js';
import { count, duration, elapsedSeconds, words } from './format.js';
import { filter, openTask } from './router.js';
import { state } from './store.js';
import { glyph, LABELS, setGlyph } from './status.js';
import { matches, sorted } from './task-filter.js';

const COLUMNS = [
  ['status', 'Status', ''], ['name', 'Task', ''], ['priority', 'Prio', ''], ['category', 'Category', 'wide'],
  ['attempts', 'Tries', 'right mid'], ['took', 'Took', 'right'], ['worker', 'Worker', 'wide'], ['reason', 'Why', 'mid'],
];
/** Up to this many rows the table is as tall as its content and the page scrolls. */
const MOST_UNROLLED = 60;
const SPARE = 8;

let body;
let spacer;
let shown = [];
const pool = [];

export function createTable(holder) {
  const head = el('div', { role: 'row', class: 'grid-row grid-head', 'aria-rowindex': 1 }, COLUMNS.map(([key, label, kind]) =>
    el('div', { role: 'columnheader', class: kind, dataset: { key } }, el('button', { type: 'button', onclick: () => sortBy(key) }, label))));
  spacer = el('div', { role: 'presentation' });
  body = el('div', { class: 'grid-body', role: 'rowgroup', tabindex: 0, 'aria-label': 'Rows; j and k move, Enter opens' }, spacer);
  body.addEventListener('scroll', () => requestAnimationFrame(renderRows), { passive: true });
  body.addEventListener('keydown', keys);
  new ResizeObserver(() => renderRows()).observe(body);
  holder.append(el('div', { class: 'grid', role: 'grid', 'aria-label': 'Tasks', id: 'task-grid' }, head, body),
    el('p', { class: 'grid-none', hidden: true }));
}

function sortBy(key) {
  const { sort } = state.filters;
  filter({ sort: sort === key ? `-${key}` : sort === `-${key}` ? 'order' : key });
}

/** Chooses and orders the rows, then draws those in sight. */
export function renderTable() {
  const all = [...state.tasks.values()];
  shown = sorted(all.filter(task => matches(task, state.filters)), state.filters.sort);
  byId('tasks-note').textContent = shown.length === all.length ? count(all.length) : `${count(shown.length)} of ${count(all.length)}`;
  const grid = byId('task-grid');
  grid.setAttribute('aria-rowcount', shown.length + 1);
  const none = grid.nextElementSibling;
  none.hidden = shown.length > 0;
  none.textContent = 'No task matches the filters. Esc clears them.';
  for (const header of grid.querySelectorAll('[role=columnheader]')) {
    const { sort } = state.filters;
    header.setAttribute('aria-sort', sort === header.dataset.key ? 'ascending' : sort === `-${header.dataset.key}` ? 'descending' : 'none');
  }
  const height = rowHeight();
  spacer.style.height = `${shown.length * height}px`;
  body.classList.toggle('scrolls', shown.length > MOST_UNROLLED);
  body.style.height = shown.length <= MOST_UNROLLED ? `${Math.max(1, shown.length * height)}px` : '70vh';
  renderRows();
}

const rowHeight = () => 2.25 * rem();

function renderRows() {
  const height = rowHeight();
  const first = Math.max(0, Math.floor(body.scrollTop / height) - SPARE);
  const last = Math.min(shown.length, Math.ceil((body.scrollTop + body.clientHeight) / height) + SPARE);
  while (pool.length < last - first) pool.push(newRow());
  // A row keeps its element while it scrolls (index modulo pool), so hover and focus do not flicker.
  const used = new Set();
  for (let index = first; index < last; index++) {
    const row = pool[index % pool.length];
    used.add(row);
    write(row, shown[index], index, height);
  }
  for (const row of pool) {
    if (!used.has(row)) row.element.hidden = true;
  }
  body.setAttribute('aria-activedescendant', shown.some(task => task.name === state.cursor) ? `row-${state.cursor}` : '');
}

function newRow() {
  const cell = kind => el('div', { role: 'gridcell', class: kind });
  const icon = glyph('WAITING');
  const label = el('span');
  const cells = { status: cell('cell-status'), name: cell('cell-name'), priority: cell('cell-priority'), category: cell('cell-soft wide'),
    attempts: cell('cell-soft right mid'), took: cell('cell-soft right'), worker: cell('cell-soft wide'), reason: cell('cell-soft mid') };
  cells.status.append(icon, label);
  const row = { element: el('div', { role: 'row', class: 'grid-row' }, Object.values(cells)), cells, icon, label, task: null };
  row.element.addEventListener('click', () => openTask(row.task.name));
  body.append(row.element);
  return row;
}

function write(row, task, index, height) {
  const { element, cells } = row;
  element.hidden = false;
  element.style.transform = `translateY(${index * height}px)`;
  element.setAttribute('aria-selected', String(task.name === state.cursor));
  const seconds = elapsedSeconds(task.startedAt, task.finishedAt);
  const took = task.startedAt && (task.finishedAt || task.status === 'RUNNING') ? duration(seconds) : '';
  if (cells.took.textContent !== took) cells.took.textContent = took;
  if (row.task === task && row.index === index) return;
  row.task = task;
  row.index = index;
  element.id = `row-${task.name}`;
  element.setAttribute('aria-rowindex', index + 2);
  setGlyph(row.icon, task.status);
  cells.status.className = `cell-status s-${task.status}`;
  row.label.textContent = LABELS[task.status];
  cells.name.textContent = cells.name.title = task.name;
  cells.priority.textContent = task.priority;
  cells.priority.dataset.priority = task.priority;
  cells.category.textContent = words(task.category);
  cells.attempts.textContent = task.attempts || '';
  cells.worker.textContent = task.worker ?? '';
  cells.reason.textContent = cells.reason.title = task.status === 'SUCCEEDED' ? '' : task.reason;
}

/** Moves the keyboard's row by `delta`; with a panel open the panel follows. */
export function moveCursor(delta) {
  if (!shown.length) return;
  const here = shown.findIndex(task => task.name === state.cursor);
  const next = Math.min(shown.length - 1, Math.max(0, here < 0 ? (delta > 0 ? 0 : shown.length - 1) : here + delta));
  state.cursor = shown[next].name;
  if (state.open) openTask(state.cursor);
  showCursor(next);
}

/** Goes to the next task that failed, wherever it is in the list. */
export function nextFailure() {
  const here = shown.findIndex(task => task.name === state.cursor);
  const order = [...shown.slice(here + 1), ...shown.slice(0, here + 1)];
  const found = order.find(task => task.status === 'FAILED');
  if (!found) return false;
  state.cursor = found.name;
  if (state.open) openTask(found.name);
  showCursor(shown.indexOf(found));
  return true;
}

function showCursor(index) {
  const height = rowHeight();
  const top = index * height;
  if (body.scrollHeight > body.clientHeight + 1) {
    if (top < body.scrollTop) body.scrollTop = top;
    else if (top + height > body.scrollTop + body.clientHeight) body.scrollTop = top + height - body.clientHeight;
  }
  renderRows();
  const row = pool.find(candidate => !candidate.element.hidden && candidate.task === shown[index]);
  row?.element.scrollIntoView({ block: 'nearest' });
}

function keys(event) {
  const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15, Home: -1e9, End: 1e9 };
  if (moves[event.key]) { moveCursor(moves[event.key]); event.preventDefault(); }
}
