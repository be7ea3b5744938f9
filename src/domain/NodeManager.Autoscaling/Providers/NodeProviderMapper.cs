using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeManager.Autoscaling.Providers;

/// <summary>Maps NodeSmithProviders to <see cref="NodeProvider"/>.</summary>
internal static class NodeProviderMapper
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static NodeProvider Map(NodeManagerSession session, NodeSmithProvider provider, DateTimeOffset now)
    {
        NodeSmithCondition? available = provider.Status?.Conditions?.Find(static one => one.Type == NodeSmithConditions.Available);
        NodeSmithCondition? problem = available is { Status: "True" }
            ? provider.Status?.Conditions?.Find(static one => one is { Type: NodeSmithConditions.Degraded, Status: "True" })
            : available;
        string ns = provider.Metadata.Namespace ?? "";
        return new()
        {
            Cluster = session.Cluster,
            Session = session,
            Name = provider.Metadata.Name,
            Namespace = ns,
            Uid = provider.Metadata.Uid ?? "",
            Type = provider.Spec.Type,
            Target = provider.Spec.Describe().Target,
            Secret = provider.Spec.CredentialsSecretRef is { Name: { Length: > 0 } secret } reference
                ? $"{(reference.Namespace is { Length: > 0 } other ? other : ns)}/{secret}"
                : "",
            Available = available?.Status ?? "",
            Reason = problem?.Reason ?? "",
            Message = problem?.Message ?? "",
            Generation = provider.Metadata.Generation ?? 0,
            IsDeleting = provider.Metadata.DeletionTimestamp is not null,
            Labels = new(provider.Metadata.Labels ?? []),
            Manifest = Manifest(provider),
            CreatedAt = provider.Metadata.CreationTimestamp ?? now,
            ObservedAt = now,
        };
    }

    public static JsonObject Spec(NodeSmithProvider provider) =>
        JsonSerializer.SerializeToNode(provider.Spec, NodeSmithJson.Default.NodeSmithProviderSpec)!.AsObject();

    private static string Manifest(NodeSmithProvider provider)
    {
        var metadata = new JsonObject { ["name"] = provider.Metadata.Name, ["namespace"] = provider.Metadata.Namespace };
        if (provider.Metadata.Labels is { Count: > 0 } labels)
            metadata["labels"] = new JsonObject(labels.Select(static one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value)));
        return new JsonObject
        {
            ["apiVersion"] = NodeSmithNames.ApiVersion,
            ["kind"] = nameof(NodeSmithProvider),
            ["metadata"] = metadata,
            ["spec"] = Spec(provider),
        }.ToJsonString(Indented);
    }
}
