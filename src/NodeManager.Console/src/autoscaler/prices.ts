import { number } from '../frame/language.svelte';

/** A change of the price per hour with its sign. Prices of small machines are fractions of a unit. */
export function priceChange(change: number, currency = ''): string {
  return `${change > 0 ? '+' : ''}${number(change, 4)} ${currency}`.trim();
}
