using System.Globalization;
using System.Text.RegularExpressions;

namespace NodeManager.Pester;

/// <summary>
/// Runs the Pester suites beside this file where PowerShell and Pester are to be had. Those that import other copies of the module, start PowerShell
/// by the dozen or change the environment have a process of their own; the others share a few, one after another, as starting PowerShell and
/// compiling the module's code costs as much as most of them. Two processes run at a time, beside the one of the help.
/// </summary>
internal static partial class PesterRun
{
    public const string Help = "Help.Tests.ps1";

    private const int SuitesOfAProcess = 5;

    private static readonly HashSet<string> Alone = new(StringComparer.Ordinal)
    {
        "Configuration.Tests.ps1",
        Help,
        "Maintenance.Tests.ps1",
        "Module.Tests.ps1",
        "Pack.Tests.ps1",
        "Session.Tests.ps1",
    };

    private static readonly IReadOnlyList<string> All =
    [
        .. Directory.GetFiles(PowerShell.SuiteFolder, "*.Tests.ps1").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal),
    ];

    private static readonly SemaphoreSlim Turns = new(2, 2);

    private static readonly Lazy<Task<string>> HelpRun = new(static () => RunAsync([Help]));

    // All processes of the other suites, by suite: started together, those that have a process of their own first, as they take longest.
    private static readonly Lazy<Dictionary<string, Task<string>>> OtherRuns = new(static () =>
        Alone
            .Where(static suite => suite != Help)
            .Order(StringComparer.Ordinal)
            .Select(static suite => new[] { suite })
            .Concat(All.Where(static suite => !Alone.Contains(suite)).Chunk(SuitesOfAProcess))
            .Select(static together => (Suites: together, Run: RunInTurnAsync(together)))
            .SelectMany(static one => one.Suites.Select(suite => (Suite: suite, one.Run)))
            .ToDictionary(static one => one.Suite, static one => one.Run, StringComparer.Ordinal)
    );

    /// <summary>All suites but the help's. Without PowerShell one row says so for all of them.</summary>
    public static IEnumerable<string> Others => PowerShell.Missing is not null ? ["*.Tests.ps1"] : All.Where(static suite => suite != Help);

    public static async Task AssertPassesAsync(string suite)
    {
        Skip.If(PowerShell.Missing is not null, PowerShell.Missing);
        string output = await (suite == Help ? HelpRun.Value : OtherRuns.Value[suite]);

        int start = output.IndexOf($"== {suite}\n", StringComparison.Ordinal);
        Match end = End().Match(output, Math.Max(0, start));
        Assert.True(start >= 0 && end.Success, $"PowerShell ended before {suite} did:\n{output}");
        string own = output[start..(end.Index + end.Length)];
        Assert.True(Number(end, "failed") == 0, own);
        Assert.True(Number(end, "passed") > 0, "No test ran:\n" + own);
    }

    private static async Task<string> RunInTurnAsync(IReadOnlyList<string> suites)
    {
        await Turns.WaitAsync();
        try
        {
            return await RunAsync(suites);
        }
        finally
        {
            Turns.Release();
        }
    }

    private static async Task<string> RunAsync(IReadOnlyList<string> suites) =>
        (
            await PowerShell.RunAsync(
                "-Command",
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
                """
            )
        ).Output.ReplaceLineEndings("\n");

    private static int Number(Match counts, string group) => int.Parse(counts.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"== ended: (?<passed>\d+) passed, (?<failed>\d+) failed", RegexOptions.ExplicitCapture)]
    private static partial Regex End();
}
