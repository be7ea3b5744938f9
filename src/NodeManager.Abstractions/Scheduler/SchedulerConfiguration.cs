namespace NodeManager;

/// <summary>A scheduler's configuration as its ConfigMap has it.</summary>
public sealed class SchedulerConfiguration : SchedulerObject
{
    /// <summary>The whole configuration, character for character.</summary>
    public required string Text { get; init; }

    /// <summary><c>kubescheduler.config.k8s.io/v1</c>; empty where the text cannot be read.</summary>
    public string ApiVersion { get; init; } = "";

    /// <summary>The profiles by <c>schedulerName</c>.</summary>
    public ItemList<string> Profiles { get; init; } = ItemList<string>.Empty;

    /// <summary>The scheduler's image.</summary>
    public string Image { get; init; } = "";

    /// <summary>The release of the scheduler, <c>1.36</c>; empty where its image does not say.</summary>
    public string KubernetesVersion { get; init; } = "";

    /// <summary>The revision that the text is; null where none is kept of it, or it was changed by other means since.</summary>
    public long? Revision { get; init; }

    /// <summary>The revision that the scheduler's pods were started with; null where they do not say.</summary>
    public long? RunningRevision { get; init; }

    /// <summary>True where the pods run with another revision than the ConfigMap holds: a restart brings it into force.</summary>
    public bool IsStale { get; init; }

    public DateTimeOffset ObservedAt { get; init; }

    public override string ToString() => $"{Namespace}/{ConfigMap}: {Key}";
}
