namespace NodeManager.Sandbox.Model.Kinds.Strategies;

/// <summary>Quotas and limit ranges, which are stored but not enforced.</summary>
internal static class QuotaRules
{
    public static KindRules Quotas { get; } =
        new()
        {
            PrepareCreate = WorkloadRules.EmptyStatus,
            Default = static item => item.Ensure("spec"),
            ValidateUpdate = static (item, old, errors) =>
            {
                JsonNode? scopes = item["spec"]!["scopes"];
                if (!JsonNode.DeepEquals(scopes, old["spec"]?["scopes"]))
                    errors.Invalid("spec.scopes", scopes, "field is immutable");
            },
        };

    public static KindRules Limits { get; } =
        new()
        {
            Default = static item =>
            {
                foreach (JsonObject limit in item.Ensure("spec").Objects("limits"))
                {
                    if (limit.Text("type") != "Container")
                        continue;
                    Fill(limit, "max", "default");
                    Fill(limit, "default", "defaultRequest");
                    Fill(limit, "min", "defaultRequest");
                }
            },
            Validate = static (item, _, errors) =>
            {
                JsonArray limits = item["spec"]!.AsObject().Array("limits") ?? [];
                for (int i = 0; i < limits.Count; i++)
                    if (string.IsNullOrEmpty((limits[i] as JsonObject).Text("type")))
                        errors.Required($"spec.limits[{i}].type");
            },
        };

    // Copies missing resources.
    private static void Fill(JsonObject limit, string from, string into)
    {
        foreach ((string resource, JsonNode? amount) in limit.Object(from) ?? [])
            limit.Ensure(into).Default(resource, amount!.DeepClone());
    }
}
