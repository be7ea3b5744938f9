namespace NodeManager.Sandbox.Api.Pods;

/// <summary>A Lease by which replicas choose who leads.</summary>
public sealed record SimulatedLease(string Namespace, string Name);
