namespace NodeManager.Core.Autoscaling.Resources;

/// <summary>The words of KubeNodeSmith's API: its group, what it writes on objects, its conditions.</summary>
public static class NodeSmithNames
{
    public const string Group = "kubenodesmith.parawell.cloud";

    public const string Version = "v1alpha1";

    public const string ApiVersion = Group + "/" + Version;

    /// <summary>The label of a pool's nodes and claims, where the pool names no other.</summary>
    public const string DefaultPoolLabelKey = "topology.kubenodesmith.io/pool";

    /// <summary>Holds an object until what depends on it is gone.</summary>
    public const string Finalizer = Group + "/finalizer";

    /// <summary>The keys of a provider's Secret.</summary>
    public const string ProxmoxTokenId = "PROXMOX_TOKEN_ID", ProxmoxSecret = "PROXMOX_SECRET";

    /// <inheritdoc cref="ProxmoxTokenId"/>
    public const string RedfishUserName = "REDFISH_USERNAME", RedfishPassword = "REDFISH_PASSWORD";
}

/// <summary>The conditions of a claim, in the order of its life, and those of the other kinds.</summary>
public static class NodeSmithConditions
{
    public const string Launched = nameof(Launched);
    public const string Registered = nameof(Registered);
    public const string Initialized = nameof(Initialized);
    public const string Ready = nameof(Ready);
    public const string Failed = nameof(Failed);

    public const string Available = nameof(Available);
    public const string Progressing = nameof(Progressing);
    public const string Degraded = nameof(Degraded);
}
