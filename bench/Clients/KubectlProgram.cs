using System.Diagnostics;
using System.Globalization;
using NodeManager.Kubernetes.Files;

namespace NodeManager.Bench.Clients;

/// <summary>The kubectl that is measured.</summary>
internal static class KubectlProgram
{
    /// <summary>
    /// Found on PATH. Google Cloud's asks the server for its version and starts another kubectl of its folder: the newest of those, so that the
    /// peer does not pay for two.
    /// </summary>
    public static string Executable { get; } = Find();

    private static string Find()
    {
        string? found = CommandPath.Find("kubectl");
        if (found is null || !IsDispatcher(found))
            return "kubectl";
        string target = File.ResolveLinkTarget(found, returnFinalTarget: true)?.FullName ?? found;
        return Directory.GetFiles(Path.GetDirectoryName(target)!, "kubectl.1.*").MaxBy(Minor) ?? found;
    }

    private static bool IsDispatcher(string file)
    {
        using Process process = Process.Start(new ProcessStartInfo(file, "version --client") { RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadToEnd().Contains("-dispatcher", StringComparison.Ordinal);
    }

    private static int Minor(string file) =>
        int.TryParse(Path.GetExtension(file).AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int minor) ? minor : 0;
}
