using NodeManager.Kubernetes.Validation;

namespace NodeManager.Sandbox.Model.Kinds.Strategies;

internal static class NodeTaintRules
{
    public static void Validate(JsonArray taints, FieldErrors errors)
    {
        var seen = new HashSet<(string Effect, string Key)>();
        for (int i = 0; i < taints.Count; i++)
        {
            var taint = (JsonObject)taints[i]!;
            string path = $"metadata.taints[{i}]";
            string key = taint.Text("key") ?? "",
                value = taint.Text("value") ?? "",
                effect = taint.Text("effect") ?? "";
            errors.Check(path + ".key", key, NameRules.QualifiedName);
            errors.Check(path + ".value", value, NameRules.LabelValue);
            if (effect.Length == 0)
                errors.Required(path + ".effect");
            else if (effect is not ("NoSchedule" or "PreferNoSchedule" or "NoExecute"))
                errors.NotSupported(path + ".effect", $"\"{effect}\"", "NoSchedule", "PreferNoSchedule", "NoExecute");
            if (seen.Add((effect, key)))
                continue;
            string formatted =
                errors.Minor >= FieldErrors.JsonValuesFrom
                    ? new JsonObject
                    {
                        ["Key"] = key,
                        ["Value"] = value,
                        ["Effect"] = effect,
                        ["TimeAdded"] = null,
                    }.ToJsonString()
                    : $"core.Taint{{Key:\"{key}\", Value:\"{value}\", Effect:\"{effect}\", TimeAdded:<nil>}}";
            errors.Duplicate(path, formatted, "taints must be unique by key and effect pair");
        }
    }
}
