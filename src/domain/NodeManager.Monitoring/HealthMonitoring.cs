using NodeManager.Core.Nodes;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;

namespace NodeManager.Monitoring;

/// <summary>Monitors the health of nodes in the background.</summary>
public static class HealthMonitoring
{
    /// <summary>The kind of the operation, and of its job.</summary>
    public const string Kind = "NodeHealthMonitor";

    /// <summary>How many transitions an operation keeps for late readers.</summary>
    public const int OutputLimit = 10_000;

    /// <summary>Validates the requests as <see cref="Start"/> does.</summary>
    /// <exception cref="NodeManagerException">
    /// InvalidSelector, InvalidNodeName; MonitorInvalid: several sessions with one state file, or a minimum of nodes without a group.
    /// </exception>
    public static void Check(IReadOnlyList<MonitorRequest> requests)
    {
        foreach (MonitorRequest request in requests)
        {
            NodeInput.CheckSelector(request.Selector);
            if (request.Options is { MinimumNodes: > 1, GroupBy: NodeAlertGroupBy.None })
            {
                throw new NodeManagerException(
                    ErrorIds.MonitorInvalid,
                    ErrorKind.InvalidArgument,
                    $"Alerts about {request.Options.MinimumNodes} or more failing nodes need a group whose nodes are counted.",
                    request.Options.GroupBy,
                    "Group them by Cluster, Zone, Rack, Pool or a label key."
                );
            }

            foreach (string name in request.Names.Where(static name => !Kubernetes.Selectors.NamePattern.IsWildcard(name)))
                NodeInput.RequireName(name);
        }

        if (requests.Count > 1 && requests.Any(static request => request.StatePath is not null))
        {
            throw new NodeManagerException(
                ErrorIds.MonitorInvalid,
                ErrorKind.InvalidArgument,
                "A state file belongs to the monitor of one cluster, and several sessions were given.",
                requests[0].StatePath,
                "Start one monitor for each session, each with its own -StatePath."
            );
        }
    }

    /// <summary>
    /// Starts a monitor for each request. The operation outputs the transitions (<see cref="NodeAlert"/>) until it is cancelled.
    /// </summary>
    /// <exception cref="NodeManagerException">See <see cref="Check"/>.</exception>
    public static RunningOperation Start(params IReadOnlyList<MonitorRequest> requests)
    {
        Check(requests);
        return RunningOperation.Start(
            Kind,
            string.Join("; ", requests.Select(static request => $"nodes of cluster '{request.Session.Cluster}'")),
            requests[0].Session.Time(),
            context => Task.WhenAll(requests.Select(request => RunAsync(request, context))),
            outputLimit: OutputLimit
        );
    }

    // A failure in one cluster does not affect the monitors of the others.
    private static async Task RunAsync(MonitorRequest request, OperationContext context)
    {
        try
        {
            await ClusterOperation.RunAsync(
                request.Session,
                request.Session,
                async (connection, token) =>
                {
                    await new ClusterHealthMonitor(connection, request, context, context.Output).RunAsync(token);
                    return true;
                },
                context.Token
            );
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !context.Token.IsCancellationRequested)
        {
            context.Fail(failure, request.Session);
        }
    }
}
