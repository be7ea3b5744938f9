using System.Text.Json.Nodes;
using NodeManager.NodePools.Operations;
using NodeManager.Runs;

namespace NodeManager.NodePools.Updates.Options;

/// <summary>The intended action on the update of a pool.</summary>
public enum PoolUpdateIntent
{
    /// <summary>Start an update, or resume an unfinished one.</summary>
    Update,

    /// <summary>Resume the existing update, including skipped nodes.</summary>
    Resume,

    /// <summary>Resume a running update whose process died. If cancelled, it stays running, so that another process resumes it.</summary>
    Continue,

    /// <summary>Resume the existing update only to end it as requested: stopped, or rolled back.</summary>
    End,
}

/// <summary>The pool to update, and how.</summary>
public sealed record PoolUpdateRequest
{
    /// <summary>The default namespace of updates of a service's pools: the service has no place for them.</summary>
    public const string ServiceNamespace = RunLayout.DefaultNamespace;

    public required string Pool { get; init; }

    /// <summary>The namespace of the update's ConfigMap and Lease, and of a NodeSmithPool itself.</summary>
    public required string Namespace { get; init; }

    /// <summary>The service of the pool; null for a NodeSmithPool.</summary>
    public PoolContext? Service { get; init; }

    /// <summary>The service's id of the pool; empty: found by name.</summary>
    public string PoolId { get; init; } = "";

    /// <summary>For pools of a service: builds the JSON merge patch of a specification; null: unchanged.</summary>
    public Func<JsonObject, JsonObject>? Change { get; init; }

    /// <summary>For pools of a service: the name of the second pool; empty: derived.</summary>
    public string SecondPool { get; init; } = "";

    public PoolUpdateIntent Intent { get; init; }

    public PoolUpdateOptions Options { get; init; } = new();

    /// <summary>The Lease duration: how long the process may be silent before another one may resume.</summary>
    public TimeSpan LeaseDuration { get; init; } = RunScope.DefaultLeaseDuration;
}

/// <summary>The result of work on an update.</summary>
/// <param name="Failure">The error; null for success.</param>
public sealed record PoolUpdateOutcome(NodePoolUpdate Update, NodeManagerException? Failure);
