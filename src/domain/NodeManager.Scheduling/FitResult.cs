namespace NodeManager.Scheduling;

/// <param name="Reasons">
/// The scheduler's message of the first rejecting rule; for <see cref="FitVerdict.Unknown"/> the rule that cannot be judged.
/// </param>
/// <param name="IsResolvable">True if the preemption of pods could change the result.</param>
public sealed record FitResult(FitVerdict Verdict, IReadOnlyList<string> Reasons, bool IsResolvable = false)
{
    /// <summary>True if the pod itself is rejected before any node is examined.</summary>
    public bool IsForAllNodes { get; init; }

    public static FitResult Fits { get; } = new(FitVerdict.Fits, []);

    public static FitResult Unknown(params string[] reasons) => new(FitVerdict.Unknown, reasons);

    public static FitResult Never(params string[] reasons) => new(FitVerdict.DoesNotFit, reasons);

    /// <summary>The node's current pods reject the pod.</summary>
    public static FitResult NotNow(params string[] reasons) => new(FitVerdict.DoesNotFit, reasons, true);

    public override string ToString() => Reasons.Count == 0 ? Verdict.ToString() : $"{Verdict}: {string.Join(", ", Reasons)}";
}
