using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Registry;

/// <summary>
/// Resolves a new pod's priority from its class, else the default class, else 0. Source: k8s.io/kubernetes/plugin/pkg/admission/priority.
/// </summary>
internal static class PodPriority
{
    private const string Computed = "must not be provided in pod spec; priority admission controller computed";

    /// <exception cref="ApiException">403: an unknown class, or a pod with another priority than its class.</exception>
    public static void Resolve(JsonObject pod, DocumentStore store)
    {
        JsonObject spec = pod["spec"]!.AsObject();
        string named = spec.Text("priorityClassName") ?? "";
        JsonObject? its = named.Length == 0 ? Default(store) : store.Get(BuiltInKinds.PriorityClasses, "", named)?.ToJson();
        if (its is null && named.Length > 0)
            throw Refused($"no PriorityClass with name {named} was found");
        if (its is not null)
            spec["priorityClassName"] = its.Object("metadata").Text("name");
        long value = its.Number("value") ?? 0;
        string policy = its.Text("preemptionPolicy") ?? "PreemptLowerPriority";
        if (spec.Number("priority") is { } stated && stated != value)
            throw Refused($"the integer value of priority ({stated}) {Computed} {value} from the given PriorityClass name");
        if (spec.Text("preemptionPolicy") is { } other && other != policy)
            throw Refused($"the string value of PreemptionPolicy ({other}) {Computed} {policy} from the given PriorityClass name");
        spec["priority"] = value;
        spec["preemptionPolicy"] = policy;

        ApiException Refused(string why) => StatusErrors.Forbidden(BuiltInKinds.Pods, pod["metadata"]!.AsObject().Text("name")!, why);
    }

    // The lowest of several. Filters first, because every pod calls it.
    private static JsonObject? Default(DocumentStore store) =>
        store
            .List(BuiltInKinds.PriorityClasses)
            .Objects.Walk()
            .Where(static one => one.Json.Span.IndexOf("\"globalDefault\":true"u8) >= 0)
            .Select(static one => one.ToJson())
            .Where(static one => one.Flag("globalDefault") == true)
            .MinBy(static one => one.Number("value") ?? 0);
}
