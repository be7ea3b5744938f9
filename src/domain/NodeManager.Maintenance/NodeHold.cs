namespace NodeManager.Maintenance;

/// <summary>A running maintenance that holds a node.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Run">Id of the run.</param>
/// <param name="Holder">The process that works on it: <c>user@machine/process</c>.</param>
public sealed record NodeHold(string Node, string Run, string Holder)
{
    public override string ToString() => $"Node {Node} is claimed by maintenance run {Run}, in progress; holder: {Holder}.";
}
