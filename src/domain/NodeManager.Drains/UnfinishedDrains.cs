using System.Text.Json.Nodes;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Drains;

/// <summary>Drains that a stopping server recorded on their nodes for another server to resume. Exactly one server takes each.</summary>
public static class UnfinishedDrains
{
    /// <summary>An older drain is not resumed: the user may no longer want it.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    public static bool Has(ClusterNode node) =>
        node.Annotations.TryGetValue(DrainAnnotation.Key, out string? text) && DrainAnnotation.Parse(text)?.Unfinished is not null;

    /// <summary>Records a drain on its node, if the node is still cordoned by a drain.</summary>
    /// <param name="server">The servers that may resume it.</param>
    public static Task LeaveAsync(
        NodeManagerSession session,
        NodeTarget node,
        string server,
        string by,
        DrainOptions options,
        CancellationToken cancellationToken
    ) =>
        ChangeAsync(
            session,
            node,
            annotation => annotation with { Unfinished = new(server, by, session.Time().GetUtcNow(), DrainFields.Write(options)) },
            cancellationToken
        );

    /// <summary>Removes the record of a drain and returns it to resume. An expired record is only removed.</summary>
    /// <returns>Null if there is none, another server took it, or the node was uncordoned.</returns>
    public static async Task<UnfinishedDrain?> TakeAsync(
        NodeManagerSession session,
        NodeTarget node,
        string server,
        CancellationToken cancellationToken
    )
    {
        UnfinishedDrain? taken = null;
        await ChangeAsync(
            session,
            node,
            annotation =>
            {
                taken = annotation.Unfinished?.Server == server ? annotation.Unfinished : null;
                return taken is null ? null : annotation with { Unfinished = null };
            },
            cancellationToken
        );
        return taken is not null && session.Time().GetUtcNow() - taken.At < Lifetime ? taken : null;
    }

    /// <exception cref="NodeManagerException">The annotation has no valid options.</exception>
    public static DrainOptions OptionsOf(UnfinishedDrain drain, string reason) =>
        DrainFields.Read(drain.Options ?? []) with
        {
            Reason = reason,
        };

    private static Task<Node> ChangeAsync(
        NodeManagerSession session,
        NodeTarget node,
        Func<DrainAnnotation, DrainAnnotation?> change,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            node.Name,
            (connection, token) =>
                NodePatcher.ChangeAsync(
                    connection,
                    node,
                    current =>
                        (bool?)current["spec"]?["unschedulable"] == true
                        && DrainAnnotation.Parse((string?)current["metadata"]?["annotations"]?[DrainAnnotation.Key]) is { } annotation
                        && change(annotation) is { } changed
                            ? new()
                            {
                                ["metadata"] = new JsonObject
                                {
                                    ["annotations"] = new JsonObject { [DrainAnnotation.Key] = changed.ToJson() },
                                },
                            }
                            : null,
                    false,
                    token
                ),
            cancellationToken
        );
}
