namespace NodeManager.Maintenance;

/// <param name="Holder"><c>user@machine/process</c>.</param>
public sealed record MaintenanceHold(string Node, string Run, string Holder)
{
    public override string ToString() => $"Node {Node} is claimed by maintenance run {Run}, in progress; holder: {Holder}.";
}
