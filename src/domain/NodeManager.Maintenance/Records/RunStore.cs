using System.Text.Json;
using NodeManager.Runs;

namespace NodeManager.Maintenance.Records;

/// <summary>Writes a run's data as its holder. Thread-safe.</summary>
internal sealed class RunStore : IDisposable
{
    private static readonly Dictionary<string, string> Nothing = [];

    private readonly RunRecord _run;
    private readonly IReadOnlyList<RunShard> _pages;

    public RunStore(MaintenanceScope scope, RunRecord run, string holder)
    {
        _run = run;
        _pages = [.. Enumerable.Range(0, RunLayout.Pages(run.Nodes)).Select(page => new RunShard(scope, run.Id, page, holder))];
    }

    public async Task CreateAsync(RunState state, IEnumerable<NodeRecord> nodes, CancellationToken cancellationToken)
    {
        ILookup<int, NodeRecord> pages = nodes.ToLookup(static node => RunLayout.PageOf(node.Index));
        // The first one last: a run that can be found is complete.
        await EachFurtherAsync((number, page, token) => page.CreateAsync(Data(pages[number]), token), cancellationToken);
        await _pages[0]
            .CreateAsync(
                new Dictionary<string, string>(Data(pages[0]))
                {
                    [RunLayout.FormatKey] = RunLayout.Format,
                    [RunLayout.RunKey] = JsonSerializer.Serialize(_run, MaintenanceJson.Default.RunRecord),
                    [RunLayout.StateKey] = TextOf(state),
                },
                cancellationToken
            );
    }

    /// <summary>Records this holder, and reads the previous one's state: from here on, writes of the previous holder conflict.</summary>
    /// <exception cref="NodeManagerException">MaintenanceTakenOver.</exception>
    public async Task<StoredRun> TakeOverAsync(StoredRun stored, RunState state, CancellationToken cancellationToken)
    {
        ConfigMap[] taken = new ConfigMap[_pages.Count];
        // The options may differ from the initial ones.
        taken[0] = await _pages[0]
            .TakeOverAsync(
                stored.Pages[0],
                new Dictionary<string, string>
                {
                    [RunLayout.RunKey] = JsonSerializer.Serialize(_run, MaintenanceJson.Default.RunRecord),
                    [RunLayout.StateKey] = TextOf(state),
                },
                cancellationToken
            );
        await EachFurtherAsync(
            async (number, page, token) => taken[number] = await page.TakeOverAsync(stored.Pages[number], Nothing, token),
            cancellationToken
        );
        return StoredRun.Read(RunHead.Read(taken[0]) ?? stored.Head, taken.Skip(1));
    }

    public Task WriteAsync(NodeRecord node, CancellationToken cancellationToken) =>
        _pages[RunLayout.PageOf(node.Index)].WriteAsync(KeyOf(node), TextOf(node), cancellationToken);

    /// <summary>Writes the run's state, and all nodes whose write an interrupt prevented.</summary>
    public async Task WriteAsync(RunState state, CancellationToken cancellationToken)
    {
        await EachFurtherAsync((_, page, token) => page.FlushAsync(token), cancellationToken);
        await _pages[0].WriteAsync(RunLayout.StateKey, TextOf(state), cancellationToken);
    }

    public void Dispose()
    {
        foreach (RunShard page in _pages)
            page.Dispose();
    }

    private Task EachFurtherAsync(Func<int, RunShard, CancellationToken, Task> action, CancellationToken cancellationToken) =>
        MaintenanceScope.EachAsync(
            Enumerable.Range(1, _pages.Count - 1),
            (number, token) => action(number, _pages[number], token),
            cancellationToken
        );

    private static Dictionary<string, string> Data(IEnumerable<NodeRecord> nodes) => nodes.ToDictionary(KeyOf, TextOf);

    private static string KeyOf(NodeRecord node) => RunLayout.NodePrefix + node.Uid;

    private static string TextOf(NodeRecord node) => JsonSerializer.Serialize(node, MaintenanceJson.Default.NodeRecord);

    private static string TextOf(RunState state) => JsonSerializer.Serialize(state, MaintenanceJson.Default.RunState);
}
