// Draws the laid-out graph onto a canvas. Knows pixels and colours, not the mouse.
import { NODE } from './graph-layout.js';
import { SHAPES, STATUSES } from './status.js';

const PATHS = Object.fromEntries(Object.entries(SHAPES).map(([status, shape]) => [status,
  Object.fromEntries(Object.entries(shape).map(([part, d]) => [part, part === 'dash' ? d.split(' ').map(Number) : new Path2D(d)]))]));
/** Below this zoom names are unreadable and tasks become plain marks. */
const TEXT_ZOOM = 0.42;

/** The colours of the current theme. */
export function palette() {
  const style = getComputedStyle(document.documentElement);
  const read = name => style.getPropertyValue(name).trim();
  const colors = Object.fromEntries(STATUSES.map(status => [status, read(`--${status.toLowerCase()}`)]));
  return { ...colors, paper: read('--surface'), ink: read('--ink'), soft: read('--ink-3'), line: read('--line-2'), faint: read('--line'), accent: read('--accent'), sans: read('--sans') };
}

/**
 * Paints one frame. `view` = {x, y, zoom, width, height, ratio}; `scene` = {layout, tasks, critical, selected, near,
 * hover, dimmed, hasFilter, colors}. Only what is in sight is drawn. Returns how many tasks that was.
 */
export function paint(context, view, scene) {
  const { width, height, ratio, zoom } = view;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.setTransform(ratio * zoom, 0, 0, ratio * zoom, ratio * view.x, ratio * view.y);
  const sight = { left: -view.x / zoom - NODE.width, right: (width - view.x) / zoom + NODE.width, top: -view.y / zoom - 40, bottom: (height - view.y) / zoom + 40 };
  paintEdges(context, scene, sight, zoom);
  let drawn = 0;
  for (const node of scene.layout.nodes) {
    if (node.x < sight.left || node.x > sight.right || node.y < sight.top || node.y > sight.bottom) continue;
    const task = scene.tasks.get(node.name);
    if (!task) continue;
    drawn += 1;
    zoom < TEXT_ZOOM ? mark(context, node, task, scene, zoom) : card(context, node, task, scene);
  }
  return drawn;
}

function trace(context, edge, straight) {
  const startX = edge.from.x + NODE.width / 2;
  const endX = edge.to.x - NODE.width / 2;
  if (straight) {
    context.moveTo(startX, edge.from.y);
    context.lineTo(endX, edge.to.y);
    return;
  }
  context.moveTo(startX, edge.from.y);
  let x = startX;
  let y = edge.from.y;
  for (const point of edge.via) {
    const enter = point.x - NODE.width / 2;
    context.bezierCurveTo((x + enter) / 2, y, (x + enter) / 2, point.y, enter, point.y);
    x = point.x + NODE.width / 2;
    y = point.y;
    context.lineTo(x, y);
  }
  context.bezierCurveTo((x + endX) / 2, y, (x + endX) / 2, edge.to.y, endX, edge.to.y);
}

function paintEdges(context, scene, sight, zoom) {
  const { layout, critical, near, colors } = scene;
  const plain = new Path2D();
  const strong = new Path2D();
  const lit = new Path2D();
  const many = layout.edges.length > 3000;
  for (const edge of layout.edges) {
    if (Math.max(edge.from.x, edge.to.x) < sight.left || Math.min(edge.from.x, edge.to.x) > sight.right
      || Math.max(edge.from.y, edge.to.y) < sight.top || Math.min(edge.from.y, edge.to.y) > sight.bottom) continue;
    const onNear = near && near.has(edge.from.name) && near.has(edge.to.name);
    const onCritical = critical.get(edge.from.name) + 1 === critical.get(edge.to.name);
    trace(onNear ? lit : onCritical ? strong : plain, edge, many && zoom < 0.5);
  }
  const stroke = (path, color, lineWidth, alpha) => {
    context.globalAlpha = alpha;
    context.strokeStyle = color;
    context.lineWidth = lineWidth;
    context.stroke(path);
  };
  stroke(plain, colors.line, many ? 0.8 / Math.max(zoom, 0.25) ** 0.6 : 1.25, near ? 0.4 : many ? Math.min(1, 0.25 + zoom) : 1);
  stroke(strong, colors.ink, 2.25 / Math.min(1, zoom * 1.5), near ? 0.35 : 0.9);
  stroke(lit, colors.accent, 2 / Math.min(1, zoom * 1.5), 1);
  context.globalAlpha = 1;
}

