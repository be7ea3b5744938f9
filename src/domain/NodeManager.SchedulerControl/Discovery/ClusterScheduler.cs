using NodeManager.SchedulerConfigurations.Catalog;
using NodeManager.SchedulerConfigurations.Reading;

namespace NodeManager.SchedulerControl.Discovery;

/// <summary>A scheduler of a cluster: its Deployment and the ConfigMap of its configuration.</summary>
public sealed record ClusterScheduler
{
    public required string Namespace { get; init; }

    public required string ConfigMap { get; init; }

    public required string Key { get; init; }

    /// <summary>Empty if no Deployment mounts the ConfigMap.</summary>
    public string Deployment { get; init; } = "";

    public string Container { get; init; } = "";

    public string Image { get; init; } = "";

    /// <summary>The arguments of the image's program; some flags override the configuration.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The Kubernetes minor version of its image; null if the image does not show it.</summary>
    public int? Minor => SchedulerApi.MinorOfImage(Image);

    /// <summary>True for Kubernetes' own image, which has only the built-in plugins.</summary>
    public bool IsStock => SchedulerApi.IsStockImage(Image);

    /// <summary>The configuration's name in messages.</summary>
    public string Source => $"ConfigMap {Namespace}/{ConfigMap}, key {Key}";

    /// <summary>The origin of objects read from its configuration.</summary>
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
