#Requires -Version 7.6
<#
.SYNOPSIS
    Takes the pictures of the web console in the README: console.webp and console-dark.webp, which move, and console.png and console-dark.png, which do not.
.DESCRIPTION
    Serves an embedded cluster with a cordoned node and one that has stopped reporting. A Chromium, the one of the console's flows, drains a node after
    its plan, searches, and cordons two others after a preview; img2webp (of libwebp) joins the screenshots. Needs the module, the server with its console
    (docs/guides/console.md), Node.js and img2webp.
.EXAMPLE
    ./docs/images/New-ConsolePicture.ps1
#>
[CmdletBinding()]
param(
    # The folder of the pictures.
    [string] $Path = $PSScriptRoot
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest

$root = (Resolve-Path "$PSScriptRoot/../..").Path
Import-Module "$root/NodeManager.psd1"
$frames = $null
$null = Connect-NodeManager -Sandbox
$server = Start-NodeManagerServer -Port 0 -InformationAction Ignore
try {
    Suspend-NodeScheduling worker-1b-01
    Set-NodeTaint worker-1c-01 -Key maintenance -Effect NoSchedule
    Set-SandboxFault -Kind NodeDown gpu-1b-01
    Wait-ClusterNode gpu-1b-01 -For Unknown -Timeout 5m
    $script = @'
import { chromium } from '@playwright/test';
const [link, frames] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env['NODEMANAGER_CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-US', colorScheme: 'light', reducedMotion: 'reduce' });
const list = [];
// Both themes of one moment, shown for some milliseconds.
async function show(duration) {
  const name = String(list.length).padStart(3, '0');
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `${frames}/${colorScheme}-${name}.png` });
  }
  list.push(duration);
}
await page.goto(link);
await page.getByRole('row', { name: /worker-1a-01/ }).waitFor();
await page.waitForTimeout(3000);
await show(2500);
await page.goto(new URL('/admin/nodes/worker-1c-01/drain', link).href);
await page.getByRole('heading', { name: 'Blockers' }).waitFor();
await show(3000);
await page.getByLabel('Evict pods with emptyDir volumes').check();
await page.getByRole('heading', { name: 'Blockers' }).waitFor({ state: 'detached' });
await page.waitForTimeout(300);
await show(2500);
await page.getByRole('button', { name: 'Drain worker-1c-01' }).click();
const question = page.getByRole('alertdialog');
await page.waitForTimeout(300);
if (await question.isVisible()) {
  await show(1500);
  await question.getByRole('button', { name: 'Drain', exact: true }).click();
}
const operation = page.getByRole('region', { name: 'Drain worker-1c-01' });
await operation.waitFor();
for (let i = 0; i < 30 && !await operation.getByText('Node drained successfully').isVisible(); i++) {
  await show(900);
  await page.waitForTimeout(500);
}
await operation.getByText('Node drained successfully').waitFor();
await page.waitForTimeout(300);
await show(2500);
await page.getByRole('link', { name: 'Nodes', exact: true }).first().click();
await page.getByLabel('Filter').fill('zone:1a pool:worker');
await page.waitForTimeout(300);
await show(1500);
for (const name of ['worker-1a-01', 'worker-1a-02']) await page.getByRole('row', { name: new RegExp(name) }).getByRole('checkbox').check();
await show(1500);
await page.getByRole('region', { name: 'Actions for the selection' }).getByRole('button', { name: 'Cordon', exact: true }).click();
await page.getByRole('alertdialog').getByRole('row', { name: /worker-1a-01/ }).waitFor();
await show(2500);
await page.getByRole('alertdialog').getByRole('button', { name: /^Change/ }).click();
await page.getByRole('row', { name: /worker-1a-02/ }).getByText('Cordoned').waitFor();
await page.waitForTimeout(300);
await show(3500);
console.log(list.join(' '));
await browser.close();
'@
    $file = Join-Path $root 'src/NodeManager.Console/obj/picture.mjs'
    Set-Content $file $script
    $frames = (New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) ([guid]::NewGuid()))).FullName
    $durations = (node $file $server.SignInLink $frames) -split ' '
    if ($LASTEXITCODE) { throw 'The pictures were not taken.' }
    foreach ($theme in 'light', 'dark') {
        $parts = for ($i = 0; $i -lt $durations.Count; $i++) { '-d', $durations[$i], '-lossy', '-q', '82', '-m', '6', ('{0}/{1}-{2:000}.png' -f $frames, $theme, $i) }
        $name = Join-Path $Path ($theme -eq 'dark' ? 'console-dark' : 'console')
        Copy-Item "$frames/$theme-000.png" "$name.png"
        img2webp -loop 0 -kmax 0 @parts -o "$name.webp"
        if ($LASTEXITCODE) { throw 'The pictures were not joined.' }
    }
}
finally {
    if ($frames) { Remove-Item $frames -Recurse }
    $server | Stop-NodeManagerServer
    Disconnect-NodeManager
}
Get-Item (Join-Path $Path 'console*.*')
