using NodeManager.Kubernetes.Selectors;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Model.Kinds.Access;

namespace NodeManager.Sandbox.Api.Access;

internal static class AggregatedRules
{
    /// <summary>Unites the rules of the selected roles, without duplicates, in order of their names.</summary>
    public static void Update(ResourceRegistry registry, StoredObject role)
    {
        if (role.As<Role>().AggregationRule?.ClusterRoleSelectors is not { Count: > 0 } selectors)
            return;
        List<string> rules = [];
        foreach (StoredObject part in registry.Store.List(BuiltInKinds.ClusterRoles).Objects.Walk())
        {
            if (part.Name == role.Name || !selectors.Exists(selector => selector.Matches(part.Labels)))
                continue;
            foreach (JsonNode? rule in part.ToJson().Array("rules") ?? [])
                if (rule?.ToJsonString() is { } text && !rules.Contains(text))
                    rules.Add(text);
        }

        registry.Update(role, document => document["rules"] = new JsonArray([.. rules.Select(static text => JsonNode.Parse(text))]));
    }
}
