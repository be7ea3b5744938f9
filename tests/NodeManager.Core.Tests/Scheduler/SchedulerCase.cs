namespace NodeManager.Core.Tests.Scheduler;

/// <summary>A configuration and what a scheduler makes of it.</summary>
/// <param name="Name">What it is about; unique.</param>
/// <param name="Body">What follows apiVersion and kind.</param>
/// <param name="Starts">A scheduler starts with it.</param>
/// <param name="Rule">The rule that tells so, or that warns; null: nothing to say.</param>
/// <param name="Api">Only for this API version; null: for v1beta1 and v1 alike.</param>
public sealed record SchedulerCase(string Name, string Body, bool Starts, string? Rule = null, string? Api = null);
