namespace NodeManager.Controllers.Leasing;

/// <summary>What a <see cref="LeaderElection"/> lets one process of many do, and tells it. Told from any thread; returns at once but for the work.</summary>
public interface ILeader : ILeaseListener
{
    /// <summary>Another process leads, and is waited for. Told once of each.</summary>
    void Waiting(LeaseState other);

    /// <summary>This process leads from now on.</summary>
    void Leading();

    /// <summary>Works until its token is cancelled, which happens when the hold gets into doubt. Begun again when it is held, and after a failure.</summary>
    /// <returns>True where the work is done: the Lease is released, and the election ends.</returns>
    Task<bool> WorkAsync(CancellationToken hold);

    /// <summary>The Lease could not be acquired, or the work failed.</summary>
    /// <param name="failure">Of a kind that may pass: no answer, or a refusal by the server.</param>
    /// <param name="isLeading">True for the work, false for the Lease.</param>
    /// <returns>Whether to try again after a pause; else the failure ends the election.</returns>
    bool Failed(Exception failure, bool isLeading);

    /// <summary>Another process took over; empty where it is not known which.</summary>
    void Deposed(string taker);
}
