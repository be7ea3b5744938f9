# Runs scripts as users do: in runspaces of their own, with the installed module. Dot-source it in BeforeAll, then call Install-UserModule; call
# Remove-UserModule in AfterAll. Scripts that are not run are checked with Get-CommandCall and Assert-Binding.

# As installed: a folder of the module's name in the module path, so that jobs and parallel script blocks find it as well. It is also
# where the text runs, which may leave files behind.
function Install-UserModule([string] $Root) {
    $script:modules = New-Item -ItemType Directory (Join-Path ([System.IO.Path]::GetTempPath()) "nodemanager-help-$([guid]::NewGuid().ToString('n'))")
    $script:installed = New-Item -ItemType Directory (Join-Path $modules NodeManager)
    Copy-Item "$Root/NodeManager.psd1" $installed
    foreach ($folder in 'bin', 'en-US') {
        $null = New-Item -ItemType ($IsWindows ? 'Junction' : 'SymbolicLink') -Path (Join-Path $installed $folder) -Target (Join-Path $Root $folder)
    }
    $script:modulePath = $env:PSModulePath
    $env:PSModulePath = $modules.FullName + [System.IO.Path]::PathSeparator + $modulePath
}

function Remove-UserModule {
    if ($script:sharedShell) { Stop-UserShell $script:sharedShell }
    $env:PSModulePath = $script:modulePath
    # The links only, never what they lead to.
    foreach ($folder in 'bin', 'en-US') { [System.IO.Directory]::Delete((Join-Path $script:installed $folder), $false) }
    Remove-Item $script:modules -Recurse
}

# The commands that a script calls. Errors of its syntax fail the test.
function Get-CommandCall([string] $Script) {
    $problems = $null
    $tree = [System.Management.Automation.Language.Parser]::ParseInput($Script, [ref] $null, [ref] $problems)
    $problems | Should -BeNullOrEmpty
    $tree.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)
}

# Fails the test if the command does not have a parameter that the call gives.
function Assert-Binding($Call, $Command) {
    foreach ($given in $Call.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] }) {
        { $Command.ResolveParameter($given.ParameterName) } | Should -Not -Throw
    }
}

function New-UserShell {
    $shell = [powershell]::Create()
    # The user answers all questions with yes.
    $null = $shell.AddScript("Set-Location -LiteralPath '$($script:installed)'; `$ConfirmPreference = 'None'; Import-Module NodeManager").Invoke()
    if ($shell.HadErrors) { throw ($shell.Streams.Error | Out-String) }
    $shell
}

function Stop-UserShell($Shell) {
    $Shell.Stop()
    $Shell.Runspace.Dispose()
    $Shell.Dispose()
}

# Runs one script in the shell, and returns its errors.
function Invoke-Block($Shell, [string] $Block, [timespan] $Limit = '00:10:00', [bool] $InScope) {
    $Shell.Commands.Clear()
    $Shell.Streams.ClearStreams()
    $null = $Shell.AddScript($Block, $InScope)
    $running = $Shell.BeginInvoke()
    if (-not $running.AsyncWaitHandle.WaitOne($Limit)) { return "It did not end within $Limit`: $Block" }
    try { $script:printed = @($Shell.EndInvoke($running)) }
    catch { "$Block`n$($_.Exception.InnerException.Message)" }
    foreach ($record in $Shell.Streams.Error) { "$Block`n$record`n$($record.FullyQualifiedErrorId)" }
}

# Runs blocks as a user would type them, one after another: in a runspace of their own that is connected to an embedded cluster of its own.
# Returns their errors.
function Invoke-AsUser([string[]] $Script) {
    $shell = New-UserShell
    try { foreach ($block in @('$null = Connect-NodeManager -Sandbox -SandboxSpeed 20') + $Script) { Invoke-Block $shell $block } }
    finally { Stop-UserShell $shell }
}

# The same of one block, in a scope and on a cluster of its own. Their runspace is shared, as to import the module costs more than most of
# them do; one that failed, or may have left something behind, is not used again.
function Invoke-AloneAsUser([string] $Script) {
    $script:sharedShell ??= New-UserShell
    $errors = @(foreach ($block in '$null = Connect-NodeManager -Sandbox -SandboxSpeed 20', $Script) { Invoke-Block $script:sharedShell $block -InScope $true })
    $script:shown = $script:printed
    $errors
    if ($errors.Count -eq 0 -and -not ($Script -cmatch '\$global:|PSDefaultParameterValues|Job|Register-|Import-Module|Set-Location|\bcd\b|function |Set-Alias')) {
        $left = @(Invoke-Block $script:sharedShell 'Get-NodeManagerSession | Disconnect-NodeManager')
        if ($left.Count -eq 0) { return }
    }

    Stop-UserShell $script:sharedShell
    $script:sharedShell = $null
}
