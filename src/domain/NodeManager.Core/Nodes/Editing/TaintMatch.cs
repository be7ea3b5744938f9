namespace NodeManager.Core.Nodes.Editing;

/// <summary>The taints of a node to remove.</summary>
/// <param name="Key">A key, or a pattern of keys.</param>
/// <param name="Effect">Null: every effect of the key.</param>
/// <param name="Value">Null: every value. Otherwise, taints with another value are kept.</param>
public readonly record struct TaintMatch(string Key, string? Effect, string? Value = null)
{
    public static implicit operator TaintMatch((string Key, string? Effect) taint) => new(taint.Key, taint.Effect);

    public override string ToString() => (Value is null ? Key : $"{Key}={Value}") + (Effect is null ? "" : $":{Effect}");
}
