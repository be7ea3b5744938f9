namespace NodeManager;

/// <summary>A decision of the autoscaler about a pool, a claim or a pod, or the reason for none. Recorded when it changes.</summary>
public sealed class NodeScaleDecision : ClusterObject
{
    /// <summary>When it was decided, in the cluster's time.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Empty for what concerns the autoscaler itself.</summary>
    public string Pool { get; init; } = "";

    /// <summary>The target: <c>claim/small-3</c>, <c>pod/shop/cart-1</c>, <c>node/worker-7</c>, <c>pool</c>, <c>autoscaler</c>.</summary>
    public required string Target { get; init; }

    /// <summary>One word: <c>Create</c>, <c>Remove</c>, <c>Keep</c>, <c>Wait</c>, …</summary>
    public required string Decision { get; init; }

    public required string Reason { get; init; }

    /// <summary>With the decision <c>Lead</c>: the identity of the autoscaler that acts from then on; else empty.</summary>
    public string Leader { get; init; } = "";

    public override string ToString() => $"{Target}: {Decision} ({Reason})";
}
