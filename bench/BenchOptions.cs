using System.Globalization;

namespace NodeManager.Bench;

/// <summary>What the command line says.</summary>
internal sealed record BenchOptions
{
    public const string Help = """
        dotnet run -c Release --project bench -- [WORK...] [--rounds N] [--nodes N] [--pods N] [--minutes N] [--module PATH] [--output FOLDER]

        WORK       Names of works, or what they begin with before a hyphen (list, start, node, usage, metrics, statistics, label, taint, cordon, server,
                   scheduler, plan, sandbox, demo, copy, drain, pipeline, scale, watch, rest, micro). All without.
        --rounds   Samples of each contender, 5 by default. What takes a peer minutes is done once.
        --nodes    Of the large cluster, 5000 by default.
        --pods     On them, 50000 by default.
        --minutes  How long changes are watched, and events read, 10 by default.
        --module   Manifest of the module to measure, the repository's by default. ./build.ps1 -Task Bench packs it first, as users have it.
        --output   Where the report goes, bench/results by default.

        Needs KUBEBUILDER_ASSETS, a folder with etcd, kube-apiserver, kube-controller-manager and kube-scheduler, and pwsh, kubectl and curl on PATH.
        """;

    public IReadOnlyList<string> Works { get; init; } = [];

    public int Rounds { get; init; } = 5;

    public int Nodes { get; init; } = 5000;

    public int Pods { get; init; } = 50_000;

    public int Minutes { get; init; } = 10;

    public string Module { get; init; } = Path.Combine(Root, "NodeManager.psd1");

    /// <summary>The module has code compiled for this platform, as a packed one has.</summary>
    public bool HasNativeCode => NativeFolders(Path.GetDirectoryName(Module)!).Any();

    public string OutputFolder { get; init; } = Path.Combine(Root, "bench", "results");

    /// <summary>That repeats it.</summary>
    public string Command { get; private init; } = "";

    // The folder above bench, from wherever it is run.
    public static string Root
    {
        get
        {
            DirectoryInfo? folder = new(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "NodeManager.slnx")))
                folder = folder.Parent;
            return folder?.FullName ?? throw new InvalidOperationException("NodeManager.slnx is in no folder above this program.");
        }
    }

    public bool Wants(string work) =>
        Works.Count == 0 || Works.Any(one => work == one || work.StartsWith(one + "-", StringComparison.Ordinal));

    /// <summary>Where a module has code compiled for a platform.</summary>
    public static IEnumerable<string> NativeFolders(string module) =>
        Path.Combine(module, "bin", "lib") is var libraries && Directory.Exists(libraries) ? Directory.EnumerateDirectories(libraries) : [];

    /// <returns>Null: they make no sense.</returns>
    public static BenchOptions? Parse(string[] args)
    {
        // Where the module is and where the report goes is this machine's.
        IEnumerable<string> repeated = args.Where(
            (arg, at) => arg is not ("--module" or "--output") && (at == 0 || args[at - 1] is not ("--module" or "--output"))
        );
        BenchOptions options = new()
        {
            Command = ("dotnet run -c Release --project bench -- " + string.Join(' ', repeated)).TrimEnd([' ', '-']),
        };
        for (int at = 0; at < args.Length; at++)
        {
            if (!args[at].StartsWith('-'))
            {
                options = options with { Works = [.. options.Works, args[at]] };
                continue;
            }

            if (at + 1 == args.Length)
                return null;
            string value = args[++at];
            int number = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int parsed) ? parsed : 0;
            switch (args[at - 1])
            {
                case "--rounds" when number > 0:
                    options = options with { Rounds = number };
                    break;
                case "--nodes" when number >= 1000:
                    options = options with { Nodes = number };
                    break;
                case "--pods" when number > 0:
                    options = options with { Pods = number };
                    break;
                case "--minutes" when number > 0:
                    options = options with { Minutes = number };
                    break;
                case "--module":
                    options = options with { Module = Path.GetFullPath(value) };
                    break;
                case "--output":
                    options = options with { OutputFolder = Path.GetFullPath(value) };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }
}
