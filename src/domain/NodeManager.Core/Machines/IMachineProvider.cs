namespace NodeManager.Core.Machines;

/// <summary>
/// Makes and destroys machines. Implementations are thread-safe and hold no state that a crash may not lose: what belongs to a claim is
/// written on the machine itself, so every call may be repeated, by this process or by another.
/// </summary>
/// <remarks>
/// Failures are outcomes, not exceptions; only <see cref="OperationCanceledException"/> is thrown. No outcome, log line or exception
/// contains a credential.
/// </remarks>
public interface IMachineProvider : IDisposable
{
    /// <summary>
    /// Makes the machine of a claim and starts it, or finishes and returns the one that exists. A claim never gets two machines: an answer
    /// that was lost is recognized by reading back.
    /// </summary>
    /// <param name="request">What to make. The same claim always asks for the same.</param>
    /// <param name="cancellationToken">Stops waiting; what the provider has begun is found by the next call.</param>
    Task<MachineResult> ProvisionAsync(MachineRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Destroys a machine (bare metal: powers it off and releases it) where id, name, tag and claim UID all match what is read from it
    /// immediately before; otherwise <see cref="MachineOutcome.Refused"/>. <see cref="MachineOutcome.NotFound"/> when it is gone.
    /// </summary>
    Task<MachineResult> DeprovisionAsync(MachineIdentity identity, CancellationToken cancellationToken);

    /// <summary>Reads a machine by its id, or by its claim where the id is not known. It is returned even where it is no longer the claim's.</summary>
    Task<MachineResult> GetAsync(MachineIdentity identity, CancellationToken cancellationToken);

    /// <summary>All machines that this provider made, and those that carry its tag or one of its claims without being whole.</summary>
    Task<MachineListResult> ListAsync(CancellationToken cancellationToken);

    /// <summary>Restarts a machine, by force where the guest does not respond. The same match as for destroying is required.</summary>
    Task<MachineResult> RestartAsync(MachineIdentity identity, CancellationToken cancellationToken);
}
