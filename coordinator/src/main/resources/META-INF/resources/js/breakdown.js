// Where a decode step spends its time: one bar per component, the base's below it where one was measured.
import { el, rem, svg } from './dom.js';
import { figure } from './format.js';

const PREFIX = 'component_ms.';
const BASE = `baseline.${PREFIX}`;

export const isComponent = metric => metric.name.startsWith(PREFIX) || metric.name.startsWith(BASE);

/** Bars of the metrics for which `isComponent` holds, the largest first; null if there are none. */
export function breakdown(metrics, width) {
  const base = new Map(metrics.filter(metric => metric.name.startsWith(BASE)).map(metric => [metric.name.slice(BASE.length), metric.value]));
  const rows = metrics.filter(metric => metric.name.startsWith(PREFIX)).map(metric => ({ name: metric.name.slice(PREFIX.length), value: metric.value }))
    .sort((a, b) => b.value - a.value);
  if (!rows.length) return null;
  const u = rem();
  const pitch = 1.55 * u;
  const left = 6 * u;
  const most = Math.max(...rows.map(row => row.value), ...base.values());
  const total = rows.reduce((sum, row) => sum + row.value, 0);
  const length = value => (width - left - 8.5 * u) * value / most;
  return el('figure', null, el('figcaption', { class: 'note' }, `Step time by component${base.size ? '; grey: the base' : ''}`), svg('svg', { class: 'breakdown', width, height: rows.length * pitch, role: 'img',
    'aria-label': `Step time by component: ${rows.map(row => `${row.name} ${figure(row.value)} ms`).join(', ')}` },
  rows.map((row, index) => {
    const y = index * pitch;
    const before = base.get(row.name);
    return [
      svg('text', { class: 'name', x: left - 0.6 * u, y: y + 0.95 * u, 'text-anchor': 'end' }, row.name),
      svg('rect', { class: 'ours', x: left, y: y + 0.3 * u, width: Math.max(1, length(row.value)), height: (before === undefined ? 0.85 : 0.55) * u, rx: 1 }),
      before !== undefined && svg('rect', { class: 'base', x: left, y: y + 0.9 * u, width: Math.max(1, length(before)), height: 0.3 * u, rx: 1 }),
      svg('text', { class: 'figure', x: width, y: y + 0.95 * u, 'text-anchor': 'end' }, `${figure(row.value)} ms`,
        svg('tspan', { class: 'share' }, `  ${Math.round(100 * row.value / total)} %`)),
    ];
  })));
}
