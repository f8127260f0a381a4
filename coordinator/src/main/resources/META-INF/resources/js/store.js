// The page's one copy of the state, and who wants to hear about changes. Views never fetch; they read this and redraw.
const listeners = [];
let pending = null;

export const state = {
  campaigns: [],
  /** Name of the campaign shown, or null while there is none. */
  campaign: null,
  /** Its summary as the API gives it. */
  summary: null,
  /** Task rows by name, in submission order. */
  tasks: new Map(),
  /** Names of tasks that depend on a task; derived once per load. */
  dependents: new Map(),
  workers: new Map(),
  connection: 'connecting',
  /** Name of the task whose panel is open. */
  open: null,
  /** Name of the task the keyboard is on. */
  cursor: null,
  filters: { q: '', status: new Set(), priority: '', category: '', sort: 'order' },
  loadedAt: 0,
};

/** Calls `listener(topics)` once per frame in which one of its topics changed. */
export function subscribe(topics, listener) { listeners.push({ topics: new Set(topics), listener }); }

/** Marks topics as changed. Redraws are collected: a burst of a thousand events costs one redraw. */
export function changed(...topics) {
  if (pending) { topics.forEach(topic => pending.add(topic)); return; }
  pending = new Set(topics);
  // A hidden tab gets no animation frames, but its title should still follow.
  document.hidden ? setTimeout(flush, 500) : requestAnimationFrame(flush);
}

function flush() {
  const topics = pending;
  pending = null;
  for (const entry of listeners) {
    if ([...topics].some(topic => entry.topics.has(topic))) entry.listener(topics);
  }
}

export function setTasks(rows) {
  state.tasks = new Map(rows.map(row => [row.name, row]));
  state.dependents = new Map();
  for (const row of rows) {
    for (const dependency of row.dependencies) {
      if (!state.dependents.has(dependency)) state.dependents.set(dependency, []);
      state.dependents.get(dependency).push(row.name);
    }
  }
  changed('structure', 'tasks');
}

/** Takes over one changed row; an unknown one means that the campaign itself changed. Returns false then. */
export function updateTask(row) {
  const before = state.tasks.get(row.name);
  if (!before || before.dependencies.length !== row.dependencies.length) return false;
  state.tasks.set(row.name, row);
  changed('tasks', `task:${row.name}`);
  return true;
}

export function counts() {
  const result = {};
  for (const row of state.tasks.values()) result[row.status] = (result[row.status] ?? 0) + 1;
  return result;
}
