using System.Diagnostics;
using System.Reflection;

namespace NodeManager.Pester;

/// <summary>The PowerShell of this machine.</summary>
internal static class PowerShell
{
    // Far from what it takes: three of them run beside all other tests.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(25);
    private static readonly string? Executable = Find();

    public static string SuiteFolder { get; } =
        typeof(PowerShell).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "SuiteFolder").Value!;

    /// <summary>Why the suites cannot run; null when they can.</summary>
    public static string? Missing { get; } = WhatIsMissing();

    public static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Executable!, ["-NoProfile", "-NonInteractive", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = SuiteFolder,
        };
        start.Environment["NO_COLOR"] = "1";
        // PowerShell compiles the scripts of Pester and of the tests in each process; optimizing them took half of its CPU.
        start.Environment["DOTNET_JITMinOpts"] = "1";
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"PowerShell was still at it after {Limit}:\n{await output}");
        }

        return (process.ExitCode, await output + await errors);
    }

    private static string? WhatIsMissing()
    {
        if (Executable is null)
            return "pwsh is not on the PATH.";

        (int exitCode, string version) = RunAsync("-Command", "\"$($PSVersionTable.PSVersion)\"").GetAwaiter().GetResult();
        if (exitCode != 0 || !Version.TryParse(version.Trim().Split('-')[0], out Version? found) || found < new Version(7, 6))
            return $"pwsh is {version.Trim()}; the module needs 7.6.";

        (exitCode, _) = RunAsync("-Command", "Import-Module Pester -MinimumVersion 5.0 -ErrorAction Stop").GetAwaiter().GetResult();
        return exitCode == 0 ? null : "Pester 5 is not installed.";
    }

    private static string? Find()
    {
        string name = OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh";
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Where(folder => folder.Length > 0)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }
}
