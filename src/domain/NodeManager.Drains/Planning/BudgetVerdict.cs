namespace NodeManager.Drains.Planning;

/// <summary>Whether a budget will allow an eviction.</summary>
/// <param name="Outlook">See <see cref="BudgetOutlook"/>.</param>
/// <param name="Reason">Why, in words; empty when it allows one now.</param>
/// <param name="Remedy">What would free it; empty when nothing has to be done.</param>
/// <param name="ControllerFault">What the disruption controller has not done for it; empty while the controller works.</param>
public sealed record BudgetVerdict(string Outlook, string Reason, string Remedy, string ControllerFault = "");
