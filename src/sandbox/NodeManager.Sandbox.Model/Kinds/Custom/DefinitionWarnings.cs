namespace NodeManager.Sandbox.Model.Kinds.Custom;

/// <summary>Warnings about parts of a definition that the embedded cluster accepts but does not implement.</summary>
internal static class DefinitionWarnings
{
    private const string Rules = "x-kubernetes-validations";

    public static IEnumerable<string> Of(JsonObject definition)
    {
        if (definition.Object("spec").Object("conversion").Text("strategy") == "Webhook")
            yield return "spec.conversion: the sandbox calls no webhooks; objects are converted as with strategy None";
        if ((definition.Object("spec").Array("versions") ?? []).Any(HasRules))
            yield return $"{Rules}: the sandbox keeps these rules and does not evaluate them";
    }

    private static bool HasRules(JsonNode? node) =>
        node switch
        {
            JsonObject members => members.ContainsKey(Rules) || members.Any(static pair => HasRules(pair.Value)),
            JsonArray list => list.Any(HasRules),
            _ => false,
        };
}
