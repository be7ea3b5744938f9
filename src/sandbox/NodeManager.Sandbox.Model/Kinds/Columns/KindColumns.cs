namespace NodeManager.Sandbox.Model.Kinds.Columns;

/// <summary>The columns of each kind, as in API servers.</summary>
internal static class KindColumns
{
    // The minor version from which a quota's age is last.
    private const int ReorderedAt = 33;

    public static TableColumn Name { get; } = new("Name", static (item, _) => item.Object("metadata").Text("name")) { Format = "name" };

    public static TableColumn Age { get; } = new("Age", static (item, now) => ColumnText.Age(item, now));

    private static readonly TableColumn[] Template =
    [
        Wide("Containers", static item => WorkloadCells.Containers(item, "name")),
        Wide("Images", static item => WorkloadCells.Containers(item, "image")),
    ];

    private static readonly TableColumn Selector = Wide(
        "Selector",
        static item => ColumnText.Selector(item.Object("spec").Object("selector"))
    );
    private static readonly TableColumn[] Replicas =
    [
        Name,
        Number("Desired", "spec", "replicas"),
        Number("Current", "status", "replicas"),
        Number("Ready", "status", "readyReplicas"),
        Age,
        .. Template,
    ];

    private static readonly TableColumn[] Unnamed = [Name, Age];

