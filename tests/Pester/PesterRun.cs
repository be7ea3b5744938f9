using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;

namespace NodeManager.Pester;

/// <summary>
/// Runs the Pester suites beside this file where PowerShell and Pester are to be had. Those that import other copies of the module, start PowerShell
/// by the dozen or change the environment have a process of their own; the others share a few, one after another, as starting PowerShell and
/// compiling the module's code costs as much as most of them.
/// </summary>
internal static partial class PesterRun
{
    public const string Help = "Help.Tests.ps1";
    public const string Documents = "Documents.Tests.ps1";

    private const int SuitesOfAProcess = 10;

    private static readonly HashSet<string> Alone = new(StringComparer.Ordinal)
    {
        "Configuration.Tests.ps1",
        "Maintenance.Tests.ps1",
        "Module.Tests.ps1",
        "Pack.Tests.ps1",
        "Session.Tests.ps1",
    };

    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Runs = new(StringComparer.Ordinal);

    // All but those with a lane of their own.
    private static readonly IReadOnlyList<string> Shared =
    [
        .. Directory
            .GetFiles(PowerShell.SuiteFolder, "*.Tests.ps1")
            .Select(f => Path.GetFileName(f))
            .Where(static suite => suite is not (Help or Documents))
            .Order(StringComparer.Ordinal),
    ];

    // Each runs in one process.
    private static readonly IReadOnlyList<IReadOnlyList<string>> Groups =
    [
        .. Shared.Where(Alone.Contains).Select(static suite => (string[])[suite]),
        .. Shared.Where(static suite => !Alone.Contains(suite)).Chunk(SuitesOfAProcess),
    ];

    /// <summary>A half of all suites but those of the help and the documents. Without PowerShell one row says so for all of them.</summary>
    public static IEnumerable<string> Others(int half) =>
        PowerShell.Missing is not null ? ["*.Tests.ps1"] : Groups.Where((_, i) => i % 2 == half).SelectMany(static group => group);

    public static async Task AssertPassesAsync(string suite)
    {
        Skip.If(PowerShell.Missing is not null, PowerShell.Missing);
        IReadOnlyList<string> together = Groups.FirstOrDefault(group => group.Contains(suite)) ?? [suite];

        string output = await Runs.GetOrAdd(together[0], _ => new(() => RunAsync(together))).Value;

        int start = output.IndexOf($"== {suite}\n", StringComparison.Ordinal);
        Match end = End().Match(output, Math.Max(0, start));
        Assert.True(start >= 0 && end.Success, $"PowerShell ended before {suite} did:\n{output}");
        string own = output[start..(end.Index + end.Length)];
        Assert.True(Number(end, "failed") == 0, own);
        Match reason = Reason().Match(own);
        Skip.If(Number(end, "passed") == 0 && reason.Success, reason.Groups[1].Value);
        Assert.True(Number(end, "passed") > 0, "No test ran:\n" + own);
    }

    private static async Task<string> RunAsync(IReadOnlyList<string> suites) =>
        (
            await PowerShell.RunAsync(
                $$"""
                Import-Module Pester -MinimumVersion 5.0
                foreach ($suite in '{{string.Join("', '", suites)}}') {
                    Write-Host "`n== $suite"
                    $configuration = New-PesterConfiguration
                    $configuration.Run.Path = Join-Path '{{PowerShell.SuiteFolder}}' $suite
                    $configuration.Run.PassThru = $true
                    $configuration.Output.Verbosity = 'Normal'
                    $configuration.Output.RenderMode = 'Plaintext'
                    $result = Invoke-Pester -Configuration $configuration
                    $failed = $result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount
                    Write-Host "== ended: $($result.PassedCount) passed, $failed failed"
                    if (Get-Module NodeManager) { Get-NodeManagerSession | Disconnect-NodeManager }
                    Get-Job | Remove-Job -Force
                    Set-Location '{{PowerShell.SuiteFolder}}'
                }
                """,
                // Its examples run clusters.
                optimize: suites[0] == Help
            )
        ).Output.ReplaceLineEndings("\n");

    private static int Number(Match counts, string group) => int.Parse(counts.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"== ended: (?<passed>\d+) passed, (?<failed>\d+) failed", RegexOptions.ExplicitCapture)]
    private static partial Regex End();

    // A suite that needs something that is not there says so.
    [GeneratedRegex("(?m)^Skipped: (.*?)\r?$")]
    private static partial Regex Reason();
}
