using System.ComponentModel.DataAnnotations;
using NodeManager.Server.Nodes;
using NodeManager.Server.Responses;

namespace NodeManager.Server.NodeBatches;

// Bodies of the routes for several nodes. Serialized in snake_case.

/// <summary>One change of several nodes.</summary>
/// <param name="Change">What to do with each node.</param>
/// <param name="Key">Of the label or taint; absent for Cordon and Uncordon.</param>
/// <param name="Effect">Of the taint.</param>
/// <param name="DryRun">Only return what would change; the API server validates each change.</param>
internal sealed record ApiBatchChange(
    [property: Required] IReadOnlyList<ApiBatchNode>? Nodes,
    [property: Required, ValuesOf(typeof(NodeBatchKind))] string? Change,
    string? Key,
    string? Value,
    string? Effect,
    bool? DryRun
);

/// <param name="Seen">The value of the label or taint that the caller saw: with another one, this node is not changed.</param>
internal sealed record ApiBatchNode([property: Required] string? Name, ApiSeenValue? Seen = null);

internal sealed record ApiBatchResult(IReadOnlyList<ApiBatchNodeResult> Nodes);

/// <param name="Outcome">What happened, or would happen.</param>
/// <param name="Before">The value of the label or taint, or <c>cordoned</c>; absent for none.</param>
/// <param name="After">The same after the change.</param>
/// <param name="Operation">The operation that works on the node. Uncordon cancels it.</param>
/// <param name="Error">The ErrorId of a failure.</param>
internal sealed record ApiBatchNodeResult(
    string Name,
    [property: AllowedValues(ApiBatchNodeResult.Changed, ApiBatchNodeResult.Unchanged, ApiBatchNodeResult.Failed)] string Outcome,
    string? Before,
    string? After,
    ApiNodeOperation? Operation,
    string? Error = null,
    string? Message = null
)
{
    public const string Changed = "Changed",
        Unchanged = "Unchanged",
        Failed = "Failed";
}
