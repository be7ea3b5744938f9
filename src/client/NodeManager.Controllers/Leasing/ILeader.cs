namespace NodeManager.Controllers.Leasing;

/// <summary>
/// The work and the callbacks of a <see cref="LeaderElection"/>. Called from any thread; returns immediately, except for the work.
/// </summary>
public interface ILeader : ILeaseListener
{
    /// <summary>Another process leads. Called once per leader.</summary>
    void Waiting(LeaseState other);

    /// <summary>This process has become the leader.</summary>
    void Leading();

    /// <summary>
    /// Works until its token is cancelled because the lease is in doubt. Called again when the lease is renewed, and after a failure.
    /// </summary>
    /// <returns>True when the work is complete: the Lease is released and the election ends.</returns>
    Task<bool> WorkAsync(CancellationToken leadership);

    /// <summary>The Lease could not be acquired, or the work failed.</summary>
    /// <param name="failure">A transient failure: no response, or a refusal by the server.</param>
    /// <param name="isLeading">True for the work, false for the Lease.</param>
    /// <returns>Whether to retry after a pause; otherwise the failure ends the election.</returns>
    bool Failed(Exception failure, bool isLeading);

    /// <summary>Another process took over; empty where it is unknown.</summary>
    void TakenOver(string taker);
}
