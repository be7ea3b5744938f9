using NodeManager.Bench;
using NodeManager.Bench.Clients;
using NodeManager.Bench.Inside;
using NodeManager.Bench.Micro;
using NodeManager.Bench.Reports;
using NodeManager.Bench.Running;
using NodeManager.Conformance.RealCluster;

if (args is [InsideProcess.Argument, .. string[] inside]) return await Part.RunAsync(inside);
if (args is [MicroBenchmarks.Argument, .. string[] filter])
{
    MicroBenchmarks.Run(filter, Path.Combine(BenchOptions.Root, "bench", "results"));
    return 0;
}

if (args is ["--help"])
{
    Console.WriteLine(BenchOptions.Help);
    return 0;
}

// Measures what people do with NodeManager and with its peers, in turn, on one machine, and writes bench/results.
if (BenchOptions.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(BenchOptions.Help);
    return 2;
}

if (ServerBinaries.Find(out string reason) is null)
{
    await Console.Error.WriteLineAsync("No real API server: " + reason);
    return 1;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
List<Result> results = [];
int minor = 0;
await foreach ((Work work, int server) in Plan.WorksAsync(options, stop.Token))
{
    // 0: the work needs no real one.
    if (server > 0) minor = server;
    results.Add(await Runner.RunAsync(work, options.Rounds, stop.Token));
}

if (results.Count == 0)
{
    await Console.Error.WriteLineAsync("No work has a name like " + string.Join(", ", options.Works) + ".");
    return 2;
}

Console.WriteLine(await Results.WriteAsync(options.OutputFolder, minor, options.Command, results));
return 0;
