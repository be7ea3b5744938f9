namespace NodeManager;

/// <summary>The predicted result of a drain. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class NodeDrainPlanStatus
{
    /// <summary>Every pod that has to go can go, now or after others.</summary>
    public const string Drainable = nameof(Drainable);

    /// <summary>The drain would start and never finish unless something changes: a PDB allows no eviction, or no node fits the replacements.</summary>
    public const string WillNotFinish = nameof(WillNotFinish);

    /// <summary>The drain would refuse to start: pods that the options do not cover, or missing permissions.</summary>
    public const string Refused = nameof(Refused);
}
