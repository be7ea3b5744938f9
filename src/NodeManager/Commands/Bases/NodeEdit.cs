namespace NodeManager.Commands.Bases;

/// <summary>A change of a node, from the parameters of one pipeline record.</summary>
/// <param name="Action">For ShouldProcess: <c>Set label a=b</c>.</param>
/// <param name="ApplyAsync">
/// Applies the change, or with true runs it as a dry run. Returns the changed node, or null if the node no longer exists.
/// </param>
internal sealed record NodeEdit(string Action, Func<NodeReference, bool, CancellationToken, Task<ClusterNode?>> ApplyAsync)
{
    /// <summary>True for a change that prompts at <c>$ConfirmPreference</c> High although its command has a lower impact.</summary>
    public bool HasHighImpact { get; init; }
}
