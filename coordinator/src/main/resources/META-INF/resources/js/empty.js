// What is shown instead of a campaign: none yet, or no answer from the coordinator.
import { byId, copyButton, el, svg } from './dom.js';

const SUBMIT = './heng submit task-specs/*.yaml';

export function renderEmpty(holder, problem) {
  const picture = svg('svg', { viewBox: '0 0 144 64', 'aria-hidden': 'true', fill: 'none', stroke: 'currentColor', 'stroke-width': 1.5, 'stroke-dasharray': '4 4' },
    svg('path', { d: 'M2 62V48h35v14M37 48V34h35v28M72 34V22h35v40M107 22V3h35v59' }));
  if (byId('sign-in').open) {
    holder.replaceChildren(picture, el('h1', null, 'Sign in to see the campaigns'));
    return;
  }
  holder.replaceChildren(picture, ...(problem
    ? [el('h1', null, 'The coordinator does not answer'), el('p', null, problem),
      el('p', null, 'Is it running? Start it with the command below. This page tries again by itself.'), command('./heng up')]
    : [el('h1', null, 'No campaign yet'),
      el('p', null, 'Submit task files, and this page shows what happens to them: the graph, the logs, and how much faster the engine got.'), command(SUBMIT)]));
}

const command = text => el('div', { class: 'command' }, el('code', null, text), copyButton(text));
