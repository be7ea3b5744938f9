using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Model.Kinds.Access;
using NodeManager.Sandbox.Model.Kinds.Custom;
using NodeManager.Sandbox.Model.Kinds.Strategies;
using NodeManager.Sandbox.Model.Kinds.Strategies.Evictions;
using NodeManager.Sandbox.Model.Kinds.Strategies.Pods;

namespace NodeManager.Sandbox.Model.Kinds;

internal static class BuiltInKinds
{
    private static readonly ServedVersion[] V1 = [new("v1")];
    private static readonly string[] AllCategory = ["all"];
    private static readonly KubernetesJson Json = SharedJson.Default;

    public static ResourceKind Nodes { get; } =
        new()
        {
            Group = "",
            Versions = V1,
            Kind = "Node",
            Plural = "nodes",
            ShortNames = ["no"],
            IsNamespaced = false,
            HasStatus = true,
            SelectableFields = [new("spec.unschedulable", "false")],
            Type = Json.Node,
            Rules = NodeRules.Rules,
        };

    public static ResourceKind Pods { get; } =
        new()
        {
            Group = "",
            Versions = V1,
            Kind = "Pod",
            Plural = "pods",
            ShortNames = ["po"],
            Categories = AllCategory,
            HasStatus = true,
            ReturnsDeleted = true,
            HasGeneration = true,
            GenerationFrom = 33,
            Subresources = ["eviction", "binding", "log", "exec", "attach", "portforward", EphemeralContainerRules.Subresource],
            SelectableFields =
            [
                new("spec.nodeName", isIndexed: true),
                new("spec.restartPolicy"),
                new("spec.schedulerName"),
                new("spec.serviceAccountName"),
                new("status.phase"),
                new("status.podIP"),
                new("status.nominatedNodeName"),
            ],
            Type = Json.Pod,
            Rules = PodRules.Rules,
        };

    public static ResourceKind Namespaces { get; } =
        new()
        {
            DeletesCollectionsFrom = null,
            Group = "",
            Versions = V1,
            Kind = "Namespace",
            Plural = "namespaces",
            ShortNames = ["ns"],
            IsNamespaced = false,
            HasStatus = true,
            SelectableFields = [new("status.phase")],
            Type = Json.Namespace,
            Rules = NamespaceRules.Rules,
            ReturnsDeleted = true,
            Subresources = ["finalize"],
            CountsGraceSeconds = false,
            NameLabelFrom = 21,
        };

    public static ResourceKind Events { get; } =
        new()
        {
            CreatesOnUpdate = true,
            HasDependents = false,
            MetadataChecked = MetadataOrder.Last,
            Group = "",
            Versions = V1,
            Kind = "Event",
            Plural = "events",
            ShortNames = ["ev"],
            SelectableFields =
            [
                new("involvedObject.kind"),
                new("involvedObject.namespace"),
                new("involvedObject.name", isIndexed: true),
                new("involvedObject.uid"),
                new("involvedObject.apiVersion"),
                new("involvedObject.resourceVersion"),
                new("involvedObject.fieldPath"),
                new("reason"),
                new("reportingComponent"),
                new("source"),
                new("type"),
            ],
            Type = Json.Event,
            Rules = EventRules.Rules,
        };

    /// <summary>Events of the later API group.</summary>
    public static ResourceKind EventViews { get; } =
        new()
        {
            Group = "events.k8s.io",
            Versions = [new("v1"), new("v1beta1", Until: 24)],
            Kind = "Event",
            Plural = "events",
            ShortNames = ["ev"],
            StoredAs = Events,
            SchemaType = "events.Event",
            Rules = EventViewRules.Rules,
            HasDependents = false,
            MetadataChecked = MetadataOrder.Last,

            // In the same order as those of the stored kind.
            SelectableFields =
            [
                new("regarding.kind"),
                new("regarding.namespace"),
                new("regarding.name", isIndexed: true),
                new("regarding.uid"),
                new("regarding.apiVersion"),
                new("regarding.resourceVersion"),
                new("regarding.fieldPath"),
                new("reason"),
                new("reportingController"),
                new("source"),
                new("type"),
            ],
        };

    public static ResourceKind ConfigMaps { get; } =
        new()
        {
            Group = "",
            Versions = V1,
            Kind = "ConfigMap",
            Plural = "configmaps",
            ShortNames = ["cm"],
            Rules = ConfigurationRules.ConfigMaps,
        };

