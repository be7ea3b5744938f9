using System.Net;
using NodeManager.Core.Health;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Monitoring;

/// <summary>Reads the nodes' Leases: a few by name, many by one list.</summary>
internal static class LeaseReader
{
    // Up to this number, requests by name cost less than a list of the whole cluster.
    private const int FewNodes = 8;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <param name="nodes">Null: all.</param>
    /// <param name="wall">The clock for late answers.</param>
    public static async Task<LeaseReading> ReadAsync(
        ClusterConnection connection,
        IReadOnlyCollection<string>? nodes,
        TimeProvider wall,
        CancellationToken cancellationToken
    )
    {
        try
        {
            IReadOnlyCollection<string>? few = nodes is { Count: <= FewNodes } ? nodes : null;
            return new(
                await AnswerLimit.AwaitAsync(Limit, wall, token => NodeLeases.ReadAsync(connection.Client, few, token), cancellationToken),
                few,
                null,
                false
            );
        }
        catch (KubernetesException refused) when (refused.Code is HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
        {
            return new([], [], refused.Message, true);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            return new([], [], failure.GetBaseException().Message, false);
        }
    }
}

/// <summary>The result of reading Leases.</summary>
/// <param name="Requested">The requested nodes; null: all.</param>
/// <param name="Problem">The failure; null on success.</param>
/// <param name="IsForbidden">True for a permanent failure.</param>
internal sealed record LeaseReading(
    IReadOnlyList<NodeLease> Leases,
    IReadOnlyCollection<string>? Requested,
    string? Problem,
    bool IsForbidden
);
