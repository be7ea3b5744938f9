using System.Diagnostics;
using System.Text.RegularExpressions;
using NodeManager.Conformance.Harness;
using NodeManager.Testing;
using Xunit.Abstractions;

namespace NodeManager.Conformance.Kubelets;

/// <summary>
/// The Pester suite of real nodes, on kubelets that this test starts: the drain behind a PDB.
/// With NODEMANAGER_REAL_NIGHTLY=1, the whole suite.
/// </summary>
[Takes(90)]
public sealed partial class RealNodeSuiteTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(12);

    private static readonly bool IsNightly = Environment.GetEnvironmentVariable("NODEMANAGER_REAL_NIGHTLY") == "1";

    [SkippableFact]
    public async Task Drains_and_maintenances_work_on_real_kubelets()
    {
        Skip.If(PowerShellProgram.Missing is not null, PowerShellProgram.Missing);
        string missing = await RealKubelets.FindMissingAsync();
        Skip.If(missing.Length > 0, $"Real kubelets cannot run here. Missing: {missing}");
        long start = Stopwatch.GetTimestamp();
        await using RealKubelets kubelets = await RealKubelets.StartAsync("real-1", "real-2", "real-3");
        output.WriteLine($"The kubelets started in {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s.");

        string said = await RunSuiteAsync(kubelets);

        output.WriteLine(said);
        output.WriteLine($"All of it took {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s.");
        Match counts = Counts().Match(said);
        Skip.If(said.Contains("Pester is missing", StringComparison.Ordinal), "Pester 5 is not installed.");
        Assert.True(counts.Success && counts.Groups["failed"].Value == "0", said);
        Assert.Equal(IsNightly ? "5" : "1", counts.Groups["passed"].Value);
    }

    private static async Task<string> RunSuiteAsync(RealKubelets kubelets)
    {
        (string output, string errors) = await PowerShellProcess.ReadAsync(
            $$"""
            $env:NODEMANAGER_REAL_KUBECONFIG = '{{kubelets.Kubeconfig}}'
            $env:NODEMANAGER_REAL_KUBELET = '{{kubelets.Program}}'
            if (-not (Get-Module Pester -ListAvailable | Where-Object Version -GE 5.0.0)) { 'Pester is missing'; exit }
            $configuration = New-PesterConfiguration
            $configuration.Run.Path = '{{PowerShellProcess.Root}}/tests/Pester/RealNodes.Tests.ps1'
            $configuration.Run.PassThru = $true
            $configuration.Filter.FullName = '{{(IsNightly ? "*" : "*drains a node and keeps the PDB*")}}'
            $configuration.Output.Verbosity = 'Detailed'
            $configuration.Output.RenderMode = 'Plaintext'
            $result = Invoke-Pester -Configuration $configuration
            $failed = $result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount
            "ended: $($result.PassedCount) passed, $failed failed"
            """,
            Limit
        );
        return output + errors;
    }

    [GeneratedRegex(@"ended: (?<passed>\d+) passed, (?<failed>\d+) failed", RegexOptions.ExplicitCapture)]
    private static partial Regex Counts();
}
