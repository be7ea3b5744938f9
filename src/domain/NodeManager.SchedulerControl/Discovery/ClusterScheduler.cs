using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Reading;

namespace NodeManager.SchedulerControl.Discovery;

/// <summary>A scheduler of a cluster: the Deployment that runs it and the ConfigMap that holds its configuration.</summary>
public sealed record ClusterScheduler
{
    public required string Namespace { get; init; }

    public required string ConfigMap { get; init; }

    public required string Key { get; init; }

    /// <summary>Empty where no Deployment mounts the ConfigMap.</summary>
    public string Deployment { get; init; } = "";

    public string Container { get; init; } = "";

    public string Image { get; init; } = "";

    /// <summary>What follows the image's program; some of the flags win over the configuration.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The release of Kubernetes 1 that its image is of; null where the image does not say.</summary>
    public int? Minor => SchedulerApi.MinorOfImage(Image);

    /// <summary>Its image is Kubernetes' own: it has the built-in plugins alone.</summary>
    public bool IsStock => SchedulerApi.IsStockImage(Image);

    /// <summary>What to call the configuration in messages.</summary>
    public string Source => $"ConfigMap {Namespace}/{ConfigMap}, key {Key}";

    /// <summary>What is read from its configuration names this as its origin.</summary>
    public ConfigurationOrigin OriginIn(NodeManagerSession session) =>
        new()
        {
            Session = session,
            Namespace = Namespace,
            ConfigMap = ConfigMap,
            Key = Key,
            Deployment = Deployment,
        };

    public override string ToString() =>
        Deployment.Length > 0 ? $"{Namespace}/{Deployment} ({ConfigMap}: {Key})" : $"{Namespace}/{ConfigMap}: {Key}";
}
