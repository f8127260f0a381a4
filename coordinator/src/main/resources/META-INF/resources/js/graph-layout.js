// Where each task stands: layers from left to right, order within a layer by the mean of the neighbours, and heights that
// keep edges straight. Pure, so that it can be timed and tested without a page.

const SWEEPS = 6;
/** Up to this size long edges are routed around tasks; beyond, nobody follows a single edge anyway. */
const MOST_ROUTED = 600;

export const NODE = { width: 132, height: 38, rowGap: 10, columnGap: 32 };

/**
 * Lays out rows ({name, dependencies, layer}) for a view of the given width / height ratio.
 * Returns {nodes: [{name, x, y}], byName, edges: [{from, to, points}], width, height}.
 */
export function layOut(rows, aspect) {
  const layerOf = layers(rows);
  const columns = [];
  const items = new Map();
  const place = item => {
    (columns[item.layer] ??= []).push(item);
    items.set(item.name, item);
    return item;
  };
  rows.forEach(row => place({ name: row.name, layer: layerOf.get(row.name), height: NODE.height, before: [], after: [], real: true }));
  const edges = rows.length <= MOST_ROUTED ? routed(rows, items, place) : direct(rows, items);
  for (let layer = 0; layer < columns.length; layer++) columns[layer] ??= [];
  sweep(columns);
  const positions = rows.length <= MOST_ROUTED ? relaxed(columns) : packed(columns, aspect);
  return finish(rows, items, edges, positions);
}

/** Longest path from a root; the server sends it, but an odd answer must not break the drawing. */
function layers(rows) {
  const known = new Map(rows.map(row => [row.name, row]));
  const result = new Map();
  const visit = name => {
    const stack = [name];
    while (stack.length) {
      const current = stack[stack.length - 1];
      if (result.has(current)) { stack.pop(); continue; }
      const open = known.get(current).dependencies.filter(d => known.has(d) && !result.has(d) && !stack.includes(d));
      if (open.length) { stack.push(...open); continue; }
      result.set(current, Math.max(-1, ...known.get(current).dependencies.map(d => result.get(d) ?? -1)) + 1);
      stack.pop();
    }
  };
  for (const row of rows) {
    if (Number.isInteger(row.layer)) result.set(row.name, row.layer);
  }
  rows.forEach(row => visit(row.name));
  return result;
}

function link(from, to) { from.after.push(to); to.before.push(from); }

function direct(rows, items) {
  const edges = [];
  for (const row of rows) {
    for (const dependency of row.dependencies) {
      const from = items.get(dependency);
      if (!from) continue;
      link(from, items.get(row.name));
      edges.push({ from: dependency, to: row.name, via: [] });
    }
  }
  return edges;
}

/** Puts an invisible thin item into every layer that an edge passes, so that the edge gets a lane of its own. */
function routed(rows, items, place) {
  const edges = [];
  for (const row of rows) {
    for (const dependency of row.dependencies) {
      const source = items.get(dependency);
      if (!source) continue;
      const via = [];
      let from = source;
      for (let layer = source.layer + 1; layer < items.get(row.name).layer; layer++) {
        const lane = place({ name: `${dependency}\u0000${row.name}\u0000${layer}`, layer, height: 4, before: [], after: [], real: false });
        link(from, lane);
        via.push(lane);
        from = lane;
      }
      link(from, items.get(row.name));
      edges.push({ from: dependency, to: row.name, via });
    }
  }
  return edges;
}

function sweep(columns) {
  const number = column => column.forEach((item, index) => { item.order = index / Math.max(1, column.length - 1); });
  columns.forEach(number);
  const mean = (neighbours, fallback) => neighbours.length ? neighbours.reduce((sum, item) => sum + item.order, 0) / neighbours.length : fallback;
  for (let pass = 0; pass < SWEEPS; pass++) {
    const forward = pass % 2 === 0;
    for (const column of forward ? columns : [...columns].reverse()) {
      column.forEach(item => { item.wish = mean(forward ? item.before : item.after, item.order); });
      column.sort((a, b) => a.wish - b.wish);
      number(column);
    }
  }
}

