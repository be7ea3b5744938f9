namespace NodeManager.Drains.Planning;

/// <param name="Reason">Empty if it allows one now.</param>
/// <param name="Remedy">The change that would help; empty if none is needed.</param>
/// <param name="ControllerFault">The overdue action of the disruption controller; empty while the controller works.</param>
public sealed record BudgetVerdict(string Outlook, string Reason, string Remedy, string ControllerFault = "");
