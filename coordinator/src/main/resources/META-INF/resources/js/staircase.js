// The hero: what each stage gained, measured here with its samples; beside it the figures of the original, marked as theirs.
import { byId, el, rem, segmented, svg, tooltip } from './dom.js';
import { figure, metricWords, moment, ratio, shortCommit } from './format.js';
import { address, openTask } from './router.js';
import { medianInterval, ticks } from './stats.js';
import { state } from './store.js';

/** Published by the original for its own machine; never measured by this project. */
const ORIGINAL = { machine: 'Apple M3 Pro', bars: [['baseline', 7.1], ['syncs removed', 15], ['fusion, memory', 20], ['MTP', 35]] };
let scale = 'rate';

const isSpeed = bar => /tok(en)?s?[/_ ]/.test(`${bar.unit} ${bar.metric}`);

export function renderStaircase(holder) {
  const all = state.summary?.staircase ?? [];
  const bars = all.filter(isSpeed);
  const choose = next => { scale = next; renderStaircase(holder); };
  segmented(byId('staircase-scale'), [['rate', 'tok/s', 'Each side on its own axis'], ['ratio', '× baseline', 'Both sides on one axis']], scale, choose);
  byId('staircase-note').textContent = bars.length ? `${metricWords(bars[0].metric)}, ${bars[0].machine}`
    : 'Bars appear as benchmark tasks finish.';
  const width = holder.clientWidth;
  const other = all.filter(bar => !isSpeed(bar));
  if (width < 50) return;
  holder.replaceChildren(draw(bars, width), ...(other.length ? [others(other)] : []));
}

