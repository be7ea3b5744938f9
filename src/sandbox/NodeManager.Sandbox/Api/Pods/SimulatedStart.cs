namespace NodeManager.Sandbox.Api.Pods;

/// <param name="ReadFile">The current text of a file from a ConfigMap; null if missing.</param>
/// <param name="At">By the cluster's clock.</param>
public sealed record SimulatedStart(string Image, IReadOnlyList<string> Command, Func<string, string?> ReadFile, DateTimeOffset At);
