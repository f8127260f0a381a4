// The graph on the page: pan, zoom, hover, keyboard, minimap. Layout and painting live in their own files.
import { announce, byId, el, rem, tooltip } from './dom.js';
import { layOut, NODE } from './graph-layout.js';
import { paint, palette } from './graph-paint.js';
import { openTask } from './router.js';
import { state } from './store.js';
import { LABELS } from './status.js';
import { matches } from './task-filter.js';

const view = { x: 0, y: 0, zoom: 1, width: 0, height: 0, ratio: 1 };
let canvas;
let map;
let layout = { nodes: [], byName: new Map(), edges: [], width: 0, height: 0 };
let colors = null;
let hover = null;
let touched = false;
let queued = false;
let grid = new Map();
const CELL = 400;
const MARGIN = 24;

export function createGraph(holder, tools) {
  canvas = el('canvas', { tabindex: 0, role: 'application', 'aria-label': 'Task graph. Arrow keys go along dependencies, Enter opens the task, plus and minus zoom, 0 fits. The table below lists the same tasks.' });
  map = el('canvas', { class: 'minimap', 'aria-hidden': 'true' });
  holder.append(canvas, map);
  tools.append(
    el('span', { class: 'keyline' }, el('i', { 'aria-hidden': 'true' }), 'critical path'),
    el('button', { type: 'button', class: 'quiet', 'aria-label': 'Zoom out', onclick: () => zoomBy(1 / 1.35) }, '−'),
    el('button', { type: 'button', class: 'quiet', onclick: fit }, 'Fit'),
    el('button', { type: 'button', class: 'quiet', 'aria-label': 'Zoom in', onclick: () => zoomBy(1.35) }, '+'));
  new ResizeObserver(resize).observe(holder);
  listen();
}

/** Lays out anew; called when tasks or dependencies changed, not for a mere change of status. */
export function rebuildGraph() {
  const before = layout.nodes.length;
  layout = layOut([...state.tasks.values()], view.width ? view.width / view.height : 3);
  grid = new Map();
  for (const node of layout.nodes) {
    const key = `${Math.floor(node.x / CELL)},${Math.floor(node.y / CELL)}`;
    if (!grid.has(key)) grid.set(key, []);
    grid.get(key).push(node);
  }
  const edges = layout.edges.length;
  byId('graph-note').textContent = layout.nodes.length ? `${layout.nodes.length.toLocaleString('en')} tasks, ${edges.toLocaleString('en')} dependencies, left to right` : '';
  suit();
  if (!touched || before !== layout.nodes.length) fit();
  redrawGraph();
}

/** Fitting never makes names larger than the text around them. */
const mostZoom = () => 1.25 * rem() / 16;

/** A small graph gets no more height than it fills; the person may still drag the box taller. */
function suit() {
  const holder = canvas.parentElement;
  if (!view.width || holder.style.height) return;
  const zoom = Math.min(mostZoom(), (view.width - 2 * MARGIN) / Math.max(1, layout.width));
  holder.style.setProperty('--content', `${Math.ceil(layout.height * zoom + 2 * MARGIN)}px`);
  resize();
}

export function redrawGraph() {
  if (queued || !canvas) return;
  queued = true;
  requestAnimationFrame(() => { queued = false; draw(); });
}

export function recolorGraph() { colors = null; redrawGraph(); }

export function zoomGraph(factor) { zoomBy(factor); }

export function fit() {
  if (!view.width) return;
  touched = false;
  const zoom = Math.min((view.width - 2 * MARGIN) / Math.max(1, layout.width), (view.height - 2 * MARGIN) / Math.max(1, layout.height));
  // A large graph fits by its height only down to where it is still more than dust; the rest is reached by panning.
  view.zoom = Math.min(mostZoom(), Math.max(zoom, 0.004));
  view.x = (view.width - layout.width * view.zoom) / 2;
  view.y = (view.height - layout.height * view.zoom) / 2;
  redrawGraph();
}

/** Brings a task into sight without changing the zoom, unless it is too small to read. */
export function revealInGraph(name) {
  const node = layout.byName.get(name);
  if (!node || !view.width) return;
  const x = node.x * view.zoom + view.x;
  const y = node.y * view.zoom + view.y;
  const hidden = x < 60 || y < 30 || x > view.width - 60 || y > view.height - 30;
  if (hidden) {
    view.x += view.width / 2 - x;
    view.y += view.height / 2 - y;
    touched = true;
  }
  redrawGraph();
}

