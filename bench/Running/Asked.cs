namespace NodeManager.Bench.Running;

/// <summary>The rows of what is to be reached at 5,000 nodes: each is in the report, measured or not.</summary>
internal static class Asked
{
    public const string List = "List 5,000 nodes (9 KB each) as typed objects, connected";
    public const string ListMemory = "Memory of that list above the shell's own";
    public const string Start = "Import, connect and list 5,000, on top of starting pwsh";
    public const string Import = "Import alone, on top of starting pwsh";
    public const string Usage = "5,000 nodes with requests and pod counts from 50,000 pods";
    public const string Changes = "Label, taint, cordon 1,000 nodes";
    public const string DrainOne = "Drain of one node, 10 pods, `maxUnavailable: 1`, pwsh's start included";
    public const string DrainFive = "Drain of five nodes, 50 pods, 5 % of 200, likewise";
    public const string DrainTen = "Drain of ten nodes, 1,000 pods, no PDB, likewise";
    public const string Cache = "Cache of 5,000 nodes and 50,000 pods";
    public const string Watch = "Watching 5,000 nodes, 1,000 changes a minute, for ten minutes";
    public const string Sandbox = "Sandbox: 5,000 nodes and 50,000 pods running";
    public const string Scheduler = "Embedded scheduler at 5,000 nodes: twice as fast as it was";
    public const string Copy = "Copy of a 500-node, 5,000-pod cluster into the sandbox";
    public const string Pipeline = "Previews of 1,000 and 10,000 nodes of the pipeline";
    public const string Growth = "Growth from 1,000 to 5,000 nodes; 20,000 nodes work";

    public static IReadOnlyList<string> Rows { get; } =
    [
        List,
        ListMemory,
        Start,
        Import,
        Usage,
        Changes,
        DrainOne,
        DrainFive,
        DrainTen,
        Cache,
        Watch,
        Sandbox,
        Scheduler,
        Copy,
        Pipeline,
        Growth,
    ];
}
