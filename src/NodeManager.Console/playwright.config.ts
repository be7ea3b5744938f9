import { defineConfig } from '@playwright/test';

// Started by the server's tests (ConsoleFlowTests), which serve an embedded cluster and give its address.
export default defineConfig({
  testDir: 'flows',
  outputDir: 'obj/flows',
  workers: 1,
  fullyParallel: false,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: [['list']],
  // Only flows whose title matches, to work on one.
  ...(process.env['NODEMANAGER_FLOWS'] ? { grep: new RegExp(process.env['NODEMANAGER_FLOWS']) } : {}),
  use: {
    baseURL: process.env['NODEMANAGER_URL'] ?? 'http://127.0.0.1:8080',
    viewport: { width: 1280, height: 900 },
    locale: 'en-US',
    launchOptions: {
      executablePath: process.env['NODEMANAGER_CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    },
  },
});
