namespace NodeManager.Monitoring;

/// <summary>Follows the health of nodes. Called from one thread at a time; returns immediately.</summary>
internal interface IHealthFollower
{
    /// <summary>The UIDs of the observed nodes that are not removed.</summary>
    IReadOnlyCollection<string> Nodes { get; }

    /// <summary>When <see cref="Publish"/> is due without a change; null: never.</summary>
    DateTimeOffset? NextDue { get; }

    /// <summary>The server has answered; the nodes follow.</summary>
    void Begin();

    /// <summary>The current findings of a node.</summary>
    /// <param name="isInitial">True if it is unchanged since the watch began.</param>
    void Observe(NodeEvaluation evaluation, DateTimeOffset now, bool isInitial);

    /// <summary>A node was deleted or is no longer selected.</summary>
    void Remove(string uid, DateTimeOffset now);

    /// <summary>The nodes are unknown from now on. Called repeatedly during the outage.</summary>
    void Disconnect(string problem, DateTimeOffset now);

    /// <summary>The nodes are known again; the existing ones follow.</summary>
    void Reconnect(DateTimeOffset now);

    /// <summary>All simultaneous changes have been reported.</summary>
    void Publish(DateTimeOffset now);
}