    private static readonly Dictionary<ResourceKind, TableColumn[]> ByKind = new()
    {
        [BuiltInKinds.Nodes] =
        [
            Name,
            Text("Status", NodeCells.Status),
            Text("Roles", NodeCells.Roles),
            Age,
            Text("Version", static node => node.Object("status").Object("nodeInfo").Text("kubeletVersion") ?? ""),
            Wide("Internal-IP", static node => NodeCells.Address(node, "InternalIP")),
            Wide("External-IP", static node => NodeCells.Address(node, "ExternalIP")),
            Wide("OS-Image", static node => NodeCells.Info(node, "osImage")),
            Wide("Kernel-Version", static node => NodeCells.Info(node, "kernelVersion")),
            Wide("Container-Runtime", static node => NodeCells.Info(node, "containerRuntimeVersion")),
        ],
        [BuiltInKinds.Pods] =
        [
            Name,
            Text("Ready", PodCells.Ready),
            Text("Status", PodCells.Status),
            new("Restarts", static (pod, _) => PodCells.Restarts(pod)) { Type = "integer", Until = 21 },
            new("Restarts", static (pod, now) => PodCells.RestartText(pod, now)) { From = 22 },
            Age,
            Wide("IP", static pod => ColumnText.OrNone(pod.Object("status").Text("podIP"))),
            Wide("Node", static pod => ColumnText.OrNone(pod.Object("spec").Text("nodeName"))),
            Wide("Nominated Node", static pod => ColumnText.OrNone(pod.Object("status").Text("nominatedNodeName"))),
            Wide("Readiness Gates", PodCells.ReadinessGates),
        ],
        [BuiltInKinds.Namespaces] = [Name, Text("Status", static item => item.Object("status").Text("phase") ?? ""), Age],
        [BuiltInKinds.Events] =
        [
            new("Last Seen", static (item, now) => EventCells.LastSeen(item, now)),
            Text("Type", static item => item.Text("type") ?? ""),
            Text("Reason", static item => item.Text("reason") ?? ""),
            Text("Object", EventCells.Subject),
            Wide("Subobject", static item => item.Object("involvedObject").Text("fieldPath") ?? ""),
            Wide("Source", EventCells.Source),
            Text("Message", static item => (item.Text("message") ?? "").Trim()),
            new("First Seen", static (item, now) => EventCells.FirstSeen(item, now)) { Priority = 1 },
            new("Count", static (item, _) => EventCells.Count(item)) { Priority = 1 },
            Name with
            {
                Priority = 1,
            },
        ],
        [BuiltInKinds.ConfigMaps] =
        [
            Name,
            Count("Data", static item => (item.Object("data")?.Count ?? 0) + (item.Object("binaryData")?.Count ?? 0)),
            Age,
        ],
        [BuiltInKinds.Secrets] =
        [
            Name,
            Text("Type", static item => item.Text("type") ?? ""),
            Count("Data", static item => item.Object("data")?.Count ?? 0),
            Age,
        ],
        [BuiltInKinds.ServiceAccounts] =
        [
            Name,
            Count("Secrets", static item => item.Array("secrets")?.Count ?? 0) with
            {
                Until = 32,
            },
            Age,
        ],
        [BuiltInKinds.Services] =
        [
            Name,
            Text("Type", static item => item.Object("spec").Text("type") ?? ""),
            Text("Cluster-IP", static item => ColumnText.OrNone(item.Object("spec").Text("clusterIP"))),
            Text("External-IP", WorkloadCells.External),
            Text("Port(s)", WorkloadCells.Ports),
            Age,
            Wide("Selector", static item => ColumnText.Labels(item.Object("spec").Object("selector"))),
        ],
        [BuiltInKinds.Endpoints] = [Name, Text("Endpoints", EndpointCells.Addresses), Age],
        [BuiltInKinds.EndpointSlices] =
        [
            Name,
            Text("AddressType", static item => item.Text("addressType") ?? ""),
            Text("Ports", EndpointCells.Ports),
            Text("Endpoints", EndpointCells.Endpoints),
            Age,
        ],
        [BuiltInKinds.PersistentVolumes] =
        [
            Name,
            Text("Capacity", static item => item.Object("spec").Object("capacity").Text("storage") ?? ""),
            Text("Access Modes", static item => ColumnText.AccessModes(item.Object("spec").Array("accessModes"))),
            Text("Reclaim Policy", static item => item.Object("spec").Text("persistentVolumeReclaimPolicy") ?? ""),
            Text("Status", WorkloadCells.VolumePhase),
            Text("Claim", WorkloadCells.Claim),
            Text("StorageClass", static item => item.Object("spec").Text("storageClassName") ?? ""),
            VolumeAttributes,
            Text("Reason", static item => item.Object("status").Text("reason") ?? ""),
            Age,
            VolumeMode,
        ],
        [BuiltInKinds.PersistentVolumeClaims] =
        [
            Name,
            Text("Status", WorkloadCells.VolumePhase),
            Text("Volume", static item => item.Object("spec").Text("volumeName") ?? ""),
            Text("Capacity", static item => item.Object("status").Object("capacity").Text("storage") ?? ""),
            Text("Access Modes", static item => ColumnText.AccessModes(item.Object("status").Array("accessModes"))),
            Text("StorageClass", static item => item.Object("spec").Text("storageClassName") ?? ""),
            VolumeAttributes,
            Age,
            VolumeMode,
        ],
        [BuiltInKinds.ReplicationControllers] =
        [
            .. Replicas,
            Wide("Selector", static item => ColumnText.Labels(item.Object("spec").Object("selector"))),
        ],
        [BuiltInKinds.ReplicaSets] = [.. Replicas, Selector],
        [BuiltInKinds.Deployments] =
        [
            Name,
            Text("Ready", Share),
            Number("Up-to-date", "status", "updatedReplicas") with
            {
                Type = "string",
            },
            Number("Available", "status", "availableReplicas") with
            {
                Type = "string",
            },
            Age,
            .. Template,
            Selector,
        ],
        [BuiltInKinds.StatefulSets] = [Name, Text("Ready", Share), Age, .. Template],
        [BuiltInKinds.DaemonSets] =
        [
            Name,
            Number("Desired", "status", "desiredNumberScheduled"),
            Number("Current", "status", "currentNumberScheduled"),
            Number("Ready", "status", "numberReady"),
            Number("Up-to-date", "status", "updatedNumberScheduled"),
            Number("Available", "status", "numberAvailable"),
            Text(
                "Node Selector",
                static item => ColumnText.Labels(item.Object("spec").Object("template").Object("spec").Object("nodeSelector"))
            ),
            Age,
            .. Template,
            Selector,
        ],
        [BuiltInKinds.ControllerRevisions] =
        [
            Name,
            Text("Controller", WorkloadCells.Controller),
            Count("Revision", static item => item.Number("revision") ?? 0) with
            {
                Type = "integer",
            },
            Age,
        ],
        [BuiltInKinds.Jobs] =
        [
            Name,
            Text("Status", WorkloadCells.JobStatus) with
            {
                From = 31,
            },
            Text("Completions", WorkloadCells.Completions),
            new("Duration", static (item, now) => WorkloadCells.JobDuration(item, now)),
            Age,
            .. Template,
            Selector,
        ],
        [BuiltInKinds.PodDisruptionBudgets] =
        [
            Name,
            Text("Min Available", static item => WorkloadCells.Bound(item, "minAvailable")),
            Text("Max Unavailable", static item => WorkloadCells.Bound(item, "maxUnavailable")),
            Number("Allowed Disruptions", "status", "disruptionsAllowed"),
            Age,
        ],
        [BuiltInKinds.CustomResourceDefinitions] =
        [
            Name,
            Text("Created At", static item => item.Object("metadata").Text("creationTimestamp") ?? "") with
            {
                Type = "date",
            },
        ],
        [BuiltInKinds.Leases] = [Name, Text("Holder", static item => item.Object("spec").Text("holderIdentity") ?? ""), Age],
        [BuiltInKinds.PriorityClasses] =
        [
            Name,
            Count("Value", static item => item.Number("value") ?? 0) with
            {
                Type = "integer",
            },
            new("Global-Default", static (item, _) => item.Flag("globalDefault") ?? false) { Type = "boolean" },
            Age,
            Text("PreemptionPolicy", static item => item.Text("preemptionPolicy") ?? "") with
            {
                From = 32,
            },
        ],
        [BuiltInKinds.StorageClasses] =
        [
            Name with
            {
                Cell = static (item, _) => WorkloadCells.StorageClass(item),
            },
            Text("Provisioner", static item => item.Text("provisioner") ?? ""),
            Text("ReclaimPolicy", static item => item.Text("reclaimPolicy") ?? ""),
            Text("VolumeBindingMode", static item => item.Text("volumeBindingMode") ?? ""),
            new("AllowVolumeExpansion", static (item, _) => item.Flag("allowVolumeExpansion") ?? false),
            Age,
        ],
        [BuiltInKinds.VolumeAttachments] =
        [
            Name,
            Text("Attacher", static item => item.Object("spec").Text("attacher") ?? "") with
            {
                Format = "name",
            },
            Text("PV", static item => item.Object("spec").Object("source").Text("persistentVolumeName") ?? ""),
            Text("Node", static item => item.Object("spec").Text("nodeName") ?? ""),
            new("Attached", static (item, _) => item.Object("status").Flag("attached") ?? false) { Type = "boolean" },
            Age,
        ],
        [BuiltInKinds.EvictionRequests] = [Name, Age],
        [BuiltInKinds.EvictionProcesses] = [Name, Age],
        [PassiveKinds.CronJobs] =
        [
            Name,
            Text("Schedule", static item => item.Object("spec").Text("schedule") ?? ""),
            Text("Timezone", static item => item.Object("spec").Text("timeZone") ?? ColumnText.None) with
            {
                From = 28,
            },
            Text("Suspend", static item => PassiveCells.Flag(item.Object("spec").Flag("suspend"))) with
            {
                Type = "boolean",
            },
            Count("Active", static item => item.Object("status").Array("active")?.Count ?? 0) with
            {
                Type = "integer",
            },
            new(
                "Last Schedule",
                static (item, now) =>
                    item.Object("status").Text("lastScheduleTime") is { } last ? ColumnText.Since(last, now) : ColumnText.None
            ),
            Age,
            Wide(
                "Containers",
                static item =>
                    WorkloadCells.ContainersOf(item.Object("spec").Object("jobTemplate").Object("spec").Object("template"), "name")
            ),
            Wide(
                "Images",
                static item =>
                    WorkloadCells.ContainersOf(item.Object("spec").Object("jobTemplate").Object("spec").Object("template"), "image")
            ),
            Wide(
                "Selector",
                static item => ColumnText.Selector(item.Object("spec").Object("jobTemplate").Object("spec").Object("selector"))
            ),
        ],
        [PassiveKinds.Ingresses] =
        [
            Name,
            Text("Class", static item => item.Object("spec").Text("ingressClassName") ?? ColumnText.None),
            Text("Hosts", PassiveCells.Hosts),
            Text("Address", PassiveCells.Addresses),
            Text("Ports", PassiveCells.Ports),
            Age,
        ],
        [PassiveKinds.IngressClasses] =
        [
            Name with
            {
                Cell = static (item, _) => PassiveCells.ClassName(item),
            },
            Text("Controller", static item => item.Object("spec").Text("controller") ?? ""),
            Text("Parameters", PassiveCells.Parameters),
            Age,
        ],
        [PassiveKinds.NetworkPolicies] =
        [
            Name,
            Text("Pod-Selector", static item => ColumnText.Selector(item.Object("spec").Object("podSelector"))),
            Age,
        ],
        [PassiveKinds.HorizontalPodAutoscalers] =
        [
            Name,
            Text(
                "Reference",
                static item =>
                    $"{item.Object("spec").Object("scaleTargetRef").Text("kind")}/{item.Object("spec").Object("scaleTargetRef").Text("name")}"
            ),
            Text("Targets", PassiveCells.Targets),
            Text("MinPods", static item => item.Object("spec").Number("minReplicas") is { } minimum ? $"{minimum}" : ColumnText.Unset),
            Number("MaxPods", "spec", "maxReplicas") with
            {
                Type = "string",
            },
            Number("Replicas", "status", "currentReplicas") with
            {
                Type = "string",
            },
            Age,
        ],
        [PassiveKinds.ResourceQuotas] =
        [
            Name,
            Age with
            {
                Until = ReorderedAt - 1,
            },
            Text("Request", static item => PassiveCells.Quota(item, isLimits: false)),
            Text("Limit", static item => PassiveCells.Quota(item, isLimits: true)),
            Age with
            {
                From = ReorderedAt,
            },
        ],
        [PassiveKinds.LimitRanges] = [Name, CreatedAt],
        [PassiveKinds.PodTemplates] =
        [
            Name,
            Text("Containers", static item => WorkloadCells.ContainersOf(item.Object("template"), "name")),
            Text("Images", static item => WorkloadCells.ContainersOf(item.Object("template"), "image")),
            Text("Pod Labels", static item => ColumnText.Labels(item.Object("template").Object("metadata").Object("labels"))),
        ],
        [PassiveKinds.CertificateSigningRequests] =
        [
            Name,
            Age,
            Text("SignerName", static item => ColumnText.OrNone(item.Object("spec").Text("signerName"))),
            Text("Requestor", static item => item.Object("spec").Text("username") ?? ""),
            Text("RequestedDuration", PassiveCells.Requested) with
            {
                From = 22,
            },
            Text("Condition", PassiveCells.Condition),
        ],
        [BuiltInKinds.Roles] = [Name, CreatedAt],
        [BuiltInKinds.ClusterRoles] = [Name, CreatedAt],
        [BuiltInKinds.RoleBindings] = Bindings,
        [BuiltInKinds.ClusterRoleBindings] = Bindings,
    };

