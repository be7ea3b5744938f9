using NodeManager.SchedulerConfigurations.Documents;
using NodeManager.SchedulerConfigurations.Yaml;

namespace NodeManager.SchedulerControl.Discovery;

/// <param name="IsOn">False: each replica schedules.</param>
/// <param name="Namespace">The namespace of the Lease.</param>
/// <param name="Name">The name of the Lease.</param>
internal sealed record LeaderElectionSettings(bool IsOn, string Namespace, string Name)
{
    /// <summary>
    /// From the configuration with the scheduler's defaults, and from the flags, which override it. Source:
    /// https://kubernetes.io/docs/reference/command-line-tools-reference/kube-scheduler/
    /// </summary>
    public static LeaderElectionSettings Of(SchedulerDocument document, IReadOnlyList<string> arguments)
    {
        var section = document.Root.Value("leaderElection");
        string Text(string key, string flag, string otherwise) =>
            ConfigurationMount.Value(arguments, flag) is { Length: > 0 } given ? given
            : section?.Value(key) is { Kind: YamlNodeKind.Scalar, Text.Length: > 0 } node ? node.Text
            : otherwise;
        return new(
            !string.Equals(Text("leaderElect", "--leader-elect", "true"), "false", StringComparison.OrdinalIgnoreCase),
            Text("resourceNamespace", "--leader-elect-resource-namespace", "kube-system"),
            Text("resourceName", "--leader-elect-resource-name", "kube-scheduler")
        );
    }
}
