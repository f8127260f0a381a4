// Keeps the store true: loads everything, then follows the event stream, and loads again after a gap.
import * as api from './api.js';
import { EventStream } from './event-stream.js';
import { changed, counts, setTasks, state, updateTask } from './store.js';

let choose = () => null;
let loading = false;
let again = false;
let held = [];
const logListeners = new Set();

const stream = new EventStream({
  open() {
    connection('live');
    // A stream without a known place in the log begins with a reset, which loads; this is for one that forgot it.
    setTimeout(() => { if (!state.loadedAt) load(); }, 2000);
  },
  lost() {
    connection('reconnecting');
    if (!state.loadedAt) load();
  },
  event(kind, text) {
    if (kind === 'reset') { load(); return; }
    const data = text ? JSON.parse(text) : null;
    if (kind === 'log') logListeners.forEach(listener => listener(data));
    else loading ? held.push([kind, data]) : apply(kind, data);
  },
});

/** Starts to follow; `chooseCampaign(list)` gives the name of the one to show. */
export function start(chooseCampaign) {
  choose = chooseCampaign;
  stream.connect(api.eventsAddress(null));
  setInterval(() => { if (!document.hidden) refreshFigures(); }, 15_000);
}

/** Asks for the log events of one task ("campaign/task") or, with null, of none. */
export function followLog(task) { stream.connect(api.eventsAddress(task)); }

/** Hears of every piece of log of the followed task. */
export function onLog(listener) { logListeners.add(listener); }

function connection(next) {
  if (state.connection !== next) { state.connection = next; changed('connection'); }
}

function apply(kind, data) {
  if (kind === 'worker') {
    state.workers.set(data.id, data);
    changed('workers');
  } else if (kind === 'campaign') {
    const listed = state.campaigns.find(campaign => campaign.name === data.name);
    if (!listed || (data.name === state.campaign && data.total !== state.tasks.size)) { load(); return; }
    Object.assign(listed, { counts: data.counts, total: data.total, finished: data.finished, paused: data.paused });
    if (data.name === state.campaign) {
      // The event tells the counts; what is derived from the whole log (staircase, rates, path) is asked for.
      state.summary = { ...state.summary, ...data };
      refreshSoon();
    }
    changed('campaign');
  } else if (kind === 'task' && data.campaign === state.campaign && !updateTask(data)) {
    load();
  }
}

function showSummary(summary) {
  state.summary = summary;
  state.loadedAt = Date.now();
}

/** Reads everything anew. Events that arrive meanwhile are kept and applied after, in their order. */
export async function load() {
  if (loading) { again = true; return; }
  loading = true;
  try {
    const [campaigns, workers] = await Promise.all([api.campaigns(), api.workers()]);
    const name = choose(campaigns);
    const [summary, tasks] = name ? await Promise.all([api.campaign(name), api.tasks(name)]) : [null, []];
    state.campaigns = campaigns;
    state.campaign = name;
    state.workers = new Map(workers.map(worker => [worker.id, worker]));
    showSummary(summary);
    setTasks(tasks);
    state.problem = null;
    changed('campaign', 'workers', 'open');
  } catch (failure) {
    state.problem = failure.message;
  } finally {
    loading = false;
    changed('loaded');
    const events = held;
    held = [];
    events.forEach(([kind, data]) => apply(kind, data));
    if (again) { again = false; load(); } else if (state.problem) setTimeout(load, 3000);
  }
}

let refresh = null;
function refreshSoon() { refresh ??= setTimeout(() => { refresh = null; refreshFigures(); }, 400); }

/** Figures that change without an event of their own (ETA, rates, last seen), and a check that nothing was missed. */
async function refreshFigures() {
  if (loading || state.connection !== 'live' || !state.campaign) return;
  const name = state.campaign;
  const [summary, workers] = await Promise.all([api.campaign(name), api.workers()]).catch(() => [null, null]);
  if (!summary || name !== state.campaign || loading) return;
  showSummary(summary);
  state.workers = new Map(workers.map(worker => [worker.id, worker]));
  changed('campaign', 'workers');
  const mine = counts();
  if (Object.entries(summary.counts).some(([status, number]) => (mine[status] ?? 0) !== number)) load();
}
