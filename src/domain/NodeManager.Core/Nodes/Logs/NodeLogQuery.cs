namespace NodeManager.Core.Nodes.Logs;

/// <summary>
/// The part of a node's log to read. Source: https://kubernetes.io/docs/concepts/cluster-administration/system-logs/#log-query
/// </summary>
public sealed record NodeLogQuery
{
    /// <summary>The most lines that a kubelet returns.</summary>
    public const int MaximumTail = 100_000;

    /// <summary>Names of services, or paths of files below <c>/var/log</c>, with a slash.</summary>
    public IReadOnlyList<string> Sources { get; init; } = ["kubelet"];

    /// <summary>The last lines of each source.</summary>
    public int Tail { get; init; } = 100;

    /// <summary>Only lines from this time on, by the clock of the node; null: regardless of their time.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only lines up to this time, by the clock of the node.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>0 for the current boot, -1 for the one before; null: all.</summary>
    public int? Boot { get; init; }

    /// <summary>A PCRE2 expression of the lines to read; of PowerShell on Windows.</summary>
    public string? Pattern { get; init; }

    /// <summary>Asks through the API server, with the permission <c>nodes/proxy</c>; otherwise the kubelet directly, with <c>nodes/log</c>.</summary>
    public bool ViaProxy { get; init; }

    /// <summary>Asks again every 2 s, and reports new lines, until the caller cancels.</summary>
    public bool Wait { get; init; }

    /// <summary>A kubelet takes no options for files.</summary>
    internal static bool IsFile(string source) => source.AsSpan().ContainsAny('/', '\\');

    /// <summary>True if an option selects lines by a field that files do not have.</summary>
    internal bool NeedsJournal => From is not null || To is not null || Boot is not null || Pattern is not null;
}
