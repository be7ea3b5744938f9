namespace NodeManager;

/// <summary>A machine provider: a NodeSmithProvider of the cluster.</summary>
public sealed class NodeProvider : ClusterObject
{
    public required string Name { get; init; }

    public required string Namespace { get; init; }

    public string Uid { get; init; } = "";

    /// <summary><c>clusterapi</c>, <c>proxmox</c>, <c>redfish</c>, <c>simulated</c>, <c>webhook</c>, or the qualified name of a third party's provider.</summary>
    public required string Type { get; init; }

    /// <summary>Its endpoint: the address of Proxmox, the number of servers, the number of simulated machines.</summary>
    public string Target { get; init; } = "";

    /// <summary>The Secret with its credentials, as <c>namespace/name</c>; empty where it refers to none. Its values are never read for this object.</summary>
    public string Secret { get; init; } = "";

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>, as the autoscaler found it last; empty until one has looked.</summary>
    public string Available { get; init; } = "";

    /// <summary>Why it is not available, or is degraded; one word.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The same as a sentence.</summary>
    public string Message { get; init; } = "";

    public long Generation { get; init; }

    /// <summary>True once its deletion was asked for; it stays until its last claim is gone.</summary>
    public bool IsDeleting { get; init; }

    public StringMap Labels { get; init; } = StringMap.Empty;

    /// <summary>The resource as JSON, without its status and what the server adds; <c>New-NodeProvider -Manifest</c> takes it.</summary>
    public string Manifest { get; init; } = "";

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When this was read, by the cluster's clock.</summary>
    public DateTimeOffset ObservedAt { get; init; }

    public TimeSpan Age => ObservedAt - CreatedAt;

    public override string ToString() => Name;
}
