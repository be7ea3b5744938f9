namespace NodeManager;

/// <summary>A taint of a node. Kubernetes identifies it by key and effect.</summary>
public sealed class NodeTaint
{
    public required string Key { get; init; }

    /// <summary>Empty when the taint has none.</summary>
    public string Value { get; init; } = "";

    /// <summary><c>NoSchedule</c>, <c>PreferNoSchedule</c> or <c>NoExecute</c>.</summary>
    public required string Effect { get; init; }

    /// <summary>When a NoExecute taint was added, where the server recorded it.</summary>
    public DateTimeOffset? TimeAdded { get; init; }

    /// <summary>As kubectl writes it: <c>key=value:Effect</c>, or <c>key:Effect</c> without a value.</summary>
    public override string ToString() => Value.Length == 0 ? $"{Key}:{Effect}" : $"{Key}={Value}:{Effect}";
}
