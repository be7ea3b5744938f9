namespace NodeManager.Core.Machines;

/// <summary>
/// Creates and deletes machines. Implementations are thread-safe and keep no state that a crash may not lose: the data of a claim is
/// written on the machine itself, so that every call may be repeated by any process.
/// </summary>
/// <remarks>
/// Failures are outcomes, not exceptions; only <see cref="OperationCanceledException"/> is thrown. No outcome, log line or exception
/// contains a credential.
/// </remarks>
public interface IMachineProvider : IDisposable
{
    /// <summary>
    /// True if the infrastructure replaces machines itself: then <see cref="GetAsync"/> by the claim alone returns the current one, with
    /// another id. Default: false.
    /// </summary>
    bool ReplacesMachines => false;

    /// <summary>
    /// Creates and starts the machine of a claim, or completes and returns the existing one. A claim never gets two machines: a lost answer
    /// is recognized by reading back.
    /// </summary>
    /// <param name="request">The same claim always has the same request.</param>
    /// <param name="cancellationToken">Stops waiting; the next call finds an operation in progress.</param>
    Task<MachineResult> ProvisionAsync(MachineRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes a machine (bare metal: powers it off and releases it) if id, name, tag and claim UID all match a read immediately before;
    /// otherwise <see cref="MachineOutcome.Refused"/>. <see cref="MachineOutcome.NotFound"/> if it is gone.
    /// </summary>
    Task<MachineResult> DeprovisionAsync(MachineIdentity identity, CancellationToken cancellationToken);

    /// <summary>
    /// Reads a machine by its id, or by its claim if the id is unknown. Also returns a machine that no longer belongs to the claim.
    /// </summary>
    Task<MachineResult> GetAsync(MachineIdentity identity, CancellationToken cancellationToken);

    /// <summary>All machines of this provider, including incomplete ones that carry its tag or one of its claims.</summary>
    Task<MachineListResult> ListAsync(CancellationToken cancellationToken);

    /// <summary>Restarts a machine, by force if the guest does not respond. Requires the same match as a deletion.</summary>
    Task<MachineResult> RestartAsync(MachineIdentity identity, CancellationToken cancellationToken);
}
