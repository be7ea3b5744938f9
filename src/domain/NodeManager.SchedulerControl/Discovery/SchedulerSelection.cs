namespace NodeManager.SchedulerControl.Discovery;

/// <summary>Which scheduler of a cluster is meant; what is not said is found out.</summary>
public sealed record SchedulerSelection
{
    /// <summary>The namespace of the ConfigMap and of the Deployment.</summary>
    public string? Namespace { get; init; }

    public string? ConfigMap { get; init; }

    /// <summary>The ConfigMap's key.</summary>
    public string? Key { get; init; }

    /// <summary>Deployments by name, with wildcards; empty: whichever there is.</summary>
    public IReadOnlyList<string> Deployments { get; init; } = [];

    /// <summary>
    /// The selection with what the session's configuration says where it says nothing, and then the environment: the variables
    /// <c>KUBERNETES_NAMESPACE</c>, <c>CONFIGMAP_NAME</c> and <c>SCHEDULER_DEPLOYMENT</c>.
    /// </summary>
    /// <param name="configuration">Of the session.</param>
    /// <param name="environment">Reads a variable.</param>
    public SchedulerSelection Complete(NodeManagerConfiguration configuration, Func<string, string?> environment)
    {
        // Who names a part of it by parameter means that one: the other sources would only contradict it.
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
