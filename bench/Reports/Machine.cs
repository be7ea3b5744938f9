using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace NodeManager.Bench.Reports;

/// <summary>What the figures were measured with.</summary>
internal static class Machine
{
    public static string Describe(int serverMinor)
    {
        string load = File.Exists("/proc/loadavg") ? "; load at the end " + string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]) : "";
        string commit = Ask("git", "rev-parse --short HEAD") is { Length: > 0 } at ? " at " + at + (Ask("git", "status --porcelain --untracked-files=no").Length > 0 ? " with changes" : "") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd HH:mm} UTC, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}{load}. NodeManager{commit}, .NET {Environment.Version}, PowerShell {Ask("pwsh", "--version").Replace("PowerShell ", "", StringComparison.Ordinal)}, kubectl {Ask("kubectl", "version --client -o jsonpath={.clientVersion.gitVersion}", "version --client")}, {Ask("curl", "--version").Split(' ').Take(2).LastOrDefault()} of curl, API server 1.{serverMinor}.");
    }

    // The first line, or nothing where there is no such program.
    private static string Ask(string file, params string[] arguments)
    {
        foreach (string one in arguments)
        {
            try
            {
                using Process process = Process.Start(new ProcessStartInfo(file, one) { RedirectStandardOutput = true, RedirectStandardError = true })!;
                string text = process.StandardOutput.ReadToEnd();
                process.WaitForExit();
                if (process.ExitCode == 0) return text.Split('\n')[0].Trim();
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return "";
            }
        }

        return "";
    }
}
