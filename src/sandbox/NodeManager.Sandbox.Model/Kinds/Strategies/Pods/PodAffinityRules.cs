using NodeManager.Kubernetes.Validation;
using NodeManager.Sandbox.Model.Kinds.Strategies.Common;

namespace NodeManager.Sandbox.Model.Kinds.Strategies.Pods;

internal static class PodAffinityRules
{
    private const string Required = "requiredDuringSchedulingIgnoredDuringExecution";
    private const string Preferred = "preferredDuringSchedulingIgnoredDuringExecution";

    public static void Validate(JsonObject? affinity, string at, FieldErrors errors)
    {
        if (affinity.Object("nodeAffinity") is { } nodes)
        {
            if (nodes.Object(Required) is { } selector)
                ValidateNodeSelector(selector, $"{at}.nodeAffinity.{Required}", errors);
            Each(
                nodes.Array(Preferred),
                $"{at}.nodeAffinity.{Preferred}",
                (term, path) =>
                {
                    CheckWeight(term, path, errors);
                    ValidateTerm(term.Object("preference"), path + ".preference", errors);
                }
            );
        }

        foreach (string kind in (ReadOnlySpan<string>)["podAffinity", "podAntiAffinity"])
        {
            JsonObject? pods = affinity.Object(kind);
            Each(pods.Array(Required), $"{at}.{kind}.{Required}", (term, path) => ValidatePods(term, path, errors));
            Each(
                pods.Array(Preferred),
                $"{at}.{kind}.{Preferred}",
                (term, path) =>
                {
                    CheckWeight(term, path, errors);
                    ValidatePods(term.Object("podAffinityTerm"), path + ".podAffinityTerm", errors);
                }
            );
        }
    }

    public static void ValidateNodeSelector(JsonObject selector, string at, FieldErrors errors)
    {
        JsonArray terms = selector.Array("nodeSelectorTerms") ?? [];
        if (terms.Count == 0)
            errors.Required(at + ".nodeSelectorTerms", "must have at least one node selector term");
        Each(terms, at + ".nodeSelectorTerms", (term, path) => ValidateTerm(term, path, errors));
    }

    public static void ValidateTopologyKey(string key, string at, FieldErrors errors)
    {
        if (key.Length == 0)
            errors.Required(at + ".topologyKey", "can not be empty");
        else
            errors.Check(at + ".topologyKey", key, NameRules.QualifiedName);
    }

    private static void ValidateTerm(JsonObject? term, string at, FieldErrors errors) =>
        Each(
            term.Array("matchExpressions"),
            at + ".matchExpressions",
            (one, path) => SelectorRules.ValidateRequirement(one, path, true, errors)
        );

    private static void ValidatePods(JsonObject? term, string at, FieldErrors errors)
    {
        SelectorRules.Validate(term.Object("labelSelector"), at + ".labelSelector", errors);
        ValidateTopologyKey(term.Text("topologyKey") ?? "", at, errors);
    }

    private static void CheckWeight(JsonObject term, string at, FieldErrors errors)
    {
        long weight = term.Number("weight") ?? 0;
        if (weight is < 1 or > 100)
            errors.Invalid(at + ".weight", weight, "must be in the range 1-100");
    }

    private static void Each(JsonArray? list, string at, Action<JsonObject, string> check)
    {
        for (int i = 0; i < list?.Count; i++)
            if (list[i] is JsonObject one)
                check(one, $"{at}[{i}]");
    }
}
