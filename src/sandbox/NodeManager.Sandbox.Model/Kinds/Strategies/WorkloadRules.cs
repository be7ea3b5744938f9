using NodeManager.Sandbox.Model.Kinds.Strategies.Pods;

namespace NodeManager.Sandbox.Model.Kinds.Strategies;

internal static class WorkloadRules
{
    /// <summary>See <see cref="KindRules.NameUse"/>.</summary>
    public const string PodNames = "Pod names and hostnames";

    private const int AvailableFrom = 22,
        MinReadyFrom = 23,
        RetentionFrom = 27;

    public static KindRules Deployment { get; } =
        new()
        {
            NameUse = PodNames,
            AnnotationsCountForGeneration = true,
            StatusMayChangeMetadata = true,
            StatusKeepsLabels = true,
            PrepareCreate = EmptyStatus,
            Default = static item =>
            {
                JsonObject spec = Template(item);
                spec.Default("replicas", 1);
                spec.Default("revisionHistoryLimit", 10);
                spec.Default("progressDeadlineSeconds", 600);
                JsonObject strategy = spec.Ensure("strategy");
                strategy.Default("type", "RollingUpdate");
                if (strategy.Text("type") != "RollingUpdate")
                    return;
                JsonObject rolling = strategy.Ensure("rollingUpdate");
                rolling.Default("maxUnavailable", "25%");
                rolling.Default("maxSurge", "25%");
            },
            Validate = WorkloadChecks.Deployment,
        };

    public static KindRules EndpointSlice { get; } =
        new()
        {
            CountsForGeneration = static (old, changed) =>
                !JsonNode.DeepEquals(old["endpoints"], changed["endpoints"]) || !JsonNode.DeepEquals(old["ports"], changed["ports"]),
            Validate = static (item, old, errors) =>
            {
                string type = item.Text("addressType") ?? "";
                if (type.Length == 0)
                    errors.Required("addressType");
                else if (type is not ("IPv4" or "IPv6" or "FQDN"))
                    errors.NotSupported("addressType", $"\"{type}\"", "FQDN", "IPv4", "IPv6");
                if (old is not null && old.Text("addressType") != type)
                    errors.Invalid("addressType", type, "field is immutable");
            },
        };

    public static KindRules ControllerRevision { get; } =
        new()
        {
            Validate = static (item, _, errors) =>
            {
                if (item["data"] is null)
                    errors.Required("data", "data is mandatory");
                if (item.Number("revision") is < 0)
                    errors.Invalid("revision", item["revision"], "must be greater than or equal to 0");
            },
            ValidateUpdate = static (changed, old, errors) =>
            {
                if (!JsonNode.DeepEquals(changed["data"], old["data"]))
                    errors.Invalid("data", changed["data"], "field is immutable");
            },
        };

    public static KindRules ReplicaSet { get; } =
        new()
        {
            NameUse = PodNames,
            StatusMayChangeMetadata = true,
            PrepareCreate = static item => item["status"] = new JsonObject { ["replicas"] = 0 },
            Default = static item => Template(item).Default("replicas", 1),
            Validate = WorkloadChecks.ReplicaSet,
        };

    public static KindRules ReplicationController { get; } =
        new()
        {
            NameUse = PodNames,
            PrepareCreate = static item => item["status"] = new JsonObject { ["replicas"] = 0 },
            Default = static item =>
            {
                JsonObject spec = Template(item);
                spec.Default("replicas", 1);
                if (spec.Object("template").Object("metadata").Object("labels") is not { Count: > 0 } labels)
                    return;
                spec.Default("selector", labels.DeepClone());
                if (item.Object("metadata").Object("labels") is not { Count: > 0 })
                    item.Ensure("metadata")["labels"] = labels.DeepClone();
            },
        };

    public static KindRules StatefulSet { get; } =
        new()
        {
            StatusMayChangeMetadata = true,
            PrepareCreate = static item => item["status"] = new JsonObject { ["replicas"] = 0 },
            PrepareCreateAt = static (item, minor) =>
            {
                if (minor >= AvailableFrom)
                    item["status"]!["availableReplicas"] = 0;
            },
            Default = static item =>
            {
                JsonObject spec = Template(item);
                spec.Default("replicas", 1);
                spec.Default("podManagementPolicy", "OrderedReady");
                spec.Default("revisionHistoryLimit", 10);
                JsonObject strategy = spec.Ensure("updateStrategy");
                strategy.Default("type", "RollingUpdate");
                if (strategy.Text("type") == "RollingUpdate")
                    strategy.Ensure("rollingUpdate").Default("partition", 0);
                foreach (JsonObject claim in spec.Objects("volumeClaimTemplates"))
                {
                    claim.Default("apiVersion", "v1");
                    claim.Default("kind", "PersistentVolumeClaim");
                    claim.Ensure("spec").Default("volumeMode", "Filesystem");
                    claim.Ensure("status").Default("phase", "Pending");
                }
            },
            DefaultAt = static (item, minor) =>
            {
                JsonObject spec = item["spec"]!.AsObject();
                if (minor < MinReadyFrom)
                    spec.Remove("minReadySeconds");
                if (minor < AvailableFrom)
                    item.Object("status")?.Remove("availableReplicas");
                if (minor < RetentionFrom)
                {
                    spec.Remove("persistentVolumeClaimRetentionPolicy");
                    return;
                }

                JsonObject policy = spec.Ensure("persistentVolumeClaimRetentionPolicy");
                policy.Default("whenDeleted", "Retain");
                policy.Default("whenScaled", "Retain");
            },
            Validate = static (item, old, errors) =>
            {
                WorkloadChecks.StatefulSet(item, old, errors);
                foreach ((string member, JsonNode? value) in item["spec"]!.AsObject().Object("persistentVolumeClaimRetentionPolicy") ?? [])
                    if ((string?)value is not ("Retain" or "Delete"))
                        errors.NotSupported($"spec.persistentVolumeClaimRetentionPolicy.{member}", $"\"{value}\"", "Retain", "Delete");
            },
            ValidateUpdate = WorkloadChecks.StatefulSetUpdate,
        };

    public static KindRules PodTemplate { get; } =
        new()
        {
            CountsForGeneration = static (old, changed) => !JsonNode.DeepEquals(old["template"], changed["template"]),
            Default = static item =>
            {
                JsonObject template = item.Ensure("template");
                template.Ensure("metadata");
                PodRules.DefaultSpec(template.Ensure("spec"));
            },
            Validate = static (item, _, errors) => PodSpecRules.ValidateTemplate(item.Object("template"), "template", errors),
        };

    /// <summary>The status of a new object is empty.</summary>
    public static void EmptyStatus(JsonObject item) => item["status"] = new JsonObject();

    /// <summary>The specification with defaults of its pod template.</summary>
    public static JsonObject Template(JsonObject item)
    {
        JsonObject spec = item.Ensure("spec");
        JsonObject template = spec.Ensure("template");
        template.Ensure("metadata");
        PodRules.DefaultSpec(template.Ensure("spec"));
        return spec;
    }
}
