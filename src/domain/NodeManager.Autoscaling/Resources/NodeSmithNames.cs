namespace NodeManager.Autoscaling.Resources;

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

    /// <summary>The UID of the claim that a node was registered for.</summary>
    public const string ClaimUidAnnotation = Group + "/claim-uid";

    /// <summary>On a claim: its machine is not destroyed, with the user who requested that.</summary>
    public const string AbandonedAnnotation = Group + "/abandoned-by";

    /// <summary>On a pool: which update rolls it, as <c>namespace/name</c> of its ConfigMap. While it is there, nothing else takes its nodes away.</summary>
    public const string UpdateAnnotation = Group + "/update";

    /// <summary>On a claim: what its pool said of new nodes when the claim was created.</summary>
    public const string TemplateAnnotation = Group + "/template";

    /// <summary>On a claim: what its machine was planned to be, and for which pods.</summary>
    public const string PlanAnnotation = Group + "/plan";

    /// <summary>On a claim: the name of its machine, where the definitions in the cluster are too old to keep <c>status.machineName</c>.</summary>
    public const string MachineAnnotation = Group + "/machine";

    /// <summary>On a pool: what its machines turned out to be where that differs from the plan. Removing it lets the autoscaler try again.</summary>
    public const string ObservationsAnnotation = Group + "/observations";

    /// <summary>On a claim: why it was deleted.</summary>
    public const string RemovalAnnotation = Group + "/removal-reason";

    /// <summary>Has what the autoscaler decided, and why.</summary>
    public const string DecisionsConfigMap = "kubenodesmith-decisions";

    /// <summary>Has the machines that were abandoned.</summary>
    public const string AbandonedConfigMap = "kubenodesmith-abandoned-machines";

    /// <summary>The Lease by which one autoscaler of several acts.</summary>
    public const string LeaderLease = "kubenodesmith-leader";

    /// <summary>Where the autoscaler's objects are, unless said otherwise.</summary>
    public const string DefaultNamespace = "kubenodesmith";

    /// <summary>The keys of a provider's Secret.</summary>
    public const string ProxmoxTokenId = "PROXMOX_TOKEN_ID",
        ProxmoxSecret = "PROXMOX_SECRET";

    /// <inheritdoc cref="ProxmoxTokenId"/>
    public const string RedfishUserName = "REDFISH_USERNAME",
        RedfishPassword = "REDFISH_PASSWORD";
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

    /// <summary>False where machines of a pool did not take the pods that they were created for.</summary>
    public const string MachinesAsPlanned = nameof(MachinesAsPlanned);
}
