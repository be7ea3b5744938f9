namespace NodeManager.Scheduling;

/// <summary>Whether a pod can be placed on a node, and why not.</summary>
/// <param name="Verdict">The answer.</param>
/// <param name="Reasons">In the scheduler's words, of the first rule that forbids it; for <see cref="FitVerdict.Unknown"/> what cannot be judged.</param>
/// <param name="IsResolvable">Whether other pods leaving the node could change the answer.</param>
public sealed record FitResult(FitVerdict Verdict, IReadOnlyList<string> Reasons, bool IsResolvable = false)
{
    /// <summary>True where it is the pod itself that forbids it, and no node is looked at.</summary>
    public bool IsForAllNodes { get; init; }

    public static FitResult Fits { get; } = new(FitVerdict.Fits, []);

    public static FitResult Unknown(params string[] reasons) => new(FitVerdict.Unknown, reasons);

    /// <summary>Not as long as the node is what it is.</summary>
    public static FitResult Never(params string[] reasons) => new(FitVerdict.DoesNotFit, reasons);

    /// <summary>Not with the pods that are there now.</summary>
    public static FitResult NotNow(params string[] reasons) => new(FitVerdict.DoesNotFit, reasons, true);

    public override string ToString() => Reasons.Count == 0 ? Verdict.ToString() : $"{Verdict}: {string.Join(", ", Reasons)}";
}
