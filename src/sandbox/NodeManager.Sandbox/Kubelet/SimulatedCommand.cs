using System.Globalization;
using System.Text.RegularExpressions;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Api.Pods;

namespace NodeManager.Sandbox.Kubelet;

/// <summary>
/// A container that enters its node with nsenter, and so runs a command there. Nothing runs: annotations of the node state the exit code, the
/// output and the duration. A command that reboots restarts the simulated machine, and one that only sleeps takes its time.
/// </summary>
internal static partial class SimulatedCommand
{
    private const string DefaultLog = "This node is simulated: the command was not run.\n";
    private const double DefaultSeconds = 1;

    /// <summary>Null for other containers.</summary>
    public static SimulatedRun? Of(StoredObject pod, Node node)
    {
        if (pod.ToJson().Object("spec").Objects("containers").FirstOrDefault() is not { } container)
            return null;
        string[] words = [.. Texts(container.Array("command")), .. Texts(container.Array("args"))];
        if (words.FirstOrDefault() != "nsenter")
            return null;
        string log = node.Simulation("command-log");
        int exitCode = (int)(node.SimulationSeconds("command-exit-code") ?? 0);
        return new()
        {
            Log = log.Length > 0 ? log + "\n" : DefaultLog,
            End = new(
                exitCode,
                TimeSpan.FromSeconds(node.SimulationSeconds("command-seconds") ?? SecondsOf(words[^1])),
                exitCode == 0 && Reboot().IsMatch(words[^1])
            ),
        };
    }

    private static IEnumerable<string> Texts(JsonArray? list) => (list ?? []).Select(static item => (string?)item ?? "");

    private static double SecondsOf(string command) =>
        Sleep().Match(command) is { Success: true } sleep
            ? double.Parse(sleep.Groups["seconds"].ValueSpan, CultureInfo.InvariantCulture)
            : DefaultSeconds;

    [GeneratedRegex(@"^(exec )?sleep (?<seconds>\d{1,6})$")]
    private static partial Regex Sleep();

    [GeneratedRegex(@"(^|[;&|\n]|\bexec)\s*(systemctl\s+)?reboot\b")]
    private static partial Regex Reboot();
}