    public static ResourceKind Secrets { get; } =
        new()
        {
            Group = "",
            Versions = V1,
            Kind = "Secret",
            Plural = "secrets",
            SelectableFields = [new("type")],
            Rules = ConfigurationRules.Secrets,
        };

    public static ResourceKind ServiceAccounts { get; } =
        new()
        {
            Group = "",
            Versions = V1,
            Kind = "ServiceAccount",
            Plural = "serviceaccounts",
            ShortNames = ["sa"],
            ReturnsDeleted = true,
            Subresources = ["token"],
        };

    public static ResourceKind Services { get; } =
        new()
        {
            DeletesCollectionsFrom = 23,
            ReturnsDeleted = true,
            ReturnsDeletedFrom = 23,
            CreatesOnUpdate = true,
            Group = "",
            Versions = V1,
            Kind = "Service",
            Plural = "services",
            ShortNames = ["svc"],
            Categories = AllCategory,
            HasStatus = true,
            Type = Json.Service,
            Rules = ServiceRules.Rules,
        };

    public static ResourceKind Endpoints { get; } =
        new()
        {
            CreatesOnUpdate = true,
            Group = "",
            Versions = V1,
            Kind = "Endpoints",
            Plural = "endpoints",
            ShortNames = ["ep"],
        };

    public static ResourceKind EndpointSlices { get; } =
        new()
        {
            Group = "discovery.k8s.io",
            Versions = [new("v1", From: 21), new("v1beta1", Until: 24, DeprecatedFrom: 21, Replacement: "discovery.k8s.io/v1")],
            Kind = "EndpointSlice",
            Plural = "endpointslices",
            HasGeneration = true,
            Rules = WorkloadRules.EndpointSlice,
        };

    public static ResourceKind PersistentVolumes { get; } =
        new()
        {
            Group = "",
            Versions = V1,
            Kind = "PersistentVolume",
            Plural = "persistentvolumes",
            ShortNames = ["pv"],
            IsNamespaced = false,
            HasStatus = true,
            Type = Json.PersistentVolume,
            ReturnsDeleted = true,
            Protection = "kubernetes.io/pv-protection",
            Rules = VolumeRules.Volumes,
        };

    public static ResourceKind PersistentVolumeClaims { get; } =
        new()
        {
            Group = "",
            Versions = V1,
            Kind = "PersistentVolumeClaim",
            Plural = "persistentvolumeclaims",
            ShortNames = ["pvc"],
            HasStatus = true,
            Type = Json.PersistentVolumeClaim,
            ReturnsDeleted = true,
            Protection = "kubernetes.io/pvc-protection",
            Rules = VolumeRules.Claims,
        };

    public static ResourceKind ReplicationControllers { get; } =
        new()
        {
            Group = "",
            Versions = V1,
            Kind = "ReplicationController",
            Plural = "replicationcontrollers",
            ShortNames = ["rc"],
            Categories = AllCategory,
            HasStatus = true,
            HasScale = true,
            HasGeneration = true,
            SelectableFields = [new("status.replicas")],
            OrphansByDefault = true,
            Rules = WorkloadRules.ReplicationController,
        };

    public static ResourceKind Deployments { get; } =
        new()
        {
            Group = "apps",
            Versions = V1,
            Kind = "Deployment",
            Plural = "deployments",
            ShortNames = ["deploy"],
            Categories = AllCategory,
            HasStatus = true,
            HasScale = true,
            HasGeneration = true,
            Type = Json.Deployment,
            Rules = WorkloadRules.Deployment,
        };

    public static ResourceKind ReplicaSets { get; } =
        new()
        {
            Group = "apps",
            Versions = V1,
            Kind = "ReplicaSet",
            Plural = "replicasets",
            ShortNames = ["rs"],
            Categories = AllCategory,
            HasStatus = true,
            HasScale = true,
            HasGeneration = true,
            SelectableFields = [new("status.replicas")],
            Type = Json.ReplicaSet,
            Rules = WorkloadRules.ReplicaSet,
        };

    public static ResourceKind StatefulSets { get; } =
        new()
        {
            Group = "apps",
            Versions = V1,
            Kind = "StatefulSet",
            Plural = "statefulsets",
            ShortNames = ["sts"],
            Categories = AllCategory,
            HasStatus = true,
            HasScale = true,
            HasGeneration = true,
            Type = Json.StatefulSet,
            Rules = WorkloadRules.StatefulSet,
        };

