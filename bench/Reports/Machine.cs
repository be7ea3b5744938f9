using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using NodeManager.Bench.Clients;
using NodeManager.Conformance.RealCluster;

namespace NodeManager.Bench.Reports;

/// <summary>What the figures are measured with: asked once, at the start.</summary>
internal sealed class Machine
{
    private readonly DateTimeOffset _start = TimeProvider.System.GetUtcNow();
    private readonly string _text;

    public Machine(ServerBinaries server)
    {
        ServerVersion = Ask(server.ApiServer, "--version").Split(' ')[^1].TrimStart('v');
        string commit = Ask("git", "rev-parse --short HEAD") is { Length: > 0 } at
            ? " at " + at + (Ask("git", "status --porcelain --untracked-files=no").Length > 0 ? " with changes" : "")
            : "";
        string kubectl = Ask(KubectlProgram.Executable, "version --client").Split(' ')[^1];
        _text = string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} cores{Memory()}, {RuntimeInformation.OSDescription}; load at the start {Load()}. NodeManager{commit}, .NET {Environment.Version}, PowerShell {Ask("pwsh", "--version").Replace("PowerShell ", "", StringComparison.Ordinal)}, kubectl {kubectl}, curl {Ask("curl", "--version").Split(' ').ElementAtOrDefault(1)}, API server {ServerVersion}."
        );
    }

    /// <summary>Of Kubernetes.</summary>
    public string ServerVersion { get; }

    public string Describe() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{_start:yyyy-MM-dd HH:mm} to {TimeProvider.System.GetUtcNow():HH:mm} UTC, {_text} Load at the end {Load()}."
        );

    private static string Load() =>
        File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]) : "unknown";

    private static string Memory() =>
        string.Create(CultureInfo.InvariantCulture, $", {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30):0} GiB");

    // The first line, or nothing where there is no such program.
    private static string Ask(string file, string arguments)
    {
        try
        {
            using Process process = Process.Start(
                new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true }
            )!;
            string text = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? text.Split('\n')[0].Trim() : "";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "";
        }
    }
}
