using NodeManager.Autoscaling.Resources;

namespace NodeManager.Monitoring.Repair.Machines;

/// <summary>The machine of a node.</summary>
/// <param name="Machine">As its provider lists it.</param>
/// <param name="Claim">The NodeSmithClaim that owns it; null for one that was made by hand.</param>
internal sealed record NodeMachine(Machine Machine, NodeSmithClaim? Claim)
{
    public override string ToString() => $"{Machine.Provider}/{Machine.Name}";
}
