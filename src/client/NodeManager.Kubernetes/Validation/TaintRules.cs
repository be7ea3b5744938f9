namespace NodeManager.Kubernetes.Validation;

/// <summary>
/// Kubernetes' rules for taints. Each check answers null, or the rule that is broken, as the API server words it.
/// Source: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
/// </summary>
public static class TaintRules
{
    /// <summary>In the order in which the API server names them.</summary>
    public static IReadOnlyList<string> Effects { get; } = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

    public static string? CheckKey(string key) => LabelRules.CheckKey(key);

    /// <summary>Empty is fine.</summary>
    public static string? CheckValue(string? value) => LabelRules.CheckValue(value ?? "");

    /// <summary>Case counts.</summary>
    public static string? CheckEffect(string? effect) =>
        string.IsNullOrEmpty(effect) ? "Required value"
        : Effects.Contains(effect) ? null
        : $"Unsupported value: \"{effect}\": supported values: {string.Join(", ", Effects.Select(known => $"\"{known}\""))}";
}
