using NodeManager.Core.Nodes.Claims;

namespace NodeManager.Core.Maintenance.Claims;

/// <summary>A node is not the run's any more: somebody put it back into service, or another run has it.</summary>
internal sealed class ClaimLostException(MaintenanceClaim? other) : Exception(
    other is null
        ? "Another client returned the node to service; this run leaves it unchanged."
        : $"Maintenance run {other.Run} (holder: {other.Holder}) has taken the node; this run leaves it unchanged.");
