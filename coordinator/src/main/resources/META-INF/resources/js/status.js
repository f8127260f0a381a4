// What each task status is called and how it is drawn: always a shape as well as a colour.
import { svg } from './dom.js';

/** In the order in which a person wants to see them: what needs attention first. */
export const STATUSES = ['FAILED', 'RUNNING', 'READY', 'WAITING', 'SUCCEEDED', 'SKIPPED', 'CANCELLED'];
/** In the order of a progress bar, left to right. */
export const PROGRESS_ORDER = ['SUCCEEDED', 'FAILED', 'SKIPPED', 'CANCELLED', 'RUNNING', 'READY', 'WAITING'];
export const LABELS = { FAILED: 'Failed', RUNNING: 'Running', READY: 'Ready', WAITING: 'Waiting', SUCCEEDED: 'Done', SKIPPED: 'Skipped', CANCELLED: 'Cancelled' };
export const OPEN = new Set(['RUNNING', 'READY', 'WAITING']);

const CIRCLE = 'M8 1.2a6.8 6.8 0 1 0 0 13.6A6.8 6.8 0 0 0 8 1.2Z';
const SQUARE = 'M3.5 1.7h9a1.8 1.8 0 0 1 1.8 1.8v9a1.8 1.8 0 0 1-1.8 1.8h-9a1.8 1.8 0 0 1-1.8-1.8v-9a1.8 1.8 0 0 1 1.8-1.8Z';

/** Shapes in a 16 x 16 box: `fill` solid, `stroke` an outline, `mark` cut out of a solid, `ink` drawn in an outline. */
export const SHAPES = {
  SUCCEEDED: { fill: CIRCLE, mark: 'M4.7 8.3l2.3 2.3 4.3-4.9' },
  RUNNING: { stroke: CIRCLE, fill: 'M6.3 4.9v6.2L11.3 8Z' },
  FAILED: { fill: 'M8 .3 15.7 8 8 15.7.3 8Z', mark: 'M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8' },
  READY: { stroke: CIRCLE, fill: 'M8 5.4a2.6 2.6 0 1 0 0 5.2 2.6 2.6 0 0 0 0-5.2Z' },
  WAITING: { stroke: CIRCLE, dash: '2.7 2.64' },
  SKIPPED: { stroke: SQUARE, ink: 'M4.8 8h6.4' },
  CANCELLED: { stroke: SQUARE, ink: 'M5.3 5.3l5.4 5.4M10.7 5.3l-5.4 5.4' },
};

/** The sprite that `glyph` refers to; put once into the document. */
export function sprite() {
  return svg('svg', { class: 'visually-hidden', 'aria-hidden': 'true' }, Object.entries(SHAPES).map(([status, shape]) =>
    svg('symbol', { id: `glyph-${status}`, viewBox: '0 0 16 16' },
      shape.stroke && svg('path', { d: shape.stroke, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.6, 'stroke-dasharray': shape.dash }),
      shape.fill && svg('path', { d: shape.fill, fill: 'currentColor' }),
      shape.mark && svg('path', { d: shape.mark, fill: 'none', stroke: 'var(--surface)', 'stroke-width': 1.9, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' }),
      shape.ink && svg('path', { d: shape.ink, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.6, 'stroke-linecap': 'round' }))));
}

export function glyph(status) {
  return svg('svg', { class: `glyph s-${status}`, 'aria-hidden': 'true' }, svg('use', { href: `#glyph-${status}` }));
}

/** Changes an existing glyph in place; the table recycles its rows. */
export function setGlyph(node, status) {
  node.setAttribute('class', `glyph s-${status}`);
  node.firstChild.setAttribute('href', `#glyph-${status}`);
}
