using NodeManager.Autoscaling.Resources;

namespace NodeManager.Monitoring.Repair.Machines;

/// <param name="Machine">As listed by its provider.</param>
/// <param name="Claim">The NodeSmithClaim that owns it; null for a machine created by hand.</param>
internal sealed record NodeMachine(Machine Machine, NodeSmithClaim? Claim)
{
    public override string ToString() => $"{Machine.Provider}/{Machine.Name}";
}
