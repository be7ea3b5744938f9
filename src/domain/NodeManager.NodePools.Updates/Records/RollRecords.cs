using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using NodeManager.NodePools.Documents;
using NodeManager.NodePools.Updates.Decisions;
using NodeManager.NodePools.Updates.Options;

namespace NodeManager.NodePools.Updates.Records;

/// <summary>What an update is, as its ConfigMap keeps it.</summary>
internal sealed record RollRecord
{
    public required string Id { get; init; }

    public required string Pool { get; init; }

    /// <summary>Of a pool of a service, its id.</summary>
    public required string PoolUid { get; init; }

    public bool IsService { get; init; }

    /// <summary>Of a pool of a service: the id of its cluster.</summary>
    public string ClusterId { get; init; } = "";

    /// <summary>Of a pool of a service: the name of the second one; empty: the service rolls the nodes itself.</summary>
    public string SecondPool { get; init; } = "";

    /// <summary>Of a pool of a service: who creates the second one.</summary>
    public string Creator { get; init; } = "";

    /// <summary>When it was begun, by the service's clock.</summary>
    public DateTimeOffset? ServiceAt { get; init; }

    /// <summary>Who began it, as <c>user@machine</c>.</summary>
    public required string By { get; init; }

    public DateTimeOffset At { get; init; }

    /// <summary>Nodes that the pool had.</summary>
    public int Desired { get; init; }

    public PoolUpdateOptions Options { get; init; } = new();

    /// <summary>
    /// The template that most of the replaced claims had; of a pool of a service, the merge patch that takes the change back. Null: none is known,
    /// so there is no way back.
    /// </summary>
    public string? From { get; init; }

    /// <summary>The template that it rolls to; of a pool of a service, the merge patch of its specification.</summary>
    public string To { get; init; } = "";

    /// <summary>As it may be kept: without user data of machines, which may hold credentials.</summary>
    public RollRecord Sealed() => IsService ? this with { From = Seal(From), To = Seal(To) ?? "" } : this;

    private string? Seal(string? patch) =>
        patch is { Length: > 0 } ? PoolSecrets.Seal(JsonNode.Parse(patch)!.AsObject(), Id).ToJsonString() : patch;
}

/// <summary>How far an update is, as its ConfigMap keeps it.</summary>
internal sealed record RollState
{
    public string Status { get; init; } = NodePoolUpdateStatus.Running;

    /// <summary>It goes back to the former nodes.</summary>
    public bool IsBack { get; init; }

    /// <summary>The way back is prepared: the former template is restored, the new machines are known.</summary>
    public bool IsTurned { get; init; }

    /// <summary>Pods may have been evicted in this direction.</summary>
    public bool HasBegun { get; init; }

    /// <summary>Of a pool of a service: the id of the second one; empty: it is not created yet.</summary>
    public string SecondPoolId { get; init; } = "";

    /// <summary>The generation that the service gave the change; 0: it is not written yet.</summary>
    public long Generation { get; init; }

    /// <summary>Of a pool of a service: its deletion was begun. From here on there is no way back.</summary>
    public bool IsRemoving { get; init; }

    /// <summary>When the last node was drained.</summary>
    public DateTimeOffset? DrainedAt { get; init; }

    /// <summary>Since when new nodes have not been healthy; null: they are.</summary>
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

/// <summary>A machine that is replaced, as the ConfigMap keeps it under the UID of its claim.</summary>
internal sealed record RollNode
{
    /// <summary>Its place.</summary>
    public int Index { get; init; }

    public required string Claim { get; init; }

    public required string Uid { get; init; }

    public string Node { get; init; } = "";

    public string NodeUid { get; init; } = "";

    /// <summary>Of its machine where it has a claim, so that another one of the kind can take its place.</summary>
    public RollSize Size { get; init; } = RollSize.Smallest;

    /// <summary>A new machine, which a rollback removes.</summary>
    public bool IsBack { get; init; }

    public string Status { get; init; } = NodePoolUpdateNodeStatus.Pending;

    public IReadOnlyList<string> Reasons { get; init; } = [];

    /// <summary>When its drain was begun; null: it does not run.</summary>
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
