namespace NodeManager.Scheduling;

/// <summary>Whether a pod fits on a node.</summary>
public enum FitVerdict
{
    /// <summary>All rules accept.</summary>
    Fits,

    /// <summary>A rule rejects it.</summary>
    DoesNotFit,

    /// <summary>No known rule rejects it, but a rule that cannot be judged may.</summary>
    Unknown,
}
