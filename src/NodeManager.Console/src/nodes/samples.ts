import type { UsageSample } from '../api/types';

/** Usage over time, as uPlot takes it: seconds, then per cents; null where nothing is known. */
export interface Samples { times: number[]; cpu: (number | null)[]; memory: (number | null)[] }

/** An hour of samples, ten seconds apart. */
const most = 360;

export function addSample(samples: Samples, at: number, cpu: number | undefined, memory: number | undefined): Samples {
  return {
    times: [...samples.times, at].slice(-most), cpu: [...samples.cpu, cpu ?? null].slice(-most), memory: [...samples.memory, memory ?? null].slice(-most),
  };
}

/** What the server knew before the page was opened, followed by what the page has seen since. */
export function afterHistory(history: readonly UsageSample[], seen: Samples): Samples {
  const last = history.at(-1);
  const from = last ? seen.times.findIndex(time => time > Date.parse(last.at) / 1000) : 0;
  const newer = from < 0 ? seen.times.length : from;
  return {
    times: [...history.map(one => Date.parse(one.at) / 1000), ...seen.times.slice(newer)].slice(-most),
    cpu: [...history.map(one => one.cpu_percent ?? null), ...seen.cpu.slice(newer)].slice(-most),
    memory: [...history.map(one => one.memory_percent ?? null), ...seen.memory.slice(newer)].slice(-most),
  };
}
