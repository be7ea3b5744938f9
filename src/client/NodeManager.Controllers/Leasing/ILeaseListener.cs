using NodeManager.Kubernetes.Models;

namespace NodeManager.Controllers.Leasing;

/// <summary>Receives the events of a <see cref="LeaderLease"/> that is held. Called from any thread; returns immediately.</summary>
public interface ILeaseListener
{
    /// <summary>It was renewed, and is as the server has it now.</summary>
    void Renewed(Lease lease);

    /// <summary>The server refuses to renew it. Told once until a renewal succeeds.</summary>
    void RenewalRefused(Exception failure);

    /// <summary>It could not be renewed for so long that it may be another's soon.</summary>
    void InDoubt(TimeSpan unrenewed);
}
