using System.Collections.Concurrent;

namespace NodeManager.Maintenance;

/// <summary>
/// The Leases of this session that were observed to be expired: a command for many nodes of a dead run waits only for the first node.
/// </summary>
internal sealed class ExpiredLeases
{
    private readonly ConcurrentDictionary<string, string?> _versions = new(StringComparer.Ordinal);

    public void Add(Lease lease) => _versions[lease.Metadata.Uid!] = lease.Metadata.ResourceVersion;

    /// <summary>False if the Lease has changed since.</summary>
    public bool Has(Lease lease) =>
        _versions.TryGetValue(lease.Metadata.Uid!, out string? version) && version == lease.Metadata.ResourceVersion;
}
