/** Usage over time, as uPlot takes it: seconds, then per cents; null where nothing is known. */
export interface Samples { times: number[]; cpu: (number | null)[]; memory: (number | null)[] }

/** An hour of samples, ten seconds apart. */
const most = 360;

export function addSample(samples: Samples, at: number, cpu: number | undefined, memory: number | undefined): Samples {
  return {
    times: [...samples.times, at].slice(-most), cpu: [...samples.cpu, cpu ?? null].slice(-most), memory: [...samples.memory, memory ?? null].slice(-most),
  };
}
