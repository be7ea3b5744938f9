import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte()],
  // Files find each other wherever they are served; the server completes the addresses in the page, which is shown at many paths.
  base: './',
  build: {
    outDir: 'obj/console',
    emptyOutDir: true,
    target: 'es2022',
    // The server's policy allows no inline scripts or styles, and browsers of this target preload modules themselves.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      checks: { pluginTimings: false },
      // What several pages use is one file: a request costs a new browser more than the bytes of code that it does not need yet.
      output: { codeSplitting: { groups: [{ name: 'shared', minShareCount: 2 }] } },
    },
  },
  // For work on the console: npx vite, with a server on this port.
  server: { proxy: { '/api': 'http://127.0.0.1:8080', '/sign-in': 'http://127.0.0.1:8080', '/sign-out': 'http://127.0.0.1:8080' } },
  test: { include: ['tests/**/*.test.ts'] },
});
