namespace NodeManager.Sandbox.Patching;

/// <summary>
/// By which member the elements of a list are told apart in a strategic merge patch, as the API's types declare it
/// (<c>patchMergeKey</c>). A list that is not here is replaced whole: taints and tolerations among them.
/// </summary>
internal static class MergeKeys
{
    /// <summary>Stands for a list of plain values that merges as a set.</summary>
    public const string Set = "";

    private static readonly Dictionary<string, string> ByList = new(StringComparer.Ordinal)
    {
        ["conditions"] = "type",
        ["evictionResponders"] = "name",
        ["requesters"] = "name",
        ["responders"] = "name",
        ["targetResponders"] = "name",
        ["addresses"] = "type",
        ["containers"] = "name",
        ["initContainers"] = "name",
        ["ephemeralContainers"] = "name",
        ["volumes"] = "name",
        ["env"] = "name",
        ["imagePullSecrets"] = "name",
        ["secrets"] = "name",
        ["schedulingGates"] = "name",
        ["resourceClaims"] = "name",
        ["volumeMounts"] = "mountPath",
        ["volumeDevices"] = "devicePath",
        ["hostAliases"] = "ip",
        ["podIPs"] = "ip",
        ["topologySpreadConstraints"] = "topologyKey",
        ["ownerReferences"] = "uid",
        ["podCIDRs"] = Set,
    };

    /// <summary>Null where the list is replaced whole.</summary>
    public static string? Of(string owner, string list) => (owner, list) switch
    {
        ("metadata", "finalizers") => Set,
        (_, "ports") => owner is "containers" or "initContainers" or "ephemeralContainers" ? "containerPort" : "port",
        _ => ByList.GetValueOrDefault(list),
    };
}
