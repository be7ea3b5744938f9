namespace NodeManager.Scheduling;

/// <summary>Whether a pod can be placed on a node.</summary>
public enum FitVerdict
{
    /// <summary>Every rule agrees.</summary>
    Fits,

    /// <summary>A rule forbids it.</summary>
    DoesNotFit,

    /// <summary>No rule that we know forbids it, but the scheduler decides by something that we cannot judge.</summary>
    Unknown,
}
