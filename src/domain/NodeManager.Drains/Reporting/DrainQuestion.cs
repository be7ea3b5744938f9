namespace NodeManager.Drains.Reporting;

/// <summary>What a user confirms before a drain starts. Pure.</summary>
public static class DrainQuestion
{
    /// <summary>The question, and below it a line for each consequence of the plan.</summary>
    /// <param name="question">What the drain does.</param>
    /// <param name="plan">The node's plan with the options of the drain.</param>
    public static string Of(string question, NodeDrainPlan plan) =>
        string.Join('\n', plan.Consequences.Select(static one => "- " + one.Message).Prepend(question));
}
