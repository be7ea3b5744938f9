using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Server.Nodes;
using NodeManager.Server.Responses;

namespace NodeManager.Server.NodeBatches;

/// <summary>The changes that a request makes to several nodes.</summary>
internal static class NodeBatchKind
{
    public const string Cordon = nameof(Cordon),
        Uncordon = nameof(Uncordon),
        SetLabel = nameof(SetLabel),
        RemoveLabel = nameof(RemoveLabel),
        SetTaint = nameof(SetTaint),
        RemoveTaint = nameof(RemoveTaint);
}

/// <summary>A change that is made to each of several nodes.</summary>
internal sealed record NodeBatchChange(string Kind, string Key, string Value, string Effect)
{
    private const string Cordoned = "cordoned";

    private bool IsRemoval => Kind is NodeBatchKind.RemoveLabel or NodeBatchKind.RemoveTaint;

    /// <summary>The change of a request, validated.</summary>
    /// <exception cref="NodeManagerException">InvalidBody, or what the validation of labels and taints throws.</exception>
    public static NodeBatchChange Of(ApiBatchChange body)
    {
        string kind = ApiQuery.OneOf(
            ApiBody.Required(body.Change, "change"),
            "change",
            [.. new ValuesOfAttribute(typeof(NodeBatchKind)).Values]
        );
        if (kind is NodeBatchKind.Cordon or NodeBatchKind.Uncordon)
            return new(kind, "", "", "");
        string key = ApiBody.Required(body.Key, "key"),
            value = body.Value ?? "";
        if (kind is NodeBatchKind.SetLabel)
            NodeInput.CheckLabels(new Dictionary<string, string> { [key] = value });
        else if (kind is NodeBatchKind.RemoveLabel)
            NodeInput.CheckLabelKeys([key]);
        if (kind is NodeBatchKind.SetLabel or NodeBatchKind.RemoveLabel)
            return new(kind, key, value, "");
        string effect = ApiBody.Required(body.Effect, "effect");
        var change = new NodeBatchChange(kind, key, value, effect);
        if (change.IsRemoval)
            NodeInput.CheckTaintKeys([(key, effect)]);
        else
            NodeInput.CheckTaints([change.Taint]);
        return change;
    }

    /// <summary>What the change is about, on a node; null: the node does not have it.</summary>
    public string? ValueIn(ClusterNode node) =>
        Kind switch
        {
            NodeBatchKind.Cordon or NodeBatchKind.Uncordon => node.Unschedulable ? Cordoned : null,
            NodeBatchKind.SetLabel or NodeBatchKind.RemoveLabel => node.Labels.GetValueOrDefault(Key),
            _ => node.Taints.FirstOrDefault(one => one.Key == Key && one.Effect == Effect)?.Value,
        };

    public Task<ClusterNode> ApplyAsync(
        NodeManagerSession session,
        NodeTarget node,
        ApiSeenValue seen,
        bool dryRun,
        CancellationToken stop
    ) =>
        Kind switch
        {
            NodeBatchKind.Cordon or NodeBatchKind.Uncordon => NodeEditor.SetUnschedulableAsync(
                session,
                node,
                Kind == NodeBatchKind.Cordon,
                dryRun,
                stop
            ),
            NodeBatchKind.SetLabel or NodeBatchKind.RemoveLabel => NodeEditor.ChangeLabelAsync(
                session,
                node,
                Key,
                IsRemoval ? null : Value,
                seen.Value,
                stop,
                dryRun
            ),
            _ => NodeEditor.ChangeTaintAsync(session, node, Taint, IsRemoval, seen.Value, stop, dryRun),
        };

    private NodeTaint Taint =>
        new()
        {
            Key = Key,
            Value = Value,
            Effect = Effect,
        };

    /// <summary>For the audit, without values.</summary>
    public override string ToString() => $"{Kind} {Key}{(Effect.Length > 0 ? $":{Effect}" : "")}".TrimEnd();
}
