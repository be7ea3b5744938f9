using System.Globalization;

namespace NodeManager.Sandbox.Controllers.Workloads;

/// <summary>Annotations of ReplicaSets: those of their Deployment (such as the change cause), and revisions.</summary>
internal static class RevisionAnnotations
{
    public const string Revision = "deployment.kubernetes.io/revision";
    public const string DesiredReplicas = "deployment.kubernetes.io/desired-replicas";
    public const string MaxReplicas = "deployment.kubernetes.io/max-replicas";

    private const string History = "deployment.kubernetes.io/revision-history";

    private static readonly HashSet<string> Own =
    [
        "kubectl.kubernetes.io/last-applied-configuration",
        Revision,
        History,
        DesiredReplicas,
        MaxReplicas,
        "deprecated.deployment.rollback.to",
    ];

    public static bool IsCopied(string annotation) => !Own.Contains(annotation);

    public static void Copy(JsonObject deployment, JsonObject annotations)
    {
        foreach ((string key, JsonNode? value) in deployment.Object("metadata").Object("annotations") ?? [])
            if (IsCopied(key))
                annotations[key] = value?.DeepClone();
    }

    public static void SetSize(JsonObject annotations, int desired, int maximum)
    {
        annotations[DesiredReplicas] = desired.ToString(CultureInfo.InvariantCulture);
        annotations[MaxReplicas] = maximum.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Sets the revision and adds the former one to the history.</summary>
    public static void SetRevision(JsonObject annotations, long revision)
    {
        string number = revision.ToString(CultureInfo.InvariantCulture);
        string? before = annotations.Text(Revision);
        if (before == number)
            return;
        annotations[Revision] = number;
        if (before is null or "0")
            return;
        annotations[History] = annotations.Text(History) is { Length: > 0 } earlier ? $"{earlier},{before}" : before;
    }
}
