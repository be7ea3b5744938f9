namespace NodeManager.Sandbox.Api.Pods;

/// <summary>The Lease of a leader election.</summary>
public sealed record SimulatedLease(string Namespace, string Name);
