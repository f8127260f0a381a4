// The row of filters above the table; what it chooses lives in the address.
import { byId, el, segmented } from './dom.js';
import { words } from './format.js';
import { filter } from './router.js';
import { state } from './store.js';

let search;
let category;
let priority;
let clear;

export function createFilters(holder) {
  search = el('input', { type: 'search', id: 'search', placeholder: 'Filter by name, worker, reason …', autocomplete: 'off', spellcheck: 'false',
    'aria-label': 'Filter tasks', 'aria-keyshortcuts': '/', oninput: () => filter({ q: search.value.trim() }) });
  priority = el('div', { class: 'segmented', role: 'radiogroup', 'aria-label': 'Priority' });
  category = el('select', { 'aria-label': 'Category', onchange: () => filter({ category: category.value }) });
  clear = el('button', { type: 'button', class: 'quiet', onclick: clearFilters }, 'Clear filters');
  holder.append(el('div', { class: 'search' }, search, el('kbd', { 'aria-hidden': 'true' }, '/')), priority, category, clear);
}

export function clearFilters() { filter({ q: '', status: new Set(), priority: '', category: '' }); }

export const filtersActive = () => Boolean(state.filters.q || state.filters.status.size || state.filters.priority || state.filters.category);

export function renderFilters() {
  if (document.activeElement !== search) search.value = state.filters.q;
  segmented(priority, [['', 'All'], ['P0', 'P0'], ['P1', 'P1'], ['P2', 'P2']], state.filters.priority, value => filter({ priority: value }));
  const categories = [...new Set([...state.tasks.values()].map(task => task.category))].sort();
  const wanted = ['', ...categories].join('\n');
  if (category.dataset.options !== wanted) {
    category.dataset.options = wanted;
    category.replaceChildren(el('option', { value: '' }, 'All categories'), ...categories.map(name => el('option', { value: name }, words(name))));
  }
  category.value = state.filters.category;
  clear.hidden = !filtersActive();
}

export function focusSearch() {
  search.focus();
  search.select();
  byId('filters').scrollIntoView({ block: 'nearest' });
}
