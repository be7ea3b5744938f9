namespace NodeManager.Autoscaling.Claims;

/// <summary>Writes the progress of a claim into its conditions.</summary>
internal sealed class ClaimConditions(NodeSmithClaim claim, DateTimeOffset now)
{
    private static readonly string[] Steps =
    [
        NodeSmithConditions.Launched,
        NodeSmithConditions.Registered,
        NodeSmithConditions.Initialized,
    ];

    /// <summary>The step is completed; later ones are unchanged.</summary>
    public void Done(NodeSmithClaimStatus status, string step, string message)
    {
        Set(status, step, "True", step, message);
        string? next = Steps.SkipWhile(one => one != step).Skip(1).FirstOrDefault();
        if (next is not null && status.Conditions.Find(next) is null)
            Set(status, next, "False", "Waiting", $"{step}; not {next} yet.");
        if (next is null)
            Set(status, NodeSmithConditions.Ready, "True", "Ready", message);
        else if (!status.Conditions.IsTrue(next))
            Set(status, NodeSmithConditions.Ready, "False", "Not" + next, $"The claim is not {next} yet.");
    }

    /// <summary>The step is not completed, and why.</summary>
    public void Missing(NodeSmithClaimStatus status, string step, string state, string reason, string message)
    {
        Set(status, step, state, reason, message);
        Set(status, NodeSmithConditions.Ready, "False", reason, message);
    }

    /// <summary>The claim has no machine any more.</summary>
    public void Reset(NodeSmithClaimStatus status, string reason, string message)
    {
        foreach (string step in Steps.Where(step => status.Conditions.Find(step) is not null))
            Set(status, step, "False", reason, message);
        Set(status, NodeSmithConditions.Launched, "False", reason, message);
        Set(status, NodeSmithConditions.Ready, "False", reason, message);
    }

    public void Set(NodeSmithClaimStatus status, string type, string state, string reason, string message)
    {
        status.Conditions = status.Conditions.With(type, state, reason, message, now, claim.Metadata.Generation);
        status.ObservedGeneration = claim.Metadata.Generation;
    }
}
