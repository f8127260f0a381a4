// Elements from data. Text only ever becomes text nodes: prompts, logs and task names are other people's input.
const SVG = 'http://www.w3.org/2000/svg';

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'dataset') Object.assign(node.dataset, value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false));
  return node;
}

export const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
export const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
export const byId = id => document.getElementById(id);

/** Size of one rem in CSS pixels; the page scales with it on very wide screens. */
export const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

/** Says something to screen readers without moving focus. */
export function announce(text) { byId('announcer').textContent = text; }

/** A group of buttons of which one is chosen. */
export function segmented(holder, options, chosen, choose) {
  holder.replaceChildren(...options.map(([value, label, title]) => el('button', {
    type: 'button', role: 'radio', 'aria-checked': String(value === chosen), title, onclick: () => choose(value),
  }, label)));
}

/** Copies text and says so on the button for a moment. */
export function copyButton(text) {
  return el('button', { type: 'button', class: 'quiet', onclick: async event => {
    const button = event.currentTarget;
    try { await navigator.clipboard.writeText(text); button.textContent = 'Copied'; } catch { button.textContent = 'Select it by hand'; }
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  } }, 'Copy');
}

const tip = { for: null };
/** Shows a tooltip near the pointer or element; hides it when text is empty. */
export function tooltip(text, x, y) {
  const node = byId('tooltip');
  if (!text) { node.hidden = true; tip.for = null; return; }
  if (tip.for !== text) { node.textContent = text; tip.for = text; }
  node.hidden = false;
  const box = node.getBoundingClientRect();
  node.style.left = `${Math.max(8, Math.min(x + 14, innerWidth - box.width - 8))}px`;
  node.style.top = `${y + 18 + box.height > innerHeight ? y - box.height - 10 : y + 18}px`;
}
