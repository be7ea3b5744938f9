using System.Text.Json.Nodes;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Drains;

/// <summary>Drains that a server left when it stopped, on the nodes themselves. Of several servers that want one, exactly one takes it.</summary>
public static class UnfinishedDrains
{
    /// <summary>A drain left longer ago is not resumed: it may no longer be wanted.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>Whether one is left on the node.</summary>
    public static bool Has(ClusterNode node) =>
        node.Annotations.TryGetValue(DrainAnnotation.Key, out string? text) && DrainAnnotation.Parse(text)?.Unfinished is not null;

    /// <summary>Leaves a drain on its node, if that is still cordoned by a drain.</summary>
    /// <param name="session">Where.</param>
    /// <param name="node">The node that is drained, and no other of its name.</param>
    /// <param name="server">Which servers may resume it.</param>
    /// <param name="by">Who asked for it.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Stops it.</param>
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
            note =>
                note with
                {
                    Unfinished = new(
                        server,
                        by,
                        session.Time().GetUtcNow(),
                        options.GracePeriod?.TotalSeconds,
                        options.Timeout?.TotalSeconds,
                        options.DeleteEmptyDirData,
                        options.DeleteUnmanagedPods
                    ),
                },
            cancellationToken
        );

    /// <summary>Takes a drain off its node, to resume it. One that is too old is only taken off.</summary>
    /// <returns>Null where there is none, another server is faster, or the node was put back into service.</returns>
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
            note =>
            {
                taken = note.Unfinished?.Server == server ? note.Unfinished : null;
                return taken is null ? null : note with { Unfinished = null };
            },
            cancellationToken
        );
        return taken is not null && session.Time().GetUtcNow() - taken.At < Lifetime ? taken : null;
    }

    /// <summary>How it is to be continued.</summary>
    public static DrainOptions OptionsOf(UnfinishedDrain drain, string reason) =>
        new()
        {
            GracePeriod = drain.GraceSeconds is { } grace ? TimeSpan.FromSeconds(grace) : null,
            Timeout = drain.TimeoutSeconds is { } timeout ? TimeSpan.FromSeconds(timeout) : null,
            DeleteEmptyDirData = drain.DeleteEmptyDirData,
            DeleteUnmanagedPods = drain.DeleteUnmanagedPods,
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
                        && DrainAnnotation.Parse((string?)current["metadata"]?["annotations"]?[DrainAnnotation.Key]) is { } note
                        && change(note) is { } changed
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