/** Heights for a graph that a person reads: near the mean of the neighbours, never overlapping. */
function relaxed(columns) {
  const gap = NODE.rowGap;
  for (const column of columns) {
    let y = -column.reduce((sum, item) => sum + item.height + gap, -gap) / 2;
    for (const item of column) { item.y = y + item.height / 2; y += item.height + gap; }
  }
  for (let pass = 0; pass < 24; pass++) {
    const order = pass % 2 ? [...columns].reverse() : columns;
    for (const column of order) {
      const wish = column.map(item => {
        const near = pass % 2 ? item.after : item.before;
        const all = near.length ? near : [item];
        return all.reduce((sum, other) => sum + other.y, 0) / all.length;
      });
      separate(column, wish, gap);
    }
  }
  const pitch = NODE.width + NODE.columnGap;
  return item => ({ x: item.layer * pitch + NODE.width / 2, y: item.y });
}

/** Least squares under "keep the order and the gap": pool adjacent violators on the wishes less the space above. */
function separate(column, wish, gap) {
  const blocks = [];
  let offset = 0;
  column.forEach((item, index) => {
    const above = index ? (column[index - 1].height + item.height) / 2 + gap : 0;
    offset += above;
    item.offset = offset;
    let block = { sum: (wish[index] - offset) * (item.real ? 1 : 1.5), weight: item.real ? 1 : 1.5, items: [item] };
    while (blocks.length && blocks[blocks.length - 1].sum / blocks[blocks.length - 1].weight > block.sum / block.weight) {
      const previous = blocks.pop();
      block = { sum: previous.sum + block.sum, weight: previous.weight + block.weight, items: previous.items.concat(block.items) };
    }
    blocks.push(block);
  });
  for (const block of blocks) block.items.forEach(item => { item.y = block.sum / block.weight + item.offset; });
}

/** Heights for a graph that a person flies over: even rows, and layers broken into as many columns as suit the view. */
function packed(columns, aspect) {
  const rowPitch = NODE.height + NODE.rowGap;
  const pitch = NODE.width + NODE.columnGap * 0.6;
  const widest = Math.max(...columns.map(column => column.length));
  let best = { rows: widest, error: Infinity };
  for (let rows = Math.min(widest, 8); ; rows = Math.min(widest, Math.ceil(rows * 1.25))) {
    const width = columns.reduce((sum, column) => sum + Math.ceil(column.length / rows), 0) * pitch;
    const error = Math.abs(Math.log(width / (rows * rowPitch) / aspect));
    if (error < best.error) best = { rows, error };
    if (rows === widest) break;
  }
  let columnsBefore = 0;
  for (const column of columns) {
    const across = Math.max(1, Math.ceil(column.length / best.rows));
    const down = Math.ceil(column.length / across);
    column.forEach((item, index) => {
      item.x = (columnsBefore + Math.floor(index / down)) * pitch + NODE.width / 2;
      item.y = (index % down - (down - 1) / 2) * rowPitch;
    });
    columnsBefore += across;
  }
  return item => ({ x: item.x, y: item.y });
}

function finish(rows, items, edges, position) {
  let top = Infinity;
  let bottom = -Infinity;
  let right = 0;
  const nodes = rows.map(row => {
    const { x, y } = position(items.get(row.name));
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
    right = Math.max(right, x);
    return { name: row.name, x, y };
  });
  nodes.forEach(node => { node.y -= top - NODE.height / 2; });
  const byName = new Map(nodes.map(node => [node.name, node]));
  const drawn = edges.map(edge => ({ from: byName.get(edge.from), to: byName.get(edge.to),
    via: edge.via.map(lane => { const { x, y } = position(lane); return { x, y: y - top + NODE.height / 2 }; }) }));
  return { nodes, byName, edges: drawn, width: right + NODE.width / 2, height: nodes.length ? bottom - top + NODE.height : 0 };
}
