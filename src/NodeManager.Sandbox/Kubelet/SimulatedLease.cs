namespace NodeManager.Sandbox.Kubelet;

/// <summary>A Lease by which replicas choose who leads.</summary>
public sealed record SimulatedLease(string Namespace, string Name);
