namespace NodeManager.Sandbox.Model.Kinds.Strategies.Pods;

internal static class PodRules
{
    public static KindRules Rules { get; } =
        new()
        {
            NameUse = "the Pod's hostname",
            StatusMayChangeMetadata = true,
            Default = DefaultPod,
            PrepareCreate = PrepareCreate,
            Validate = Validate,
            ValidateUpdate = PodImmutability.Validate,
            GracePeriod = GracePeriod,
        };

    // Fields of a pod that a template does not have.
    private static void DefaultPod(JsonObject pod)
    {
        JsonObject spec = pod.Ensure("spec");
        DefaultSpec(spec);
        spec.Default("enableServiceLinks", true);
        foreach (JsonObject container in (spec.Array("containers") ?? []).Concat(spec.Array("initContainers") ?? []).OfType<JsonObject>())
        {
            JsonObject resources = container["resources"]!.AsObject();
            if (resources.Object("limits") is not { } limits)
                continue;
            JsonObject requests = resources.Ensure("requests");
            foreach ((string name, JsonNode? amount) in limits)
                if (amount is not null)
                    requests.Default(name, amount.DeepClone());
        }
    }

    /// <summary>Defaults of a pod's specification or template.</summary>
    public static void DefaultSpec(JsonObject spec)
    {
        spec.Default("restartPolicy", "Always");
        spec.Default("terminationGracePeriodSeconds", 30);
        spec.Default("dnsPolicy", "ClusterFirst");
        spec.Default("schedulerName", "default-scheduler");
        spec.Default("securityContext", new JsonObject());
        foreach (string list in (ReadOnlySpan<string>)["containers", "initContainers"])
        {
            foreach (JsonNode? node in spec.Array(list) ?? [])
                if (node is JsonObject container)
                    DefaultContainer(container);
        }

        foreach (JsonObject volume in spec.Objects("volumes"))
        {
            if (!volume.Any(static pair => pair.Value is JsonObject))
                volume["emptyDir"] = new JsonObject();
            foreach (string source in (ReadOnlySpan<string>)["configMap", "secret", "projected", "downwardAPI"])
                volume.Object(source)?.Default("defaultMode", 420);
            volume.Object("hostPath")?.Default("type", "");
        }
    }

    private static void PrepareCreate(JsonObject pod)
    {
        JsonObject spec = pod["spec"]!.AsObject();
        spec.Default("serviceAccountName", "default");
        spec.Default("serviceAccount", spec["serviceAccountName"]!.DeepClone());
        if (spec["tolerations"] is not JsonArray tolerations)
            spec["tolerations"] = tolerations = [];
        foreach (string key in (ReadOnlySpan<string>)["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"])
            AddDefaultToleration(tolerations, key);
        MergeLabelKeys(pod);
        pod["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = QualityOfService.Of(pod) };
    }

    // By default the API tolerates not-ready and unreachable nodes for five minutes.
    private static void AddDefaultToleration(JsonArray tolerations, string key)
    {
        bool isSaid = tolerations
            .OfType<JsonObject>()
            .Any(one => one.Text("key") is null or "" || (one.Text("key") == key && one.Text("effect") is null or "" or "NoExecute"));
        if (isSaid)
            return;
        tolerations.Add(
            new JsonObject
            {
                ["key"] = key,
                ["operator"] = "Exists",
                ["effect"] = "NoExecute",
                ["tolerationSeconds"] = 300,
            }
        );
    }

    // The API adds the pod's labels of these keys to the selectors of its affinity.
    private static void MergeLabelKeys(JsonObject pod)
    {
        JsonObject? labels = pod.Object("metadata").Object("labels"),
            affinity = pod.Object("spec").Object("affinity");
        foreach (string kind in (ReadOnlySpan<string>)["podAffinity", "podAntiAffinity"])
        {
            JsonObject? terms = affinity.Object(kind);
            IEnumerable<JsonObject?> all =
            [
                .. terms.Objects("requiredDuringSchedulingIgnoredDuringExecution"),
                .. terms.Objects("preferredDuringSchedulingIgnoredDuringExecution").Select(static one => one.Object("podAffinityTerm")),
            ];
            foreach (JsonObject? term in all)
            {
                Merge(term, "matchLabelKeys", "In", labels);
                Merge(term, "mismatchLabelKeys", "NotIn", labels);
            }
        }
    }

    private static void Merge(JsonObject? term, string member, string operation, JsonObject? labels)
    {
        if (term.Object("labelSelector") is not { } selector)
            return;
        foreach (JsonNode? node in term.Array(member) ?? [])
        {
            if ((string?)node is not { } key || labels.Text(key) is not { } value)
                continue;
            if (selector["matchExpressions"] is not JsonArray expressions)
                selector["matchExpressions"] = expressions = [];
            expressions.Add(
                new JsonObject
                {
                    ["key"] = key,
                    ["operator"] = operation,
                    ["values"] = new JsonArray(value),
                }
            );
        }
    }

    public static void DefaultContainer(JsonObject container)
    {
        container.Ensure("resources");
        container.Default("terminationMessagePath", "/dev/termination-log");
        container.Default("terminationMessagePolicy", "File");
        string image = container.Text("image") ?? "";

        // An invalid image reference has no tag.
        bool isLatest =
            image.EndsWith(":latest", StringComparison.Ordinal)
            || (
                !image[(image.LastIndexOf('/') + 1)..].Contains(':', StringComparison.Ordinal)
                && !image.Any(static one => char.IsAsciiLetterUpper(one) || one == ' ')
            );
        container.Default("imagePullPolicy", isLatest ? "Always" : "IfNotPresent");
        foreach (JsonObject variable in container.Objects("env"))
            variable.Object("valueFrom").Object("fieldRef")?.Default("apiVersion", "v1");
        foreach (JsonNode? port in container.Array("ports") ?? [])
            (port as JsonObject)?.Default("protocol", "TCP");
        foreach (string name in (ReadOnlySpan<string>)["livenessProbe", "readinessProbe", "startupProbe"])
            if (container.Object(name) is { } probe)
                DefaultProbe(probe);
    }

    private static void DefaultProbe(JsonObject probe)
    {
        probe.Default("timeoutSeconds", 1);
        probe.Default("periodSeconds", 10);
        probe.Default("successThreshold", 1);
        probe.Default("failureThreshold", 3);
        if (probe.Object("httpGet") is not { } request)
            return;
        request.Default("path", "/");
        request.Default("scheme", "HTTP");
    }

    // The requested time, else the pod's; 0 for an unscheduled or completed pod.
    private static long GracePeriod(JsonObject pod, long? asked)
    {
        JsonObject? spec = pod.Object("spec");
        if (string.IsNullOrEmpty(spec.Text("nodeName")) || pod.Object("status").Text("phase") is "Succeeded" or "Failed")
            return 0;
        long period = asked ?? spec.Number("terminationGracePeriodSeconds") ?? 30;
        return period < 0 ? 1 : period;
    }

    private static void Validate(JsonObject pod, JsonObject? old, FieldErrors errors)
    {
        PodSpecRules.Validate(pod.Object("spec"), "spec", errors);
        EphemeralContainerRules.Validate(pod, old, errors);
    }
}