function draw(bars, width) {
  const u = rem();
  const narrow = width < 46 * u;
  const height = (narrow ? 34 : 22) * u;
  const gap = 3 * u;
  const oursWidth = narrow ? width : (width - gap) * 0.66;
  const theirsWidth = narrow ? width : width - gap - oursWidth;
  const half = narrow ? height / 2 : height;
  const shared = scale === 'ratio' ? Math.max(35 / 7.1, ...bars.map(bar => top(bar, bars) / bars[0].value)) : null;
  return svg('svg', { class: 'stairs', width, height, viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': 'Throughput by stage' },
    patterns(),
    ours(bars, { x: 0, y: 0, width: oursWidth, height: half, u, shared }),
    theirs({ x: narrow ? 0 : oursWidth + gap, y: narrow ? half : 0, width: theirsWidth, height: half, u, shared }));
}

function patterns() {
  const hatch = (id, color, size) => svg('pattern', { id, width: size, height: size, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
    svg('line', { x1: 0, y1: 0, x2: 0, y2: size, stroke: color, 'stroke-width': 1.5 }));
  return svg('defs', null, hatch('hatch-theirs', 'var(--line-2)', 6), hatch('hatch-lost', 'var(--failed)', 5));
}

const top = (bar, bars) => Math.max(bar.value, ...(bar.samples?.length ? bar.samples : [0])) || bars[0].value;

function frame(area, maximum, title, titleClass) {
  const { x, y, width, height, u } = area;
  const left = x + 2.4 * u;
  const bottom = y + height - 2.6 * u;
  const roof = y + 4.2 * u;
  const scaleY = value => bottom - (bottom - roof) * value / maximum;
  const marks = ticks(maximum);
  return { left, bottom, right: x + width, scaleY, parts: [
    svg('text', { class: titleClass, x, y: y + 1.1 * u }, title),
    marks.map(mark => [
      svg('line', { class: mark === 0 ? 'axis' : 'grid', x1: left, x2: x + width, y1: scaleY(mark), y2: scaleY(mark) }),
      svg('text', { class: 'tick', x: left - 0.5 * u, y: scaleY(mark) + 0.22 * u, 'text-anchor': 'end' }, scale === 'ratio' ? `${mark}×` : mark),
    ])] };
}

function ours(bars, area) {
  const { u } = area;
  if (!bars.length) return pending(area);
  const base = scale === 'ratio' ? bars[0].value : 1;
  const maximum = area.shared ?? Math.max(...bars.map(bar => top(bar, bars)));
  const plot = frame(area, maximum, 'Ours, measured here', 'theirs-title');
  const slot = (plot.right - plot.left) / bars.length;
  const barWidth = Math.min(slot * 0.62, 7.5 * u);
  const y = value => plot.scaleY(value / base);
  return svg('g', null, plot.parts, bars.map((bar, index) => {
    const center = plot.left + slot * (index + 0.5);
    const before = index ? bars[index - 1] : null;
    return [
      before && svg('path', { class: 'riser', d: `M${center - slot + barWidth / 2} ${y(before.value)}H${center + barWidth / 2}` }),
      stair(bar, before, { center, barWidth, slot, y, plot, u }),
    ];
  }));
}

function stair(bar, before, { center, barWidth, slot, y, plot, u }) {
  const left = center - barWidth / 2;
  const carried = before ? Math.min(before.value, bar.value) : 0;
  const interval = medianInterval(bar.samples ?? []);
  const headroom = Math.min(y(bar.value), interval ? y(interval.high) : Infinity, ...(bar.samples ?? []).map(y));
  const text = describe(bar, before, interval);
  const rect = (kind, low, high) => svg('rect', { class: kind, x: left, width: barWidth, y: y(high), height: Math.max(0, y(low) - y(high)), rx: 1.5 });
  return svg('g', { class: 'bar', tabindex: 0, role: 'link', 'aria-label': text.replaceAll('\n', ', '),
    onclick: () => openTask(bar.task), onkeydown: event => { if (event.key === 'Enter') { event.stopPropagation(); openTask(bar.task); } },
    onpointermove: event => tooltip(text, event.clientX, event.clientY), onpointerleave: () => tooltip(null) },
  svg('rect', { x: center - slot / 2, width: slot, y: headroom - 3.4 * u, height: plot.bottom - headroom + 6 * u, fill: 'transparent' }),
  rect('carried', 0, carried),
  bar.value > carried && rect('gained', carried, bar.value),
  before && before.value > bar.value && rect('lost', bar.value, before.value),
  (bar.samples ?? []).map((sample, index) => svg('circle', { class: 'sample', r: 0.13 * u, cy: y(sample), cx: left + barWidth * (0.06 + 0.88 * index / Math.max(1, bar.samples.length - 1)) })),
  interval && ['halo', 'whisker'].map(kind => svg('path', { class: kind, d: `M${center} ${y(interval.low)}V${y(interval.high)}M${center - 0.35 * u} ${y(interval.low)}h${0.7 * u}M${center - 0.35 * u} ${y(interval.high)}h${0.7 * u}` })),
  svg('text', { class: 'value', x: center, y: headroom - 0.55 * u, 'text-anchor': 'middle' }, scale === 'ratio' ? `${figure(bar.value / (state.summary.staircase.find(isSpeed).value))}×` : figure(bar.value)),
  bar.ratio && svg('text', { class: `ratio${bar.ratio < 1 ? ' loss' : ''}`, x: center, y: headroom - 1.85 * u, 'text-anchor': 'middle' }, ratio(bar.ratio)),
  stageName(bar.stage, center, plot.bottom + 1.25 * u, slot, u),
  bar.ratioLow && svg('text', { class: 'range', x: center, y: plot.bottom + 2.3 * u, 'text-anchor': 'middle' }, slot > 5.6 * u ? `${ratio(bar.ratioLow)} – ${bar.ratioHigh.toFixed(2)}` : ''));
}

function stageName(name, x, y, slot, u) {
  const room = Math.floor(slot / (0.44 * u));
  return svg('text', { class: 'stage', x, y, 'text-anchor': 'middle' }, name.length > room ? `${name.slice(0, Math.max(3, room - 1))}…` : name);
}

function describe(bar, before, interval) {
  return [`${bar.stage}: ${figure(bar.value)} ${bar.unit}`,
    bar.ratio && `${ratio(bar.ratio)} its own baseline of ${figure(bar.baselineValue)}${bar.ratioLow ? `, 95 % interval ${bar.ratioLow.toFixed(3)} to ${bar.ratioHigh.toFixed(3)}` : ''}`,
    before && `${bar.value >= before.value ? '+' : '−'}${figure(Math.abs(bar.value - before.value))} against the stage before`,
    interval && `${figure(interval.low)} to ${figure(interval.high)}, ${interval.kind}`,
    `${bar.task}, ${moment(bar.at)}, commit ${shortCommit(bar.commit)}`, bar.machine].filter(Boolean).join('\n');
}

/** Outlines where the stairs will stand, so that the page does not jump when the first one is measured. */
function pending(area) {
  const { u } = area;
  const plot = frame(area, 1, 'Ours, not measured yet', 'theirs-title');
  const slot = (plot.right - plot.left) / 4;
  return svg('g', null, plot.parts[0], svg('line', { class: 'axis', x1: plot.left, x2: plot.right, y1: plot.bottom, y2: plot.bottom }),
    [0.25, 0.45, 0.6, 0.95].map((size, index) => svg('rect', { class: 'pending', x: plot.left + slot * (index + 0.19), width: Math.min(slot * 0.62, 7.5 * u), y: plot.scaleY(size), height: plot.bottom - plot.scaleY(size), rx: 2 })));
}

function theirs(area) {
  const { u } = area;
  const base = scale === 'ratio' ? ORIGINAL.bars[0][1] : 1;
  const plot = frame(area, area.shared ?? 36, `The original’s (theirs, on ${ORIGINAL.machine})`, 'theirs-title');
  const slot = (plot.right - plot.left) / ORIGINAL.bars.length;
  const barWidth = slot * 0.6;
  return svg('g', { role: 'img', 'aria-label': `The original reported, on its own ${ORIGINAL.machine} and not measured here: ${ORIGINAL.bars.map(([stage, value]) => `${stage} ${value} tok/s`).join(', ')}` },
    plot.parts, ORIGINAL.bars.map(([stage, value], index) => {
      const center = plot.left + slot * (index + 0.5);
      const y = plot.scaleY(value / base);
      return [
        svg('rect', { class: 'theirs-bar', x: center - barWidth / 2, width: barWidth, y, height: plot.bottom - y, rx: 1.5 }),
        svg('text', { class: 'theirs-value', x: center, y: y - 0.5 * u, 'text-anchor': 'middle' }, scale === 'ratio' ? `${figure(value / base)}×` : value),
        wrapped(stage, center, plot.bottom + 1.2 * u, u),
      ];
    }));
}

function wrapped(text, x, y, u) {
  return svg('text', { x, y, 'text-anchor': 'middle' }, text.split(' ').map((word, index) => svg('tspan', { x, dy: index ? 1.05 * u : 0 }, word)));
}

function others(bars) {
  return el('div', { class: 'others' }, bars.map(bar => el('a', { href: address(bar.task) }, `${bar.stage}: `, el('b', null, figure(bar.value)), ` ${bar.unit}`,
    bar.ratio && ` (${ratio(bar.ratio)})`)));
}