function resize() {
  const box = canvas.parentElement.getBoundingClientRect();
  const first = !view.width;
  view.width = box.width;
  view.height = box.height;
  view.ratio = devicePixelRatio || 1;
  canvas.width = Math.round(view.width * view.ratio);
  canvas.height = Math.round(view.height * view.ratio);
  if (first) rebuildGraph();
  else if (!touched) fit();
  draw();
}

function draw() {
  colors ??= palette();
  const path = state.summary?.criticalPath ?? [];
  const focus = hover ?? null;
  const filters = state.filters;
  const filtering = filters.q || filters.status.size || filters.priority || filters.category;
  const start = performance.now();
  const drawn = paint(canvas.getContext('2d'), view, {
    layout, tasks: state.tasks, colors, hover,
    critical: new Map(path.map((name, index) => [name, index])),
    selected: state.open ?? state.cursor,
    near: focus ? neighbourhood(focus) : null,
    dimmed: filtering ? task => !matches(task, filters) : () => false,
  });
  canvas.dataset.drawn = drawn;
  canvas.dataset.milliseconds = (performance.now() - start).toFixed(1);
  drawMap();
}

/** Everything upstream and downstream of a task. */
function neighbourhood(name) {
  const found = new Set([name]);
  const walk = (start, next) => {
    const stack = [start];
    while (stack.length && found.size < 4000) {
      for (const other of next(stack.pop())) {
        if (!found.has(other)) { found.add(other); stack.push(other); }
      }
    }
  };
  walk(name, task => state.tasks.get(task)?.dependencies ?? []);
  walk(name, task => state.dependents.get(task) ?? []);
  return found;
}

function drawMap() {
  const visible = layout.width * view.zoom > view.width * 1.02 || layout.height * view.zoom > view.height * 1.02;
  map.hidden = !visible || !layout.nodes.length;
  if (map.hidden) return;
  const width = map.clientWidth;
  const height = map.clientHeight;
  map.width = width * view.ratio;
  map.height = height * view.ratio;
  const context = map.getContext('2d');
  const scale = Math.min(width / layout.width, height / layout.height) * 0.94;
  const left = (width - layout.width * scale) / 2;
  const top = (height - layout.height * scale) / 2;
  map.geometry = { scale, left, top };
  context.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
  for (const node of layout.nodes) {
    const status = state.tasks.get(node.name)?.status;
    context.fillStyle = colors[status] ?? colors.line;
    context.globalAlpha = status === 'WAITING' ? 0.35 : 0.9;
    context.fillRect(left + (node.x - NODE.width / 2) * scale, top + (node.y - NODE.height / 2) * scale, Math.max(1, NODE.width * scale), Math.max(1, NODE.height * scale));
  }
  context.globalAlpha = 1;
  context.strokeStyle = colors.ink;
  context.strokeRect(left - view.x / view.zoom * scale, top - view.y / view.zoom * scale, view.width / view.zoom * scale, view.height / view.zoom * scale);
}

function zoomBy(factor, x = view.width / 2, y = view.height / 2) {
  const next = Math.min(2.5, Math.max(0.004, view.zoom * factor));
  view.x = x - (x - view.x) * next / view.zoom;
  view.y = y - (y - view.y) * next / view.zoom;
  view.zoom = next;
  touched = true;
  redrawGraph();
}

function taskAt(event) {
  const box = canvas.getBoundingClientRect();
  const x = (event.clientX - box.left - view.x) / view.zoom;
  const y = (event.clientY - box.top - view.y) / view.zoom;
  const reach = Math.max(NODE.height / 2, 5 / view.zoom);
  for (let cx = Math.floor((x - NODE.width / 2) / CELL); cx <= Math.floor((x + NODE.width / 2) / CELL); cx++) {
    for (let cy = Math.floor((y - reach) / CELL); cy <= Math.floor((y + reach) / CELL); cy++) {
      const hit = grid.get(`${cx},${cy}`)?.find(node => Math.abs(node.x - x) <= NODE.width / 2 && Math.abs(node.y - y) <= reach);
      if (hit) return hit.name;
    }
  }
  return null;
}

