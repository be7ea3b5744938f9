using NodeManager.Conformance.RealCluster;

namespace NodeManager.Conformance.Scheduling;

/// <summary>
/// A control plane for the scenarios of several classes, one after another: its scheduler sees no other nodes than theirs. Starting one takes
/// seven seconds of CPU time.
/// </summary>
[CollectionDefinition(Collection)]
public sealed class SchedulerPlane : ICollectionFixture<SchedulerPlane>, IAsyncLifetime
{
    public const string Collection = "scenarios on a real scheduler";

    private ControlPlane? _plane;
    private string _missing = "";

    async Task IAsyncLifetime.InitializeAsync()
    {
        if (ServerBinaries.FindWithControllers(out _missing) is null)
            return;
        _plane = await ControlPlane.StartAsync();
        using ScenarioRunner runner = new(_plane.Server, _plane.CreateAdminTransport());
        await runner.PrepareAsync();
    }

    Task IAsyncLifetime.DisposeAsync()
    {
        _plane?.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>The control plane, prepared for scenarios and without any; skips the test where it cannot be started.</summary>
    internal ControlPlane Get()
    {
        Skip.If(_plane is null, _missing);
        return _plane!;
    }
}
