#Requires -Version 7.6
<#
.SYNOPSIS
    Takes console.png and console-dark.png, the pictures of the web console in the README.
.DESCRIPTION
    Serves an embedded cluster with a cordoned node and one that has stopped reporting, and takes a screenshot of the page of the nodes with the Chromium
    that the flows of the console use. Needs the module, the server with its console (docs/guides/console.md) and Node.js.
.EXAMPLE
    ./docs/images/New-ConsolePicture.ps1
#>
[CmdletBinding()]
param(
    [string] $Path = "$PSScriptRoot/console.png"
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest

$root = (Resolve-Path "$PSScriptRoot/../..").Path
Import-Module "$root/NodeManager.psd1"
$null = Connect-NodeManager -Sandbox
$server = Start-NodeManagerServer -Port 0 -InformationAction Ignore
try {
    Suspend-NodeScheduling worker-1b-01
    Set-NodeTaint worker-1c-01 -Key maintenance -Effect NoSchedule
    Set-SandboxFault -Kind NodeDown gpu-1b-01
    Wait-ClusterNode gpu-1b-01 -For Unknown -Timeout 5m
    $script = @'
import { chromium } from '@playwright/test';
const [link, path] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env['NODEMANAGER_CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-US', colorScheme: 'light' });
const signedIn = page.waitForResponse('**/sign-in');
await page.goto(link);
await signedIn;
await page.goto(new URL('/admin/nodes', link).href);
await page.locator('table.nodes tbody tr').first().waitFor();
await page.waitForTimeout(3000);
await page.screenshot({ path });
await page.emulateMedia({ colorScheme: 'dark' });
await page.waitForTimeout(1000);
await page.screenshot({ path: path.replace(/\.png$/, '-dark.png') });
await browser.close();
'@
    $file = Join-Path $root 'src/NodeManager.Console/obj/picture.mjs'
    Set-Content $file $script
    node $file $server.SignInLink $Path
    if ($LASTEXITCODE) { throw 'The picture was not taken.' }
}
finally {
    $server | Stop-NodeManagerServer
    Disconnect-NodeManager
}
Get-Item $Path, ($Path -replace '\.png$', '-dark.png')