function listen() {
  let drag = null;
  const pointers = new Map();
  canvas.addEventListener('pointerdown', event => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, event);
    drag = { x: event.clientX, y: event.clientY, moved: 0 };
  });
  canvas.addEventListener('pointermove', event => {
    if (pointers.has(event.pointerId)) pan(event, pointers, drag);
    else hoverAt(event);
  });
  const release = event => {
    pointers.delete(event.pointerId);
    if (drag && drag.moved < 5 && event.type === 'pointerup') {
      const name = taskAt(event);
      if (name) openTask(name);
    }
    drag = null;
  };
  canvas.addEventListener('pointerup', release);
  canvas.addEventListener('pointercancel', release);
  canvas.addEventListener('pointerleave', () => { if (hover) { hover = null; redrawGraph(); } tooltip(null); });
  canvas.addEventListener('wheel', event => {
    // A plain wheel scrolls the page; zooming needs a modifier, as on maps (a trackpad's pinch sends ctrl).
    if (!event.ctrlKey && !event.metaKey && !event.altKey) return;
    event.preventDefault();
    const box = canvas.getBoundingClientRect();
    zoomBy(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0035)), event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });
  canvas.addEventListener('dblclick', event => {
    const box = canvas.getBoundingClientRect();
    zoomBy(event.shiftKey ? 0.5 : 2, event.clientX - box.left, event.clientY - box.top);
  });
  canvas.addEventListener('keydown', keyboard);
  map.addEventListener('pointerdown', jump);
  map.addEventListener('pointermove', event => { if (event.buttons) jump(event); });
}

function pan(event, pointers, drag) {
  const before = pointers.get(event.pointerId);
  pointers.set(event.pointerId, event);
  if (pointers.size === 2) {
    const [a, b] = [...pointers.values()];
    const other = a.pointerId === event.pointerId ? b : a;
    const distance = pointer => Math.hypot(pointer.clientX - other.clientX, pointer.clientY - other.clientY);
    const box = canvas.getBoundingClientRect();
    zoomBy(distance(event) / Math.max(1, distance(before)), other.clientX - box.left, other.clientY - box.top);
    return;
  }
  view.x += event.clientX - before.clientX;
  view.y += event.clientY - before.clientY;
  if (drag) drag.moved += Math.abs(event.clientX - before.clientX) + Math.abs(event.clientY - before.clientY);
  touched = true;
  redrawGraph();
}

function hoverAt(event) {
  const name = taskAt(event);
  const task = name && state.tasks.get(name);
  tooltip(task && `${name}\n${task.priority}, ${LABELS[task.status]}${task.reason ? `: ${task.reason}` : ''}`, event.clientX, event.clientY);
  canvas.style.cursor = name ? 'pointer' : '';
  if (name !== hover) { hover = name; redrawGraph(); }
}

function jump(event) {
  const box = map.getBoundingClientRect();
  const { scale, left, top } = map.geometry;
  view.x = view.width / 2 - (event.clientX - box.left - left) / scale * view.zoom;
  view.y = view.height / 2 - (event.clientY - box.top - top) / scale * view.zoom;
  touched = true;
  redrawGraph();
}

function keyboard(event) {
  const moves = { ArrowRight: 'after', ArrowLeft: 'before', ArrowUp: 'up', ArrowDown: 'down' };
  if (event.key === '0') fit();
  else if (event.key === '+' || event.key === '=') zoomBy(1.35);
  else if (event.key === '-') zoomBy(1 / 1.35);
  else if (event.key === 'Enter' && state.cursor) openTask(state.cursor);
  else if (moves[event.key]) step(moves[event.key]);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function step(direction) {
  const here = layout.byName.get(state.cursor) ?? layout.nodes[0];
  if (!here) return;
  const options = direction === 'after' ? (state.dependents.get(here.name) ?? []).map(name => layout.byName.get(name))
    : direction === 'before' ? state.tasks.get(here.name).dependencies.map(name => layout.byName.get(name))
      : layout.nodes.filter(node => node.x === here.x && (direction === 'up' ? node.y < here.y : node.y > here.y));
  const next = options.filter(Boolean).sort((a, b) => Math.abs(a.y - here.y) - Math.abs(b.y - here.y))[0];
  state.cursor = (next ?? here).name;
  const task = state.tasks.get(state.cursor);
  announce(next ? `${task.name}, ${LABELS[task.status]}, ${task.dependencies.length} dependencies` : `No further task there; still on ${task.name}`);
  revealInGraph(state.cursor);
}
