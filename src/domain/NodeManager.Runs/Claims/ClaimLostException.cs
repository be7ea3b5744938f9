using NodeManager.Core.Nodes.Claims;

namespace NodeManager.Runs.Claims;

/// <summary>The run lost its claim on a node: another client returned it to service, or another run claimed it.</summary>
public sealed class ClaimLostException(MaintenanceClaim? other)
    : Exception(
        other is null
            ? "Another client returned the node to service; this run leaves it unchanged."
            : $"Maintenance run {other.Run} (holder: {other.Holder}) has taken the node; this run leaves it unchanged."
    );
