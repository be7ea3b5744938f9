namespace NodeManager;

/// <summary>Whether <see cref="NodeLifecycleCondition"/>s are written. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class ConditionUse
{
    /// <summary>From Kubernetes 1.37, which defines them.</summary>
    public const string Auto = "Auto";

    /// <summary>On any server: a condition of any name may be written.</summary>
    public const string Always = "Always";

    public const string Never = "Never";
}
