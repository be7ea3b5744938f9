using NodeManager.Controllers.Caching;
using NodeManager.Core.Errors;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Timing;

namespace NodeManager.Core.Nodes.Reading;

public static class NodeWaiter
{
    /// <summary>Watches until the node is in the desired state. Returns immediately if it already is.</summary>
    /// <param name="session">If another node has registered under its name, it counts as deleted.</param>
    /// <param name="target">The node. If another one has registered under its name, it counts as deleted.</param>
    /// <param name="condition">
    /// <c>Ready</c>, <c>NotReady</c> (Unknown too), <c>Deleted</c>, a <see cref="NodeLifecycleCondition"/>, or <c>TYPE=STATUS</c> of a
    /// condition.
    /// </param>
    /// <param name="timeout">Null: no limit. Zero: check once.</param>
    /// <returns>
    /// The node in the desired state; for Deleted its last state, null if it was never seen. A node that registered again under the name is
    /// another one: the first is deleted.
    /// </returns>
    /// <exception cref="NodeManagerException">
    /// WaitTimeout (with the current state), NodeNotFound (missing, or deleted meanwhile), NodeReplaced, InvalidCondition, InvalidDuration.
    /// </exception>
    public static async Task<ClusterNode?> WaitAsync(
        NodeManagerSession session,
        NodeTarget target,
        string condition,
        TimeSpan? timeout,
        CancellationToken cancellationToken
    )
    {
        NodeGoal goal = NodeGoal.Parse(condition);
        if (timeout < TimeSpan.Zero)
            throw new NodeManagerException(
                ErrorIds.InvalidDuration,
                ErrorKind.InvalidArgument,
                $"The timeout {timeout} is negative.",
                timeout,
                "Specify zero or more; zero checks once."
            );
        NodeInput.NodeName(target.Name);
        return await ClusterOperation.RunAsync(
            session,
            target.Name,
            (connection, token) => WaitAsync(session, connection, target, goal, timeout, token),
            cancellationToken
        );
    }

    private static async Task<ClusterNode?> WaitAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        NodeTarget target,
        NodeGoal goal,
        TimeSpan? timeout,
        CancellationToken cancellationToken
    )
    {
        string name = target.Name;
        // Zero checks once, however long that takes.
        using CancellationTokenSource timer = connection.Time.StartLimit(timeout > TimeSpan.Zero ? timeout : null);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        Node current;
        try
        {
            current = await connection.Client.GetAsync(Resources.Nodes, name, null, linked.Token);
        }
        catch (Exception) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Late("the API server did not answer");
        }
        catch (KubernetesException refused) when (goal.IsDeletion && refused.Code == System.Net.HttpStatusCode.NotFound)
        {
            return null;
        }

        if (!target.Matches(current.Metadata.Uid))
            return goal.IsDeletion ? null : throw ErrorTranslator.NodeReplaced(name, target.Uid, current.Metadata.Uid, connection.Cluster);
        if (goal.IsMet(current))
            return NodeMapper.Map(current, session, connection.Time.GetUtcNow());
        if (timeout <= TimeSpan.Zero)
            throw Late(goal.Describe(current));
        try
        {
            return await WatchAsync(session, connection, goal, current, observed => current = observed, linked.Token);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Late(goal.Describe(current));
        }

        NodeManagerException Late(string why) =>
            new(
                ErrorIds.WaitTimeout,
                ErrorKind.OperationTimeout,
                $"Node '{name}' of '{connection.Cluster}' did not become {goal.Text} within {timeout}: {why.TrimEnd('.')}.",
                name,
                "Check the conditions and events of the node, or wait longer with -Timeout."
            );
    }

    private static async Task<ClusterNode?> WatchAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        NodeGoal goal,
        Node current,
        Action<Node> observe,
        CancellationToken cancellationToken
    )
    {
        string name = current.Metadata.Name;
        string? uid = current.Metadata.Uid;
        using NodeCaches<Node> nodes = connection.Caches().Open(NodeScopes.Nodes, [name]);
        ObjectCache<Node> cache = nodes.Of(name);
        cache.AddOrUpdate(current);
        TaskCompletionSource<Node?> end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        // Judges each state, not only the latest: a condition may hold for a moment only.
        using IDisposable subscription = cache.Subscribe(change =>
        {
            if (change.Object.Metadata.Uid != uid)
                return;
            current = change.Object;
            observe(current);
            if (change.IsDeletion)
                end.TrySetResult(null);
            else if (goal.IsMet(change.Object))
                end.TrySetResult(change.Object);
        });
        await cache.Synced.WaitAsync(cancellationToken);
        if (cache.Find(null, name)?.Metadata.Uid != uid)
            end.TrySetResult(null);
        await await Task.WhenAny(end.Task, cache.Failed).WaitAsync(cancellationToken);
        Node? met = await end.Task;
        if (met is null && !goal.IsDeletion)
            throw ErrorTranslator.NodeNotFound(name, connection.Cluster);
        return NodeMapper.Map(met ?? current, session, connection.Time.GetUtcNow());
    }
}
