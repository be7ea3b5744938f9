import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';

export const minutes = Number(process.env['NODEMANAGER_SOAK'] ?? 1);
export const nodes = Number(process.env['NODEMANAGER_SOAK_NODES'] ?? 5000);
export const folder = 'obj/soak';

interface TraceEvent { name: string; ph: string; pid: number; tid: number; ts: number; dur?: number; args?: { name?: string } }

/** What Chromium itself records of a page while something happens. */
export async function trace(page: Page, during: () => Promise<unknown>): Promise<TraceEvent[]> {
  const browser = page.context().browser()!;
  const path = `${folder}/trace.json`;
  await browser.startTracing(page, { path, categories: ['toplevel', 'disabled-by-default-devtools.timeline', 'blink.user_timing', '__metadata'] });
  await during();
  await browser.stopTracing();
  return (JSON.parse(readFileSync(path, 'utf8')) as { traceEvents: TraceEvent[] }).traceEvents;
}

/** The tasks of the page's main thread: when each began, and for how long it ran. */
export function tasksOf(events: TraceEvent[]): { startedAt: number; milliseconds: number }[] {
  const main = new Set(events.filter(one => one.name === 'thread_name' && one.args?.name === 'CrRendererMain').map(one => `${one.pid} ${one.tid}`));
  return events
    .filter(one => one.ph === 'X' && one.name.endsWith('RunTask') && main.has(`${one.pid} ${one.tid}`))
    .map(one => ({ startedAt: one.ts / 1000, milliseconds: (one.dur ?? 0) / 1000 }));
}
