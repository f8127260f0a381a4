// The address of what is on screen: #/task/NAME?campaign=C&status=FAILED&q=mtp. A link reproduces the view.
import { changed, state } from './store.js';

/** Reads the address into the store; returns the campaign it names, if any. */
export function readAddress() {
  const [path, query] = location.hash.replace(/^#/, '').split('?');
  const parameters = new URLSearchParams(query ?? '');
  const match = /^\/task\/(.+)$/.exec(path);
  state.open = match ? decodeURIComponent(match[1]) : null;
  if (state.open) state.cursor = state.open;
  state.filters = {
    q: parameters.get('q') ?? '',
    status: new Set((parameters.get('status') ?? '').split(',').filter(Boolean)),
    priority: parameters.get('priority') ?? '',
    category: parameters.get('category') ?? '',
    sort: parameters.get('sort') ?? 'order',
  };
  changed('open', 'filters', 'cursor');
  return parameters.get('campaign');
}

export function address(task = state.open, campaign = state.campaign) {
  const parameters = new URLSearchParams();
  if (campaign && (state.campaigns.length > 1 || campaign !== state.campaign)) parameters.set('campaign', campaign);
  const { q, status, priority, category, sort } = state.filters;
  if (q) parameters.set('q', q);
  if (status.size) parameters.set('status', [...status].join(','));
  if (priority) parameters.set('priority', priority);
  if (category) parameters.set('category', category);
  if (sort !== 'order') parameters.set('sort', sort);
  const query = parameters.toString();
  return `#/${task ? `task/${encodeURIComponent(task)}` : ''}${query ? `?${query}` : ''}`;
}

/** Opens a task's panel, or closes it with null. */
export function openTask(task) { location.hash = address(task); }

/** Changes a filter without a new entry in the browser's history. */
export function filter(change) {
  Object.assign(state.filters, change);
  history.replaceState(null, '', address());
  changed('filters');
}

export function toggleStatus(status) {
  const chosen = new Set(state.filters.status);
  chosen.delete(status) || chosen.add(status);
  filter({ status: chosen });
}
