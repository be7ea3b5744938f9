using System.Text.Json.Nodes;
using NodeManager.NodePools.Operations;
using NodeManager.Runs;

namespace NodeManager.NodePools.Updates.Options;

/// <summary>What to do with the update of a pool.</summary>
public enum PoolUpdateIntent
{
    /// <summary>Begin one, or continue the one that is not over.</summary>
    Update,

    /// <summary>Continue the one that is there, with nodes that were skipped.</summary>
    Resume,

    /// <summary>Continue the one that is there only to end it as its control says: stopped, or rolled back.</summary>
    End,
}

/// <summary>Which pool to roll, and how.</summary>
public sealed record PoolUpdateRequest
{
    /// <summary>Where the updates of a service's pools are unless said otherwise: the service has no place for them.</summary>
    public const string ServiceNamespace = RunLayout.DefaultNamespace;

    /// <summary>The name of the pool.</summary>
    public required string Pool { get; init; }

    /// <summary>Of the update's ConfigMap and Lease, and of a NodeSmithPool itself.</summary>
    public required string Namespace { get; init; }

    /// <summary>Where a pool of a service is; null for a NodeSmithPool.</summary>
    public PoolContext? Service { get; init; }

    /// <summary>The service's id of the pool; empty: its name finds it.</summary>
    public string PoolId { get; init; } = "";

    /// <summary>For pools of a service: the JSON merge patch of a specification; null: it stays as it is.</summary>
    public Func<JsonObject, JsonObject>? Change { get; init; }

    /// <summary>For pools of a service: the name of the second pool; empty: one is derived.</summary>
    public string SecondPool { get; init; } = "";

    public PoolUpdateIntent Intent { get; init; }

    public PoolUpdateOptions Options { get; init; } = new();

    /// <summary>The Lease duration: how long the process may be silent before another one may continue.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>How the work on an update ended.</summary>
/// <param name="Update">As it is now.</param>
/// <param name="Failure">What it is as an error; null where it did what was asked for.</param>
public sealed record PoolUpdateOutcome(NodePoolUpdate Update, NodeManagerException? Failure);
