namespace NodeManager.Sandbox.Controllers.Evictions;

/// <summary>Reads states of Evictions and EvictionRequests. Pure.</summary>
internal static class EvictionState
{
    public static bool Holds(JsonObject item, string condition) => item.Object("status").HasCondition(condition);

    /// <summary>The Eviction has reached a final state.</summary>
    public static bool IsOver(JsonObject process) => Holds(process, "TargetEvicted") || Holds(process, "Failed");

    /// <summary>The request is final unless its intent changes.</summary>
    public static bool IsSettled(JsonObject request) =>
        Holds(request, "TargetEvicted")
        || (Holds(request, "Failed") && request.Object("status").Condition("Failed").Text("reason") == "EvictionInvalid");

    public static bool IsWanted(IEnumerable<JsonObject> requests) =>
        requests.Any(static r => !IsDeleting(r) && r.Object("spec").Text("intent") == "Eviction");

    public static bool IsDeleting(JsonObject item) => item.Object("metadata").Text("deletionTimestamp") is not null;

    /// <summary>
    /// The Eviction that requests refer to: the successful one, else the oldest in progress, else the last failed one; null for none.
    /// </summary>
    public static JsonObject? Relevant(IReadOnlyCollection<JsonObject> processes) =>
        processes.Where(static p => Holds(p, "TargetEvicted")).MaxBy(static p => At(p, "TargetEvicted"), StringComparer.Ordinal)
        ?? processes.Where(static p => !IsOver(p)).MinBy(Created, StringComparer.Ordinal)
        ?? processes.Where(static p => Holds(p, "Failed")).MaxBy(static p => At(p, "Failed"), StringComparer.Ordinal);

    public static string Created(JsonObject item) => item.Object("metadata").Text("creationTimestamp") ?? "";

    private static string At(JsonObject process, string condition) =>
        process.Object("status").Condition(condition).Text("lastTransitionTime") ?? "";
}
