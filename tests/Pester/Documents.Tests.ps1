#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0.0' }

BeforeDiscovery {
    $root = (Resolve-Path "$PSScriptRoot/../..").Path

    # Documents whose blocks are read, and therefore run, one after another.
    # Blocks marked "powershell not-run" need a cluster or an account of their own; they are only parsed.
    $texts = Get-ChildItem "$root/README.md", "$root/docs/*.md", "$root/docs/start/*.md", "$root/docs/guides/*.md", "$root/docs/concepts/*.md", "$root/docs/reference/*.md"
    $documents = $texts | ForEach-Object {
        $blocks = [regex]::Matches((Get-Content $_ -Raw), '(?sm)^```powershell\r?\n(.*?)\r?\n```') | ForEach-Object { $_.Groups[1].Value }
        if ($blocks) { @{ Document = $_.FullName.Substring($root.Length + 1).Replace('\', '/'); Blocks = @($blocks) } }
    }

    # The last cell of a row of the guides' tables, where it is a line to type.
    $lines = foreach ($guide in Get-ChildItem "$root/docs/guides/*.md", "$root/docs/start/kubectl.md" -ErrorAction Ignore) {
        [regex]::Matches((Get-Content $guide -Raw), '(?m)^\|.*\| `([^`]+)` \|\r?$') | ForEach-Object { @{ Guide = $guide.Name; Line = $_.Groups[1].Value.Replace('\|', '|') } }
    }

    $notRun = $texts | ForEach-Object {
        foreach ($match in [regex]::Matches((Get-Content $_ -Raw), '(?sm)^```powershell not-run\r?\n(.*?)\r?\n```')) { @{ Document = $_.Name; Block = $match.Groups[1].Value } }
    }
}

BeforeAll {
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    Import-Module "$root/NodeManager.psd1" -Force
    . "$PSScriptRoot/UserShell.ps1"
    Install-UserModule $root
}

AfterAll { Remove-UserModule }

Describe 'The table of <Guide>' -ForEach $lines {
    It 'has a line that runs: <Line>' {
        Invoke-AloneAsUser $Line | Should -BeNullOrEmpty
    }
}

Describe 'The blocks of <Document>' -ForEach $documents {
    It 'run as written, one after another' {
        Invoke-AsUser $Blocks | Should -BeNullOrEmpty
    }
}

Describe 'The commands next to those of kubectl' {
    It 'run as written, one after another' {
        $rows = [regex]::Matches((Get-Content "$root/docs/start/kubectl.md" -Raw), '(?m)^\| `kubectl [^`]*`[^|]*\| `(?<command>[^`]+)` \|')
        $rows.Count | Should -BeGreaterThan 30
        Invoke-AsUser ($rows | ForEach-Object { $_.Groups['command'].Value.Replace('\|', '|') }) | Should -BeNullOrEmpty
    }
}

Describe 'A block of <Document> that is not run' -ForEach $notRun {
    It 'is PowerShell that binds: <Block>' {
        foreach ($call in Get-CommandCall $Block) {
            # A script by its path. Commands of other modules and programs need not be on this machine.
            if (-not $call.GetCommandName()) { continue }
            # Get-Command would search the PATH for each of them.
            $called = (Get-Module NodeManager).ExportedCommands[$call.GetCommandName()]
            if ($called) { Assert-Binding $call $called }
        }
    }
}
