namespace NodeManager.Kubernetes.Validation;

/// <summary>
/// Kubernetes' rules for taints; null if valid, else the violation in the API server's words. Source:
/// https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
/// </summary>
public static class TaintRules
{
    /// <summary>In the order of the API server's message.</summary>
    public static IReadOnlyList<string> Effects { get; } = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

    public static string? CheckKey(string key) => LabelRules.CheckKey(key);

    /// <summary>May be empty.</summary>
    public static string? CheckValue(string? value) => LabelRules.CheckValue(value ?? "");

    /// <summary>Case-sensitive.</summary>
    public static string? CheckEffect(string? effect) =>
        string.IsNullOrEmpty(effect) ? "Required value"
        : Effects.Contains(effect) ? null
        : $"Unsupported value: \"{effect}\": supported values: {string.Join(", ", Effects.Select(known => $"\"{known}\""))}";
}
