namespace NodeManager.Drains.Reporting;

public static class DrainQuestion
{
    /// <summary>The question, and below it a line for each consequence of the plan.</summary>
    /// <param name="plan">The plan with the options of the drain.</param>
    public static string Of(string question, NodeDrainPlan plan) =>
        string.Join('\n', plan.Consequences.Select(static one => "- " + one.Message).Prepend(question));
}
