using System.Text;
using System.Text.Json;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Files;
using NodeManager.Monitoring.Alerts.Documents;
using NodeManager.Monitoring.Alerts.Incidents;

namespace NodeManager.Monitoring.Alerts.Delivery;

/// <summary>
/// The state file of a monitor: an append-only journal of transitions and receipts, one JSON line each. A transition is on disk before it
/// is sent, so that a successor can send what a killed process did not. A truncated line is ignored. Thread-safe.
/// </summary>
public sealed class AlertJournal : IDisposable
{
    /// <summary>The file is compacted when it has this many bytes, and twice its last compacted size.</summary>
    private const long SmallestRewrite = 4 << 20;

    /// <summary>How many resolved alerts a later process receives.</summary>
    private const int PastLimit = 200;

    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly NodeManagerSession? _session;
    private readonly IOperationObserver _observer;
    private readonly FileStream _guard;
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];
    private FileStream? _file;
    private long _rewriteAt = SmallestRewrite;
    private bool _hasFailed;

    private AlertJournal(string path, NodeManagerSession? session, IOperationObserver observer, FileStream guard)
    {
        _path = path;
        _session = session;
        _observer = observer;
        _guard = guard;
    }

    /// <summary>Part of the ids of the alerts in the file.</summary>
    public string Run { get; private set; } = Guid.NewGuid().ToString("n");

    /// <summary>The alerts that the previous process left open.</summary>
    internal IReadOnlyList<RestoredAlert> Open
    {
        get
        {
            lock (_lock)
            {
                return
                [
                    .. Latest()
                        .Where(static line => line.Alert!.Status == NodeAlertStatus.Firing)
                        .Select(line => new RestoredAlert(
                            line.Alert!.ToAlert(_session),
                            new(line.GroupBy ?? "", line.Group ?? ""),
                            line.LastEvidence ?? line.Alert.StartsAt,
                            line.Target ?? "",
                            line.Withheld == true
                        )),
                ];
            }
        }
    }

    public IReadOnlyList<NodeAlert> Past
    {
        get
        {
            lock (_lock)
                return
                [
                    .. Latest()
                        .Where(static line => line.Alert!.Status == NodeAlertStatus.Resolved)
                        .Select(line => line.Alert!.ToAlert(_session)),
                ];
        }
    }

    /// <summary>Opens the file, or creates it.</summary>
    /// <param name="sinks">The current sinks: transitions for others are dropped.</param>
    /// <param name="observer">Warned of read and write failures.</param>
    /// <exception cref="NodeManagerException">AlertStateInUse: another monitor has it. AlertStateUnreadable.</exception>
    public static AlertJournal OpenFile(
        string path,
        NodeManagerSession? session,
        IReadOnlyCollection<string> sinks,
        IOperationObserver observer
    )
    {
        FileStream guard;
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
                Directory.CreateDirectory(folder);
            guard = new(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            bool isLocked =
                fault is IOException and not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException)
                && File.Exists(path + ".lock");
            throw new NodeManagerException(
                isLocked ? ErrorIds.AlertStateInUse : ErrorIds.AlertStateUnreadable,
                isLocked ? ErrorKind.ResourceBusy : ErrorKind.ResourceUnavailable,
                isLocked
                    ? $"Cannot use the state file '{path}': another monitor uses it."
                    : $"Cannot create the state file '{path}': {fault.Message}",
                path,
                isLocked ? "Stop the other monitor, or give each its own -StatePath." : "Check the path and your permissions.",
                fault
            );
        }

        AlertJournal journal = new(path, session, observer, guard);
        try
        {
            journal.Load();
            journal.DropOthers(sinks);
            journal.Rewrite();
            return journal;
        }
        catch (Exception fault)
        {
            journal.Dispose();
            if (fault is not (IOException or UnauthorizedAccessException))
                throw;
            throw new NodeManagerException(
                ErrorIds.AlertStateUnreadable,
                ErrorKind.ResourceUnavailable,
                $"Cannot use the state file '{path}': {fault.Message}",
                path,
                "Check the path and your permissions.",
                fault
            );
        }
    }

    /// <summary>The transitions that a sink has not accepted, in order.</summary>
    public IReadOnlyList<NodeAlert> Pending(string sink)
    {
        lock (_lock)
            return
            [
                .. _order
                    .Select(id => _entries[id])
                    .Where(entry => entry.Open.Contains(sink))
                    .Select(entry => entry.Line.Alert!.ToAlert(_session)),
            ];
    }

    /// <summary>Records a transition, on disk when this returns.</summary>
    internal void Add(NodeAlert alert, RestoredAlert? state, IReadOnlyList<string> sinks)
    {
        JournalLine line = new()
        {
            Alert = AlertDocument.Of(alert),
            Sinks = sinks,
            GroupBy = state?.Group.By,
            Group = state?.Group.Value,
            LastEvidence = state?.LastEvidence,
            Target = state?.Target,
            Withheld = alert.IsWithheld ? true : null,
        };
        lock (_lock)
        {
            Apply(line);
            Append(line, isDurable: true);
        }
    }

    /// <summary>Records that a sink has accepted a transition, or that it was dropped for it.</summary>
    public void Receive(string sink, string transition)
    {
        JournalLine line = new() { Received = transition, By = sink };
        lock (_lock)
        {
            Apply(line);
            Append(line, isDurable: false);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _file?.Dispose();
            _file = null;
            _guard.Dispose();
        }
    }

    private IEnumerable<JournalLine> Latest() =>
        _order
            .Select(id => _entries[id].Line)
            .GroupBy(static line => line.Alert!.AlertId)
            .Select(static lines => lines.MaxBy(static line => line.Alert!.Sequence)!);

    private void Load()
    {
        if (!File.Exists(_path))
            return;
        int broken = 0;
        // Invalid UTF-8 becomes a character that JSON does not contain.
        string[] lines = Encoding.UTF8.GetString(File.ReadAllBytes(_path)).Split('\n');
        foreach (string text in lines[..^1].Where(static text => text.Length > 0))
        {
            if (Parse(text) is { } line)
                Apply(line);
            else
                broken++;
        }

        if (broken > 0)
            _observer.Warning(
                $"State file '{_path}': {broken} of {lines.Length - 1} lines are damaged and were ignored. Alerts in them are raised again if their cause is still there."
            );
    }

    private void DropOthers(IReadOnlyCollection<string> sinks)
    {
        int dropped = _entries.Values.Sum(entry => entry.Open.RemoveWhere(sink => !sinks.Contains(sink)));
        if (dropped > 0)
            _observer.Warning(
                $"State file '{_path}': {dropped} undelivered transitions are for sinks that this monitor does not have. They are dropped."
            );
    }

    private static JournalLine? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, AlertJson.Default.JournalLine);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Apply(JournalLine line)
    {
        if (line.Run is { Length: > 0 } run)
            Run = run;
        if (line.Alert is { } alert && _entries.TryAdd(alert.Id, new(line, [.. line.Sinks ?? []])))
            _order.Add(alert.Id);
        if (line is { Received: { } received, By: { } sink } && _entries.TryGetValue(received, out Entry? entry))
            entry.Open.Remove(sink);
    }

    private void Append(JournalLine line, bool isDurable)
    {
        try
        {
            _file ??= new(_path, FileMode.Append, FileAccess.Write, FileShare.Read);
            // A failed attempt may have left a part of its line.
            if (_hasFailed)
                _file.Write("\n"u8);
            _file.Write(Bytes(line));
            _file.Flush(isDurable);
            _hasFailed = false;
            if (_file.Length >= _rewriteAt)
                Rewrite();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The alerts matter more than their record.
            if (!_hasFailed)
                _observer.Warning(
                    $"Cannot write the state file '{_path}': {fault.Message} Monitoring continues; after a kill, alerts may be lost."
                );
            _hasFailed = true;
            _file?.Dispose();
            _file = null;
        }
    }

    // Keeps the undelivered transitions, the last transition of each open alert, and the last resolved alerts.
    private void Rewrite()
    {
        _file?.Dispose();
        _file = null;
        HashSet<string> kept =
        [
            .. Latest().Where(static line => line.Alert!.Status == NodeAlertStatus.Firing).Select(static line => line.Alert!.Id),
        ];
        kept.UnionWith(
            Latest()
                .Where(static line => line.Alert!.Status == NodeAlertStatus.Resolved)
                .OrderByDescending(static line => line.Alert!.UpdatedAt)
                .Take(PastLimit)
                .Select(static line => line.Alert!.Id)
        );
        _order.RemoveAll(id => !kept.Contains(id) && _entries[id].Open.Count == 0 && _entries.Remove(id));
        AtomicFile.Write(
            _path,
            stream =>
            {
                stream.Write(Bytes(new() { Run = Run }));
                foreach (string id in _order)
                    stream.Write(Bytes(_entries[id].Line with { Sinks = [.. _entries[id].Open] }));
            },
            new() { IsPrivate = true, Replace = true }
        );
        _rewriteAt = Math.Max(SmallestRewrite, 2 * new FileInfo(_path).Length);
    }

    private static byte[] Bytes(JournalLine line) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(line, AlertJson.Default.JournalLine), (byte)'\n'];

    private sealed record Entry(JournalLine Line, HashSet<string> Open);
}
