// Samples as dots on a common axis per unit: median as a bar, its 95 % interval as a bracket.
import { breakdown, isComponent } from './breakdown.js';
import { el, rem, svg } from './dom.js';
import { figure, metricWords } from './format.js';
import { median, medianInterval } from './stats.js';

/** A plain ratio or count has the unit 1, which nobody wants to read. */
const unitWord = unit => unit === '1' ? '' : unit;

/** One plot per unit for metrics with samples, then a list of the plain figures. */
export function measurements(metrics, width) {
  const others = metrics.filter(metric => !isComponent(metric));
  const sampled = others.filter(metric => metric.samples?.length > 1);
  const plain = others.filter(metric => !(metric.samples?.length > 1));
  const units = [...new Set(sampled.map(metric => metric.unit))];
  return [
    ...units.map(unit => plot(sampled.filter(metric => metric.unit === unit), unit, width)),
    breakdown(metrics, width),
    plain.length ? el('dl', { class: 'metrics' }, plain.map(metric => [el('dt', null, metric.name), el('dd', null, `${figure(metric.value)} ${unitWord(metric.unit)}`)])) : null,
  ];
}

function plot(metrics, unit, width) {
  const u = rem();
  const all = metrics.flatMap(metric => metric.samples);
  const spread = Math.max(...all) - Math.min(...all) || Math.abs(all[0]) * 0.02 || 1;
  const least = Math.min(...all);
  // What cannot be negative gets no negative axis.
  const low = least >= 0 ? Math.max(0, least - spread * 0.06) : least - spread * 0.06;
  const high = Math.max(...all) + spread * 0.06;
  const rowHeight = 3.3 * u;
  const right = width - 6.5 * u;
  const x = value => 0.4 * u + (right - 0.8 * u) * (value - low) / (high - low);
  const height = metrics.length * rowHeight + 1.6 * u;
  return svg('svg', { class: 'dots', width, height, role: 'img', 'aria-label': metrics.map(metric => `${metric.name}: median ${figure(median(metric.samples))} ${unit}, ${metric.samples.length} samples from ${figure(Math.min(...metric.samples))} to ${figure(Math.max(...metric.samples))}`).join('; ') },
    metrics.map((metric, index) => row(metric, index * rowHeight, { u, x, width, unit })),
    svg('line', { class: 'axis', x1: 0, x2: right, y1: height - 1.5 * u, y2: height - 1.5 * u }),
    [low, (low + high) / 2, high].map((value, index) => svg('text', { x: [0, right / 2, right][index], y: height - 0.4 * u, 'text-anchor': ['start', 'middle', 'end'][index] }, figure(value))));
}

function row(metric, y, { u, x, width, unit }) {
  const center = y + 2.1 * u;
  const middle = median(metric.samples);
  const interval = medianInterval(metric.samples);
  return svg('g', { class: metric.name.includes('baseline') || metric.name.startsWith('base_') ? 'base' : '' },
    svg('text', { class: 'name', x: 0, y: y + 1 * u }, metricWords(metric.name)),
    metric.samples.map((sample, index) => svg('circle', { cx: x(sample), cy: center + (((index * 0.618) % 1) - 0.5) * 0.9 * u, r: 0.22 * u },
      svg('title', null, `sample ${index + 1}: ${figure(sample)} ${unit}`))),
    interval && svg('path', { class: 'interval', fill: 'none', d: `M${x(interval.low)} ${center - 0.35 * u}v${0.7 * u}M${x(interval.low)} ${center}H${x(interval.high)}M${x(interval.high)} ${center - 0.35 * u}v${0.7 * u}` }, svg('title', null, interval.kind)),
    svg('line', { class: 'median', x1: x(middle), x2: x(middle), y1: center - 0.75 * u, y2: center + 0.75 * u }),
    svg('text', { class: 'figure', x: width, y: center + 0.3 * u }, `${figure(middle)} ${unitWord(unit)}`));
}
