// Puts the page together: which view redraws on which change.
import { reportAddress } from './api.js';
import { renderAlerts } from './alerts.js';
import { byId, el } from './dom.js';
import { renderEmpty } from './empty.js';
import { createFilters, renderFilters } from './filters.js';
import { createGraph, rebuildGraph, recolorGraph, redrawGraph, revealInGraph } from './graph-view.js';
import { createKeyboard } from './keyboard.js';
import { load, start } from './live.js';
import { renderProgress, renderTitle } from './progress.js';
import { address, readAddress } from './router.js';
import { renderStaircase } from './staircase.js';
import { saveReports } from './sign-in.js';
import { sprite } from './status.js';
import { state, subscribe } from './store.js';
import { createTable, renderTable } from './task-table.js';
import { renderPanel } from './task-panel.js';
import { renderWorkers } from './workers.js';

const born = performance.now();
let wanted = readAddress();

/** The campaign named in the address, else the one shown, else the newest that is not finished, else the newest. */
function choose(campaigns) {
  const names = campaigns.map(campaign => campaign.name);
  if (names.includes(wanted)) return wanted;
  if (names.includes(state.campaign)) return state.campaign;
  const newest = [...campaigns].sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt));
  return (newest.find(campaign => !campaign.finished) ?? newest[0])?.name ?? null;
}

function showCampaign() {
  const main = byId('main');
  const firstTime = main.hidden;
  main.hidden = !state.campaign;
  byId('empty').hidden = Boolean(state.campaign) || (!state.loadedAt && !state.problem);
  if (!state.campaign) {
    if (state.loadedAt || state.problem) renderEmpty(byId('empty'), state.problem);
    return;
  }
  if (firstTime) {
    renderStaircase(byId('staircase'));
    requestAnimationFrame(() => { document.documentElement.dataset.renderedMilliseconds = Math.round(performance.now() - born); });
  }
}

function renderPicker() {
  const picker = byId('campaign-picker');
  picker.closest('label').hidden = !state.campaigns.length;
  const options = state.campaigns.map(campaign => campaign.name).join('\n');
  if (picker.dataset.options !== options) {
    picker.dataset.options = options;
    picker.replaceChildren(...state.campaigns.map(campaign => el('option', { value: campaign.name }, campaign.name)));
  }
  picker.value = state.campaign ?? '';
  for (const link of document.querySelectorAll('[data-report]')) {
    link.hidden = !state.campaign;
    if (state.campaign) link.href = reportAddress(state.campaign, `${link.dataset.report}.html`);
  }
}

const CONNECTION = { connecting: 'Connecting', live: 'Live', reconnecting: 'Reconnecting …' };

createGraph(byId('graph'), byId('graph-tools'));
createFilters(byId('filters'));
createTable(byId('task-table'));
createKeyboard();
saveReports();
document.body.prepend(sprite());

subscribe(['loaded', 'campaign'], showCampaign);
subscribe(['loaded', 'campaign'], renderPicker);
subscribe(['campaign', 'tasks', 'filters'], () => renderProgress(byId('progress')));
subscribe(['campaign', 'tasks'], renderTitle);
subscribe(['campaign', 'tasks', 'workers'], () => renderAlerts(byId('alerts')));
subscribe(['campaign'], () => renderStaircase(byId('staircase')));
subscribe(['structure'], rebuildGraph);
subscribe(['tasks', 'campaign', 'filters', 'cursor', 'open'], redrawGraph);
subscribe(['open'], () => { if (state.open) revealInGraph(state.open); });
subscribe(['tasks', 'filters', 'cursor', 'open'], renderTable);
subscribe(['structure', 'filters'], renderFilters);
subscribe(['workers', 'structure'], () => renderWorkers(byId('workers')));
subscribe(['open', 'structure', 'tasks'], topics => {
  if (topics.has('open') || topics.has('structure') || topics.has(`task:${state.open}`)) renderPanel();
});
subscribe(['connection'], () => {
  const node = byId('connection');
  node.dataset.state = state.connection;
  node.lastElementChild.textContent = CONNECTION[state.connection];
});

byId('campaign-picker').addEventListener('change', event => {
  wanted = event.target.value;
  location.hash = address(null, wanted);
  load();
});
addEventListener('hashchange', () => {
  const named = readAddress();
  if (named && named !== state.campaign) { wanted = named; load(); }
});
byId('theme-toggle').addEventListener('click', window.toggleTheme);
const nameTheme = () => { byId('theme-toggle').textContent = document.documentElement.dataset.theme === 'dark' ? 'Light' : 'Dark'; };
document.addEventListener('themechange', () => { nameTheme(); recolorGraph(); });
nameTheme();
new ResizeObserver(() => renderStaircase(byId('staircase'))).observe(byId('staircase'));
document.fonts.ready.then(redrawGraph);
// Durations and "seen 3 s ago" move without any event.
setInterval(() => {
  if (document.hidden || !state.campaign) return;
  renderTable();
  renderWorkers(byId('workers'));
  if (!state.summary.finished) renderProgress(byId('progress'));
}, 5000);

start(choose);
