// Keys that work anywhere on the page, and the dialog that lists them.
import { byId, el } from './dom.js';
import { clearFilters, filtersActive, focusSearch } from './filters.js';
import { fit, zoomGraph } from './graph-view.js';
import { openTask } from './router.js';
import { state } from './store.js';
import { toggleFollow } from './task-panel.js';
import { moveCursor, nextFailure } from './task-table.js';

const KEYS = [
  [['j', 'k'], 'next and previous task'], [['Enter'], 'open the task'], [['Esc'], 'close, or clear the filters'],
  [['/'], 'filter'], [['n'], 'next failed task'], [['f'], 'follow the log, or let go'],
  [['0'], 'fit the graph'], [['+', '−'], 'zoom the graph'], [['t'], 'light or dark'], [['?'], 'this list'],
];

export function createKeyboard() {
  const help = byId('help');
  help.append(el('h2', { id: 'help-title' }, 'Keys'),
    el('dl', null, KEYS.map(([keys, meaning]) => [el('dt', null, keys.map(key => el('kbd', null, key))), el('dd', null, meaning)])),
    el('p', { class: 'note' }, 'In the graph: drag to pan, Ctrl or ⌘ and the wheel to zoom, arrow keys along dependencies.'),
    el('form', { method: 'dialog' }, el('button', { class: 'plain' }, 'Close')));
  byId('help-open').addEventListener('click', () => help.showModal());
  document.addEventListener('keydown', pressed);
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || byId('help').open || byId('sign-in').open) return;
  const { target } = event;
  const typing = target.matches('input[type=search], select, textarea');
  if (event.key === 'Escape') { escape(target, typing); return; }
  if (typing) {
    if (event.key === 'Enter' && target.id === 'search') { target.blur(); moveCursor(0); }
    return;
  }
  const action = actions[event.key];
  if (!action || (event.key === 'Enter' && target.matches('button, a, summary, [role=link]'))) return;
  action();
  event.preventDefault();
}

const actions = {
  j: () => moveCursor(1),
  k: () => moveCursor(-1),
  n: () => nextFailure(),
  f: () => toggleFollow(),
  t: () => window.toggleTheme(),
  0: () => fit(),
  '+': () => zoomGraph(1.35),
  '=': () => zoomGraph(1.35),
  '-': () => zoomGraph(1 / 1.35),
  '/': () => focusSearch(),
  '?': () => byId('help').showModal(),
  Enter: () => { if (state.cursor) openTask(state.cursor); },
};

function escape(target, typing) {
  if (typing && target.value) { clearFilters(); target.value = ''; } else if (typing) target.blur();
  else if (state.open) openTask(null);
  else if (filtersActive()) clearFilters();
}
