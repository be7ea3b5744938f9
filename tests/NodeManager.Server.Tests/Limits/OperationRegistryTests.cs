using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Operations;
using NodeManager.Server.Access;
using NodeManager.Server.Metrics;
using NodeManager.Server.Operations;

namespace NodeManager.Server.Tests.Limits;

/// <summary>Starts that race with each other and with the end of the host.</summary>
public sealed class OperationRegistryTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly AuditLog _audit;
    private readonly OperationRegistry _registry;

    public OperationRegistryTests()
    {
        _audit = new(
            NullLoggerFactory.Instance,
            new ServerTelemetry(_services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>()),
            TimeProvider.System
        );
        _registry = new(_audit);
    }

    public void Dispose()
    {
        foreach (TrackedOperation one in _registry.All)
            one.Operation.Cancel();
        _audit.Dispose();
        _services.Dispose();
    }

    [Fact]
    public async Task A_start_that_races_with_the_end_of_the_host_is_interrupted_with_the_others()
    {
        using ManualResetEventSlim starting = new(),
            mayStart = new();
        Task<TrackedOperation> start = Task.Run(() =>
            Start(() =>
            {
                starting.Set();
                mayStart.Wait(TimeSpan.FromMinutes(1));
                return Endless();
            })
        );
        starting.Wait(TimeSpan.FromMinutes(1));
        // On a thread of its own, as it may wait for the start.
        Task stopping = Task.Factory.StartNew(() => _registry.StoppingAsync(default), TaskCreationOptions.LongRunning).Unwrap();
        await Task.WhenAny(stopping, Task.Delay(200));
        mayStart.Set();

        TrackedOperation started = await start;
        await stopping.WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(OperationState.Interrupted, await started.Operation.Completion.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal("ServerStopping", Assert.Throws<NodeManagerException>(() => Start(Endless)).ErrorId);
    }

    [Fact]
    public async Task Concurrent_starts_do_not_exceed_the_limit()
    {
        using Barrier gate = new(8);
        int refused = 0;
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ =>
                    Task.Factory.StartNew(
                        () =>
                        {
                            gate.SignalAndWait(TimeSpan.FromMinutes(1));
                            for (int i = 0; i < OperationRegistry.MaximumRunning / 4; i++)
                            {
                                try
                                {
                                    Start(Endless);
                                }
                                catch (NodeManagerException full) when (full.ErrorId == "TooManyOperations")
                                {
                                    Interlocked.Increment(ref refused);
                                }
                            }
                        },
                        TaskCreationOptions.LongRunning
                    )
                )
        );

        Assert.Equal((OperationRegistry.MaximumRunning, OperationRegistry.MaximumRunning), (_registry.Running, refused));
    }

    private static RunningOperation Endless() =>
        RunningOperation.Start("Test", "nothing", TimeProvider.System, static context => Task.Delay(Timeout.Infinite, context.Token));

    private TrackedOperation Start(Func<RunningOperation> start) => _registry.Start("test", static result => result, start);
}
