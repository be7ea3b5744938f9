namespace NodeManager;

/// <summary>The decisions of the autoscaler about a pod, a node or a pool. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public abstract class AutoscalerDecision
{
    private protected AutoscalerDecision() { }

    /// <summary>Pod: it fits on a node that exists or on a machine that is being created; nothing is created for it.</summary>
    public const string Place = nameof(Place);

    /// <summary>Pod or pool: a machine is created now.</summary>
    public const string Create = nameof(Create);

    /// <summary>Pod, node or pool: something would be done, but not yet, or a limit prevents it.</summary>
    public const string Wait = nameof(Wait);

    /// <summary>Pod: autoscaling does not concern it.</summary>
    public const string Ignore = nameof(Ignore);

    /// <summary>Node: it stays.</summary>
    public const string Keep = nameof(Keep);

    /// <summary>Node or pool: a node is drained and its machine destroyed now.</summary>
    public const string Remove = nameof(Remove);

    /// <summary>Pool: nothing to do.</summary>
    public const string None = nameof(None);

    /// <summary>Pod, node or claim, in the log only: it is gone, or placed; nothing more is decided about it.</summary>
    public const string End = nameof(End);
}

/// <summary>The former name of <see cref="AutoscalerDecision"/>.</summary>
[Obsolete("Use AutoscalerDecision. This name will be removed in the next release.")]
public abstract class ScaleDecision : AutoscalerDecision
{
    private protected ScaleDecision() { }
}
