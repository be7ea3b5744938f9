using NodeManager.Core.Nodes.Claims;

namespace NodeManager.Core.Maintenance.Claims;

/// <summary>A node is not the run's any more: somebody put it back into service, or another run has it.</summary>
internal sealed class ClaimLostException(MaintenanceClaim? other) : Exception(
    other is null
        ? "Somebody else has put the node back into service; it is left alone."
        : $"Maintenance run {other.Run} of {other.Holder} has the node now; it is left alone.");
