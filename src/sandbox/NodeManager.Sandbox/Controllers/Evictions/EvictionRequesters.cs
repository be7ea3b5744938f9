namespace NodeManager.Sandbox.Controllers.Evictions;

/// <summary>The requesters of an Eviction in its status, labels and owners. Pure.</summary>
internal static class EvictionRequesters
{
    private const int MaximumRequesters = 100;
    private const string Requester = "requester",
        Responder = "responder",
        Both = "requester-responder";

    /// <summary>All requesters ever, once each; those without a request are withdrawn.</summary>
    public static JsonArray List(IEnumerable<JsonObject> requests, JsonArray? before)
    {
        var now = requests
            .OrderBy(static r => EvictionState.IsDeleting(r))
            .ThenByDescending(IsEviction)
            .ThenBy(EvictionState.Created, StringComparer.Ordinal)
            .ThenBy(Name, StringComparer.Ordinal)
            .Select(static r => (Name: Name(r), Intent: EvictionState.IsDeleting(r) ? "Withdrawn" : r.Object("spec").Text("intent") ?? ""));
        var then = (before ?? [])
            .OfType<JsonObject>()
            .OrderBy(static r => r.Text("name"), StringComparer.Ordinal)
            .Select(static r => (Name: r.Text("name") ?? "", Intent: "Withdrawn"));
        return new([
            .. now.Concat(then)
                .DistinctBy(static r => r.Name)
                .Take(MaximumRequesters)
                .Select(static r => new JsonObject { ["name"] = r.Name, ["intent"] = r.Intent }),
        ]);
    }

    /// <summary>Updates labels of requesters and responders, and the owning requests.</summary>
    public static void Refresh(JsonObject process, IReadOnlyCollection<JsonObject> requests, TargetPod target)
    {
        JsonObject metadata = process["metadata"]!.AsObject();
        JsonObject? known = metadata.Object("labels");
        Dictionary<string, string> wanted = Roles(known, requests, target);
        if (wanted.Count == 0 && known is null)
            return;
        JsonObject labels = metadata.Ensure("labels");
        foreach ((string key, string role) in wanted)
            labels[key] = role;
        // Responders stay; former requesters are removed.
        foreach (
            string domain in labels
                .Where(l => !wanted.ContainsKey(l.Key) && (string?)l.Value == Requester)
                .Select(static l => l.Key)
                .ToArray()
        )
            labels.Remove(domain);

        foreach (JsonObject request in requests.Where(static r => !EvictionState.IsDeleting(r)))
        {
            if (metadata["ownerReferences"] is not JsonArray owners)
                metadata["ownerReferences"] = owners = [];
            if (!owners.OfType<JsonObject>().Any(o => o.Text("uid") == request.Object("metadata").Text("uid")))
                owners.Add(Owner(request));
        }
    }

    public static JsonObject Owner(JsonObject request) =>
        new()
        {
            ["apiVersion"] = "lifecycle.k8s.io/v1alpha1",
            ["kind"] = "EvictionRequest",
            ["name"] = request.Object("metadata").Text("name"),
            ["uid"] = request.Object("metadata").Text("uid"),
        };

    public static JsonObject Label(JsonObject request) => new() { [Name(request)] = Requester };

    private static Dictionary<string, string> Roles(JsonObject? labels, IEnumerable<JsonObject> requests, TargetPod target)
    {
        Dictionary<string, string> roles = [];
        foreach (JsonObject request in requests)
            roles[Name(request)] = Requester;
        IEnumerable<string> responders = target.Pod is { } pod
            ? Responders.Of(pod).OfType<JsonObject>().Select(static r => r.Text("name")!)
            : (labels ?? []).Where(static l => (string?)l.Value is Responder or Both).Select(static l => l.Key).ToArray();
        foreach (string responder in responders)
            roles[responder] = roles.ContainsKey(responder) ? Both : Responder;
        return roles;
    }

    private static string Name(JsonObject request) => request.Object("spec").Text("requester") ?? "";

    private static bool IsEviction(JsonObject request) => request.Object("spec").Text("intent") == "Eviction";
}
