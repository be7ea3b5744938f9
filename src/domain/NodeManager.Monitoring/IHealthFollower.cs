namespace NodeManager.Monitoring;

/// <summary>Follows the health of nodes. Called from one thread at a time; returns immediately.</summary>
internal interface IHealthFollower
{
    /// <summary>The UIDs of the nodes that it has been told of and that are not forgotten.</summary>
    IReadOnlyCollection<string> Nodes { get; }

    /// <summary>When <see cref="Publish"/> is to be called although nothing has changed; null: never.</summary>
    DateTimeOffset? NextDue { get; }

    /// <summary>The server has answered; the nodes come next.</summary>
    void Begin();

    /// <summary>What is found on a node now.</summary>
    /// <param name="look">The node and its findings.</param>
    /// <param name="now">The time.</param>
    /// <param name="isInitial">It was there, as it is, when the watch began.</param>
    void Observe(NodeLook look, DateTimeOffset now, bool isInitial);

    /// <summary>A node is gone, or no longer selected.</summary>
    void Forget(string uid, DateTimeOffset now);

    /// <summary>From now on nothing is known of the nodes. Called again as long as it is so.</summary>
    void Disconnect(string problem, DateTimeOffset now);

    /// <summary>The nodes are known again; those that are there follow.</summary>
    void Reconnect(DateTimeOffset now);

    /// <summary>All that happened together has been told.</summary>
    void Publish(DateTimeOffset now);
}
