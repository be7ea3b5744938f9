namespace NodeManager.Core.Sessions;

/// <summary>The cluster names in use by live sessions of this process. A second <c>sandbox</c> is <c>sandbox-2</c>.</summary>
internal static class SessionNames
{
    private static readonly HashSet<string> Taken = new(StringComparer.OrdinalIgnoreCase);
    private static readonly Lock Gate = new();

    /// <summary>Takes the name, or the first free one after it. Disposing the reservation frees it.</summary>
    public static Reservation Reserve(string wanted)
    {
        lock (Gate)
        {
            string name = wanted;
            for (int number = 2; !Taken.Add(name); number++) name = $"{wanted}-{number}";
            return new(name);
        }
    }

    internal sealed class Reservation(string name) : IDisposable
    {
        private int _freed;

        public string Name { get; } = name;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _freed, 1) != 0) return;
            lock (Gate) Taken.Remove(Name);
        }
    }
}
