using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace NodeManager.Providers.Proxmox;

/// <summary>
/// Chooses VM ids. A claim tries the same ids in the same order in every process, so that a repeated creation finds the first machine
/// instead of creating a second. Ids in creation are reserved in the process, because Proxmox does not reserve any.
/// </summary>
internal sealed class VmIds
{
    private readonly ConcurrentDictionary<long, string> _reserved = new();

    public VmIds(ProxmoxVmIdRange? range) => (Lower, Upper) = range is null ? (100_000, 199_999) : (range.Lower, range.Upper);

    public long Lower { get; }

    public long Upper { get; }

    public bool Contains(long id) => id >= Lower && id <= Upper;

    /// <summary>All ids of the range from a start by claim, without those in use.</summary>
    public IEnumerable<long> Candidates(string claimUid, IReadOnlySet<long> taken)
    {
        long count = Upper - Lower + 1;
        long start = (long)(BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(claimUid))) % (ulong)count);
        for (long i = 0; i < count; i++)
        {
            long id = Lower + ((start + i) % count);
            if (!taken.Contains(id))
                yield return id;
        }
    }

    /// <summary>Null: reserved by another claim.</summary>
    public IDisposable? TryReserve(long id, string claimUid) => _reserved.TryAdd(id, claimUid) ? new Reservation(this, id) : null;

    public bool IsReservedByOther(long id, string claimUid) => _reserved.TryGetValue(id, out string? holder) && holder != claimUid;

    private sealed class Reservation(VmIds ids, long id) : IDisposable
    {
        public void Dispose() => ids._reserved.TryRemove(id, out _);
    }
}
