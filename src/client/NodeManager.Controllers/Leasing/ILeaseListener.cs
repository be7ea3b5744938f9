namespace NodeManager.Controllers.Leasing;

/// <summary>Receives the events of a held <see cref="LeaderLease"/>. Called from any thread; returns immediately.</summary>
public interface ILeaseListener
{
    /// <summary>The Lease was renewed; receives the server's version.</summary>
    void Renewed(Lease lease);

    /// <summary>The server refused a renewal. Called once until a renewal succeeds.</summary>
    void RenewalRefused(Exception failure);

    /// <summary>The Lease could not be renewed in time and may expire.</summary>
    void InDoubt(TimeSpan unrenewed);
}
