namespace NodeManager.Sandbox.Api.Pods;

/// <summary>What a container is started with.</summary>
/// <param name="Image">With its tag.</param>
/// <param name="Command">Its command and arguments.</param>
/// <param name="ReadFile">The text of a file that a ConfigMap is mounted to, as the ConfigMap is now; null where there is none.</param>
/// <param name="At">When, by the cluster's clock.</param>
public sealed record SimulatedStart(string Image, IReadOnlyList<string> Command, Func<string, string?> ReadFile, DateTimeOffset At);