/** Far away: a block per task; what failed or runs sticks out by size and shape. */
function mark(context, node, task, { colors, selected, near, dimmed }, zoom) {
  const color = colors[task.status];
  context.globalAlpha = (near && !near.has(node.name)) || dimmed(task) ? 0.18 : 1;
  context.fillStyle = color;
  const { x, y } = node;
  const w = NODE.width;
  const h = NODE.height;
  if (task.status === 'FAILED') {
    const r = Math.max(h * 0.9, 5 / zoom);
    context.beginPath();
    context.moveTo(x, y - r); context.lineTo(x + r, y); context.lineTo(x, y + r); context.lineTo(x - r, y);
    context.fill();
  } else if (task.status === 'WAITING' || task.status === 'READY') {
    context.globalAlpha *= task.status === 'READY' ? 0.85 : 0.4;
    context.fillRect(x - w / 2, y - h * 0.2, w, h * 0.4);
  } else {
    const grown = task.status === 'RUNNING' ? h * 0.25 : 0;
    context.fillRect(x - w / 2, y - h / 2 - grown, w, h + 2 * grown);
  }
  if (node.name === selected) {
    context.strokeStyle = colors.ink;
    context.lineWidth = 2.5 / zoom;
    context.strokeRect(x - w / 2 - 4 / zoom, y - h / 2 - 4 / zoom, w + 8 / zoom, h + 8 / zoom);
  }
  context.globalAlpha = 1;
}

function card(context, node, task, scene) {
  const { colors, critical, selected, hover, near, dimmed } = scene;
  const left = node.x - NODE.width / 2;
  const top = node.y - NODE.height / 2;
  const color = colors[task.status];
  context.globalAlpha = (near && !near.has(node.name)) || dimmed(task) ? 0.28 : 1;
  context.beginPath();
  context.roundRect(left, top, NODE.width, NODE.height, 5);
  context.fillStyle = colors.paper;
  context.fill();
  context.fillStyle = color;
  const alpha = context.globalAlpha;
  context.globalAlpha = alpha * (task.status === 'RUNNING' || task.status === 'FAILED' ? 0.16 : 0.06);
  context.fill();
  context.globalAlpha = alpha;
  context.lineWidth = node.name === selected ? 2.5 : critical.has(node.name) ? 1.75 : 1;
  context.strokeStyle = node.name === selected ? colors.accent : node.name === hover || critical.has(node.name) ? colors.ink
    : task.status === 'RUNNING' || task.status === 'FAILED' ? color : colors.line;
  context.setLineDash(task.status === 'WAITING' && node.name !== selected && !critical.has(node.name) ? [3, 3] : []);
  context.stroke();
  context.setLineDash([]);
  statusShape(context, left + 8.5, node.y - 7, 14 / 16, task.status, colors);
  context.fillStyle = task.status === 'WAITING' || task.status === 'SKIPPED' || task.status === 'CANCELLED' ? colors.soft : colors.ink;
  context.font = `${task.priority === 'P0' ? 620 : 440} 11.5px ${colors.sans}`;
  context.textBaseline = 'middle';
    const lines = wrapped(context, node.name, NODE.width - 36);
  lines.forEach((line, index) => context.fillText(line, left + 29, node.y + 0.5 + (index - (lines.length - 1) / 2) * 13));
  context.globalAlpha = 1;
}

const wraps = new Map();
/** A name on at most two lines, broken after a hyphen; what does not fit loses its middle, since the end tells more. */
function wrapped(context, name, room) {
  const key = context.font + name;
  if (!wraps.has(key)) {
    const parts = name.match(/[^-_.]+[-_.]*|[-_.]+/g) ?? [name];
    const fits = text => context.measureText(text).width <= room;
    let first = parts[0];
    let used = 1;
    while (used < parts.length && fits(first + parts[used])) first += parts[used++];
    const rest = parts.slice(used).join('');
    if (wraps.size > 30_000) wraps.clear();
    wraps.set(key, [shortened(first, fits), shortened(rest, fits)].filter(Boolean));
  }
  return wraps.get(key);
}

function shortened(text, fits) {
  let shown = text;
  for (let keep = text.length - 1; !fits(shown) && keep > 4; keep--) {
    const tail = Math.ceil(keep * 0.5);
    shown = `${text.slice(0, keep - tail)}…${text.slice(text.length - tail)}`;
  }
  return shown;
}

function statusShape(context, x, y, size, status, colors) {
  const path = PATHS[status];
  context.save();
  context.translate(x, y);
  context.scale(size, size);
  context.fillStyle = context.strokeStyle = colors[status];
  context.lineWidth = 1.6;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  if (path.dash) context.setLineDash(path.dash);
  if (path.stroke) context.stroke(path.stroke);
  context.setLineDash([]);
  if (path.fill) context.fill(path.fill);
  if (path.ink) context.stroke(path.ink);
  if (path.mark) { context.strokeStyle = colors.paper; context.lineWidth = 1.9; context.stroke(path.mark); }
  context.restore();
}
