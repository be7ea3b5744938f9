import { onMount } from 'svelte';

/** The time while a component is shown, in milliseconds, as often as stated: for texts that change while nothing else does. */
export function ticking(pause: number): { readonly now: number } {
  let now = $state(Date.now());
  onMount(() => {
    const timer = setInterval(() => { now = Date.now(); }, pause);
    return () => clearInterval(timer);
  });
  return { get now() { return now; } };
}
