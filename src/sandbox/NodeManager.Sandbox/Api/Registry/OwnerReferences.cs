namespace NodeManager.Sandbox.Api.Registry;

internal static class OwnerReferences
{
    /// <summary>Removes duplicate owners.</summary>
    /// <returns>The warning; null without duplicates.</returns>
    public static string? RemoveDuplicates(JsonObject document)
    {
        if (document.Object("metadata").Array("ownerReferences") is not { Count: > 1 } owners)
            return null;
        List<string> doubled = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (JsonObject owner in owners.OfType<JsonObject>().ToArray())
        {
            string uid = owner.Text("uid") ?? "";
            if (seen.Add(uid))
                continue;
            doubled.Add(uid);
            owners.Remove(owner);
        }

        return doubled.Count == 0
            ? null
            : ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; "
                + $"please fix your requests; duplicate UID(s) observed: {string.Join(", ", doubled)}";
    }

    /// <summary>Removes an owner, and the list with its last one.</summary>
    public static void Remove(JsonObject metadata, string uid)
    {
        JsonArray remaining =
        [
            .. metadata.Objects("ownerReferences").Where(owner => owner.Text("uid") != uid).Select(static owner => owner.DeepClone()),
        ];
        if (remaining.Count == 0)
            metadata.Remove("ownerReferences");
        else
            metadata["ownerReferences"] = remaining;
    }
}
