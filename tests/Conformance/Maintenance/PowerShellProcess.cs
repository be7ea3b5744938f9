using System.Diagnostics;
using NodeManager.Testing;

namespace NodeManager.Conformance.Maintenance;

/// <summary>A PowerShell of its own, in which the module runs as users run it.</summary>
internal static class PowerShellProcess
{
    private static readonly string? Executable = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Where(folder => folder.Length > 0)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh")).FirstOrDefault(File.Exists);

    /// <summary>Why there is none; null where there is.</summary>
    public static string? Missing => Executable is null ? "pwsh is not on the PATH" : null;

    /// <summary>The folder of the repository, which is an importable module.</summary>
    public static string Root { get; } = RepositoryFolder.Path;

    public static Process Start(string command)
    {
        ProcessStartInfo start = new(Executable!, ["-NoProfile", "-Command", command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NO_COLOR"] = "1";
        return Process.Start(start)!;
    }
}
