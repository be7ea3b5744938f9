namespace NodeManager;

/// <summary>A field of a node that changed, with its text before and after.</summary>
public sealed class NodeFieldChange
{
    /// <summary>The name of the property: <c>Status</c>, <c>Unschedulable</c>, <c>Labels[zone]</c>, <c>Taints</c>, <c>Conditions[Ready]</c>, …</summary>
    public required string Field { get; init; }

    /// <summary>Null: the field was absent. Empty: it was there, with an empty value.</summary>
    public string? Before { get; init; }

    /// <summary>Null: the field is absent. Empty: it is there, with an empty value.</summary>
    public string? After { get; init; }

    public override string ToString() => $"{Field}: {Describe(Before)} -> {Describe(After)}";

    /// <summary>A value as it is displayed: <c>(absent)</c> for null, <c>""</c> for an empty one. A value that could be taken for one of these is quoted.</summary>
    public static string Describe(string? value) =>
        value switch
        {
            null => "(absent)",
            "" or "(absent)" => $"\"{value}\"",
            ['"', ..] => $"\"{value}\"",
            _ => value,
        };
}
