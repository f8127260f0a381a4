// Which tasks the table and the graph show, and in which order.
import { elapsedSeconds } from './format.js';
import { STATUSES } from './status.js';

/** A term matches anywhere in name, worker, reason, category or file; all terms must match. */
export function matches(task, { q, status, priority, category }) {
  if (status.size && !status.has(task.status)) return false;
  if (priority && task.priority !== priority) return false;
  if (category && task.category !== category) return false;
  if (!q) return true;
  const text = `${task.name} ${task.worker ?? ''} ${task.reason} ${task.category} ${task.sourceFile}`.toLowerCase();
  return q.toLowerCase().split(/\s+/).every(term => text.includes(term));
}

const STATUS_RANK = Object.fromEntries(STATUSES.map((status, index) => [status, index]));
const KEYS = {
  status: task => STATUS_RANK[task.status],
  name: task => task.name,
  priority: task => task.priority,
  category: task => task.category,
  attempts: task => -task.attempts,
  took: task => -(elapsedSeconds(task.startedAt, task.finishedAt) ?? -1),
  worker: task => task.worker ?? '\uffff',
  reason: task => (task.status !== 'SUCCEEDED' && task.reason) || '\uffff',
};

/** Sorted by `sort` ("took", "-took" reversed, "order" = as submitted); ties keep the submission order. */
export function sorted(tasks, sort) {
  const descending = sort.startsWith('-');
  const key = KEYS[descending ? sort.slice(1) : sort];
  if (!key) return tasks;
  const keyed = tasks.map(task => [key(task), task]);
  keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0) * (descending ? -1 : 1));
  return keyed.map(([, task]) => task);
}
