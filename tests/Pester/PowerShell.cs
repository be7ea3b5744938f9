using System.Diagnostics;
using System.Reflection;
using NodeManager.Testing;

namespace NodeManager.Pester;

/// <summary>The PowerShell of this machine.</summary>
internal static class PowerShell
{
    // Far from what it takes: four of them run beside all other tests.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(25);

    public static string SuiteFolder { get; } =
        typeof(PowerShell).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "SuiteFolder").Value!;

    /// <summary>Why the suites cannot run; null when they can.</summary>
    public static string? Missing { get; } = WhatIsMissing();

    public static async Task<(int ExitCode, string Output)> RunAsync(string command, bool optimize = false)
    {
        ProcessStartInfo start = PowerShellProgram.StartInfo("-NonInteractive", "-Command", command);
        start.WorkingDirectory = SuiteFolder;
        if (optimize)
            PowerShellProgram.Optimize(start);
        ProcessRun run = await ProcessRun.RunAsync(start, Limit);
        return (run.ExitCode, run.Output + run.Errors);
    }

    private static string? WhatIsMissing()
    {
        if (PowerShellProgram.Missing is { } missing)
            return missing;

        (int exitCode, string version) = RunAsync("\"$($PSVersionTable.PSVersion)\"").GetAwaiter().GetResult();
        if (exitCode != 0 || !Version.TryParse(version.Trim().Split('-')[0], out Version? found) || found < new Version(7, 6))
            return $"pwsh is {version.Trim()}; the module needs 7.6.";

        (exitCode, _) = RunAsync("Import-Module Pester -MinimumVersion 5.0 -ErrorAction Stop").GetAwaiter().GetResult();
        return exitCode == 0 ? null : "Pester 5 is not installed.";
    }
}
