using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Autoscaling.Host;
using NodeManager.Autoscaling.Providers;
using NodeManager.Autoscaling.Resources;
using NodeManager.Bench.Clients;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Monitoring;
using NodeManager.Providers;

namespace NodeManager.Bench.Inside;

/// <summary>What those who watch a cluster keep of it, and their CPU time over 60 s in which nothing happens but heartbeats.</summary>
internal static class Footprint
{
    public const string Autoscaler = "autoscaler",
        Monitor = "monitor",
        Usage = "usage";

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60),
        Settling = TimeSpan.FromSeconds(30);

    // At rest means that code which runs now and then has been compiled: for some minutes that costs more than what it does.
    private static readonly TimeSpan Compiling = TimeSpan.FromMinutes(3);

    public static async Task RunAsync(string who, string kubeconfig)
    {
        BuiltInMachineProviders.Register();
        using NodeManagerSession session = await SessionFactory.ConnectAsync(
            Kubeconfig.Load(new() { Paths = [kubeconfig] }),
            "Kubeconfig",
            NullLogger.Instance,
            TimeProvider.System,
            CancellationToken.None
        );
        long before = Live();
        RunningOperation? running = who switch
        {
            Autoscaler => AutoscalerHost.Start(
                session,
                new() { Providers = session.Connection().MachineProviders(), Planner = new RulePlanner() }
            ),
            Monitor => HealthMonitoring.Start(new MonitorRequest { Session = session }),
            Usage => null,
            _ => throw new ArgumentException("autoscaler, monitor or usage, not " + who),
        };
        using var process = Process.GetCurrentProcess();
        if (running is null)
        {
            var list = Stopwatch.StartNew();
            TimeSpan start = process.TotalProcessorTime;
            await foreach (
                ClusterNode _ in NodeReader.ReadAsync(
                    session,
                    new() { Usage = true },
                    static missing => throw missing,
                    NullObserver.Instance,
                    CancellationToken.None
                )
            )
            {
                // Without users the pods stay for 30 s.
            }

            process.Refresh();
            InsideProcess.Write(
                new(
                    list.Elapsed.TotalMilliseconds,
                    (process.TotalProcessorTime - start).TotalMilliseconds,
                    process.PeakWorkingSet64,
                    null,
                    Live() - before
                )
            );
            return;
        }

        if (who == Autoscaler)
            await DecidedAsync(session);
        await Task.Delay(Settling, TimeProvider.System);
        long live = Live() - before;
        await Task.Delay(Compiling, TimeProvider.System);
        process.Refresh();
        TimeSpan cpu = process.TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        await Task.Delay(Window, TimeProvider.System);
        process.Refresh();
        InsideProcess.Write(
            new(watch.Elapsed.TotalMilliseconds, (process.TotalProcessorTime - cpu).TotalMilliseconds, process.PeakWorkingSet64, null, live)
        );
        running.Cancel();
        await running.Completion;
    }

    private static async Task DecidedAsync(NodeManagerSession session)
    {
        while (
            !(await AutoscalerReader.ReadAsync(session, NodeSmithNames.DefaultNamespace, 200, CancellationToken.None)).Decisions.Any(
                static one => one is { Target: "pool" }
            )
        )
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
    }

    private static long Live()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
