using System.Globalization;
using System.Text.RegularExpressions;

namespace NodeManager.Pester;

/// <summary>Runs the Pester suites beside this file, each in a PowerShell of its own, where PowerShell and Pester are to be had.</summary>
public sealed partial class PesterSuites
{
    // Without PowerShell one row says so for all of them.
    public static TheoryData<string> Suites => PowerShell.Missing is not null ? ["*.Tests.ps1"] :
        [.. Directory.GetFiles(PowerShell.SuiteFolder, "*.Tests.ps1").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [SkippableTheory]
    [MemberData(nameof(Suites))]
    public async Task The_suite_passes_in_PowerShell(string suite)
    {
        Skip.If(PowerShell.Missing is not null, PowerShell.Missing);

        (int exitCode, string output) = await PowerShell.RunAsync(
            "-Command",
            $$"""
            Import-Module Pester -MinimumVersion 5.0
            $configuration = New-PesterConfiguration
            $configuration.Run.Path = '{{Path.Combine(PowerShell.SuiteFolder, suite)}}'
            $configuration.Run.Exit = $true
            $configuration.Output.Verbosity = 'Normal'
            $configuration.Output.RenderMode = 'Plaintext'
            Invoke-Pester -Configuration $configuration
            """);

        Match counts = Counts().Match(output);
        Assert.True(counts.Success, output);
        Assert.True(exitCode == 0 && Number(counts, "failed") == 0, output);
        Assert.True(Number(counts, "passed") > 0, "No test ran:\n" + output);
    }

    private static int Number(Match counts, string group) => int.Parse(counts.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"Tests Passed: (?<passed>\d+), Failed: (?<failed>\d+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Counts();
}