    public static ResourceKind DaemonSets { get; } =
        new()
        {
            Group = "apps",
            Versions = V1,
            Kind = "DaemonSet",
            Plural = "daemonsets",
            ShortNames = ["ds"],
            Categories = AllCategory,
            HasStatus = true,
            HasGeneration = true,
            Type = Json.DaemonSet,
            Rules = DaemonSetRules.Rules,
        };

    public static ResourceKind ControllerRevisions { get; } =
        new()
        {
            Group = "apps",
            Versions = V1,
            Kind = "ControllerRevision",
            Plural = "controllerrevisions",
            Rules = WorkloadRules.ControllerRevision,
        };

    public static ResourceKind Jobs { get; } =
        new()
        {
            Group = "batch",
            Versions = V1,
            Kind = "Job",
            Plural = "jobs",
            Categories = AllCategory,
            HasStatus = true,
            SelectableFields = [new("status.successful")],
            OrphansByDefault = true,
            HasGeneration = true,
            GenerationFrom = 24,
            Rules = JobRules.Rules,
        };

    public static ResourceKind PodDisruptionBudgets { get; } =
        new()
        {
            Group = "policy",
            Versions = [new("v1", From: 21), new("v1beta1", Until: 24, DeprecatedFrom: 21, Replacement: "policy/v1")],
            Kind = "PodDisruptionBudget",
            Plural = "poddisruptionbudgets",
            ShortNames = ["pdb"],
            HasStatus = true,
            HasGeneration = true,
            AllowsUnconditionalUpdate = false,
            AllowsUnqualifiedFinalizers = true,
            MetadataChecked = MetadataOrder.LastOfNew,
            Type = Json.PodDisruptionBudget,
            Rules = PodDisruptionBudgetRules.Rules,
        };

    public static ResourceKind Leases { get; } =
        new()
        {
            CreatesOnUpdate = true,
            Group = "coordination.k8s.io",
            Versions = V1,
            Kind = "Lease",
            Plural = "leases",
            AllowsUnconditionalUpdate = false,
            AllowsUnqualifiedFinalizers = true,
            Type = Json.Lease,
            Rules = ConfigurationRules.Leases,
        };

    public static ResourceKind PriorityClasses { get; } =
        new()
        {
            Group = "scheduling.k8s.io",
            Versions = V1,
            Kind = "PriorityClass",
            Plural = "priorityclasses",
            ShortNames = ["pc"],
            IsNamespaced = false,
            HasGeneration = true,
            Rules = PriorityClassRules.Rules,
        };

    public static ResourceKind StorageClasses { get; } =
        new()
        {
            Group = "storage.k8s.io",
            Versions = V1,
            Kind = "StorageClass",
            Plural = "storageclasses",
            ShortNames = ["sc"],
            IsNamespaced = false,
            Type = Json.StorageClass,
            Rules = ConfigurationRules.StorageClasses,
            ReturnsDeleted = true,
        };

    public static ResourceKind VolumeAttachments { get; } =
        new()
        {
            Group = "storage.k8s.io",
            Versions = V1,
            Kind = "VolumeAttachment",
            Plural = "volumeattachments",
            IsNamespaced = false,
            HasStatus = true,
            Type = Json.VolumeAttachment,
            ReturnsDeleted = true,
            Rules = VolumeRules.Attachments,
        };

    public static ResourceKind CustomResourceDefinitions { get; } =
        new()
        {
            Group = "apiextensions.k8s.io",
            Versions = V1,
            Kind = "CustomResourceDefinition",
            Plural = "customresourcedefinitions",
            ShortNames = ["crd", "crds"],
            Categories = ["api-extensions"],
            IsNamespaced = false,
            HasStatus = true,
            HasGeneration = true,
            AllowsUnconditionalUpdate = false,
            ReturnsDeleted = true,
            AllowsUnqualifiedFinalizers = true,
            Rules = DefinitionRules.Rules,
        };

    public static ResourceKind Roles { get; } =
        new()
        {
            CreatesOnUpdate = true,
            Group = RoleRef.Group,
            Versions = V1,
            Kind = "Role",
            Plural = "roles",
            Type = AccessJson.Default.Role,
            Rules = AccessRules.Roles,
        };

    public static ResourceKind RoleBindings { get; } =
        new()
        {
            CreatesOnUpdate = true,
            Group = RoleRef.Group,
            Versions = V1,
            Kind = "RoleBinding",
            Plural = "rolebindings",
            Type = AccessJson.Default.RoleBinding,
            Rules = AccessRules.RoleBindings,
        };

