// Just enough statistics to draw samples honestly.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * A distribution-free 95 % confidence interval of the median: order statistics whose ranks come from the binomial
 * distribution with p = 1/2. Below six samples no such interval exists; then the range is given, and said to be one.
 * Returns null for fewer than two samples.
 */
export function medianInterval(values) {
  const n = values.length;
  if (n < 2) return null;
  const sorted = [...values].sort((a, b) => a - b);
  if (n < 6) return { low: sorted[0], high: sorted[n - 1], kind: `range of ${n} samples` };
  let probability = 0.5 ** n;
  let cumulative = probability;
  let rank = 0;
  // Largest rank k (from 0) with P(B < k + 1) <= 2.5 % on each side.
  while (n < 1000 && cumulative <= 0.025) {
    rank += 1;
    probability *= (n - rank + 1) / rank;
    cumulative += probability;
  }
  if (n >= 1000) rank = Math.floor(n / 2 - 0.98 * Math.sqrt(n));
  const low = Math.max(0, rank - 1);
  return { low: sorted[low], high: sorted[n - 1 - low], kind: `95 % interval of the median, ${n} samples` };
}

/** Round steps for an axis from 0 to at least `maximum`. */
export function ticks(maximum, wanted = 4) {
  if (!(maximum > 0)) return [0, 1];
  const raw = maximum / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map(m => m * power).find(m => m >= raw);
  const result = [];
  for (let at = 0; at <= maximum + step * 1e-9; at += step) result.push(Number(at.toPrecision(12)));
  return result;
}