    private static TableColumn CreatedAt =>
        new("Created At", static (item, _) => item.Object("metadata").Text("creationTimestamp")) { Type = "date" };

    private static TableColumn[] Bindings =>
        [
            Name,
            Text("Role", BindingCells.Role),
            Age,
            Wide("Users", static item => BindingCells.Subjects(item, "User")),
            Wide("Groups", static item => BindingCells.Subjects(item, "Group")),
            Wide("ServiceAccounts", static item => BindingCells.Subjects(item, "ServiceAccount")),
        ];

    private static TableColumn VolumeAttributes =>
        Text("VolumeAttributesClass", static item => item.Object("spec").Text("volumeAttributesClassName") ?? ColumnText.Unset) with
        {
            From = 31,
        };

    private static TableColumn VolumeMode => Wide("VolumeMode", static item => item.Object("spec").Text("volumeMode") ?? ColumnText.Unset);

    public static TableColumn[] Of(ResourceKind kind, int minor) =>
        [.. ByKind.GetValueOrDefault(kind.StoredAs, Unnamed).Where(column => minor >= column.From && minor <= column.Until)];

    private static TableColumn Text(string name, Func<JsonObject, string> cell) => new(name, (item, _) => cell(item));

    private static TableColumn Wide(string name, Func<JsonObject, string> cell) => Text(name, cell) with { Priority = 1 };

    private static TableColumn Count(string name, Func<JsonObject, long> cell) => new(name, (item, _) => cell(item));

    private static TableColumn Number(string name, string part, string member) =>
        new(name, (item, _) => item.Object(part).Number(member) ?? 0) { Type = "integer" };

    private static string Share(JsonObject item) =>
        $"{item.Object("status").Number("readyReplicas") ?? 0}/{item.Object("spec").Number("replicas") ?? 0}";
}