    public static ResourceKind ClusterRoles { get; } =
        new()
        {
            CreatesOnUpdate = true,
            Group = RoleRef.Group,
            Versions = V1,
            Kind = "ClusterRole",
            Plural = "clusterroles",
            IsNamespaced = false,
            Type = AccessJson.Default.Role,
            Rules = AccessRules.ClusterRoles,
        };

    public static ResourceKind ClusterRoleBindings { get; } =
        new()
        {
            CreatesOnUpdate = true,
            Group = RoleRef.Group,
            Versions = V1,
            Kind = "ClusterRoleBinding",
            Plural = "clusterrolebindings",
            IsNamespaced = false,
            Type = AccessJson.Default.RoleBinding,
            Rules = AccessRules.ClusterRoleBindings,
        };

    public static ResourceKind SelfSubjectAccessReviews { get; } = Review("authorization.k8s.io", "SelfSubjectAccessReview", V1);

    public static ResourceKind SelfSubjectReviews { get; } =
        Review("authentication.k8s.io", "SelfSubjectReview", [new("v1", From: 28), new("v1beta1", From: 27, Until: 29)]);

    public static ResourceKind NodeMetrics { get; } =
        new()
        {
            Group = "metrics.k8s.io",
            Versions = [new("v1beta1")],
            Kind = "NodeMetrics",
            Plural = "nodes",
            IsNamespaced = false,
            IsStored = false,
        };

    public static ResourceKind PodMetrics { get; } =
        new()
        {
            Group = "metrics.k8s.io",
            Versions = [new("v1beta1")],
            Kind = "PodMetrics",
            Plural = "pods",
            IsStored = false,
        };

    public static ResourceKind EvictionRequests { get; } =
        new()
        {
            Group = "lifecycle.k8s.io",
            Versions = [new("v1alpha1", From: 37)],
            Kind = "EvictionRequest",
            Plural = "evictionrequests",
            HasStatus = true,
            HasGeneration = true,
            AllowsUnconditionalUpdate = false,
            Type = Json.EvictionRequest,
            Feature = SandboxFeatures.EvictionRequest,
            Rules = EvictionRules.Requests,
        };

    public static ResourceKind EvictionProcesses { get; } =
        new()
        {
            Group = "lifecycle.k8s.io",
            Versions = [new("v1alpha1", From: 37)],
            Kind = "Eviction",
            Plural = "evictions",
            HasStatus = true,
            HasGeneration = true,
            AllowsUnconditionalUpdate = false,
            Type = Json.EvictionProcess,
            SchemaType = "EvictionProcess",
            Feature = SandboxFeatures.EvictionRequest,
            Rules = EvictionRules.Processes,
        };

    /// <summary>In the order of discovery.</summary>
    public static IReadOnlyList<ResourceKind> All { get; } =
    [
        .. PassiveKinds.All,
        ConfigMaps,
        Endpoints,
        Events,
        Namespaces,
        Nodes,
        PersistentVolumeClaims,
        PersistentVolumes,
        Pods,
        ReplicationControllers,
        Secrets,
        ServiceAccounts,
        Services,
        ControllerRevisions,
        DaemonSets,
        Deployments,
        ReplicaSets,
        StatefulSets,
        Jobs,
        PodDisruptionBudgets,
        Leases,
        PriorityClasses,
        StorageClasses,
        VolumeAttachments,
        EvictionProcesses,
        EvictionRequests,
        EndpointSlices,
        EventViews,
        CustomResourceDefinitions,
        NodeMetrics,
        PodMetrics,
        ClusterRoleBindings,
        ClusterRoles,
        RoleBindings,
        Roles,
        Review("authentication.k8s.io", "TokenReview", V1),
        SelfSubjectReviews,
        Review("authorization.k8s.io", "LocalSubjectAccessReview", V1, isNamespaced: true),
        SelfSubjectAccessReviews,
        Review("authorization.k8s.io", "SelfSubjectRulesReview", V1),
        Review("authorization.k8s.io", "SubjectAccessReview", V1),
    ];

    private static ResourceKind Review(string group, string kind, ServedVersion[] versions, bool isNamespaced = false) =>
        new()
        {
            Group = group,
            Versions = versions,
            Kind = kind,
            Plural = kind.ToLowerInvariant() + "s",
            IsNamespaced = isNamespaced,
            IsStored = false,
            IsReview = true,
        };
}
