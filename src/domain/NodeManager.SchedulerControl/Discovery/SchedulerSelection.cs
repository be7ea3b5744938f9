namespace NodeManager.SchedulerControl.Discovery;

/// <summary>Selects a scheduler of a cluster; missing parts are discovered.</summary>
public sealed record SchedulerSelection
{
    public string? Namespace { get; init; }

    public string? ConfigMap { get; init; }

    public string? Key { get; init; }

    /// <summary>Deployments by name, with wildcards; empty: any.</summary>
    public IReadOnlyList<string> Deployments { get; init; } = [];

    /// <summary>
    /// Fills missing parts from the session's configuration, and then from the environment variables <c>KUBERNETES_NAMESPACE</c>,
    /// <c>CONFIGMAP_NAME</c> and <c>SCHEDULER_DEPLOYMENT</c>.
    /// </summary>
    /// <param name="environment">Reads an environment variable.</param>
    public SchedulerSelection Complete(NodeManagerConfiguration configuration, Func<string, string?> environment)
    {
        // An explicit part selects the scheduler: the other sources would only contradict it.
        if (ConfigMap is not null || Deployments.Count > 0)
            return this with { Namespace = Namespace ?? configuration.SchedulerNamespace ?? Variable(environment, "KUBERNETES_NAMESPACE") };
        var configMap = configuration.SchedulerConfigMap ?? Variable(environment, "CONFIGMAP_NAME");
        var deployment = configuration.SchedulerDeployment ?? Variable(environment, "SCHEDULER_DEPLOYMENT");
        return this with
        {
            Namespace = Namespace ?? configuration.SchedulerNamespace ?? Variable(environment, "KUBERNETES_NAMESPACE"),
            ConfigMap = configMap,
            Key = Key ?? configuration.SchedulerConfigKey,
            Deployments = deployment is null ? [] : [deployment],
        };
    }

    private static string? Variable(Func<string, string?> environment, string name) =>
        environment(name) is { Length: > 0 } value ? value : null;
}
