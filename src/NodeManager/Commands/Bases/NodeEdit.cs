using NodeManager.Parameters;

namespace NodeManager.Commands.Bases;

/// <summary>A change of a node, as the parameters of one record of the pipeline describe it.</summary>
/// <param name="Action">What is done, for ShouldProcess: <c>Set label a=b</c>.</param>
/// <param name="ApplyAsync">Does it, or has the server check it (dry run); returns the node as it is afterwards, or null where it is gone.</param>
internal sealed record NodeEdit(string Action, Func<NodeReference, bool, CancellationToken, Task<ClusterNode?>> ApplyAsync)
{
    /// <summary>True for a change that asks for confirmation at <c>$ConfirmPreference</c> High, although the command itself does not.</summary>
    public bool HasHighImpact { get; init; }
}
