using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using NodeManager.NodePools.Documents;
using NodeManager.NodePools.Updates.Decisions;
using NodeManager.NodePools.Updates.Options;

namespace NodeManager.NodePools.Updates.Records;

/// <summary>The constant data of an update in its ConfigMap.</summary>
internal sealed record RollRecord
{
    public required string Id { get; init; }

    public required string Pool { get; init; }

    /// <summary>For a pool of a service, its id.</summary>
    public required string PoolUid { get; init; }

    public bool IsService { get; init; }

    /// <summary>For a pool of a service: the id of its cluster.</summary>
    public string ClusterId { get; init; } = "";

    /// <summary>For a pool of a service: the name of the second one; empty: the service rolls the nodes itself.</summary>
    public string SecondPool { get; init; } = "";

    /// <summary>For a pool of a service: the creator of the second one.</summary>
    public string Creator { get; init; } = "";

    /// <summary>The start by the service's clock.</summary>
    public DateTimeOffset? ServiceAt { get; init; }

    /// <summary><c>user@machine</c>.</summary>
    public required string By { get; init; }

    public DateTimeOffset At { get; init; }

    /// <summary>The pool's number of nodes.</summary>
    public int Desired { get; init; }

    public PoolUpdateOptions Options { get; init; } = new();

    /// <summary>
    /// The template of most of the replaced claims; for a pool of a service, the merge patch that reverts the change. Null: unknown, so
    /// that there is no rollback.
    /// </summary>
    public string? From { get; init; }

    /// <summary>The new template; for a pool of a service, the merge patch of its specification.</summary>
    public string To { get; init; } = "";

    /// <summary>The stored form: without user data of machines, which may hold credentials.</summary>
    public RollRecord Sealed() => IsService ? this with { From = Seal(From), To = Seal(To) ?? "" } : this;

    private string? Seal(string? patch) =>
        patch is { Length: > 0 } ? PoolSecrets.Seal(JsonNode.Parse(patch)!.AsObject(), Id).ToJsonString() : patch;
}

/// <summary>The progress of an update in its ConfigMap.</summary>
internal sealed record RollState
{
    public string Status { get; init; } = NodePoolUpdateStatus.Running;

    /// <summary>True for a rollback.</summary>
    public bool IsBack { get; init; }

    /// <summary>True once the rollback is prepared: the former template is restored, the new machines are known.</summary>
    public bool IsTurned { get; init; }

    /// <summary>True once pods may have been evicted in this direction.</summary>
    public bool HasBegun { get; init; }

    /// <summary>For a pool of a service: the id of the second one; empty: it is not created yet.</summary>
    public string SecondPoolId { get; init; } = "";

    /// <summary>The generation that the service gave the change; 0: it is not written yet.</summary>
    public long Generation { get; init; }

    /// <summary>For a pool of a service: its deletion was requested. From here on there is no rollback.</summary>
    public bool IsRemoving { get; init; }

    /// <summary>When the last node was drained.</summary>
    public DateTimeOffset? DrainedAt { get; init; }

    /// <summary>Since when new nodes are unhealthy; null: they are healthy.</summary>
    public DateTimeOffset? UnhealthySince { get; init; }

    public string Holder { get; init; } = "";

    public DateTimeOffset At { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public int Ready { get; init; }

    public string Message { get; init; } = "";

    [JsonIgnore]
    public bool IsOver =>
        Status
            is NodePoolUpdateStatus.Completed
                or NodePoolUpdateStatus.Incomplete
                or NodePoolUpdateStatus.RolledBack
                or NodePoolUpdateStatus.Stopped;
}

/// <summary>A machine to replace, in the ConfigMap under the UID of its claim.</summary>
internal sealed record RollNode
{
    public int Index { get; init; }

    public required string Claim { get; init; }

    public required string Uid { get; init; }

    public string Node { get; init; } = "";

    public string NodeUid { get; init; } = "";

    /// <summary>The size of a machine with a claim, for its replacement.</summary>
    public RollSize Size { get; init; } = RollSize.Smallest;

    /// <summary>True for a new machine, which a rollback removes.</summary>
    public bool IsBack { get; init; }

    public string Status { get; init; } = NodePoolUpdateNodeStatus.Pending;

    public IReadOnlyList<string> Reasons { get; init; } = [];

    /// <summary>When its drain was started; null: it is not running.</summary>
    public DateTimeOffset? DrainedSince { get; init; }

    public int Attempts { get; init; }

    public int Evicted { get; init; }

    public string Message { get; init; } = "";
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(RollRecord))]
[JsonSerializable(typeof(RollState))]
[JsonSerializable(typeof(RollNode))]
internal sealed partial class RollJson : JsonSerializerContext;
