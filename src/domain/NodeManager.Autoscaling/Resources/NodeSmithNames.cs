namespace NodeManager.Autoscaling.Resources;

/// <summary>The names of KubeNodeSmith's API: its group, labels, annotations and conditions.</summary>
public static class NodeSmithNames
{
    public const string Group = "kubenodesmith.parawell.cloud";

    public const string Version = "v1alpha1";

    public const string ApiVersion = Group + "/" + Version;

    /// <summary>The default label of a pool's nodes and claims.</summary>
    public const string DefaultPoolLabelKey = "topology.kubenodesmith.io/pool";

    /// <summary>Holds an object until its dependents are gone.</summary>
    public const string Finalizer = Group + "/finalizer";

    /// <summary>The UID of the claim that a node was registered for.</summary>
    public const string ClaimUidAnnotation = Group + "/claim-uid";

    /// <summary>On a claim: its machine is not deleted; the value is the requesting user.</summary>
    public const string AbandonedAnnotation = Group + "/abandoned-by";

    /// <summary>
    /// On a pool: its update, as <c>namespace/name</c> of its ConfigMap. While it is set, nothing else removes its nodes.
    /// </summary>
    public const string UpdateAnnotation = Group + "/update";

    /// <summary>On a claim: the pool's template at its creation.</summary>
    public const string TemplateAnnotation = Group + "/template";

    /// <summary>On a claim: the image that its machine was made from.</summary>
    public const string ImageAnnotation = Group + "/image";

    /// <summary>On a claim: its planned machine, with the pods that it was created for.</summary>
    public const string PlanAnnotation = Group + "/plan";

    /// <summary>On a claim: the claims that it replaces, with the reason.</summary>
    public const string ReplacesAnnotation = Group + "/replaces";

    /// <summary>On a claim: the name of its machine, if the cluster's CRDs are too old for <c>status.machineName</c>.</summary>
    public const string MachineAnnotation = Group + "/machine";

    /// <summary>On a pool: observed differences of its machines from the plan. Removing it lets the autoscaler retry.</summary>
    public const string ObservationsAnnotation = Group + "/observations";

    /// <summary>On a node, as taint key, annotation or condition type: its provider reclaims the machine.</summary>
    public const string Reclaimed = Group + "/reclaimed";

    /// <summary>On a claim: why it was deleted.</summary>
    public const string RemovalAnnotation = Group + "/removal-reason";

    /// <summary>The log of the autoscaler's decisions.</summary>
    public const string DecisionsConfigMap = "kubenodesmith-decisions";

    public const string AbandonedConfigMap = "kubenodesmith-abandoned-machines";

    /// <summary>The Lease of the active autoscaler.</summary>
    public const string LeaderLease = "kubenodesmith-leader";

    /// <summary>The control plane that is created if there is none.</summary>
    public const string DefaultControlPlane = "nodemanager";

    /// <summary>The default namespace of the autoscaler's objects.</summary>
    public const string DefaultNamespace = "kubenodesmith";
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

    /// <summary>False if machines of a pool did not take the pods that they were created for.</summary>
    public const string MachinesAsPlanned = nameof(MachinesAsPlanned);
}
