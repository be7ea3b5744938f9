namespace NodeManager.Sandbox.Api.Registry;

internal static class Finalizers
{
    public static bool Has(JsonObject? metadata, string finalizer) =>
        metadata.Array("finalizers")?.Any(one => (string?)one == finalizer) == true;

    public static void Add(JsonObject metadata, string finalizer)
    {
        if (Has(metadata, finalizer))
            return;
        if (metadata["finalizers"] is not JsonArray all)
            metadata["finalizers"] = all = [];
        all.Add(finalizer);
    }

    /// <summary>Removes a finalizer, and the list with its last one.</summary>
    public static void Remove(JsonObject metadata, string finalizer) => RemoveExcept(metadata, one => one != finalizer);

    /// <summary>Removes finalizers that do not match.</summary>
    public static void RemoveExcept(JsonObject metadata, Func<string, bool> stays)
    {
        if (metadata.Array("finalizers") is not { } all)
            return;
        JsonArray kept = [.. all.Where(one => stays((string?)one ?? "")).Select(static one => one!.DeepClone())];
        if (kept.Count == 0)
            metadata.Remove("finalizers");
        else
            metadata["finalizers"] = kept;
    }
}
