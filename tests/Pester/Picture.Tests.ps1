# The README's picture is looked at in browsers, which collapse blanks and have other fonts.
BeforeDiscovery {
    $pictures = Get-ChildItem "$PSScriptRoot/../../docs" -Recurse -Filter *.svg | ForEach-Object { @{ Name = $_.Name; Path = $_.FullName } }
    $browser = (Get-Command chromium, chromium-browser, google-chrome -CommandType Application -ErrorAction Ignore | Select-Object -First 1).Source
}

Describe 'The picture <Name>' -ForEach $pictures {
    BeforeAll {
        $svg = [xml] (Get-Content $Path -Raw)
        $texts = $svg.SelectNodes('//*[local-name()="text"]')
        $words = $texts | Where-Object { -not $_.HasAttribute('text-anchor') }
    }

    It 'does not stretch letters' {
        $texts | Where-Object { $_.HasAttribute('textLength') -or $_.HasAttribute('lengthAdjust') } | Should -BeNullOrEmpty
    }

    It 'positions every word, so that no spaces can collapse' {
        $words.Count | Should -BeGreaterThan 50
        $words | Where-Object { $_.InnerText -match '\s' } | Should -BeNullOrEmpty
    }

    It 'stays inside its frame' {
        $width = [double] $svg.DocumentElement.width
        $words | Where-Object { [double] $_.x + 8.02 * $_.InnerText.Length -gt $width } | Should -BeNullOrEmpty
    }

    It 'is rendered as designed by a browser' -ForEach @{ Browser = $browser } {
        if (-not $Browser) { Set-ItResult -Skipped -Because 'no Chromium is installed'; return }
        $page = Join-Path $TestDrive 'page.html'
        Set-Content $page @"
<!DOCTYPE html><meta charset="utf-8"><body>$(Get-Content $Path -Raw)
<pre id="places"></pre>
<script>document.getElementById('places').textContent = JSON.stringify([...document.querySelectorAll('svg text')].map(t => { const b = t.getBBox(); return [b.x, b.y, b.width, t.textContent.length]; }))</script>
"@
        $switches = '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'
        $dom = & $Browser @switches "--user-data-dir=$(Join-Path $TestDrive 'profile')" --dump-dom "file://$page" 2>$null
        $places = [regex]::Match(($dom -join "`n"), '<pre id="places">(?<json>.*?)</pre>').Groups['json'].Value | ConvertFrom-Json
        $places.Count | Should -Be $texts.Count
        $rows = $places | Select-Object -Skip 1 | Group-Object { [Math]::Round($_[1]) }
        foreach ($row in $rows) {
            $end = 0
            foreach ($place in $row.Group | Sort-Object { $_[0] }) {
                # No word reaches into the next one, and none is stretched.
                $place[0] | Should -BeGreaterOrEqual ($end - 1)
                ($place[2] / $place[3]) | Should -BeLessOrEqual 8.5
                $end = $place[0] + $place[2]
            }
        }
    }
}
