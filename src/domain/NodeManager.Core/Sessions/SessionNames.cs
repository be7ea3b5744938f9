namespace NodeManager.Core.Sessions;

/// <summary>
/// The names of clusters in this process. Each live session has a unique name: a second <c>sandbox</c> is <c>sandbox-2</c>. A free name is
/// reused only for the same cluster, because objects and scripts of this process may still refer to it.
/// </summary>
internal static class SessionNames
{
    private static readonly HashSet<string> Taken = new(StringComparer.OrdinalIgnoreCase);
    private static readonly Dictionary<string, Owner> Owners = new(StringComparer.OrdinalIgnoreCase);
    private static readonly Lock Gate = new();

    /// <summary>Reserves the name, or the first numbered one that is free for this cluster, until disposed.</summary>
    /// <param name="clusterUid">The identity of the cluster; if empty, the server's address replaces it.</param>
    /// <param name="server">The address of the cluster's server.</param>
    public static Reservation Reserve(string wanted, string clusterUid, Uri server)
    {
        Owner owner = new(clusterUid, server);
        lock (Gate)
        {
            string name = wanted;
            for (int number = 2; Taken.Contains(name) || !IsFree(name, owner); number++)
                name = $"{wanted}-{number}";
            Taken.Add(name);
            if (clusterUid.Length > 0 || !Owners.ContainsKey(name))
                Owners[name] = owner;
            return new(name, server);
        }
    }

    private static bool IsFree(string name, Owner owner) => !Owners.TryGetValue(name, out Owner? last) || last.IsSame(owner);

    private sealed record Owner(string Uid, Uri Server)
    {
        public bool IsSame(Owner other) => Uid.Length > 0 && other.Uid.Length > 0 ? Uid == other.Uid : Server == other.Server;
    }

    internal sealed class Reservation(string name, Uri server) : IDisposable
    {
        private int _freed;

        public string Name { get; } = name;

        /// <summary>Records the identity of the cluster, which was unknown before.</summary>
        /// <returns>False if the name belongs to a cluster of another identity.</returns>
        public bool TryIdentify(string clusterUid)
        {
            Owner owner = new(clusterUid, server);
            lock (Gate)
            {
                if (!IsFree(Name, owner))
                    return false;
                Owners[Name] = owner;
                return true;
            }
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _freed, 1) != 0)
                return;
            lock (Gate)
                Taken.Remove(Name);
        }
    }
}
