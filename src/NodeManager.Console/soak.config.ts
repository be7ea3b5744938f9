import base from './playwright.config';

// The long runs (build.ps1 -Task Soak), started by the server's tests (ConsoleSoakTests).
export default { ...base, testDir: 'soak', outputDir: 'obj/soak-results' };
