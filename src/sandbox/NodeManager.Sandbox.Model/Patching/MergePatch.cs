namespace NodeManager.Sandbox.Model.Patching;

/// <summary>RFC 7386.</summary>
internal static class MergePatch
{
    public static void Apply(JsonObject target, JsonObject patch)
    {
        target.RemoveAll([.. patch.Where(static pair => pair.Value is null).Select(static pair => pair.Key)]);
        foreach ((string key, JsonNode? value) in patch)
        {
            switch (value)
            {
                case null:
                    break;
                case JsonObject change:
                    if (target[key] is not JsonObject inner)
                        target[key] = inner = [];
                    Apply(inner, change);
                    break;
                default:
                    target[key] = value.DeepClone();
                    break;
            }
        }
    }
}
