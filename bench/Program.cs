using System.Runtime.InteropServices;
using NodeManager.Bench;
using NodeManager.Bench.Clients;
using NodeManager.Bench.Inside;
using NodeManager.Bench.Micro;
using NodeManager.Bench.Reports;
using NodeManager.Bench.Running;
using NodeManager.Conformance.RealCluster;

if (args is [InsideProcess.Argument, .. string[] inside])
    return await Part.RunAsync(inside);
if (args is [MicroBenchmarks.Argument, .. string[] micro])
    return MicroBenchmarks.Run(micro);
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

if (ServerBinaries.Find(out string reason) is not { } server)
{
    await Console.Error.WriteLineAsync("No real API server: " + reason);
    return 1;
}

// As administrators run them, and not as tests do.
Environment.SetEnvironmentVariable("GOGC", "100");
Environment.SetEnvironmentVariable("GOMEMLIMIT", "off");

using var stop = new CancellationTokenSource();

// An interrupted run writes what it has measured.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}

using PosixSignalRegistration interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
    terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
var results = new Results(options.OutputFolder, new(server), options.Command);
foreach ((string name, Func<IAsyncEnumerable<Step>> works) in Plan.Parts(options, stop.Token))
{
    try
    {
        await foreach (Step step in works())
            await results.AddAsync(await Runner.RunAsync(step, options.Rounds, stop.Token));
    }
    catch (Exception exception)
    {
        // What does not start, or does not end, keeps nobody else from being measured.
        await results.AddAsync($"{name}: {(stop.IsCancellationRequested ? "the run was interrupted." : exception.Message)}");
    }

    if (stop.IsCancellationRequested)
        break;
}

if (!stop.IsCancellationRequested && options.Wants(MicroBenchmarks.Work))
    await results.AddMicroAsync(await MicroBenchmarks.TryRunAsync(results.Assets, stop.Token));
if (results.IsEmpty)
{
    await Console.Error.WriteLineAsync("No work has a name like " + string.Join(", ", options.Works) + ".");
    return 2;
}

Console.WriteLine(results.Report);
return results.HasFailed || stop.IsCancellationRequested ? 1 : 0;
